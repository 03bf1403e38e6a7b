"""On what a socket acts for a person: their session, and that they know the password.

A socket is let in once and stays for hours. What let it in is kept with it as two marks (never the
session's key or hash themselves), so that signing out or a new password ends it too.
"""

from collections.abc import Collection
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User
from spaces import broadcast
from spaces.lines import NOBODYS, Mandate


def mandate(person: User | None, session: Any) -> Mandate:
    """What a socket of `person` with that session (or None) rests upon."""
    if person is None:
        return NOBODYS
    return Mandate(session_mark(getattr(session, "session_key", None)), proof_of(person))


def session_mark(key: str | None) -> str:
    return _mark("session", key) if key else ""


def proof_of(person: User) -> str:
    """Changes with the password."""
    return _mark("proof", person.get_session_auth_hash())


def proofs(people: Collection[int]) -> dict[int, str]:
    """By number, of those whose account is there."""
    return {person.pk: proof_of(person) for person in User.objects.filter(pk__in=people)}


def is_over(session: Any) -> bool:
    """Whether the session of a socket is no more; costs a query."""
    key = getattr(session, "session_key", None)
    return bool(key) and not session.exists(key)


def _mark(kind: str, secret: str) -> str:
    return salted_hmac(f"spaces.mandate.{kind}", secret).hexdigest()[:16]


def listen() -> None:
    """From now on sockets hear of sign-outs and new passwords."""
    user_logged_out.connect(_signed_out, dispatch_uid="spaces.mandate")
    for signal in (password_changed, password_reset, password_set):
        signal.connect(_new_password, dispatch_uid="spaces.mandate")


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    mark = session_mark(request.session.session_key)
    if user is not None and mark:
        broadcast.signed_out(person=user.key, session=mark)


def _new_password(request: HttpRequest, user: User, **_: Any) -> None:
    broadcast.signed_out(person=user.key, proof=proof_of(user))
