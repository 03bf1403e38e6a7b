"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import mail, trial

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("", include("accounts.urls")),
    path("", include("spaces.urls")),
]

if settings.INSTANCE.is_trial:
    urlpatterns += [
        path("mail/", mail.mail, name="mail"),
        path("trial/continue/", trial.continue_as, name="trial_continue"),
    ]
