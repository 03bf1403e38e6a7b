"""A person: handle, name, and whether they may be seen and heard."""

import secrets
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.validators import validate_handle

KEY_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
KEY_LENGTH = 12  # 60 random bits


def new_key() -> str:
    """A random public id, unguessable and unlike the row's number."""
    return "".join(secrets.choice(KEY_ALPHABET) for _i in range(KEY_LENGTH))


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        """People who may act and who count: not deactivated, not suspended."""
        return self.filter(is_active=True, suspended_at=None)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(handle=(username or "").lower())

    def create_user(
        self, handle: str, email: str = "", password: str | None = None, **fields: Any
    ) -> "User":
        """A new person. Without a password nobody can sign in as them."""
        handle = handle.lower()
        user = self.model(
            handle=handle,
            email=self.normalize_email(email).lower(),
            **{"name": handle, **fields},
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, handle: str, email: str = "", password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(
            handle, email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )


class User(AbstractBaseUser, PermissionsMixin):
    """A person's account. `key` names them to browsers and to the relay."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    handle = models.CharField(
        _("handle"), max_length=20, unique=True, validators=[validate_handle],
        help_text=_("3 to 20 of a-z, 0-9 and _"),
        error_messages={"unique": _("This handle is taken.")},
    )
    name = models.CharField(_("name"), max_length=50)
    email = models.EmailField(_("e-mail"), blank=True)
    bio = models.CharField(_("about you"), max_length=160, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    picture = models.CharField(max_length=200, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_protected = models.BooleanField(_("protected account"), default=False)
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)
    may_host_anyway = models.BooleanField(
        _("may host anyway"), default=False, help_text=_("With any number of followers.")
    )
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["email"], condition=~models.Q(email=""), name="one_account_per_email"
            ),
            models.CheckConstraint(
                condition=models.Q(handle=Lower("handle")), name="handles_are_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    def get_absolute_url(self) -> str:
        return reverse("profile", args=[self.handle])

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @property
    def is_in_good_standing(self) -> bool:
        """May act, and counts among somebody's followers (`UserQuerySet.active` for one)."""
        return self.is_active and not self.is_suspended

    @property
    def picture_url(self) -> str:
        """Address of the picture: what they chose, or their initials on a gradient."""
        if self.picture:
            return f"/files/{self.picture}"
        return reverse("avatar", args=[self.key])
