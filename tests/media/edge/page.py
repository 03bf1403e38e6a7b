"""The page's side of a connection, played by a stock aiortc, without browser or web server."""

import asyncio
import fractions
from collections.abc import Callable

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

RATE, FRAME = 48_000, 960


class Tone(MediaStreamTrack):
    """A sine of one frequency, for ever, in real time."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._frames = 0
        self._began: float | None = None

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(self._began + self._frames * 0.02 - loop.time())
        at = np.arange(FRAME) + self._frames * FRAME
        wave = (np.sin(2 * np.pi * self._hertz * at / RATE) * 8000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._frames * FRAME
        frame.time_base = fractions.Fraction(1, RATE)
        self._frames += 1
        return frame


class Page:
    """One tab: answers an offer, keeps the last two seconds of what it hears."""

    def __init__(self, speaks: MediaStreamTrack | None = None) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.heard: list[np.ndarray] = []
        self.closed = asyncio.Event()
        self._speaks = speaks
        self._listening: asyncio.Task[None] | None = None
        self.connection.on("track", self._on_track)
        self.connection.on("connectionstatechange", self._on_state)

    async def answer(self, offer: str) -> str:
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if self._speaks is not None:
            self.connection.addTrack(self._speaks)
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.connection.localDescription.sdp

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.ensure_future(self._listen(track))

    def _on_state(self) -> None:
        if self.connection.connectionState in ("closed", "failed"):
            self.closed.set()

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            stereo = frame.to_ndarray().reshape(-1, 2)
            self.heard = [*self.heard[-99:], stereo[:, 0]]

    def loudness(self, hertz: float) -> float:
        """How much of a frequency is in the last 0.4 s of sound: 0 to 1 of full scale."""
        if len(self.heard) < 20:
            return 0.0
        sound = np.concatenate(self.heard[-20:]).astype(float) / 32768
        at = np.arange(len(sound))
        return float(2 * abs(np.mean(sound * np.exp(-2j * np.pi * hertz * at / RATE))))

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
        await self.connection.close()


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition; fails with its text after `seconds`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        assert loop.time() < end, "it never happened"
        await asyncio.sleep(0.02)
