"""Web, relay, worker and Redis killed one at a time: heard again without a click.

That it takes at most 3 s is measured by `make bench-recovery`; here only that it happens.
"""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Cast
from tests.browser.sound import until
from tests.browser.steps import SPECTRUM, join, packets_after, unmute

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("process", ["relay", "web", "worker", "redis"])
async def test_everybody_is_heard_again_without_a_click(cast: Cast, process: str) -> None:
    slug = cast.space_of(f"kim_{process}")
    host, listener = await cast.browser_of(f"kim_{process}", hz=700), await cast.browser_of()
    await join(host, slug)
    await join(listener, slug)
    speaker = await cast.voice_of(slug, f"sam_{process}", hz=1500)
    cast.instance.ask("on_stage", slug=slug, handle=f"sam_{process}")
    await speaker.say("unmute")
    await unmute(host)
    ear = await cast.ear_in(slug)
    await ear.hears(700)
    await ear.hears(1500)
    before = cast.instance.pid_of(process)
    cast.instance.kill(process)
    await until(lambda: _is_another(cast, process, before), 20, f"{process} was not started again")
    await until(cast.instance.is_well, 30, "the instance is not well again")
    await packets_after(listener)
    await packets_after(host)
    if process == "web":  # whose page was lost comes back muted, whatever the client wishes
        await expect(host.locator("#mic")).to_contain_text("Unmute")
        await unmute(host)
        ear = await cast.ear_in(slug)
    await ear.hears(700, within=15)
    (tone,) = await listener.evaluate(SPECTRUM, [700])
    assert tone > -60, "the listener's own page hears the host again (dB)"
    facts = cast.instance.ask("facts", slug=slug)
    assert facts["roles"][f"kim_{process}"] == "host"
    assert facts["roles"][f"sam_{process}"] == "speaker"


def _is_another(cast: Cast, process: str, before: int) -> bool:
    try:
        return cast.instance.pid_of(process) != before
    except LookupError:
        return False
