"""Reactions: a tap or a key, seen by the others, not faster than three a second."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Cast
from tests.browser.steps import join

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_reaction_floats_for_everybody_and_by_key_too(cast: Cast) -> None:
    slug = cast.space_of("rosa")
    giver, other = await cast.browser_of("gigi"), await cast.browser_of("rosa", hz=600)
    await join(giver, slug)
    await join(other, slug)
    await giver.locator("#react").click()
    await giver.get_by_role("button", name="Fire").click()
    await expect(giver.locator("#floaters")).to_contain_text("🔥")
    await expect(other.locator("#floaters")).to_contain_text("🔥")
    await giver.keyboard.press("Escape")
    await giver.locator("#stage-box").focus()
    await giver.keyboard.press("r")
    await giver.keyboard.press("3")
    await expect(other.locator("#floaters")).to_contain_text("👏")


async def test_too_many_reactions_are_refused_kindly(cast: Cast) -> None:
    slug = cast.space_of("ruth")
    giver = await cast.browser_of("fast")
    await join(giver, slug)
    await giver.locator("#react").click()
    heart = giver.get_by_role("button", name="Heart")
    await heart.evaluate("(button) => { for (let i = 0; i < 12; i += 1) button.click(); }")
    await expect(giver.locator("#tray-note")).to_be_visible()
    assert await giver.locator("#floaters > *").count() <= 24


async def test_with_reduced_motion_reactions_are_counted_not_floated(cast: Cast) -> None:
    slug = cast.space_of("calm")
    still = await cast.browser_of("still", reduced_motion="reduce")
    giver = await cast.browser_of("giver")
    await join(still, slug)
    await join(giver, slug)
    await giver.locator("#react").click()
    await giver.get_by_role("button", name="Hundred").click()
    await expect(still.locator("#tally")).to_contain_text("💯")
    assert await still.locator("#floaters > *").count() == 0
