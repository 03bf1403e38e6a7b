"""The list of listeners by pages and by name, and the People drawer as a plain page."""

import pytest
from django.test import Client

from accounts.models import User
from spaces import lists
from spaces.people_page import OFFERED
from spaces.protocol import OPERATIONS
from spaces.services import hands, lifecycle, removal
from tests.builders import NOW, LiveSpace, add_listener, make_live_space, make_person

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(live: LiveSpace) -> str:
    return f"{live.space.get_absolute_url()}people/"


def test_listeners_are_listed_a_page_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "AUDIENCE_SHOWN", 2)
    live = make_live_space(listeners=5)
    address = f"{live.space.get_absolute_url()}audience/"
    shown = [
        person
        for page in (1, 2, 3)
        for person in Client().get(f"{address}?page={page}").context["audience"]
    ]
    assert shown == live.listeners
    last = Client().get(f"{address}?page=99").context["audience"]
    assert (last.number, last.paginator.num_pages) == (3, 3)


@pytest.mark.parametrize("query", ["MIRA", "mira_", "@mira", " ndez "])
def test_listeners_are_found_by_name_or_handle(query: str) -> None:
    live = make_live_space(listeners=2)
    mira = add_listener(live.space, make_person("mira_h", name="Mira Hernandez"))
    address = f"{live.space.get_absolute_url()}audience/"
    assert list(Client().get(address, {"q": query}).context["audience"]) == [mira]
    assert not Client().get(address, {"q": "nobody"}).context["audience"]


def test_the_plain_page_is_for_hosts() -> None:
    live = make_live_space(cohosts=1, speakers=1, listeners=1)
    for person in (live.host, live.cohosts[0]):
        assert signed_in(person).get(page_of(live)).status_code == 200
    for person in (live.speakers[0], live.listeners[0], make_person()):
        assert signed_in(person).get(page_of(live)).status_code == 403
    assert Client().get(page_of(live)).status_code == 302


def test_a_form_does_what_the_socket_does_and_says_so() -> None:
    live = make_live_space(listeners=1)
    [person] = live.listeners
    hands.raise_hand(by=person, space=live.space, reason="A question", now=NOW)
    client = signed_in(live.host)
    assert "A question" in client.get(page_of(live)).content.decode()
    answer = client.post(page_of(live), {"op": "accept", "person": person.key}, follow=True)
    assert "Done." in answer.content.decode()
    assert live.space.participants.get(person=person).role == "speaker"
    again = client.post(page_of(live), {"op": "accept", "person": person.key}, follow=True)
    assert "on stage already" in again.content.decode()


def test_a_form_asks_for_nobodys_leave_but_the_services() -> None:
    """Who may do it is the same table: a speaker's forged form is refused."""
    live = make_live_space(speakers=1)
    [speaker] = live.speakers
    client = signed_in(speaker)
    client.post(page_of(live), {"op": "mute_person", "person": live.host.key})
    client.post(page_of(live), {"op": "lock_requests"})
    assert not live.fresh().requests_locked
    assert "not_allowed" not in OFFERED


@pytest.mark.parametrize("form", [{}, {"op": "end"}, {"op": "fly"}, {"op": "accept", "x": "y"}])
def test_what_is_not_offered_is_refused_in_words(form: dict[str, str]) -> None:
    live = make_live_space()
    answer = signed_in(live.host).post(page_of(live), form, follow=True)
    assert "Reload the page" in answer.content.decode()
    assert live.fresh().is_live


def test_removed_people_are_listed_with_undo() -> None:
    live = make_live_space(listeners=1)
    [person] = live.listeners
    removal.remove(by=live.host, person=person.key, reason="Shouting", space=live.space, now=NOW)
    client = signed_in(live.host)
    assert "Shouting" in client.get(page_of(live)).content.decode()
    client.post(page_of(live), {"op": "undo_remove", "person": person.key})
    assert not live.space.participants.removed().exists()
    assert "Shouting" not in client.get(page_of(live)).content.decode()


def test_an_ended_space_leads_to_its_end_page() -> None:
    live = make_live_space()
    lifecycle.end_space(by=live.host, space=live.space, now=NOW)
    response = signed_in(live.host).get(page_of(live))
    assert response.headers["Location"] == live.space.get_absolute_url()


def test_every_form_is_an_operation_of_the_socket() -> None:
    assert set(OPERATIONS) >= OFFERED


@pytest.mark.parametrize("number", [1, 9])
def test_the_plain_page_takes_as_many_queries_for_many_as_for_one(
    number: int, django_assert_max_num_queries
) -> None:
    live = make_live_space(speakers=number, listeners=number)
    client = signed_in(live.host)
    with django_assert_max_num_queries(18):
        client.get(page_of(live))
