"""What may go wrong with a microphone: each has its sentence and its way on."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Cast
from tests.browser.steps import join

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSES = """
(name) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", name); }; }
"""
SILENT = """
() => { navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  window.microphone = out.stream.getAudioTracks()[0];
  window.gain = new GainNode(context, { gain: 0 });
  new OscillatorNode(context, { frequency: 400 });
  const oscillator = new OscillatorNode(context, { frequency: 400 });
  oscillator.connect(window.gain).connect(out);
  oscillator.start();
  return out.stream;
}; }
"""


async def on_stage_with(cast: Cast, handle: str, script: str) -> Page:
    slug = cast.space_of(handle)
    page = await cast.browser_of(handle)
    await page.add_init_script(script)
    await join(page, slug)
    return page


@pytest.mark.parametrize(
    ("error", "notice"),
    [
        ("NotAllowedError", "mic-denied"),
        ("NotFoundError", "mic-none"),
        ("NotReadableError", "mic-in_use"),
    ],
)
async def test_a_microphone_that_does_not_open_is_explained_and_can_be_tried_again(
    cast: Cast, error: str, notice: str
) -> None:
    page = await on_stage_with(cast, f"mic_{error[3:10].lower()}", f"({REFUSES})('{error}')")
    await page.locator("#mic").click()
    shown = page.locator(f"[data-notice={notice}]")
    await expect(shown).to_be_visible()
    await expect(shown.get_by_role("button", name="Try again")).to_be_visible()
    await expect(page.locator("#mic")).to_contain_text("Unmute")


async def test_silence_while_unmuted_is_noticed(cast: Cast) -> None:
    page = await on_stage_with(cast, "sil_ent", f"({SILENT})()")
    await page.locator("#mic").click()
    await expect(page.locator("#mic")).to_contain_text("Mute")
    await expect(page.locator("[data-notice=mic-silent]")).to_be_visible(timeout=10_000)


async def test_who_talks_while_muted_is_told(cast: Cast) -> None:
    page = await on_stage_with(cast, "mut_ed", f"({SILENT})()")
    await page.locator("#mic").click()
    await expect(page.locator("#mic")).to_contain_text("Mute")
    await page.locator("#mic").click()
    await expect(page.locator("#mic")).to_contain_text("Unmute")
    await page.evaluate("window.gain.gain.value = 0.5")
    shown = page.locator("[data-notice=mic-muted_talking]")
    await expect(shown).to_be_visible()
    await shown.get_by_role("button", name="Unmute").click()
    await expect(page.locator("#mic")).not_to_contain_text("Unmute")


async def test_an_unplugged_microphone_mutes_and_says_so(cast: Cast) -> None:
    page = await on_stage_with(cast, "un_plug", f"({SILENT})()")
    await page.locator("#mic").click()
    await expect(page.locator("#mic")).to_contain_text("Mute")
    await page.evaluate(
        "window.microphone.stop(); window.microphone.dispatchEvent(new Event('ended'))"
    )
    await expect(page.locator("[data-notice=mic-unplugged]")).to_be_visible()
    await expect(page.locator("#mic")).to_contain_text("Unmute")


async def test_a_microphone_muted_by_the_system_is_named(cast: Cast) -> None:
    page = await on_stage_with(cast, "sys_muted", f"({SILENT})()")
    await page.locator("#mic").click()
    await expect(page.locator("#mic")).not_to_contain_text("Unmute")
    await page.evaluate("window.microphone.dispatchEvent(new Event('mute'))")
    await expect(page.locator("[data-notice=mic-system_muted]")).to_be_visible()


async def test_on_an_insecure_page_the_speak_button_explains_itself(cast: Cast) -> None:
    insecure = "Object.defineProperty(window, 'isSecureContext', { value: false });"
    page = await on_stage_with(cast, "in_secure", insecure)
    await page.locator("#mic").click()
    await expect(page.locator("[data-notice=mic-insecure]")).to_be_visible()


async def test_a_network_that_blocks_the_sound_is_named_after_five_seconds(cast: Cast) -> None:
    """The page never learns where the relay is, as if no packet came through."""
    slug = cast.space_of("blo_cked")
    page = await cast.browser_of()
    await page.add_init_script(
        """
        const take = RTCPeerConnection.prototype.setRemoteDescription;
        RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
          return take.call(this, { type, sdp: sdp.replace(/^a=candidate:.*\\r\\n/gm, "") });
        };
        """
    )
    await page.goto(f"/s/{slug}/")
    await page.locator("#join").click()
    shown = page.locator("[data-notice=blocked]")
    await expect(shown).to_be_visible(timeout=15_000)
    await expect(shown).to_contain_text("Your network blocks the sound")
