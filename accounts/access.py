"""Look-ups of people: found, or 404."""

from django.http import Http404, HttpRequest

from accounts.models import User


def person_by_handle(handle: str) -> User:
    """Somebody whose page may be seen. Suspended, deactivated and unknown look the same."""
    person = User.objects.active().filter(handle=handle.lower()).first()
    if person is None:
        raise Http404("no such person")
    return person


def viewer(request: HttpRequest) -> User | None:
    """Who looks, or None for a visitor."""
    return request.user if isinstance(request.user, User) else None


def signed_in(request: HttpRequest) -> User:
    """Who acts, in a view that only signed-in people reach."""
    person = viewer(request)
    assert person is not None, "the view needs login_required"
    return person
