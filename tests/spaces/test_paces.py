"""A new socket is no new allowance."""

from django.utils import timezone

from spaces.keeper import Keeper
from spaces.paces import KEPT, PaceBook
from spaces.rules.reactions import REACTION_PACE
from tests.builders import make_live_space
from tests.spaces.sockets import Page, in_rows


async def test_reconnecting_resets_no_pace(web: Keeper) -> None:
    live = await in_rows(lambda: make_live_space(now=timezone.now(), listeners=1).send_away())()
    taken = 0
    for _i in range(4):
        page = Page(live.space, live.listeners[0], tab="the-same-tab-all-the-time")
        await page.join()
        for _j in range(REACTION_PACE.burst):
            taken += "ok" in await page.say("react", emoji="🔥")
        await page.gone()
    assert taken < 3 * REACTION_PACE.burst


def test_a_pace_is_forgotten_a_minute_after_its_last_use() -> None:
    book = PaceBook()
    first = book.of("space", "ana", 0)
    assert book.of("space", "ana", KEPT) is first
    assert book.of("other", "ana", KEPT) is not first
    book.of("space", "ben", 2 * KEPT + 1)
    assert len(book) == 1
