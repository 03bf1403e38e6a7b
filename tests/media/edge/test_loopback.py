"""Real connections: a stock aiortc on one side, the relay on the other, UDP between them."""

import pytest

from tests.media.edge.conftest import SPACE, Web
from tests.media.edge.page import Page, Tone, until

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_speaker_is_heard_by_a_listener_and_not_by_themselves(web: Web) -> None:
    await web.stage(1, ada=True)
    ada, visitor = Page(Tone(440)), Page()
    await web.connect(ada, "ada")
    await web.connect(visitor)
    await until(lambda: visitor.loudness(440) > 0.05)
    assert ada.loudness(440) < 0.01
    await until(
        lambda: any(space == SPACE and heard.get("ada", 0) > 5 for space, heard in web.levels)
    )
    await ada.close()
    await visitor.close()


async def test_two_speakers_hear_each_other_and_not_themselves(web: Web) -> None:
    await web.stage(1, ada=True, bob=True)
    ada, bob = Page(Tone(440)), Page(Tone(1000))
    await web.connect(ada, "ada")
    await web.connect(bob, "bob")
    await until(lambda: ada.loudness(1000) > 0.05 and bob.loudness(440) > 0.05)
    assert ada.loudness(440) < 0.01
    assert bob.loudness(1000) < 0.01
    await ada.close()
    await bob.close()
