"""Look-ups of Spaces with their permission: found, or 404. Private and absent look the same."""

from django.http import Http404

from accounts.models import User
from spaces.models import Space


def space_or_404(slug: str, person: User | None) -> Space:
    """A Space that `person` (None: a visitor) may know of."""
    space = Space.objects.visible_to(person).with_faces().filter(slug=slug).first()
    if space is None:
        raise Http404("no such Space")
    return space


def find_space(slug: str, person: User | None) -> Space | None:
    """The same for the socket, which has no 404 and shows no host."""
    return Space.objects.visible_to(person).filter(slug=slug).order_by().first()


def live_space_of(person: User) -> Space | None:
    """The live Space that `person` hosts now, if any."""
    return Space.objects.live().hosted_by(person.key).first()
