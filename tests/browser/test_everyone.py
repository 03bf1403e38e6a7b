"""For everyone: axe on every page, the keyboard alone, the accessibility tree, French, 320 px."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, expect

from tests.browser.conftest import Cast
from tests.browser.instance import ROOT
from tests.browser.steps import join, until_sound

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = ROOT / "node_modules/axe-core/axe.min.js"
VISITOR_PAGES = [
    "/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/mail/",
    "/@ines/", "/@ines/followers/", "/@ines/following/", "/@nobody_there/", "/s/doesnotexi/",
    "/accounts/password/reset/done/",
]
SENTENCES = """
() => Object.fromEntries([
  ...[...document.getElementById("sentences").content.querySelectorAll("[data-say]")]
    .map((one) => [one.dataset.say, one.textContent]),
  ...Object.entries(JSON.parse(document.getElementById("refusals")?.textContent ?? "{}")),
  ...[...document.querySelectorAll("[data-notice] p")]
    .map((one) => [one.parentElement.dataset.notice, one.textContent]),
])
"""
OWN_PAGES = [
    "/", "/start/", "/@axel/", "/accounts/logout/", "/accounts/password/change/", "/accounts/email/",
    "/settings/profile/",
]


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands (WCAG 2.2 AA and best practices)."""
    await page.evaluate(Path(AXE).read_text())  # noqa: ASYNC240 a small local file
    found = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{page.url} {rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_axe_finds_nothing_on_any_page(cast: Cast, scheme: Any, width: int) -> None:
    visitor = await cast.browser_of(width=width, color_scheme=scheme, reduced_motion="reduce")
    own = await cast.browser_of("axel", width=width, color_scheme=scheme, reduced_motion="reduce")
    slug = cast.instance.ask("live_demo")
    found = []
    for page, addresses in ((visitor, [*VISITOR_PAGES, f"/s/{slug}/"]), (own, OWN_PAGES)):
        for address in addresses:
            await page.goto(address)
            found += await violations(page)
    await join(own, slug)
    found += await violations(own)
    for opener in ("#people-button", "#hand", "[data-open=settings]", "#react"):
        found += await violations_behind(own, opener)
    assert not found, "\n".join(found)


async def violations_behind(page: Page, opener: str) -> list[str]:
    """What axe finds in the dialog or popover that `opener` opens."""
    await page.locator(opener).click()
    shown = page.locator("dialog[open], [popover]:popover-open").first
    await expect(shown).to_be_visible()
    found = await violations(page)
    await page.keyboard.press("Escape")
    await expect(shown).to_be_hidden()
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_while_one_hosts_is_removed_and_ends(
    cast: Cast, scheme: Any
) -> None:
    slug = cast.space_of(f"hosta_{scheme}")
    host = await cast.browser_of(f"hosta_{scheme}", hz=600, color_scheme=scheme)
    guest = await cast.browser_of(f"guesta_{scheme}", width=390, color_scheme=scheme)
    await join(host, slug)
    await join(guest, slug)
    await guest.locator("#hand").click()
    await guest.get_by_role("button", name="Raise hand").click()
    await expect(host.locator(".side [data-requests] li")).to_be_visible()
    found = await violations(host)
    for opener in (".side [data-requests] [data-who]", "#volume-button", "#share-button", "#leave"):
        found += await violations_behind(host, opener)
    await host.locator(".side [data-requests] [data-who]").click()
    await host.get_by_role("button", name="Remove from the Space").click()
    await host.get_by_label("Reason").fill("To see the page")
    await host.get_by_role("button", name="Remove", exact=True).click()
    await expect(guest.get_by_role("heading", name="You were removed")).to_be_visible()
    found += await violations(guest)
    await guest.goto(f"/s/{slug}/")
    found += await violations(guest)
    await host.locator("#leave").click()
    await host.get_by_role("button", name="End for everyone").click()
    await expect(host.get_by_role("heading", name="This Space has ended")).to_be_visible()
    found += await violations(host)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", ["/", "/accounts/signup/", "/@ines/", "demo"])
async def test_no_page_scrolls_sideways_at_320_px(cast: Cast, address: str) -> None:
    page = await cast.browser_of(width=320, height=640)
    is_demo = address == "demo"
    await page.goto(f"/s/{cast.instance.ask('live_demo')}/" if is_demo else address)
    if is_demo:
        await page.get_by_role("button", name="Start listening").click()
        await expect(page.locator("#controls")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def focus_by_tab(page: Page, name: str) -> None:
    """Press Tab until the control with that accessible name has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        text = await page.evaluate(
            "document.activeElement.matches('a, button, input, select')"
            " ? (document.activeElement.getAttribute('aria-label')"
            " ?? document.activeElement.textContent).trim() : ''"
        )
        if name in text:
            return
    raise AssertionError(f"Tab never reached {name!r}")


async def test_by_keyboard_alone_one_joins_raises_a_hand_speaks_and_mutes(cast: Cast) -> None:
    slug = cast.space_of("kaya")
    host, guest = await cast.browser_of("kaya", hz=600), await cast.browser_of("keys", hz=1200)
    for page in (host, guest):
        await page.goto(f"/s/{slug}/")
    await focus_by_tab(host, "Go in, muted")
    await host.keyboard.press("Enter")
    await focus_by_tab(guest, "Start listening")
    await guest.keyboard.press("Enter")
    await until_sound(guest)
    await guest.keyboard.press("h")
    await guest.keyboard.type("Hello there")
    await guest.keyboard.press("Enter")
    await expect(guest.locator("#hand")).to_have_attribute("aria-pressed", "true")
    await focus_by_tab(host, "Accept")
    await host.keyboard.press("Enter")
    await expect(guest.locator("#mic-dialog")).to_be_visible()
    await focus_by_tab(guest, "Unmute and speak")
    ear = await cast.ear_in(slug)
    await guest.keyboard.press("Enter")
    await ear.hears(1200)
    await guest.keyboard.press("m")
    await ear.hears_no(1200)
    await expect(guest.locator("#mic")).to_contain_text("Unmute")


class Tree:
    """The accessibility tree, as a screen reader's user walks it: by role and name only."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    async def find(self, role: str, name: str) -> dict[str, Any] | None:
        tree = await self._session.send("Accessibility.getFullAXTree")
        for node in tree["nodes"]:
            is_shown = not node.get("ignored")
            named = name in node.get("name", {}).get("value", "")
            if is_shown and node.get("role", {}).get("value") == role and named:
                return dict(node)
        return None

    async def wait(self, page: Page, role: str, name: str) -> dict[str, Any]:
        for _ in range(100):
            if node := await self.find(role, name):
                return node
            await page.wait_for_timeout(100)
        raise AssertionError(f"no {role} named {name!r} in the tree")

    async def press(self, page: Page, name: str, role: str = "button") -> None:
        node = await self.wait(page, role, name)
        found = await self._session.send(
            "DOM.resolveNode", {"backendNodeId": node["backendDOMNodeId"]}
        )
        await self._session.send(
            "Runtime.callFunctionOn",
            {"objectId": found["object"]["objectId"], "functionDeclaration": "function(){this.click()}",
             "userGesture": True},
        )  # fmt: skip


async def test_from_the_accessibility_tree_one_gets_on_stage(cast: Cast) -> None:
    slug = cast.space_of("tara")
    guest = await cast.browser_of("theo", hz=1250)
    await guest.goto(f"/s/{slug}/")
    tree = Tree(await guest.context.new_cdp_session(guest))
    await tree.press(guest, "Start listening")
    await until_sound(guest)
    await tree.press(guest, "Hand")
    await tree.press(guest, "Raise hand")
    await expect(guest.locator("#status")).to_contain_text("hand", ignore_case=True)
    host = await cast.voice_of(slug, "tara")
    key = host.snapshot["hands"][0]["person"]
    assert (await host.say("accept", person=key))["ok"]
    await tree.press(guest, "Unmute and speak")
    ear = await cast.ear_in(slug)
    await ear.hears(1250)
    assert await tree.find("button", "Unmute") is None
    await tree.press(guest, "Mute")
    await ear.hears_no(1250)
    await tree.wait(guest, "button", "Unmute")


async def test_the_site_is_french_for_who_wants_it(cast: Cast) -> None:
    page = await cast.browser_of(locale="fr-FR")
    await page.goto("/")
    assert await page.locator("html").get_attribute("lang") == "fr"
    await page.get_by_role("link", name="Who owns the night train?").first.click()
    sentences = await sentences_of(page)
    english = await cast.browser_of(locale="en-GB")
    await english.goto(page.url)
    same = await sentences_of(english)
    assert len(same) > 20
    assert sentences.keys() == same.keys()
    alike = [key for key in same if same[key] == sentences[key] and " " in same[key].replace("{n}", "").strip()]
    assert not alike, f"not in French: {alike}"
    assert await page.locator("#join").inner_text() != await english.locator("#join").inner_text()


async def sentences_of(page: Page) -> dict[str, str]:
    """What the scripts say, by name: the template that the page carries for them."""
    return dict(await page.evaluate(SENTENCES))
