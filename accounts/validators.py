"""What a handle may look like."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

HANDLE = re.compile(r"[a-z0-9_]{3,20}")
RESERVED_WORDS = """
    about accessibility accounts admin api calendar causerie explore files healthz help home
    host login logout mail me media messages moderator notifications privacy root rules s search
    settings signup space spaces staff start static status support system trial ws
"""
RESERVED = frozenset(RESERVED_WORDS.split())


def validate_handle(handle: str) -> None:
    """Raise ValidationError unless `handle` is 3-20 of a-z 0-9 _ and not reserved."""
    if not HANDLE.fullmatch(handle):
        raise ValidationError(_("Use 3 to 20 of a-z, 0-9 and _."), code="shape")
    if handle in RESERVED:
        raise ValidationError(_("This handle is reserved."), code="reserved")
