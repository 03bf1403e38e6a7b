"""The People drawer as a plain page for host and co-hosts: the same services, without scripts."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.models import User
from spaces import access, admission, lists, protocol
from spaces.models import Space
from spaces.protocol import Malformed
from spaces.rules.roles import Refused, Role
from spaces.sentences import sentence
from spaces.services.operations import serve
from spaces.snapshot import snapshot

# What its forms may ask. Who may do it is decided where it always is, by the service.
OFFERED = frozenset({
    "accept", "accept_all", "ask_unmute", "deny", "invite", "lock_requests", "move_down",
    "mute_all", "mute_person", "remove", "remove_cohost", "set_who_can_speak", "undo_remove",
    "unlock_requests", "withdraw_invitation",
})  # fmt: skip


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Who asks, who is invited, on stage, listening and removed. Each form posts `op` and its fields."""
    me = signed_in(request)
    space = access.space_or_404(slug, me)
    if space.is_over:
        return redirect(space)
    if admission.refusal(me, space):
        raise PermissionDenied
    if request.method == "POST":
        _do(request, space, me)
        return redirect(request.get_full_path())
    mine = snapshot(space=space, viewer=me, now=timezone.now())
    if not Role(mine["me"]["role"]).is_hosting:
        raise PermissionDenied
    query = request.GET.get("q", "")
    context = {
        "space": space,
        "snapshot": mine,
        "query": query,
        "audience": lists.audience(space, query, request.GET.get("page", 1)),
    }
    return render(request, "spaces/people.html", context)


def _do(request: HttpRequest, space: Space, me: User) -> None:
    """Ask the service and say what came of it at the top of the next page."""
    try:
        serve(operation=_operation(request), by=me, space=space, now=timezone.now())
    except (Malformed, Refused) as refused:
        messages.error(request, sentence(refused.code))
    else:
        messages.success(request, _("Done."))


def _operation(request: HttpRequest) -> protocol.Operation:
    """The form as the socket's message; what is not offered here is unknown."""
    message = {name: value for name, value in request.POST.items() if name != CSRF_FIELD}
    if message.get("op") not in OFFERED:
        raise Malformed("unknown_operation")
    return protocol.parse(json.dumps({**message, "id": 0})).operation


CSRF_FIELD = "csrfmiddlewaretoken"
