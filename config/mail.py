"""/mail: what the trial would have sent, kept in var/mail and read here."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import viewer
from accounts.models import User
from config.nearby import is_on_this_machine

SHOWN = 50  # mails on the page, newest first
BETWEEN = b"\n" + b"-" * 79 + b"\n"  # what Django's file backend writes after each mail


@dataclass(frozen=True)
class KeptMail:
    """One mail as the page shows it: plain text only, escaped by the template."""

    subject: str
    to: str
    sent_at: datetime | None
    text: str


@require_safe
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    if not settings.INSTANCE.is_trial:
        raise Http404("only in a trial")
    if not (is_on_this_machine(request) or _may_read(viewer(request))):
        raise Http404("links to new passwords are in it: not for the whole network")
    context = {"mails": kept(settings.MAIL_DIR), "goes_elsewhere": bool(settings.INSTANCE.email)}
    return render(request, "accounts/mail.html", context)


def _may_read(person: User | None) -> bool:
    """Staff, but nobody of the demo: anybody may be them."""
    return person is not None and person.is_staff and not person.is_demo


def kept(folder: Path) -> list[KeptMail]:
    """The newest mails of `folder`, newest first."""
    mails: list[KeptMail] = []
    newest_first = sorted(folder.glob("*.log"), key=lambda p: p.stat().st_mtime_ns, reverse=True)
    for path in newest_first:
        parts = [part for part in path.read_bytes().split(BETWEEN) if part.strip()]
        mails += [_read(part) for part in reversed(parts)]
        if len(mails) >= SHOWN:
            break
    return mails[:SHOWN]


def _read(raw: bytes) -> KeptMail:
    message = email.message_from_bytes(raw.lstrip(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain",))
    return KeptMail(
        subject=str(message["subject"] or ""),
        to=str(message["to"] or ""),
        sent_at=_date(message),
        text=body.get_content().strip() if body else "",
    )


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["date"]))
    except (TypeError, ValueError):
        return None
