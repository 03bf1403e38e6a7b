"""What one web process does each second, when something is in its way."""

from typing import Any

import pytest
from autobahn.websocket.protocol import WebSocketProtocol
from django.utils import timezone

from spaces.hub import CLOSE_CODES, COME_AGAIN
from spaces.keeper import Keeper
from spaces.lines import Line
from tests.builders import LiveSpace, make_live_space
from tests.spaces.sockets import Page, in_rows, pages


async def live_now(**people: int) -> LiveSpace:
    return await in_rows(lambda: make_live_space(now=timezone.now(), **people).send_away())()


class Closed(WebSocketProtocol):
    """autobahn's protocol without a network: only its check of what may be sent."""

    def __init__(self) -> None:
        self.code: int | None = None

    def sendCloseFrame(self, code: Any = None, **_: Any) -> None:
        self.code = code


@pytest.mark.parametrize("code", [*CLOSE_CODES.values(), COME_AGAIN])
def test_every_close_code_can_be_sent(code: int) -> None:
    protocol = Closed()
    protocol.sendClose(code)
    assert protocol.code == code


async def test_a_broken_line_keeps_nobody_from_coming_back(web: Keeper, monkeypatch) -> None:
    live = await live_now()
    async with pages(Page(live.space), Page(live.space)) as both:
        lines = list(web.hub.spaces[live.space.slug].lines)
        close = Line.close

        async def broken(line: Line, *rest: Any) -> None:
            if line is lines[0]:
                raise OSError("the wire is cut")
            await close(line, *rest)

        monkeypatch.setattr(Line, "close", broken)
        await web._let_everybody_return()
        there = [page for page in both if page.tab == lines[1].tab]
        assert await there[0].until_closed() == COME_AGAIN
        monkeypatch.undo()
