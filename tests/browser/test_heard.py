"""People hear each other: the demo, a host, a hand that becomes a voice, mute and removal."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Cast
from tests.browser.sound import Ear, until
from tests.browser.steps import RECEIVED, SPECTRUM, join, packets_after, unmute, until_sound

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOUDNESS = """
async () => {
  const [peer] = window.connections.slice(-1);
  const track = peer.getReceivers()[0].track;
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(2048);
  let loudest = 0;
  for (let i = 0; i < 100 && loudest < 0.02; i += 1) {
    await new Promise((done) => setTimeout(done, 100));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / 2048));
  }
  return loudest;
}
"""
async def test_the_demo_is_heard_by_who_opens_the_first_page(cast: Cast) -> None:
    page = await cast.browser_of()
    await page.goto("/")
    await page.get_by_role("link", name="Who owns the night train?").first.click()
    await page.get_by_role("button", name="Start listening").click()
    await until_sound(page)
    assert await page.evaluate(LOUDNESS) > 0.02
    await expect(page).to_have_title(re.compile("LIVE"))


async def test_two_clicks_make_a_space_and_the_host_is_heard(cast: Cast) -> None:
    host = await cast.browser_of("hana", hz=700)
    await host.goto("/")
    await host.get_by_role("button", name="Start a Space").or_(
        host.get_by_role("link", name="Start a Space")
    ).first.click()
    await host.get_by_role("button", name="Start now").click()
    await host.wait_for_url("**/s/*/**")
    slug = host.url.split("/s/")[1].split("/")[0]
    cast.will_end(slug)
    await expect(host.get_by_role("heading", level=1)).to_have_text("@hana's Space")
    await until_sound(host)
    ear = await cast.ear_in(slug)
    await unmute(host)
    await ear.hears(700)


async def test_a_raised_hand_becomes_a_voice_without_a_gap_in_what_is_heard(cast: Cast) -> None:
    slug = cast.space_of("hugo2")
    host, guest = await cast.browser_of("hugo2", hz=600), await cast.browser_of("gwen", hz=1100)
    await join(host, slug)
    await unmute(host)
    await join(guest, slug)
    ear = await cast.ear_in(slug)
    before = await guest.evaluate(RECEIVED)
    await guest.locator("#hand").click()
    await guest.get_by_label("What is it about?").fill("About the couchettes")
    await guest.get_by_role("button", name="Raise hand").click()
    await expect(guest.locator("#hand")).to_have_attribute("aria-pressed", "true")
    request = host.locator(".side [data-requests] li", has_text="Gwen")
    await expect(request).to_contain_text("About the couchettes")
    await request.get_by_role("button", name="Accept").click()
    await guest.get_by_role("button", name="Unmute and speak").click()
    await ear.hears(1100)
    await ear.hears(600)
    after = await guest.evaluate(RECEIVED)
    assert after["connections"] == before["connections"], "a new connection is a gap"
    assert after["lost"] == before["lost"]
    expected = (after["ms"] - before["ms"]) / 20
    assert after["packets"] - before["packets"] > 0.95 * expected
    own, others = await guest.evaluate(SPECTRUM, [1100, 600])
    assert others > own + 20, "a speaker hears the others and not themselves (dB)"
    own, others = await host.evaluate(SPECTRUM, [600, 1100])
    assert others > own + 20


async def test_a_muted_client_that_goes_on_sending_is_not_heard(cast: Cast) -> None:
    slug = cast.space_of("mira")
    host = await cast.browser_of("mira", hz=600)
    await join(host, slug)
    rude = await cast.voice_of(slug, "rude", hz=1500)
    cast.instance.ask("on_stage", slug=slug, handle="rude")
    assert (await rude.say("unmute"))["ok"]
    ear = await cast.ear_in(slug)
    await ear.hears(1500)
    await host.locator("#speakers").get_by_role("button", name="Rude").click()
    await host.get_by_role("button", name="Mute the microphone").click()
    await ear.hears_no(1500)
    assert not rude.is_closed, "muted, and still sending"


async def test_a_removed_person_is_out_and_stays_out(cast: Cast) -> None:
    slug = cast.space_of("remi")
    host = await cast.browser_of("remi", hz=600)
    await join(host, slug)
    rude = await cast.voice_of(slug, "rude2", hz=1500)
    cast.instance.ask("on_stage", slug=slug, handle="rude2")
    await rude.say("unmute")
    ear = await cast.ear_in(slug)
    await ear.hears(1500)
    await host.locator("#speakers").get_by_role("button", name="Rude2").click()
    await host.get_by_role("button", name="Remove from the Space").click()
    await host.get_by_label("Reason").fill("Shouting")
    await host.get_by_role("button", name="Remove", exact=True).click()
    await until(lambda: rude.is_closed, 10, "their socket is open")
    assert rude.bye == {"t": "bye", "code": "removed", "reason": "Shouting"}
    await ear.hears_no(1500)
    again = await cast.browser_of("rude2")
    response = await again.goto(f"/s/{slug}/")
    assert response is not None
    await expect(again.get_by_text("removed", exact=False).first).to_be_visible()
    with pytest.raises(Exception, match="removed"):
        await cast.voice_of(slug, "rude2")


DEAF_TO_GOODBYE = """
RTCPeerConnection.prototype.close = function () {};
MediaStreamTrack.prototype.stop = function () {};
RTCRtpSender.prototype.replaceTrack = ((replace) => function (track) {
  return track ? replace.call(this, track) : Promise.resolve();
})(RTCRtpSender.prototype.replaceTrack);
"""


async def test_a_removed_page_that_never_hangs_up_is_not_heard_and_hears_nothing(
    cast: Cast,
) -> None:
    slug = cast.space_of("rolf")
    host = await cast.browser_of("rolf", hz=600)
    await join(host, slug)
    rude = await cast.browser_of("rude3", hz=1500)
    await rude.add_init_script(DEAF_TO_GOODBYE)
    await join(rude, slug)
    cast.instance.ask("on_stage", slug=slug, handle="rude3")
    await rude.get_by_role("button", name="Unmute and speak").click()
    ear = await cast.ear_in(slug)
    await ear.hears(1500)
    await host.locator("#speakers").get_by_role("button", name="Rude3").click()
    await host.get_by_role("button", name="Remove from the Space").click()
    await host.get_by_label("Reason").fill("Shouting")
    await host.get_by_role("button", name="Remove", exact=True).click()
    await ear.hears_no(1500)
    await packets_after(host)
    with pytest.raises(AssertionError, match="did not come back"):
        await packets_after(rude, seconds=3)


async def test_who_reloads_while_speaking_is_back_on_stage_muted_without_a_click(cast: Cast) -> None:
    slug = cast.space_of("rhea")
    host = await cast.browser_of("rhea", hz=900)
    await join(host, slug)
    await unmute(host)
    ear = await cast.ear_in(slug)
    await ear.hears(900)
    host.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await host.reload()
    await until_sound(host)
    await expect(host.locator("#mic")).to_contain_text("Unmute")
    await ear.hears_no(900)
    await unmute(host)
    await ear.hears(900)


async def test_a_second_device_takes_the_seat_over_when_asked(cast: Cast) -> None:
    slug = cast.space_of("zoe")
    first, second = await cast.browser_of("zoe", hz=800), await cast.browser_of("zoe", hz=1300)
    await join(first, slug)
    await second.goto(f"/s/{slug}/")
    await second.get_by_role("button", name="Go in, muted").click()
    await second.get_by_role("button", name="Continue here").click()
    await until_sound(second)
    await expect(first.get_by_role("heading", name="You are here twice")).to_be_visible()
    ear = await cast.ear_in(slug)
    await unmute(second)
    await ear.hears(1300)


async def test_the_host_ends_it_and_everybody_sees_the_end_page(cast: Cast) -> None:
    slug = cast.space_of("eli", "Short and sweet")
    host, listener = await cast.browser_of("eli", hz=600), await cast.browser_of("lia")
    await join(host, slug)
    await join(listener, slug)
    await host.locator("#leave").click()
    await host.get_by_role("button", name="End for everyone").click()
    await expect(listener.get_by_role("heading", name="This Space has ended")).to_be_visible()
    assert cast.instance.ask("facts", slug=slug)["state"] == "ended"


async def test_a_host_who_leaves_says_who_goes_on(cast: Cast) -> None:
    slug = cast.space_of("otto")
    host, heir = await cast.browser_of("otto", hz=600), await cast.browser_of("iris", hz=700)
    await join(host, slug)
    await join(heir, slug)
    cast.instance.ask("on_stage", slug=slug, handle="iris")
    await heir.get_by_role("button", name="Stay muted for now").click()
    await host.locator("#leave").click()
    await host.get_by_label("Iris").check()
    await host.get_by_role("button", name="Leave, they go on").click()
    await until(
        lambda: cast.instance.ask("facts", slug=slug)["roles"].get("iris") == "host", 10,
        "nobody took over",
    )
    await expect(heir.locator("#leave")).to_be_visible()


async def test_the_ear_itself_hears_only_what_is_there(cast: Cast) -> None:
    """The instrument of this file, tested: silence holds no tone."""
    slug = cast.space_of("vera")
    ear: Ear = await cast.ear_in(slug)
    await until(lambda: len(ear.last()) > 0, 10, "no sound at all")
    assert ear.strength(700) < 50
