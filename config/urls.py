"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health, mail, trial

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.urls")),
    path("", include("spaces.urls")),
]


def trial_addresses(*, is_trial: bool) -> list[URLPattern]:
    """What only a trial has: in production these addresses do not exist."""
    if not is_trial:
        return []
    return [
        path("mail/", mail.mail, name="mail"),
        path("trial/continue/", trial.continue_as, name="trial_continue"),
    ]


urlpatterns += trial_addresses(is_trial=settings.INSTANCE.is_trial)
