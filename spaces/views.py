"""Pages of Spaces: home, start, lobby and live page in one, its audience, the end page."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in, viewer
from accounts.limits import Limit
from accounts.models import User
from spaces import access, admission, lists
from spaces.forms import StartForm
from spaces.languages import LANGUAGES
from spaces.models import InstanceRules, ReactionTotal, Space, Topic
from spaces.rules.roles import Refused
from spaces.sentences import SENTENCES, sentence
from spaces.services import lifecycle
from spaces.snapshot import snapshot

STARTS = Limit("start", times=30, seconds=3600)


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    me = viewer(request)
    context = {
        "live_spaces": lists.live_spaces(me, timezone.now()),
        "ended_spaces": lists.ended_spaces(me),
        "people_to_follow": lists.people_to_follow(me),
        "hosting": lifecycle.standing_of(me) if me else None,
    }
    return render(request, "spaces/home.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The plain page of the compose menu; its form, from here or from the menu, goes live."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _start_page(request, form)
    if not form.is_valid():
        return _start_page(request, form, refused="text_too_long", status=400)
    me = signed_in(request)
    if not STARTS.take(me.pk):
        return _start_page(request, form, refused="too_many_starts", status=429)
    try:
        space = lifecycle.start_space(
            by=me, **form.cleaned_data, language=translation.get_language()[:2], now=timezone.now()
        )
    except Refused as refused:
        return _not_started(request, form, me, refused.code)
    address = f"{space.get_absolute_url()}?started=1"
    if _wants_json(request):
        return JsonResponse({"url": address}, status=201)
    return redirect(address)


@require_safe
@never_cache
def space(request: HttpRequest, slug: str) -> HttpResponse:
    """Lobby and live page in one document; the end page once it is over."""
    me = viewer(request)
    found = access.space_or_404(slug, me)
    if found.is_over:
        return _end_page(request, found, me)
    if code := admission.refusal(me, found):
        context = {"space": found, "code": code, "sentence": sentence(code)}
        return render(request, "spaces/refused.html", context, status=403)
    context = {
        "space": found,
        "snapshot": snapshot(space=found, viewer=me, now=timezone.now()),
        "audience": lists.audience(found),
        "tray": InstanceRules.current().tray,
        "topic_choices": [
            {"slug": topic.slug, "name": str(topic)} for topic in Topic.objects.active()
        ],
        "languages": list(LANGUAGES.items()),
        "refusals": {code: str(text) for code, text in SENTENCES.items()},
    }
    return render(request, "spaces/space.html", context)


@require_safe
@never_cache
def audience(request: HttpRequest, slug: str) -> HttpResponse:
    """One page of the listeners alone, which the live page fetches when its version has risen."""
    me = viewer(request)
    found = access.space_or_404(slug, me)
    listed = [] if admission.refusal(me, found) else _audience(request, found)
    return render(request, "spaces/_audience.html", {"space": found, "audience": listed})


def _audience(request: HttpRequest, space: Space) -> Page[User]:
    return lists.audience(space, request.GET.get("q", ""), request.GET.get("page", 1))


def _end_page(request: HttpRequest, ended: Space, me: User | None) -> HttpResponse:
    lists.with_stage([ended])
    totals = ReactionTotal.objects.filter(space=ended).order_by("-total", "pk")
    context = {
        "space": ended,
        "duration": lists.duration(ended),
        "people": ended.faces,
        "is_followed": bool(lists.followed_by(me, [ended.acting_host_id])),
        "reactions": totals,
        "is_host": me is not None and me.pk == ended.host_id,
    }
    return render(request, "spaces/ended.html", context)


def _start_page(
    request: HttpRequest, form: StartForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    if refused and _wants_json(request):
        return JsonResponse({"refused": refused, "sentence": sentence(refused)}, status=status)
    context = {
        "form": form,
        "hosting": lifecycle.standing_of(signed_in(request)),
        "refused": sentence(refused) if refused else "",
    }
    return render(request, "spaces/start.html", context, status=status)


def _not_started(request: HttpRequest, form: StartForm, me: User, code: str) -> HttpResponse:
    """Whoever hosts already is led back to their Space: it was a second click, or another tab."""
    running = access.live_space_of(me) if code == "already_hosting" else None
    if running is not None and not _wants_json(request):
        return redirect(running)
    if running is not None:
        return JsonResponse({"refused": code, "url": running.get_absolute_url()}, status=409)
    return _start_page(request, form, refused=code, status=403)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
