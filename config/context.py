"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """The instance's name, and whether this is a trial."""
    return {"instance_name": settings.INSTANCE.name, "is_trial": settings.INSTANCE.is_trial}
