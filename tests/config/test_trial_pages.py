"""What only a trial has: signing in as somebody of the demo, and reading mail in the browser."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config.instance import Mode
from config.mail import kept
from config.urls import trial_addresses

LOGIN = "/accounts/login/"


@pytest.fixture
def _demo(db: None) -> None:
    for handle in ("mod", "sarah", "karim", "amina", "thomas"):
        User.objects.create_user(handle, is_demo=True, name=handle.title())


@pytest.fixture
def production(settings: Any) -> None:
    settings.INSTANCE = replace(settings.INSTANCE, mode=Mode.PRODUCTION)


def continue_as(handle: str, **more: str) -> Any:
    return Client().post("/trial/continue/", {"handle": handle, **more})


@pytest.mark.usefixtures("_demo")
def test_the_sign_in_page_offers_four_people_in_order() -> None:
    page = Client().get(f"{LOGIN}?next=/s/abc/").text
    offered = [page.index(f'value="{handle}"') for handle in ("amina", "karim", "sarah", "mod")]
    assert offered == sorted(offered)
    assert 'value="thomas"' not in page


@pytest.mark.usefixtures("_demo")
def test_continuing_signs_in_and_goes_on() -> None:
    answer = continue_as("sarah", next="/s/abc/")
    assert answer["Location"] == "/s/abc/"
    assert answer.wsgi_request.user.handle == "sarah"
    assert continue_as("sarah", next="https://evil.example/")["Location"] == "/"


@pytest.mark.usefixtures("_demo")
def test_a_foreign_name_that_leads_here_signs_nobody_in(settings: Any) -> None:
    """DNS rebinding: the browser takes the page of evil.example for one of ours."""
    settings.ALLOWED_HOSTS = settings.INSTANCE.hosts
    browser = Client(headers={"host": "evil.example:8000"})
    answer = browser.post("/trial/continue/", {"handle": "sarah"})
    assert (answer.status_code, answer.cookies.get("sessionid")) == (400, None)
    assert Client(headers={"host": "localhost:8000"}).get(LOGIN).status_code == 200


@pytest.mark.usefixtures("_demo")
def test_nobody_else_can_be_continued_as() -> None:
    User.objects.create_user("ana")
    User.objects.filter(handle="karim").update(suspended_at=timezone.now())
    for handle in ("ana", "karim", "nobody", ""):
        answer = continue_as(handle)
        assert answer.status_code == 404
        assert not answer.wsgi_request.user.is_authenticated


@pytest.mark.usefixtures("_demo", "production")
def test_production_offers_nobody_and_refuses_to_continue() -> None:
    assert "Continue as" not in Client().get(LOGIN).text
    assert continue_as("sarah").status_code == 404
    assert Client().get("/mail/").status_code == 404


@pytest.mark.usefixtures("_demo")
def test_production_ends_the_sessions_of_a_trials_people(settings: Any) -> None:
    browser = Client()
    browser.post("/trial/continue/", {"handle": "sarah"})
    assert browser.get("/settings/profile/").status_code == 200
    settings.INSTANCE = replace(settings.INSTANCE, mode=Mode.PRODUCTION)
    assert browser.get("/settings/profile/").status_code == 302


def test_production_does_not_even_route_the_trials_addresses() -> None:
    assert trial_addresses(is_trial=False) == []
    assert {address.name for address in trial_addresses(is_trial=True)} == {"mail", "trial_continue"}


@pytest.fixture
def post_box(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.MAIL_DIR = tmp_path
    return tmp_path


def write(subject: str, body: str) -> None:
    EmailMessage(subject, body, "Causerie <causerie@localhost>", ["ana@example.org"]).send()


def test_mails_are_listed_newest_first(db: None, post_box: Path) -> None:
    for age, subject in ((30, "First"), (20, "Second"), (10, "Third")):
        write(subject, "Text")
        newest = max(post_box.iterdir(), key=lambda path: path.stat().st_ctime_ns)
        os.utime(newest, ns=(10**18 - age, 10**18 - age))
    assert [mail.subject for mail in kept(post_box)] == ["Third", "Second", "First"]


def test_a_mail_with_markup_is_shown_as_text(db: None, post_box: Path) -> None:
    write("<b>Hello</b>", "<script>alert(1)</script> and http://testserver/x?a=1&b=2 — “é”")
    page = Client().get("/mail/").text
    assert "<b>Hello" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert 'href="http://testserver/x?a=1&amp;b=2"' in page
    assert "“é”" in page


def test_no_mail_and_no_folder_are_a_page_too(db: None, settings: Any, tmp_path: Path) -> None:
    settings.MAIL_DIR = tmp_path / "nothing"
    assert "No mail yet." in Client().get("/mail/").text


def test_the_reset_link_of_the_page_works_in_one_click(db: None, post_box: Path) -> None:
    User.objects.create_user("ana", "ana@example.org", "a-long-enough-secret")
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": "ana@example.org"})
    link = re.search(r'href="http://testserver(/accounts/password/reset/[^"]+)"', browser.get("/mail/").text)
    assert link
    assert "Choose a new password" in browser.get(link[1], follow=True).text


def test_a_nul_byte_is_nobody_and_reaches_no_database(
    db: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):  # PostgreSQL would not take it
        assert continue_as("sar\0ah").status_code == 404


PHONE = {"REMOTE_ADDR": "192.168.1.20"}


@pytest.mark.usefixtures("_demo")
@pytest.mark.parametrize("who", [PHONE, {"HTTP_X_FORWARDED_FOR": "192.168.1.20"}])
def test_the_network_is_offered_no_staff(who: dict[str, str]) -> None:
    User.objects.filter(handle="mod").update(is_staff=True)
    page = Client(**who).get(LOGIN).text
    assert 'value="sarah"' in page
    assert 'value="mod"' not in page
    assert Client(**who).post("/trial/continue/", {"handle": "mod"}).status_code == 404
    assert Client(**who).post("/trial/continue/", {"handle": "sarah"}).status_code == 302
    assert 'value="mod"' in Client().get(LOGIN).text


@pytest.mark.usefixtures("post_box")
def test_mail_is_for_this_machine_and_for_real_staff(db: None) -> None:
    browser = Client(**PHONE)
    assert Client().get("/mail/").status_code == 200
    assert Client(REMOTE_ADDR="::1").get("/mail/").status_code == 200
    assert browser.get("/mail/").status_code == 404
    person = User.objects.create_user("ana")
    for is_staff, is_demo, status in ((False, False, 404), (True, True, 404), (True, False, 200)):
        person.is_staff, person.is_demo = is_staff, is_demo
        person.save()
        browser.force_login(person)
        assert browser.get("/mail/").status_code == status
