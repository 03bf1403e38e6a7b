"""What a person may legitimately be refused, and the sentence that says so."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The rules' no; `code` names the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


SENTENCES: dict[str, Promise] = {
    "follow_oneself": _("You cannot follow yourself."),
    "not_active": _("This account is not active."),
    "too_many_follows": _("That was a lot of follows in one minute. Wait a moment, then go on."),
}
