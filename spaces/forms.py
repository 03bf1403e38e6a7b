"""The form that starts a Space. Nothing in it is mandatory."""

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.rules.lifecycle import DESCRIPTION_LIMIT, TITLE_LIMIT


class StartForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=TITLE_LIMIT, required=False)
    description = forms.CharField(
        label=_("Description"), max_length=DESCRIPTION_LIMIT, required=False
    )
