"""Pictures of people under /files/: the drawn default and the files they chose."""

import hashlib
from pathlib import Path

from csp.constants import NONE
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils._os import safe_join
from django.views.decorators.http import require_safe

from accounts import avatars
from accounts.models import User

DRAWN_FOR = 3600  # s a drawn picture is kept by browsers: a new name shows within the hour
CHOSEN_FOR = 24 * 3600  # s
TYPES = {
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".avif": "image/avif",
}
nothing_active = csp({"default-src": [NONE], "frame-ancestors": [NONE], "sandbox": True})
"""A picture opened on its own may load and run nothing."""


@require_safe
@nothing_active  # type: ignore[arg-type]
def avatar(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody's initials on a gradient. A suspended person's stays: old pages still show it."""
    person = get_object_or_404(User.objects.only("key", "name"), key=key)
    drawn = avatars.svg(person.key, person.name)
    return _cached(request, drawn.encode(), "image/svg+xml", DRAWN_FOR)


@require_safe
@nothing_active  # type: ignore[arg-type]
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture somebody chose: only files that are somebody's, only of picture types."""
    kind = TYPES.get(Path(name).suffix.lower())
    if kind is None or "\0" in name or not User.objects.filter(picture=name).exists():
        raise Http404("no such picture")
    try:
        content = Path(safe_join(settings.MEDIA_ROOT, name)).read_bytes()
    except OSError as error:
        raise Http404("the picture's file is missing") from error
    return _cached(request, content, kind, CHOSEN_FOR)


def _cached(request: HttpRequest, content: bytes, kind: str, seconds: int) -> HttpResponse:
    """The bytes with a validator, or 304 when the browser has them."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type=kind)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
