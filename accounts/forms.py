"""Forms people fill in about themselves."""

import unicodedata
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.models import User

PASSWORD_HELP = _("At least 8 characters, not a common word.")


class BirthDateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"autocomplete": "bday"})


class PlainFields:
    """allauth's forms in our words: labels above the fields instead of placeholders in them."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.label = _("E-mail")


class LoginForm(PlainFields, allauth_forms.LoginForm):
    """Sign in by handle, with or without its @, or by e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Handle or e-mail")
        self.fields["login"].widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        self.fields["password"].help_text = ""  # the page has the link to the reset

    def clean_login(self) -> str:
        login = super().clean_login()
        return login[1:] if login.startswith("@") else login


class ResetPasswordForm(PlainFields, allauth_forms.ResetPasswordForm):
    pass


class NewPasswordFields(PlainFields):
    """Forms in which a password is chosen, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HELP
        self.fields["password1"].widget.attrs["autocomplete"] = "new-password"
        self.fields["password2"].label = _("New password, once more")


class ResetPasswordKeyForm(NewPasswordFields, allauth_forms.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(NewPasswordFields, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")


class SetPasswordForm(NewPasswordFields, allauth_forms.SetPasswordForm):
    pass


class AddEmailForm(PlainFields, allauth_forms.AddEmailForm):
    pass


class ReauthenticateForm(PlainFields, allauth_forms.ReauthenticateForm):
    pass


class SignupForm(PlainFields, allauth_forms.SignupForm):
    """A new account: name, handle, e-mail, password and date of birth."""

    field_order = ["name", "username", "email", "password1", "birth_date"]

    name = forms.CharField(
        label=_("Name"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As people will see it. It can be changed."),
    )
    birth_date = forms.DateField(
        label=_("Date of birth"), widget=BirthDateInput,
        help_text=_("You must be at least 13. Nobody else sees it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        handle = self.fields["username"]
        handle.label = _("Handle")
        handle.help_text = _("3 to 20 of a-z, 0-9 and _")
        handle.widget.attrs.update(autocapitalize="none", spellcheck="false")
        self.fields["password1"].widget.attrs["autocomplete"] = "new-password"
        self.fields["password1"].help_text = PASSWORD_HELP

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_birth_date(self) -> Any:
        born, today = self.cleaned_data["birth_date"], timezone.localdate()
        if not rules.is_plausible_birth(today, born=born):
            raise ValidationError(_("Enter your date of birth."), code="implausible")
        if not rules.is_old_enough(today, born=born):
            raise ValidationError(
                _("You must be at least %(age)s to have an account."),
                code="too_young", params={"age": rules.MINIMUM_AGE},
            )
        return born

    def try_save(self, request: HttpRequest) -> Any:
        """Two people may ask for one handle in the same moment: the second is asked again."""
        try:
            return super().try_save(request)
        except IntegrityError:
            messages.error(request, _("Somebody has just taken that handle or e-mail. Try again."))
            return None, redirect(request.get_full_path())


class ProfileForm(forms.ModelForm):
    """What a person says of themselves."""

    class Meta:
        model = User
        fields = ["name", "bio"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "bio": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {"bio": _("At most 160 characters.")}

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


# Characters that hide or turn text around: U+202A-202E, U+2066-2069 (UAX #9), U+200B, U+FEFF.
# Joiners (U+200C, U+200D) stay: Persian, Hindi and many emoji are written with them.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")


def clean_name(name: str) -> str:
    """A name in one line that shows something. Raises ValidationError when nothing is left."""
    kept = (c for c in name if c not in TURNING and unicodedata.category(c) != "Cc")
    cleaned = " ".join("".join(kept).split())
    if not any(unicodedata.category(c)[0] in "LNSP" for c in cleaned):
        raise ValidationError(_("Enter a name that can be read."), code="invisible")
    return cleaned
