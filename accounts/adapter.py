"""Where allauth asks us: saving a new person, refusing a suspended one, sending mail."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services import people
from accounts.validators import validate_handle

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Causerie's answers to allauth's questions."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_taken": User._meta.get_field("handle").error_messages["unique"],
        "email_taken": gettext_lazy("An account with this e-mail exists already: sign in to it."),
        "username_password_mismatch": gettext_lazy("Handle, e-mail or password is not right."),
        "email_password_mismatch": gettext_lazy("Handle, e-mail or password is not right."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait a few minutes, then go on."),
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        handle = username.lower().removeprefix("@")
        validate_handle(handle)
        return super().clean_username(handle, shallow)

    def save_user(
        self, request: HttpRequest, user: Any, form: Any, commit: bool = True
    ) -> Any:
        super().save_user(request, user, form, commit=False)
        user.name = form.cleaned_data["name"]
        user.birth_date = form.cleaned_data["birth_date"]
        if commit and people.welcome(person=user, is_trial=settings.INSTANCE.is_trial):
            messages.success(request, keeper_sentence())
        return user

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        if user.is_suspended:
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has no password (the demo's people) is led to where one is set, not refused."""
        methods = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return methods
        return [{"id": "set_password", "url": reverse("account_set_password")}]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return request.user.get_absolute_url()  # type: ignore[union-attr]

    def format_email_subject(self, subject: str) -> str:
        return f"[{settings.INSTANCE.name}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or say on the next page that it did not work: a mail server away is no crash."""
        try:
            super().send_mail(
                template_prefix, email, {**context, "instance_name": settings.INSTANCE.name}
            )
        except (OSError, SMTPException) as error:
            log.error("mail %s not sent: %s", template_prefix, type(error).__name__)
            messages.error(self.request, _("The mail could not be sent. Try again later."))


def keeper_sentence() -> str:
    return _(
        "You are the first person here, so you run this trial: you are staff, the admin is "
        "open to you, and you may start a Space with any number of followers."
    )


