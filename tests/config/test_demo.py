"""The demo's people, Spaces and files."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Follow, User
from accounts.services.follows import follow, unfollow
from accounts.validators import validate_handle
from config.demo.live import bring_back, demo_space, look, sign_in, sign_out, start_demo_space
from config.demo.past import LIVE_DESCRIPTION, LIVE_TITLE, PAST_SPACES
from config.demo.people import (
    COHOST,
    CROWD_SIZE,
    GUEST_HOST,
    HOST,
    PEOPLE,
    crowd_handle,
    crowd_name,
)
from config.instance import read
from config.management.commands.demo_voices import site_of
from spaces.models import Participant, Space
from spaces.rules.lifecycle import DESCRIPTION_LIMIT, TITLE_LIMIT
from spaces.rules.roles import Role
from spaces.services.hands import raise_hand
from spaces.services.lifecycle import end_space, standing_of, start_space
from spaces.services.removal import remove
from spaces.services.stage import move_down

FOLDER = Path(__file__).parents[2] / "config" / "demo"


def demo() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def who(handle: str) -> User:
    return User.objects.get(handle=handle)


@pytest.fixture
def instance(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    demo()
    return tmp_path


@pytest.fixture
def production(settings):
    class Production:
        is_trial = False

    settings.INSTANCE = Production()


def test_the_cast_fits_the_limits():
    for one in PEOPLE:
        validate_handle(one.handle)
        assert len(one.bio) <= 160
        assert len(one.name) <= 50
        assert (FOLDER / "pictures" / f"{one.handle}.webp").exists()
    assert len(PEOPLE) >= 15
    assert len({one.name for one in PEOPLE}) == len(PEOPLE)
    validate_handle(crowd_handle(CROWD_SIZE))
    assert len({crowd_name(number) for number in range(CROWD_SIZE)}) == CROWD_SIZE


def test_titles_and_descriptions_fit_the_limits():
    assert len(LIVE_TITLE) <= TITLE_LIMIT
    assert len(LIVE_DESCRIPTION) <= DESCRIPTION_LIMIT
    for past in PAST_SPACES:
        assert len(past.title) <= TITLE_LIMIT
        assert len(past.description) <= DESCRIPTION_LIMIT
        assert past.host not in past.stage + past.came
        assert not set(past.stage) & set(past.came)


def test_the_committed_files_are_small():
    pictures = sum(path.stat().st_size for path in (FOLDER / "pictures").iterdir())
    voices = sum(path.stat().st_size for path in (FOLDER / "voices").iterdir())
    assert pictures < 200_000
    assert voices < 1_500_000


def test_everybody_has_exactly_the_followers_they_should(instance):
    for one in PEOPLE:
        assert Follow.objects.followers_of(who(one.handle)).count() == one.followers, one.handle
    assert Follow.objects.followers_of(who(GUEST_HOST)).count() == 1248
    assert Follow.objects.followers_of(who(COHOST)).count() > 600


def test_whoever_hosted_a_space_has_the_followers_for_it(instance):
    for space in Space.objects.all():
        assert standing_of(space.host).may_host, space.host
    assert not standing_of(who("sarah")).may_host


def test_nobody_of_the_demo_can_sign_in_with_a_password(instance):
    assert User.objects.filter(is_demo=False).count() == 0
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert [user.handle for user in User.objects.filter(is_staff=True)] == ["mod"]
    assert not who("mod").is_superuser


def test_a_second_run_changes_nothing(instance):
    before = {
        model: list(model.objects.order_by("pk").values())
        for model in (User, Follow, Space, Participant)
    }
    assert demo() == ""
    for model, rows in before.items():
        assert list(model.objects.order_by("pk").values()) == rows


def test_a_second_run_undoes_nothing_that_somebody_did(instance):
    now = timezone.now()
    sarah = who("sarah")
    unfollow(by=sarah, person=who(HOST), now=now)
    follow(by=sarah, person=who("jonas"), now=now)
    sarah.bio = "Mine"
    sarah.save()
    Space.objects.filter(title=PAST_SPACES[0].title).delete()
    demo()
    assert not Follow.objects.between(sarah, who(HOST))
    assert Follow.objects.between(sarah, who("jonas"))
    assert who("sarah").bio == "Mine"
    assert not Space.objects.filter(title=PAST_SPACES[0].title).exists()


def test_a_run_that_was_cut_short_is_completed(instance):
    """As if the first run had been killed while it made the follows."""
    omar = who("omar")
    User.objects.filter(pk=omar.pk).update(picture="")
    Follow.objects.filter(followed=omar, pk__gt=Follow.objects.filter(followed=omar)[100].pk).delete()
    demo()
    assert Follow.objects.followers_of(omar).count() == 311


def test_a_handle_that_somebody_has_already_stays_theirs(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    User.objects.create_user("rose", name="The first Rose")
    demo()
    assert who("rose").name == "The first Rose"
    assert not who("rose").is_demo
    assert demo_space() is not None


def test_pictures_are_served_and_come_back_when_their_files_are_lost(instance, client):
    url = who(HOST).picture_url
    assert client.get(url)["Content-Type"] == "image/webp"
    (instance / "demo" / "ines.webp").unlink()
    demo()
    assert client.get(url).status_code == 200


def test_past_spaces_are_over_and_nobody_is_shown_as_present(instance):
    past = Space.objects.over()
    assert past.count() == len(PAST_SPACES)
    assert all(space.ended_at > space.started_at for space in past)
    assert all(space.ended_at < timezone.now() for space in past)
    assert not Participant.objects.present().exists()


def test_the_live_space_has_a_host_and_a_cohost_on_stage(instance):
    space = demo_space()
    stage = Participant.objects.filter(space=space).on_stage()
    assert [(seat.person.handle, seat.role) for seat in stage] == [
        (HOST, Role.HOST),
        (COHOST, Role.COHOST),
    ]
    assert space.title == LIVE_TITLE


def test_a_demo_space_that_was_ended_starts_again(instance):
    first = demo_space()
    end_space(by=who(HOST), space=first, now=timezone.now())
    demo()
    assert demo_space() not in (None, first)


def test_the_demo_waits_while_its_host_hosts_another_space(instance):
    now = timezone.now()
    end_space(by=who(HOST), space=demo_space(), now=now)
    mine = start_space(by=who(HOST), title="My own", now=now)
    assert start_demo_space(now) is None
    end_space(by=who(HOST), space=mine, now=now + timedelta(minutes=1))
    assert start_demo_space(now).title == LIVE_TITLE


def test_production_refuses_the_demo(db, production):
    with pytest.raises(CommandError, match="production"):
        demo()
    assert not User.objects.exists()


def test_the_voices_see_their_scene(instance):
    scene = look(timezone.now())
    assert scene.slug == demo_space().slug
    assert scene.is_muted == {HOST: True, COHOST: True}


def test_the_voices_are_signed_in_without_a_password_and_out_again(instance, client):
    cookies = sign_in(HOST)
    client.cookies.load(cookies)
    assert client.get("/settings/profile/").status_code == 200
    sign_out(cookies)
    assert client.get("/settings/profile/").status_code == 302


def test_a_real_person_is_never_signed_in_by_the_demo(instance):
    User.objects.create_user("somebody")
    with pytest.raises(User.DoesNotExist):
        sign_in("somebody")


def test_a_cohost_moved_down_or_removed_comes_back_when_asked(instance):
    space, host, cohost = demo_space(), who(HOST), who(COHOST)
    now = timezone.now()
    assert bring_back(now) == []
    move_down(by=host, person=cohost.key, space=space, now=now)
    assert list(look(timezone.now()).is_muted) == [HOST]
    assert bring_back(now) == [COHOST]
    remove(by=host, person=cohost.key, reason="Snoring", space=space, now=now)
    assert bring_back(now) == [COHOST]
    assert list(look(timezone.now()).is_muted) == [HOST, COHOST]


def test_a_hand_in_the_demo_waits_ten_seconds_for_its_answer(instance, person):
    now = timezone.now()
    raise_hand(by=person, space=demo_space(), now=now)
    assert look(now + timedelta(seconds=9)).waiting == ()
    assert look(now + timedelta(seconds=11)).waiting == (person.key,)


def test_without_a_live_space_there_is_no_scene(instance):
    end_space(by=who(HOST), space=demo_space(), now=timezone.now())
    assert look(timezone.now()) is None
    assert bring_back(timezone.now()) == []


def test_the_voices_find_the_web_process_of_their_own_machine():
    def url(**environment: str) -> str:
        where = {"PORT": "8123", "SECRET_KEY": "x" * 40, "CAUSERIE_VAR": "/nowhere"}
        return site_of(read({**where, **environment}, FOLDER)).url

    assert url() == "http://127.0.0.1:8123"
    assert url(TLS="1") == "https://127.0.0.1:8123"
    assert url(HOST="192.0.2.7", PUBLIC_URL="https://try.example.org") == "http://192.0.2.7:8123"
    assert url(HOST="::") == "http://[::1]:8123"
