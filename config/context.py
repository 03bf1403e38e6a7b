"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.access import viewer
from spaces.rules.hosting import Standing
from spaces.services.lifecycle import standing_of


def frame(request: HttpRequest) -> dict[str, Any]:
    """The instance's name, whether this is a trial, and for the compose menu whether one may host
    (counted only by pages that show it)."""
    return {
        "instance_name": settings.INSTANCE.name,
        "is_trial": settings.INSTANCE.is_trial,
        "hosting": SimpleLazyObject(lambda: _hosting(request)),
    }


def _hosting(request: HttpRequest) -> Standing | None:
    me = viewer(request)
    return standing_of(me) if me else None
