"""A person's page, and what they say of themselves."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import access, parts
from accounts.forms import ProfileForm
from accounts.models import Follow, User
from accounts.services import people


@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    person = access.person_by_handle(handle)
    if handle != person.handle:
        return redirect(person, permanent=True)
    viewer = access.viewer(request)
    context = {
        "person": person,
        "is_me": viewer == person,
        "is_followed": Follow.objects.between(viewer, person),
        "follows_me": viewer is not None and Follow.objects.between(person, viewer),
        "follower_count": Follow.objects.followers_of(person).count(),
        "following_count": Follow.objects.followed_by(person).count(),
        "parts": parts.gather(person, viewer),
    }
    return render(request, "accounts/profile.html", context)


@login_required
def edit_profile(request: HttpRequest) -> HttpResponse:
    person = access.signed_in(request)
    # The form works on a row of its own: a refused name must not show in the page's frame.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        people.describe_oneself(by=person, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect(person)
    return render(request, "accounts/edit_profile.html", {"form": form})
