"""Making an account."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.db.models.signals import pre_save
from django.test import Client
from django.utils import timezone

from accounts.models import User

SIGN_UP = "/accounts/signup/"
PASSWORD = "a-long-enough-secret"


def asked(**changes: str) -> dict[str, str]:
    return {
        "name": "Ana Reyes", "username": "ana", "email": "ana@example.org",
        "password1": PASSWORD, "birth_date": "1990-05-17", **changes,
    }


def years_ago(years: int, *, days: int = 0) -> str:
    today = timezone.localdate()
    born = date(today.year - years, today.month, today.day) + timedelta(days=days)
    return born.isoformat()


def test_signing_up_makes_an_account_and_signs_in(db: None) -> None:
    browser = Client()
    answer = browser.post(SIGN_UP, asked())
    assert answer.status_code == 302
    person = User.objects.get(handle="ana")
    assert (person.name, person.email) == ("Ana Reyes", "ana@example.org")
    assert person.birth_date == date(1990, 5, 17)
    assert browser.session["_auth_user_id"] == str(person.pk)


def test_a_date_of_birth_is_shown_to_nobody(make_person: Callable[..., User]) -> None:
    person = make_person("ana", birth_date=date(1987, 3, 4))
    page = Client().get(person.get_absolute_url()).text
    assert "1987" not in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("birth_date", years_ago(13, days=1), "You must be at least 13"),
        ("birth_date", "1850-01-01", "Enter your date of birth"),
        ("birth_date", "2999-01-01", "Enter your date of birth"),
        ("birth_date", "", "required"),
        ("username", "admin", "reserved"),
        ("username", "an", "3 to 20"),
        ("username", "ana reyes", "3 to 20"),
        ("username", "anaé", "3 to 20"),
        ("password1", "12345678", "too common"),
        ("password1", "short", "too short"),
        ("email", "nowhere", "valid email"),
        ("name", "\u202e\u200b", "can be read"),
    ],
)
def test_what_cannot_be_an_account_is_refused_with_a_link_to_its_field(
    db: None, field: str, value: str, sentence: str
) -> None:
    page = Client().post(SIGN_UP, asked(**{field: value}))
    assert page.status_code == 200
    assert sentence in page.text
    assert f'href="#id_{field}"' in page.text
    assert not User.objects.exists()


def test_thirteen_today_is_old_enough(db: None) -> None:
    Client().post(SIGN_UP, asked(birth_date=years_ago(13)))
    assert User.objects.filter(handle="ana").exists()


def test_a_handle_taken_in_another_case_is_taken(make_person: Callable[..., User]) -> None:
    make_person("ana")
    page = Client().post(SIGN_UP, asked(username="ANA", email="other@example.org"))
    assert "This handle is taken." in page.text
    assert User.objects.count() == 1


def test_a_handle_is_kept_in_lower_case_and_without_its_at(db: None) -> None:
    Client().post(SIGN_UP, asked(username="@AnaR"))
    assert User.objects.get().handle == "anar"


def test_a_used_e_mail_is_refused(make_person: Callable[..., User]) -> None:
    make_person("ines", email="ana@example.org")
    page = Client().post(SIGN_UP, asked(email="Ana@Example.org"))
    assert "An account with this e-mail exists already" in page.text
    assert User.objects.count() == 1


def test_the_first_person_of_a_trial_runs_it_and_is_told_so(db: None) -> None:
    User.objects.create_user("ines", is_demo=True)
    answer = Client().post(SIGN_UP, asked())
    person = User.objects.get(handle="ana")
    assert person.is_staff
    assert person.is_superuser
    assert person.may_host_anyway
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    assert any("You are the first person here" in message for message in told)


def test_the_second_person_of_a_trial_is_nobody_special(make_person: Callable[..., User]) -> None:
    make_person("ines")
    Client().post(SIGN_UP, asked())
    person = User.objects.get(handle="ana")
    assert not person.is_staff
    assert not person.may_host_anyway


def test_the_first_person_in_production_is_nobody_special(
    db: None, production: None
) -> None:
    Client().post(SIGN_UP, asked())
    person = User.objects.get(handle="ana")
    assert not any([person.is_staff, person.is_superuser, person.may_host_anyway])


def test_signing_up_leads_back_to_where_it_began(db: None) -> None:
    page = Client().get("/accounts/login/?next=/s/abc/")
    assert "/accounts/signup/?next=%2Fs%2Fabc%2F" in page.text
    answer = Client().post(SIGN_UP, asked(next="/s/abc/"))
    assert answer["Location"] == "/s/abc/"


def test_a_mail_server_that_is_away_does_not_stop_a_sign_up(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", 9)
    answer = Client().post(SIGN_UP, asked())
    assert answer.status_code == 302
    assert User.objects.filter(handle="ana").exists()


def test_fields_tell_browsers_what_to_fill_in(db: None) -> None:
    page = Client().get(SIGN_UP).text
    for word in ("username", "new-password", "bday", "email", "name"):
        assert f'autocomplete="{word}"' in page


def test_of_two_who_take_a_handle_in_the_same_moment_the_second_is_asked_again(db: None) -> None:
    def somebody_was_quicker(instance: User, **_more: object) -> None:
        pre_save.disconnect(somebody_was_quicker, sender=User)
        User.objects.create_user("ana")

    pre_save.connect(somebody_was_quicker, sender=User)
    page = Client().post(SIGN_UP, asked(), follow=True)
    assert page.redirect_chain == [(SIGN_UP, 302)]
    assert "Somebody has just taken that handle" in page.text
