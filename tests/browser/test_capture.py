"""Chromium's own way from a microphone to the relay, voice processing included: once.

The other tests replace getUserMedia by an oscillator; here Chromium captures a file of speech.
"""

import wave
from pathlib import Path

import av
import pytest
from av.audio.resampler import AudioResampler
from playwright.async_api import async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, WATCH_CONNECTIONS, Cast
from tests.browser.instance import ROOT
from tests.browser.steps import join, unmute

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPEECH = ROOT / "config/demo/voices/ines.opus"
SECONDS = 20


def write_speech(path: Path) -> None:
    """The first seconds of one demo voice as the 16-bit mono file that Chromium wants."""
    resampler = AudioResampler("s16", "mono", 48000)
    with av.open(str(SPEECH)) as source, wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(48000)
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                target.writeframes(part.to_ndarray().tobytes())
            if frame.time and frame.time > SECONDS:
                return


async def test_a_voice_captured_by_chromium_itself_is_heard(cast: Cast, tmp_path: Path) -> None:
    write_speech(tmp_path / "speech.wav")
    slug = cast.space_of("capt")
    cookies = cast.instance.ask("person", handle="capt")["cookies"]
    capture = f"--use-file-for-fake-audio-capture={tmp_path / 'speech.wav'}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, capture]
        )
        context = await browser.new_context(base_url=cast.instance.url)
        await context.add_cookies(
            [{"name": k, "value": v, "url": cast.instance.url} for k, v in cookies.items()]
        )
        await context.add_init_script(WATCH_CONNECTIONS)
        page = await context.new_page()
        await join(page, slug)
        ear = await cast.ear_in(slug)
        await unmute(page)
        await ear.hears_something(within=15)
        await browser.close()
