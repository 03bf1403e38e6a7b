"""The recorded voices, as they lie in the files: Opus packets, sent without being encoded again."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import av

VOICES = Path(__file__).parent / "voices"
TICK = 0.02  # s of sound in a packet
NOTHING = 2  # bytes: a packet this short says only that nothing need be sent (RFC 6716, DTX)
MAY_BE_OFF = 5  # ticks a voice may be ahead or behind for good: 100 ms
FAR_OFF = 50  # ticks: beyond a second nobody makes up for what was missed
STEADY = 60  # calls: longer than a burst that makes up for a second

Packet = bytes | None  # None: silence, nothing is sent


def load(path: Path) -> list[Packet]:
    """The Opus packets of an Ogg file, 20 ms each."""
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    return [packet if len(packet) > NOTHING else None for packet in packets]


class Record:
    """Two or more voices of one length that go round together, whoever comes late or drops out."""

    def __init__(
        self, voices: dict[str, Sequence[Packet]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` gives seconds; the record starts from the beginning now."""
        self.length = min(len(packets) for packets in voices.values())
        self._voices = voices
        self._clock = clock
        self._began = clock()

    def tick(self) -> int:
        """How many packets have gone by since the record began."""
        return int((self._clock() - self._began) / TICK)

    def needle(self, handle: str) -> Callable[[], Packet]:
        """A source of one voice: each call gives the next packet, in time with the other voices.

        It counts calls, so that a call early or late neither skips nor repeats a packet: who was
        held up asks for what was missed in one burst. It jumps when it is off for longer than such
        a burst, or by more than a second, as after a lost connection.
        """
        packets, length = self._voices[handle], self.length
        position: int | None = None
        off_for = 0

        def next_packet() -> Packet:
            nonlocal position, off_for
            now = self.tick()
            off = FAR_OFF + 1 if position is None else abs(now - position)
            off_for = off_for + 1 if off > MAY_BE_OFF else 0
            if position is None or off > FAR_OFF or off_for > STEADY:
                position, off_for = now, 0
            packet = packets[position % length]
            position += 1
            return packet

        return next_packet
