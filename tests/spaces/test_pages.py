"""Pages of Spaces: who sees what, and in how many queries."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Follow, User
from media.models import RelayLease
from spaces.models import InstanceRules, Space
from spaces.services import lifecycle, removal
from spaces.urls import urlpatterns
from tests.builders import NOW, make_followers, make_live_space, make_person

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def visitor() -> Client:
    return Client()


# Every route of the app, and what a visitor, a person, and somebody removed are answered.
ROUTES = {
    "home": (200, 200, 200),
    "start": (302, 200, 200),
    "space": (200, 200, 403),
    "audience": (200, 200, 200),  # an empty list for who was removed
    "people": (302, 403, 403),  # hosts' own page; a visitor is asked to sign in
}


def test_every_route_stands_in_the_matrix() -> None:
    assert {route.name for route in urlpatterns} == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_answers_each_as_the_matrix_says(name: str, visitor: Client) -> None:
    live = make_live_space(listeners=2)
    person, removed = live.listeners
    removal.remove(by=live.host, person=removed.key, reason="Noise", space=live.space, now=NOW)
    address = reverse(name, args=[live.space.slug] if name in {"space", "audience", "people"} else [])
    clients = (visitor, signed_in(person), signed_in(removed))
    assert tuple(client.get(address).status_code for client in clients) == ROUTES[name]


def test_who_was_removed_is_not_told_who_listens() -> None:
    live = make_live_space(listeners=2)
    _person, removed = live.listeners
    removal.remove(by=live.host, person=removed.key, reason="Noise", space=live.space, now=NOW)
    response = signed_in(removed).get(f"{live.space.get_absolute_url()}audience/")
    assert response.context["audience"] == []


def test_a_visitor_reads_who_is_live_on_the_home_page(visitor: Client) -> None:
    live = make_live_space(title="Evening news")
    text = visitor.get("/").content.decode()
    assert "Evening news" in text
    assert live.space.get_absolute_url() in text


def test_spaces_of_people_i_follow_come_first_on_the_home_page() -> None:
    make_live_space(title="Somebody", listeners=3)
    friend = make_live_space(title="A friend")
    me = make_person()
    Follow.objects.create(follower=me, followed=friend.host)
    spaces = signed_in(me).get("/").context["live_spaces"]
    assert [space.title for space in spaces] == ["A friend", "Somebody"]


@pytest.mark.parametrize("number", [1, 6])
def test_the_home_page_takes_as_many_queries_for_many_spaces_as_for_one(
    number: int, django_assert_max_num_queries
) -> None:
    for _i in range(number):
        make_live_space(speakers=2)
        lifecycle.end_space(by=(over := make_live_space()).host, space=over.space, now=NOW)
    client = signed_in(make_person())
    with django_assert_max_num_queries(17):
        client.get("/")


@pytest.mark.parametrize("number", [1, 9])
def test_the_space_page_takes_as_many_queries_for_many_people_as_for_one(
    number: int, django_assert_max_num_queries
) -> None:
    live = make_live_space(speakers=number, listeners=number)
    client = signed_in(live.host)
    with django_assert_max_num_queries(17):
        client.get(live.space.get_absolute_url())


def test_the_space_page_carries_the_snapshot_and_every_refusal_in_words(visitor: Client) -> None:
    live = make_live_space(speakers=1)
    context = visitor.get(live.space.get_absolute_url()).context
    me = context["snapshot"]["me"]
    assert (me["person"], me["role"], me["invitation"]) == (None, "visitor", None)
    assert len(context["snapshot"]["stage"]) == 2
    assert "stage_full" in context["refusals"]


def test_an_unknown_space_is_not_found(visitor: Client) -> None:
    assert visitor.get("/s/nosuchslug/").status_code == 404


@pytest.mark.parametrize("state", ["draft", "scheduled", "cancelled", "removed"])
def test_a_space_that_is_not_shown_looks_like_an_unknown_one(visitor: Client, state: str) -> None:
    live = make_live_space()
    Space.objects.update(state=state)
    assert visitor.get(live.space.get_absolute_url()).status_code == 404


def test_an_ended_space_has_its_end_page(visitor: Client) -> None:
    live = make_live_space(title="Over and out", speakers=1)
    lifecycle.end_space(by=live.host, space=live.space, now=NOW)
    response = visitor.get(live.space.get_absolute_url())
    assert response.status_code == 200
    assert "Over and out" in response.content.decode()
    assert response.context["people"] == [live.host, *live.speakers]


def test_a_removed_person_is_told_so_on_the_page() -> None:
    live = make_live_space(listeners=1)
    [person] = live.listeners
    removal.remove(by=live.host, person=person.key, reason="Noise", space=live.space, now=NOW)
    response = signed_in(person).get(live.space.get_absolute_url())
    assert response.status_code == 403
    assert response.context["code"] == "removed"


def test_the_audience_lists_listeners_but_nobody_on_stage_hidden_or_removed(
    visitor: Client,
) -> None:
    live = make_live_space(speakers=1, listeners=3)
    seen, hidden, removed = live.listeners
    live.space.participants.filter(person=hidden).update(is_hidden=True)
    removal.remove(by=live.host, person=removed.key, reason="Noise", space=live.space, now=NOW)
    response = visitor.get(f"{live.space.get_absolute_url()}audience/")
    assert list(response.context["audience"]) == [seen]


def test_starting_asks_visitors_to_sign_in(visitor: Client) -> None:
    assert visitor.get("/start/").status_code == 302
    assert visitor.post("/start/").status_code == 302
    assert not Space.objects.exists()


def test_start_goes_live_and_leads_to_the_space() -> None:
    host = make_person("ana", may_host_anyway=True)
    response = signed_in(host).post("/start/")
    space = Space.objects.get()
    assert space.is_live
    assert space.title == "@ana's Space"
    assert response.headers["Location"] == f"/s/{space.slug}/?started=1"


def test_a_second_click_on_start_leads_to_the_space_of_the_first() -> None:
    client = signed_in(make_person(may_host_anyway=True))
    client.post("/start/")
    response = client.post("/start/")
    assert response.headers["Location"] == Space.objects.get().get_absolute_url()


def test_start_answers_scripts_in_json() -> None:
    client = signed_in(make_person(may_host_anyway=True))
    response = client.post("/start/", headers={"Accept": "application/json"})
    assert response.status_code == 201
    assert response.json()["url"].endswith("/?started=1")
    response = client.post("/start/", headers={"Accept": "application/json"})
    assert response.status_code == 409
    assert response.json()["refused"] == "already_hosting"


def test_nobody_starts_spaces_by_the_dozen() -> None:
    person = make_person(may_host_anyway=True)
    client = signed_in(person)
    for _i in range(30):
        client.post("/start/")
        live = Space.objects.live().get()
        lifecycle.end_space(by=person, space=live, now=NOW)
    response = client.post("/start/")
    assert response.status_code == 429
    assert not Space.objects.live().exists()


def test_who_has_too_few_followers_reads_how_many_they_have() -> None:
    InstanceRules.objects.create(followers_to_host=10)
    person = make_person()
    make_followers(person, 4)
    response = signed_in(person).post("/start/")
    assert response.status_code == 403
    assert "4 of 10 followers" in response.content.decode()


def test_a_title_that_is_too_long_is_refused_with_the_form() -> None:
    response = signed_in(make_person(may_host_anyway=True)).post("/start/", {"title": "x" * 71})
    assert response.status_code == 400
    assert response.context["form"].errors
    assert not Space.objects.exists()


def test_my_profile_shows_how_far_i_am_from_hosting() -> None:
    person = make_person()
    text = signed_in(person).get(person.get_absolute_url()).content.decode()
    assert "0 of 600 followers" in text


def test_a_hosts_profile_leads_to_their_live_space(visitor: Client) -> None:
    live = make_live_space()
    text = visitor.get(live.host.get_absolute_url()).content.decode()
    assert live.space.get_absolute_url() in text


def test_staff_change_the_rules_and_end_a_space_in_the_admin(admin_client: Client) -> None:
    live = make_live_space()
    assert admin_client.get("/admin/spaces/space/").status_code == 200
    assert admin_client.get(f"/admin/spaces/space/{live.space.pk}/change/").status_code == 200
    chosen = {"action": "end", "_selected_action": [live.space.pk]}
    admin_client.post("/admin/spaces/space/", chosen)
    assert live.fresh().is_over
    rules = {"followers_to_host": 3, "reactions": "👏 🔥"}
    assert admin_client.post("/admin/spaces/instancerules/add/", rules).status_code == 302
    assert InstanceRules.current().tray == ("👏", "🔥")
    assert lifecycle.standing_of(make_person()).needed == 3


def test_staff_read_the_relays_counters_and_change_nothing(admin_client: Client) -> None:
    RelayLease.objects.take(name="relay", epoch="one", addresses=[], now=NOW)
    RelayLease.objects.renew(name="relay", epoch="one", now=NOW, counters={"peers.refused_busy": 7})
    lease = RelayLease.objects.get()
    assert admin_client.get("/admin/media/relaylease/").status_code == 200
    desk = f"/admin/media/relaylease/{lease.pk}/change/"
    assert "peers.refused_busy&quot;: 7" in admin_client.get(desk).text
    assert admin_client.post(desk, {"counters": "{}"}).status_code == 403
