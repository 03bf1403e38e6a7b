"""One attempt of a VoiceClient to be connected: aiortc as a browser would be, but light.

aiortc encodes at 96 kbit/s stereo, and one lost packet stalls its jitter buffer by 320 ms (MEDIA.md);
so speech is encoded by our own codec and packets heard are taken before that buffer.
"""

from __future__ import annotations

import asyncio
import fractions
import time
from collections.abc import Callable
from typing import Any

import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from media.frames import FRAME, RATE, BadPayload, Pcm
from media.opus import OpusDecoder, OpusEncoder

Speech = Callable[[], "Pcm | bytes | None"]
"""Called every 20 ms: 960 samples of int16, or an encoded Opus packet of 20 ms, or None for silence."""
Heard = Callable[[Pcm], None]
"""Called with each decoded frame, 960 samples of int16."""

_TICK = FRAME / RATE
_MOST_CONCEALED = 5  # packets missing in a row that are filled up


class Microphone(MediaStreamTrack):
    """Paces a Speech at one frame every 20 ms, on an absolute clock; silence sends nothing."""

    kind = "audio"

    def __init__(self, speech: Speech) -> None:
        super().__init__()
        self._speech = speech
        self._encoder: OpusEncoder | None = None
        self._frames = 0
        self._began = time.monotonic()

    async def recv(self) -> Any:
        """The next packet, encoded already, which aiortc only wraps into RTP."""
        while True:
            self._frames += 1
            ahead = self._began + self._frames * _TICK - time.monotonic()
            if ahead < -1.0:  # a suspended machine: do not catch up with a burst
                self._frames -= int(ahead / _TICK)
            await asyncio.sleep(max(0.0, ahead))
            frame = self._speech()
            if frame is not None:
                return self._packet(frame if isinstance(frame, bytes) else self._encoded(frame))

    def _encoded(self, pcm: Pcm) -> bytes:
        if self._encoder is None:
            self._encoder = OpusEncoder()
        return self._encoder.encode(pcm)

    def _packet(self, payload: bytes) -> av.Packet[Any]:
        packet = av.Packet(payload)
        packet.pts = self._frames * FRAME
        packet.time_base = fractions.Fraction(1, RATE)
        return packet


class Call:
    """An RTCPeerConnection that answers one offer. `heard_at` is when the last packet came, `began_at`
    when the first did, s monotonic."""

    def __init__(
        self,
        attempt: str,
        *,
        speech: Speech,
        heard: Callable[[], Heard | None],
        on_sound: Callable[[], None],
    ) -> None:
        self.attempt = attempt
        self.offer = ""
        self.answer = ""
        self.offered: asyncio.Queue[str] = asyncio.Queue(maxsize=8)
        self.is_over = False
        """Set when the other side hung up or is another one."""
        self.packets = 0
        self.heard_at = 0.0
        self.began_at = 0.0
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._speech = speech
        self._heard = heard
        self._on_sound = on_sound
        self._decoder: OpusDecoder | None = None
        self._last_seq: int | None = None
        self._closing: asyncio.Task[None] | None = None

    async def take_offer(self, offer: str) -> str:
        """Answer the relay's offer; the same answer when it comes again."""
        if offer == self.offer:
            return self.answer
        self.offer = offer
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if "a=sendrecv" in offer:
            self.connection.addTrack(Microphone(self._speech))
        answer = await self.connection.createAnswer()
        await self.connection.setLocalDescription(answer)
        receiver = self.connection.getTransceivers()[0].receiver
        receiver._handle_rtp_packet = self._take_packet  # type: ignore[method-assign]
        self.answer = self.connection.localDescription.sdp
        return self.answer

    async def _take_packet(self, packet: Any, arrival_time_ms: int) -> None:
        self.packets += 1
        self.heard_at = time.monotonic()
        if self.packets == 1:
            self.began_at = self.heard_at
            self._on_sound()
        heard = self._heard()
        if heard is not None and packet.payload:
            self._decode(packet.sequence_number, bytes(packet.payload), heard)

    def _decode(self, seq: int, payload: bytes, heard: Heard) -> None:
        """Decode in the order of arrival; a small gap is concealed, what comes late is left out."""
        if self._decoder is None:
            self._decoder = OpusDecoder()
        missing = 0 if self._last_seq is None else (seq - self._last_seq - 1) & 0xFFFF
        if missing >= 1 << 15:
            return
        self._last_seq = seq
        try:
            for _ in range(missing if missing <= _MOST_CONCEALED else 0):
                heard(self._decoder.conceal(FRAME))
            heard(self._decoder.decode(payload))
        except BadPayload:
            return

    async def close(self) -> None:
        """Hang up. Whoever waits here may be cancelled: the closing itself goes on, because aiortc,
        which may be closing by itself too, breaks when one of two closers is cancelled."""
        if self._closing is None:
            self._closing = asyncio.create_task(self.connection.close())
        await asyncio.shield(self._closing)
