"""Firefox listens and speaks once (its fake microphone is a tone)."""

import tempfile
from pathlib import Path

import pytest

from tests.browser.conftest import Cast
from tests.browser.firefox import Firefox, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEARD = """
(async () => {
  const peer = window.connections?.at(-1);
  for (const stat of (await peer?.getStats() ?? new Map()).values()) {
    if (stat.type === "inbound-rtp") return stat.packetsReceived;
  }
  return 0;
})()
"""


async def test_firefox_listens_and_speaks(cast: Cast) -> None:
    if program() is None:
        pytest.fail("no Firefox found (Debian: apt-get install firefox-esr)")
    slug = cast.space_of("fox")
    person = cast.instance.ask("person", handle="fox")
    with tempfile.TemporaryDirectory() as profile:
        async with Firefox(Path(profile)) as firefox:
            await firefox.goto(f"{cast.instance.url}/healthz")
            for name, value in person["cookies"].items():
                await firefox.set_cookie(cast.instance.url, name, value)
            await firefox.watch_connections()
            await firefox.goto(f"{cast.instance.url}/s/{slug}/")
            await firefox.evaluate("document.getElementById('join').click()")
            assert await firefox.until(f"{HEARD}.then((n) => n > 25)")
            ear = await cast.ear_in(slug)
            await firefox.evaluate("document.getElementById('mic').click()")
            await ear.hears_something()
