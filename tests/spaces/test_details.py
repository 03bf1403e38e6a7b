"""Title, description, topics and language, edited live."""

import pytest
from django.test import Client

from spaces.models import Space, Topic
from spaces.rules import details as rules
from spaces.rules.details import Choices, Edit
from spaces.rules.events import DetailsChanged
from spaces.rules.roles import Refused, Role
from spaces.rules.stage import Seat
from spaces.services import details
from tests.builders import NOW, make_live_space, make_person

HOST = Seat("host", Role.HOST)
BEFORE = DetailsChanged("News", "", ("music",), "en")
CHOICES = Choices(["music", "sports", "gaming", "careers"], {"en", "fr"})


def edit(**wanted: object) -> list[object]:
    return list(rules.edit(HOST, BEFORE, Edit(**wanted), CHOICES, "@ana's Space"))


def test_what_is_left_out_stays() -> None:
    assert edit() == []
    assert edit(title="News") == []
    assert edit(description="Daily") == [DetailsChanged("News", "Daily", ("music",), "en")]


def test_an_empty_title_becomes_the_hosts() -> None:
    assert edit(title=" \n ") == [DetailsChanged("@ana's Space", "", ("music",), "en")]


def test_topics_stand_in_the_order_of_the_list_each_once() -> None:
    chosen = edit(topics=["careers", "sports", "careers"])
    assert chosen == [DetailsChanged("News", "", ("sports", "careers"), "en")]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"title": "x" * 71}, "text_too_long"),
        ({"description": "x" * 501}, "text_too_long"),
        ({"topics": ["knitting"]}, "unknown_topic"),
        ({"topics": ["music", "sports", "gaming", "careers"]}, "too_many_topics"),
        ({"language": "xx"}, "unknown_language"),
    ],
)
def test_what_does_not_fit_is_refused(wanted: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        edit(**wanted)


@pytest.mark.django_db
def test_the_list_is_first_filled_with_ten_topics() -> None:
    names = list(Topic.objects.active().values_list("name", flat=True))
    assert (len(names), names[0], names[-1]) == (10, "Business & Finance", "Careers")


@pytest.mark.django_db
def test_a_topic_taken_from_the_list_stays_where_it_is_and_is_chosen_no_more() -> None:
    live, other = make_live_space(), make_live_space()
    details.edit(by=live.host, wanted=Edit(topics=["music"]), space=live.space, now=NOW)
    Topic.objects.filter(slug="music").update(is_active=False)
    both = Edit(topics=["music", "gaming"])
    details.edit(by=live.host, wanted=both, space=live.space, now=NOW)
    assert [topic.slug for topic in live.space.topics.all()] == ["music", "gaming"]
    with pytest.raises(Refused, match="unknown_topic"):
        details.edit(by=other.host, wanted=both, space=other.space, now=NOW)


@pytest.mark.django_db
def test_a_default_title_is_in_the_language_of_the_space() -> None:
    live = make_live_space(host=make_person("ana", may_host_anyway=True), title="News")
    details.edit(by=live.host, wanted=Edit(title=""), space=live.space, now=NOW)
    assert Space.objects.get().title == "@ana's Space"


@pytest.mark.django_db
def test_the_page_offers_topics_and_languages_in_words() -> None:
    context = Client().get(make_live_space().space.get_absolute_url()).context
    assert {"slug": "music", "name": "Music"} in context["topic_choices"]
    assert ("fr", "Français") in context["languages"]


def test_staff_keep_the_list_in_the_admin(admin_client: Client) -> None:
    assert admin_client.get("/admin/spaces/topic/").status_code == 200
    admin_client.post(
        "/admin/spaces/topic/add/", {"name": "Knitting", "slug": "knitting", "order": 5}
    )
    assert Topic.objects.get(slug="knitting").is_active is False
