"""Who may be signed in."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings


class AccountBackend(AuthenticationBackend):
    """Handle or e-mail, and never a suspended person.

    Django asks `user_can_authenticate` at sign-in and again for every request of a session, so
    a suspension ends that person's sessions with their next request. The demo's people, whom
    anybody may sign in as, exist only while the instance is a trial.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        if user.is_demo and not settings.INSTANCE.is_trial:
            return False
        return user.is_in_good_standing
