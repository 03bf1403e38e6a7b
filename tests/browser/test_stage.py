"""Who speaks: locked requests, accept all, invitations, co-hosts, details live, removal undone."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Cast
from tests.browser.steps import join, unmute
from tests.browser.test_everyone import focus_by_tab, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def raise_hand(page: Page) -> None:
    await page.locator("#hand").click()
    await page.get_by_role("button", name="Raise hand").click()
    await expect(page.locator("#hand")).to_have_attribute("aria-pressed", "true")


async def menu_of(page: Page, name: str) -> None:
    """Open the menu of a listener or of somebody on stage."""
    await page.locator("#stage-box [data-person] button:visible", has_text=name).click()
    await expect(page.locator("#person-dialog")).to_be_visible()


async def open_people(page: Page) -> None:
    await page.locator("#people-button").click()
    await expect(page.locator("#people")).to_be_visible()


async def said(page: Page, words: str) -> None:
    """Announced: in the status of the page, or of the dialog that is open."""
    await expect(page.locator("[role=status]", has_text=words).first).to_be_attached()


async def test_requests_are_locked_and_all_that_wait_are_accepted_at_once(cast: Cast) -> None:
    slug = cast.space_of("lora")
    host, first = await cast.browser_of("lora", hz=600), await cast.browser_of("fira", hz=700)
    second, late = await cast.browser_of("seco", hz=800), await cast.browser_of("lata", hz=900)
    for page in (host, first, second, late):
        await join(page, slug)
    for page in (first, second):
        await raise_hand(page)
    await expect(host).to_have_title(re.compile(r"^\(2\) .*LIVE"))
    await open_people(host)
    await host.locator("#people").get_by_role("button", name="Lock requests").click()
    await expect(late.locator("#hand")).to_contain_text("Requests locked")
    await host.locator("#people").get_by_role("button", name="Accept all that fit").click()
    for page in (first, second):
        await page.get_by_role("button", name="Unmute and speak").click()
        await expect(page.locator("#mic")).to_contain_text("Mute")
    await host.locator("#people").get_by_role("button", name="Mute everybody else").click()
    for page in (first, second):
        await expect(page.locator("#mic")).to_contain_text("Unmute")
    await host.locator("#who-can-speak").select_option("everyone")
    await late.get_by_role("button", name="Speak", exact=True).click()
    await expect(late.locator("#mic-dialog")).to_be_visible()


async def test_an_invitation_is_answered_by_keyboard_and_each_step_is_said(cast: Cast) -> None:
    slug = cast.space_of("ivo")
    host, guest = await cast.browser_of("ivo", hz=600), await cast.browser_of("gala", hz=1200)
    await join(host, slug)
    await join(guest, slug)
    await menu_of(host, "Gala")
    await host.get_by_role("button", name="Invite to speak").click()
    await said(guest, "Ivo invites you to speak.")
    await expect(guest.locator("#invitation h2")).to_be_focused()
    await guest.keyboard.press("Escape")
    await focus_by_tab(guest, "Answer")
    await guest.keyboard.press("Enter")
    await focus_by_tab(guest, "Accept")
    await guest.keyboard.press("Enter")
    await said(guest, "You are on the stage, muted.")
    await focus_by_tab(guest, "Stay muted for now")
    await guest.keyboard.press("Enter")
    await menu_of(host, "Gala")
    await host.get_by_role("button", name="Ask to unmute").click()
    await said(guest, "Ivo asks you to unmute.")
    await expect(guest.locator("#mic")).to_contain_text("Unmute")
    ear = await cast.ear_in(slug)
    await guest.locator('[data-notice="unmute-asked"]').get_by_role("button", name="Unmute").click()
    await ear.hears(1200)


async def test_the_host_names_cohosts_orders_them_and_takes_it_back(cast: Cast) -> None:
    slug = cast.space_of("coral")
    host = await cast.browser_of("coral", hz=600)
    one, two = await cast.browser_of("onna", hz=700), await cast.browser_of("twig", hz=800)
    await join(host, slug)
    for page, name in ((one, "Onna"), (two, "Twig")):
        await join(page, slug)
        await menu_of(host, name)
        await host.get_by_role("button", name="Invite as co-host").click()
        await page.locator("#invitation").get_by_role("button", name="Accept").click()
        await page.get_by_role("button", name="Stay muted for now").click()
    await open_people(host)
    await expect(host.locator("#heirs .strong")).to_have_text(["Onna", "Twig"])
    await host.get_by_role("button", name="Earlier: Twig").click()
    await expect(host.locator("#heirs .strong")).to_have_text(["Twig", "Onna"])
    await host.get_by_role("button", name="No longer co-host: Onna").click()
    await said(one, "You are a speaker now")
    await expect(host.locator("#heirs .strong")).to_have_text(["Twig"])


async def test_title_and_topics_change_for_everybody_while_live(cast: Cast) -> None:
    slug = cast.space_of("edda", "Old title")
    host, guest = await cast.browser_of("edda", hz=600), await cast.browser_of("erik", width=320)
    await join(host, slug)
    await join(guest, slug)
    await expect(guest.locator("#edit-button")).to_be_hidden()
    await host.locator("#edit-button").click()
    await host.get_by_role("textbox", name="Title").fill("New title")
    for topic in ("Music", "Sports", "Technology"):
        await host.get_by_label(topic).check()
    await expect(host.get_by_label("Gaming")).to_be_disabled()
    assert not await violations(host)
    await host.get_by_role("button", name="Save for everybody").click()
    await expect(guest.get_by_role("heading", level=1)).to_have_text("New title")
    await expect(guest.locator("[data-topics] .chip")).to_have_text(["Music", "Sports", "Technology"])
    await expect(guest).to_have_title(re.compile("New title · LIVE"))
    assert await guest.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_what_hosts_and_invited_people_see(cast: Cast, scheme: str) -> None:
    slug = cast.space_of(f"axa_{scheme}")
    host = await cast.browser_of(f"axa_{scheme}", width=390, color_scheme=scheme, reduced_motion="reduce")
    guest = await cast.browser_of("axi", color_scheme=scheme, reduced_motion="reduce")
    await join(host, slug)
    await join(guest, slug)
    await menu_of(host, "Axi")
    found = await violations(host)
    await host.get_by_role("button", name="Invite to speak").click()
    await expect(guest.locator("#invitation")).to_be_visible()
    found += await violations(guest)
    await open_people(host)
    await expect(host.locator("#invited-list")).to_contain_text("Axi")
    found += await violations(host)
    assert not found, "\n".join(found)


async def test_a_removal_is_undone_from_the_drawer(cast: Cast) -> None:
    slug = cast.space_of("ruth")
    host, rude = await cast.browser_of("ruth", hz=600), await cast.browser_of("rudi")
    await join(host, slug)
    await join(rude, slug)
    await menu_of(host, "Rudi")
    await host.get_by_role("button", name="Remove from the Space").click()
    await host.get_by_label("Reason").fill("Shouting")
    await host.get_by_role("button", name="Remove", exact=True).click()
    await expect(rude.get_by_role("heading", name="You were removed")).to_be_visible()
    await open_people(host)
    await host.locator("#removed-list").get_by_role("button", name="Undo").click()
    await expect(host.locator("#people #toast")).to_contain_text("Rudi may come back.")
    await expect(host.locator("#removed-box")).to_be_hidden()
    await join(rude, slug)


async def test_without_scripts_a_host_manages_on_the_plain_page(cast: Cast) -> None:
    slug = cast.space_of("paula")
    guest = await cast.browser_of("pawel")
    await join(guest, slug)
    await raise_hand(guest)
    host = await cast.browser_of("paula", width=320, java_script_enabled=False)
    await host.goto(f"/s/{slug}/people/")
    await host.get_by_role("button", name="Accept Pawel").click()
    await expect(host.get_by_text("Done.")).to_be_visible()
    await expect(guest.locator("#mic-dialog")).to_be_visible()
    await host.get_by_label("Who can take a free place").select_option("everyone")
    await host.get_by_role("button", name="Save").click()
    await expect(host.get_by_label("Who can take a free place")).to_have_value("everyone")
    seen = await cast.browser_of("paula", width=320)
    await seen.goto(f"/s/{slug}/people/")
    assert await seen.evaluate("document.documentElement.scrollWidth") <= 320
    assert not await violations(seen)


async def test_what_is_announced_is_chosen_and_remembered(cast: Cast) -> None:
    slug = cast.space_of("vero")
    host, guest = await cast.browser_of("vero", hz=600), await cast.browser_of("vito")
    await join(host, slug)
    await join(guest, slug)
    await guest.get_by_role("button", name="Settings and keyboard").click()
    await guest.get_by_label("What is announced").select_option("all")
    await guest.get_by_label("Short sounds").uncheck()
    await guest.keyboard.press("Escape")
    await unmute(host)
    await said(guest, "Vero has the microphone on.")
    await guest.reload()
    await expect(guest.locator("#verbosity")).to_have_value("all")
    await expect(guest.locator("#sounds-on")).not_to_be_checked()
