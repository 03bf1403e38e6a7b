"""Following, the counts it makes, and the lists."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Follow, User
from accounts.refusals import SENTENCES, Refused
from accounts.services import follows

MakePerson = Callable[..., User]


def count_of(person: User) -> int:
    return Follow.objects.followers_of(person).count()


def follow(by: User, person: User) -> None:
    follows.follow(by=by, person=person, now=timezone.now())


def test_following_twice_is_following_once(make_person: MakePerson) -> None:
    ana, ines = make_person("ana"), make_person("ines")
    follow(ana, ines)
    follow(ana, ines)
    assert count_of(ines) == 1
    assert count_of(ana) == 0


def test_unfollowing_twice_is_harmless(make_person: MakePerson) -> None:
    ana, ines = make_person("ana"), make_person("ines")
    follow(ana, ines)
    for _again in range(2):
        follows.unfollow(by=ana, person=ines, now=timezone.now())
    assert count_of(ines) == 0


def test_nobody_follows_themselves(make_person: MakePerson) -> None:
    ana = make_person("ana")
    with pytest.raises(Refused, match="follow_oneself"):
        follow(ana, ana)


@pytest.mark.parametrize("side", ["by", "person"])
@pytest.mark.parametrize("gone", [{"is_active": False}, {"suspended_at": timezone.now()}])
def test_neither_side_of_a_follow_may_be_suspended_or_closed(
    make_person: MakePerson, side: str, gone: dict[str, object]
) -> None:
    people = {"by": make_person("ana"), "person": make_person("ines")}
    for name, value in gone.items():
        setattr(people[side], name, value)
    with pytest.raises(Refused, match="not_active"):
        follows.follow(**people, now=timezone.now())


def test_the_database_keeps_follows_unique_and_between_two(make_person: MakePerson) -> None:
    ana, ines = make_person("ana"), make_person("ines")
    follow(ana, ines)
    for pair in ((ana, ines), (ana, ana)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Follow.objects.create(follower=pair[0], followed=pair[1])


def test_suspended_and_closed_followers_are_not_counted_until_they_are_back(
    make_person: MakePerson,
) -> None:
    ines = make_person("ines", followers=5)
    fans = list(User.objects.filter(handle__contains="fan"))
    User.objects.filter(pk=fans[0].pk).update(suspended_at=timezone.now())
    User.objects.filter(pk=fans[1].pk).update(is_active=False)
    assert count_of(ines) == 3
    User.objects.filter(pk=fans[0].pk).update(suspended_at=None)
    assert count_of(ines) == 4


def test_every_refusal_has_a_sentence() -> None:
    for code in ("follow_oneself", "not_active", "too_many_follows"):
        assert str(SENTENCES[code])


def test_the_button_follows_and_unfollows_without_scripts(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    ana, ines = make_person("ana"), make_person("ines")
    browser = signed_in(ana)
    page = browser.post("/@ines/follow/", follow=True)
    assert page.redirect_chain == [("/@ines/", 302)]
    assert 'action="/@ines/unfollow/"' in page.text
    assert count_of(ines) == 1
    page = browser.post("/@ines/unfollow/", {"next": "/@ana/"}, follow=True)
    assert page.redirect_chain == [("/@ana/", 302)]
    assert count_of(ines) == 0


def test_the_button_answers_scripts_with_the_new_count(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    ana = make_person("ana")
    make_person("ines", followers=2)
    browser = signed_in(ana)
    answer = browser.post("/@ines/follow/", headers={"accept": "application/json"})
    assert answer.json() == {"followers": "3"}
    refused = browser.post("/@ana/follow/", headers={"accept": "application/json"})
    assert refused.status_code == 409
    assert refused.json()["refused"] == "follow_oneself"


def test_a_visitor_who_follows_signs_in_and_lands_on_the_profile(make_person: MakePerson) -> None:
    make_person("ines")
    browser = Client()
    page = browser.get("/@ines/").text
    assert "/accounts/login/?next=/%40ines/" in page
    answer = browser.post("/@ines/follow/")
    assert answer["Location"] == "/accounts/login/?next=/%40ines/follow/"
    make_person("ana")
    browser.force_login(User.objects.get(handle="ana"))
    assert browser.get("/@ines/follow/")["Location"] == "/@ines/"


def test_a_follow_leads_nowhere_else(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    make_person("ines")
    browser = signed_in(make_person("ana"))
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert browser.post("/@ines/follow/", {"next": elsewhere})["Location"] == "/@ines/"


def test_the_sixty_first_follow_of_a_minute_is_refused_in_plain_words(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    make_person("ines")
    browser = signed_in(make_person("ana"))
    for _click in range(60):
        assert browser.post("/@ines/follow/").status_code == 302
    answer = browser.post("/@ines/unfollow/")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert "That was a lot of follows in one minute" in answer.text
    other = signed_in(make_person("karim"))
    assert other.post("/@ines/follow/").status_code == 302


@pytest.mark.parametrize("path", ["/@ines/followers/", "/@ines/following/"])
def test_a_list_takes_the_same_queries_however_long_it_is(
    make_person: MakePerson, signed_in: Callable[[User], Client], path: str
) -> None:
    ines = make_person("ines", followers=3)
    for fan in list(User.objects.filter(handle__contains="fan")):
        follow(ines, fan)
    browser = signed_in(make_person("ana"))
    with CaptureQueriesContext(connection, ) as few:
        browser.get(path)
    for number in range(40):
        fan = User.objects.create_user(f"more{number}")
        follow(fan, ines)
        follow(ines, fan)
    with CaptureQueriesContext(connection) as many:
        page = browser.get(path)
    assert page.text.count("data-follow=") == 43
    assert len(many) == len(few)


def test_a_long_list_has_pages(make_person: MakePerson) -> None:
    make_person("ines", followers=51)
    page = Client().get("/@ines/followers/")
    assert "Page 1 of 2" in page.text
    assert "Page 2 of 2" in Client().get("/@ines/followers/?page=2").text
    assert "Page 2 of 2" in Client().get("/@ines/followers/?page=999").text


def test_suspended_people_are_in_no_list(make_person: MakePerson) -> None:
    make_person("ines", followers=2)
    User.objects.filter(handle="ines_fan0").update(suspended_at=timezone.now())
    page = Client().get("/@ines/followers/").text
    assert "@ines_fan1" in page
    assert "@ines_fan0" not in page
