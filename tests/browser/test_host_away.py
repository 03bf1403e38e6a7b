"""The Space outlives its host's tab: waited for, acted for, reclaimed; and it ends when nobody hosts."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Cast
from tests.browser.steps import join, until_sound

pytestmark = pytest.mark.asyncio(loop_scope="session")
LOST_WITHIN = 20_000  # ms: a closed page is noticed, and timers are looked at every few seconds


async def close_tab(page: Page) -> None:
    """Away, in the same browser: what its tab remembers is kept."""
    await page.goto("about:blank")


async def shows(page: Page, name: str) -> None:
    await expect(page.locator(f'[data-notice="{name}"]')).to_be_visible(timeout=LOST_WITHIN)


async def shows_no(page: Page, name: str) -> None:
    await expect(page.locator(f'[data-notice="{name}"]')).to_be_hidden(timeout=LOST_WITHIN)


async def make_cohost(host: Page, guest: Page, name: str) -> None:
    await host.locator("#audience [data-person] button:visible", has_text=name).click()
    await host.get_by_role("button", name="Invite as co-host").click()
    await guest.locator("#invitation").get_by_role("button", name="Accept").click()
    await guest.get_by_role("button", name="Stay muted for now").click()


async def test_a_host_who_is_soon_back_is_waited_for(cast: Cast) -> None:
    slug = cast.space_of("soon")
    host, listener = await cast.browser_of("soon", hz=600), await cast.browser_of()
    await join(host, slug)
    await join(listener, slug)
    await close_tab(host)
    await shows(listener, "host-lost")
    await expect(listener.locator("#status")).to_contain_text("connection is lost")
    await host.goto(f"/s/{slug}/")
    await until_sound(host)
    await shows_no(listener, "host-lost")
    await expect(listener.locator("#status")).to_contain_text("The host is back.")
    assert cast.instance.ask("facts", slug=slug)["roles"]["soon"] == "host"


async def test_a_cohost_runs_the_space_until_the_host_reclaims_it(cast: Cast) -> None:
    slug = cast.space_of("gone")
    host, cohost = await cast.browser_of("gone", hz=600), await cast.browser_of("vice", hz=700)
    asker = await cast.browser_of("asta", hz=800)
    for page in (host, cohost, asker):
        await join(page, slug)
    await make_cohost(host, cohost, "Vice")
    await close_tab(host)
    await shows(asker, "host-lost")
    assert cast.instance.ask("fall_due", slug=slug, kind="host_lost") == 1
    await shows(cohost, "acting-me")
    await expect(asker.locator("[data-host-name]")).to_have_text("Vice")
    await asker.locator("#hand").click()
    await asker.get_by_role("button", name="Raise hand").click()
    await cohost.locator(".side .request").get_by_role("button", name="Accept").click()
    await expect(asker.locator("#mic-dialog")).to_be_visible()
    await host.goto(f"/s/{slug}/")
    await shows_no(cohost, "acting-me")
    await expect(asker.locator("[data-host-name]")).to_have_text("Gone")
    roles = cast.instance.ask("facts", slug=slug)["roles"]
    assert roles == {"gone": "host", "vice": "cohost", "asta": "speaker"}


async def test_without_any_host_the_space_ends_after_a_while_and_says_so_before(cast: Cast) -> None:
    slug = cast.space_of("alone")
    host, listener = await cast.browser_of("alone", hz=600), await cast.browser_of()
    await join(host, slug)
    await join(listener, slug)
    await close_tab(host)
    await shows(listener, "host-lost")
    assert cast.instance.ask("fall_due", slug=slug, kind="host_lost") == 1
    await shows(listener, "no-host")
    await expect(listener.locator('[data-notice="no-host"] [data-left]')).to_contain_text("left")
    assert cast.instance.ask("fall_due", slug=slug, kind="no_host") == 1
    ended = listener.get_by_role("heading", name="This Space has ended")
    await expect(ended).to_be_visible(timeout=LOST_WITHIN)
    await expect(listener.get_by_text("No host was here for five minutes")).to_be_visible()
