"""The recorded voices, as they lie in the files: Opus packets, sent without being encoded again."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import av

VOICES = Path(__file__).parent / "voices"
TICK = 0.02  # s of sound in a packet
NOTHING = 2  # bytes: a packet this short says only that nothing need be sent (RFC 6716, DTX)
MAY_BE_OFF = 5  # ticks a voice may be ahead or behind before it is set right: 100 ms

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

        It counts calls, so that a call a little early or late neither skips nor repeats a packet,
        and jumps only when it is off by more than 100 ms.
        """
        packets, length = self._voices[handle], self.length
        position: int | None = None

        def next_packet() -> Packet:
            nonlocal position
            now = self.tick()
            if position is None or abs(now - position) > MAY_BE_OFF:
                position = now
            packet = packets[position % length]
            position += 1
            return packet

        return next_packet
