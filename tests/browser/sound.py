"""Listening in tests: a Python WebRTC listener keeps what it hears, and says which tones are in it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from media.client import VoiceClient
from media.frames import FRAME, RATE, Pcm

WINDOW_S = 0.4  # of sound for one look at the spectrum: 2.5 Hz a bin
LOUD = 200.0  # amplitude (int16) from which a tone counts as heard


class Ear:
    """What a VoiceClient has heard lately."""

    def __init__(self, client: VoiceClient) -> None:
        self.client = client
        self._frames: list[Pcm] = []
        client.heard = self._keep

    def _keep(self, pcm: Pcm) -> None:
        self._frames.append(np.array(pcm, dtype=np.int16))
        del self._frames[: -int(10 * RATE / FRAME)]

    def forget(self) -> None:
        self._frames.clear()

    def last(self, seconds: float = WINDOW_S) -> NDArray[np.int16]:
        wanted = int(seconds * RATE / FRAME)
        return np.concatenate(self._frames[-wanted:]) if self._frames else np.zeros(0, np.int16)

    def strength(self, hz: float) -> float:
        """Amplitude of the tone at `hz` in the last 0.4 s."""
        return strength_of(self.last(), hz)

    async def hears(self, hz: float, *, within: float = 10.0) -> None:
        """Wait until the tone is there."""
        await until(lambda: self.strength(hz) > LOUD, within, f"{hz} Hz is not heard")

    async def hears_something(self, *, within: float = 10.0) -> None:
        """Wait until there is any sound above the noise of a codec."""
        await until(
            lambda: len(self.last()) and float(np.abs(self.last()).max()) > LOUD,
            within, "only silence is heard",
        )

    async def hears_no(self, hz: float, *, within: float = 10.0) -> None:
        """Wait until 0.4 s of sound without the tone has come."""
        await until(
            lambda: len(self.last()) >= WINDOW_S * RATE * 0.9 and self.strength(hz) < LOUD / 4,
            within, f"{hz} Hz is still heard",
        )


def strength_of(pcm: NDArray[np.int16], hz: float) -> float:
    """Amplitude of the strongest component within 8 Hz of `hz` (Hann window; 0 for no sound)."""
    if len(pcm) < FRAME:
        return 0.0
    window = np.hanning(len(pcm))
    spectrum = np.abs(np.fft.rfft(pcm * window)) * 2 / window.sum()
    bins = np.fft.rfftfreq(len(pcm), 1 / RATE)
    return float(spectrum[(bins > hz - 8) & (bins < hz + 8)].max(initial=0.0))


def tone(hz: float, amplitude: float = 8000.0) -> Callable[[], Pcm]:
    """A voice for VoiceClient.frames: frame after frame of one tone."""
    position = 0

    def frame() -> Pcm:
        nonlocal position
        angles = 2 * np.pi * hz * (np.arange(FRAME) + position) / RATE
        position += FRAME
        return (amplitude * np.sin(angles)).astype(np.int16)

    return frame


async def until(claim: Callable[[], Any], seconds: float, complaint: str) -> Any:
    """Wait for a condition; a test never sleeps for a time instead."""
    end = time.monotonic() + seconds
    while not (value := claim()):
        if time.monotonic() > end:
            raise AssertionError(complaint)
        await asyncio.sleep(0.05)
    return value
