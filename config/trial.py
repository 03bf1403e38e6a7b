"""The trial's short cut: sign in as one of the demo's people without a password.

Refused three times over in production: the address is not routed there (config.urls), the view
answers 404, and accounts.backends ends any session of a demo person.
"""

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from accounts.models import Follow, User
from accounts.models.user import UserQuerySet
from config.nearby import is_on_this_machine

CONTINUE_AS = ("amina", "karim", "sarah", "mod")  # demo handles, in the order offered


@require_POST
def continue_as(request: HttpRequest) -> HttpResponseBase:
    """Sign in as the demo person with the posted handle, and go on to `next`."""
    if not settings.INSTANCE.is_trial:
        raise Http404("only in a trial")
    handle = request.POST.get("handle", "")
    if handle not in CONTINUE_AS:  # a NUL byte would be an error in PostgreSQL
        raise Http404("not offered")
    person = get_object_or_404(_open_to(request), handle=handle)
    # No redirect_url: allauth takes `next` from the form itself and checks that it is ours.
    return perform_login(request, person, email_verification="none")


def _open_to(request: HttpRequest) -> UserQuerySet:
    """The demo's people that whoever asks may be; its staff only at the machine itself."""
    people = User.objects.active().filter(is_demo=True)
    return people if is_on_this_machine(request) else people.filter(is_staff=False)


def offered(request: HttpRequest) -> list[tuple[User, str]]:
    """The demo's people one may continue as, each with what they are. Empty in production."""
    if not settings.INSTANCE.is_trial:
        return []
    people = _open_to(request).filter(handle__in=CONTINUE_AS)
    ordered = sorted(people, key=lambda person: CONTINUE_AS.index(person.handle))
    return [(person, _who_they_are(person)) for person in ordered]


def _who_they_are(person: User) -> str:
    match person.handle:
        case "amina":
            count = Follow.objects.followers_of(person).count()
            return ngettext("Host with %(n)s follower", "Host with %(n)s followers", count) % {
                "n": number_format(count, force_grouping=True)
            }
        case "karim":
            return gettext("Co-host")
        case "mod":
            return gettext("Moderator")
        case _:
            return gettext("Listener")
