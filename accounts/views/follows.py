"""Following, and the lists of who follows whom."""

from datetime import datetime
from typing import Protocol

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from accounts import access, limits
from accounts.models import Follow, User
from accounts.models.follow import FollowQuerySet
from accounts.refusals import SENTENCES, Refused
from accounts.services import follows
from accounts.templatetags.people import grouped

PEOPLE_A_PAGE = 50


@login_required
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    return _change(request, handle, follows.follow)


@login_required
def unfollow(request: HttpRequest, handle: str) -> HttpResponse:
    return _change(request, handle, follows.unfollow)


@require_safe
def followers(request: HttpRequest, handle: str) -> HttpResponse:
    person = access.person_by_handle(handle)
    rows = Follow.objects.followers_of(person).select_related("follower")
    return _people(request, person, rows, "follower", "accounts/followers.html")


@require_safe
def following(request: HttpRequest, handle: str) -> HttpResponse:
    person = access.person_by_handle(handle)
    rows = Follow.objects.followed_by(person).select_related("followed")
    return _people(request, person, rows, "followed", "accounts/following.html")


class ChangeOfFollow(Protocol):
    def __call__(self, *, by: User, person: User, now: datetime) -> None: ...


def _change(request: HttpRequest, handle: str, change: ChangeOfFollow) -> HttpResponse:
    """One click on Follow or Unfollow, from a form or from follow.js."""
    person = access.person_by_handle(handle)
    if request.method != "POST":  # a visitor who signed in on the way here
        return redirect(person)
    me = access.signed_in(request)
    if not limits.FOLLOWS.take(me.pk):
        return _too_many(request)
    try:
        change(by=me, person=person, now=timezone.now())
    except Refused as refused:
        return _refused(request, person, refused)
    if _wants_json(request):
        followers = Follow.objects.followers_of(person).count()
        return JsonResponse({"followers": grouped(followers)})
    return redirect(_way_back(request, person))


def _refused(request: HttpRequest, person: User, refused: Refused) -> HttpResponse:
    sentence = str(SENTENCES[refused.code])
    if _wants_json(request):
        return JsonResponse({"refused": refused.code, "sentence": sentence}, status=409)
    messages.error(request, sentence)
    return redirect(_way_back(request, person))


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _way_back(request: HttpRequest, person: User) -> str:
    """The page the click came from, when it is one of ours; else the person's."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return person.get_absolute_url()


def _too_many(request: HttpRequest) -> HttpResponse:
    context = {"sentence": SENTENCES["too_many_follows"]}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(limits.FOLLOWS.seconds)
    return response


def _people(
    request: HttpRequest, person: User, rows: FollowQuerySet, side: str, template: str
) -> HttpResponse:
    """A page of a list, newest first: four queries however long it is."""
    page = Paginator(rows.order_by("-pk"), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    listed = [getattr(row, side) for row in page]
    viewer = access.viewer(request)
    context = {
        "person": person,
        "page": page,
        "people": Follow.objects.marked(viewer, listed),
    }
    return render(request, template, context)
