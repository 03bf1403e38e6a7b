"""Who follows whom."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class FollowQuerySet(models.QuerySet["Follow"]):
    def followers_of(self, person: User) -> "FollowQuerySet":
        """Follows of `person` by accounts that count: neither deactivated nor suspended."""
        return self.filter(
            followed=person, follower__is_active=True, follower__suspended_at=None
        )

    def followed_by(self, person: User) -> "FollowQuerySet":
        """Whom `person` follows, of the accounts that count."""
        return self.filter(
            follower=person, followed__is_active=True, followed__suspended_at=None
        )

    def between(self, follower: User | None, followed: User) -> bool:
        """Whether `follower`, or nobody when None, follows `followed`."""
        return follower is not None and self.filter(follower=follower, followed=followed).exists()

    def marked(self, viewer: User | None, people: Sequence[User]) -> list[tuple[User, bool]]:
        """`people` in their order, each with whether `viewer` follows them. One query."""
        if viewer is None:
            return [(person, False) for person in people]
        theirs = set(
            self.filter(follower=viewer, followed__in=people).values_list("followed", flat=True)
        )
        return [(person, person.pk in theirs) for person in people]


class Follow(models.Model):
    """`follower` follows `followed` since `created_at`."""

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="following_rows"
    )
    followed = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="follower_rows"
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="follow_once"),
            models.CheckConstraint(
                condition=~Q(follower=F("followed")), name="nobody_follows_themselves"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follower} → {self.followed}"
