"""What people do on the pages, in steps that several tests share."""

import asyncio

from playwright.async_api import Page, expect

RECEIVED = """
async () => {
  let found = { packets: 0, lost: 0, concealed: 0, ms: performance.now() };
  for (const stat of (await window.connections.at(-1)?.getStats() ?? new Map()).values()) {
    if (stat.type === "inbound-rtp") {
      found = { packets: stat.packetsReceived, lost: stat.packetsLost,
                concealed: stat.concealmentEvents, ms: performance.now() };
    }
  }
  return { ...found, connections: window.connections.length };
}
"""

SPECTRUM = """
async (tones) => {
  const track = window.connections.at(-1).getReceivers()[0].track;
  const context = new AudioContext({ sampleRate: 48000 });
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  await new Promise((done) => setTimeout(done, 700));
  analyser.getFloatFrequencyData(bins);
  await context.close();
  const at = (hz) => Math.max(...bins.slice(Math.round(hz / 48000 * 16384) - 2).slice(0, 5));
  return tones.map(at);
}
"""


async def join(page: Page, slug: str) -> None:
    await page.goto(f"/s/{slug}/")
    await page.get_by_role("button", name="Start listening").or_(
        page.get_by_role("button", name="Go in, muted")
    ).click()
    await until_sound(page)


async def until_sound(page: Page, packets: int = 10) -> None:
    """Packets arrive at this page's present connection."""
    for _ in range(100):
        if (await page.evaluate(RECEIVED))["packets"] > packets:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("no packets arrive at the page")


async def unmute(page: Page) -> None:
    await page.locator("#mic").click()
    await expect(page.locator("#mic")).to_contain_text("Mute")


async def packets_after(page: Page, packets: int = 25, *, seconds: float = 15.0) -> None:
    """Half a second of sound more than now arrives, on this connection or a new one."""
    start = await page.evaluate(RECEIVED)
    for _ in range(int(seconds / 0.1)):
        now = await page.evaluate(RECEIVED)
        is_new = now["connections"] != start["connections"]
        if now["packets"] >= packets + (0 if is_new else start["packets"]):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the sound did not come back to the page")
