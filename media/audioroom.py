"""The audio of one live Space: packets of its voices in, one tick of packets out.

No clock, no network, no library but numpy: `now` is an argument (samples since any origin, the same
for `receive` and `tick`), the codec is handed in, and a test steps it by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from media.frames import SILENCE, Codec, Pcm, VoicePacket, Wide
from media.levels import SILENT_DB, Activity, as_digit, dbfs
from media.limiter import Limiter
from media.mixer import CONTRIBUTORS, Strand, loudest, outshouted, together
from media.playout import Figures, Playout
from media.reception import ReceiverReport
from media.stage import WishedStage

SAME_MIX_FRAMES = 5
"""Two encoders fed the same sound for so many frames differ by no more than their coding noise
(19-20 dB of SNR from 3 frames on, against 12 dB at 0), so a receiver may change over."""
SAME_MIX_AT_MOST = 25
"""After so many, or when many change, it changes over in speech too; before, only in a quiet mix."""
QUIET_DB = -45.0

BELIEVED_DB = 3.0
"""A level said by the sender must be so far below the threshold for the packet to go undecoded."""
LIE_DB = 15.0
"""A voice that much louder than its sender said is measured from then on, never believed."""
CHECK_EVERY = 50
CHECK_FRAMES = 3
"""Of so many frames left undecoded so many are decoded all the same, to check what is said."""


@dataclass
class Tick:
    """20 ms of a Space: the packet for everybody, the packets of those who hear something else, and
    the levels (0-9) of the voices in the mix."""

    shared: bytes
    personal: dict[str, bytes] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)


class AudioRoom:
    """All audio of one live Space. Only the stage it was given decides who is heard."""

    def __init__(self, codec: Codec) -> None:
        self.stage = WishedStage(space="", version=-1)
        self._codec = codec
        self._speakers: dict[str, _Speaker] = {}
        self._contributing: set[str] = set()
        self._outshouted: set[str] = set()
        self._shared = _Stream(codec)
        self._personal: dict[str, _Stream] = {}
        self._connected: set[str] = set()

    def apply(self, stage: WishedStage) -> None:
        """Take the wished stage; an older version than the current one is ignored.

        From the next tick on no sample of a voice that may no longer be heard is mixed, not of what
        waits in its playout either (how it ends without a click: `mixer.Strand`).
        """
        if stage.version < self.stage.version:
            return
        self.stage = stage
        for person, speaker in self._speakers.items():
            if not stage.may_be_heard(person):
                speaker.hush()
                self._contributing.discard(person)

    def receive(self, person: str, packet: VoicePacket, now: int) -> None:
        """A packet of that person's voice came. Of who is not on stage it is ignored, of who is muted
        only counted. Never raises for anything a peer can send."""
        if person not in self.stage.voices or person in self.stage.barred:
            return
        speaker = self._speakers.get(person)
        if speaker is None:
            speaker = self._speakers[person] = _Speaker(self._codec)
        if self.stage.may_be_heard(person):
            speaker.playout.put(packet, now)
        else:
            speaker.playout.count_only(packet, now)

    def lost_report(self, person: str) -> ReceiverReport | None:
        """The receiver report block for that person's voice; each call begins a new interval."""
        speaker = self._speakers.get(person)
        return speaker.playout.report() if speaker else None

    def figures(self, person: str) -> Figures | None:
        """What happened to that person's packets so far."""
        speaker = self._speakers.get(person)
        return speaker.playout.figures if speaker else None

    def listen_personally(self, person: str, wanted: bool) -> None:
        """A peer of that person listens (or no longer does), so a mix of their own is worth encoding."""
        if wanted:
            self._connected.add(person)
        else:
            self._connected.discard(person)
            self._personal.pop(person, None)

    def expect_loss(self, percent: int) -> None:
        """What the listeners' receiver reports say of the way to them; decides on in-band FEC."""
        for stream in (self._shared, *self._personal.values()):
            stream.expect_loss(percent)

    def forget(self, person: str) -> None:
        """The peer is gone, and its voice with it."""
        self.listen_personally(person, False)
        self._contributing.discard(person)
        speaker = self._speakers.get(person)
        if speaker is not None:
            speaker.hush()
            speaker.is_gone = True

    def tick(self, now: int) -> Tick:
        """The next 20 ms."""
        heard = self._take(now)
        parts = self._mix(heard)
        total = together(parts.values())
        # Before the shared encoder moves on: a stream of one's own begins with its present state.
        personal = self._encode_personal(parts, total)
        return Tick(
            shared=self._shared.encode(total),
            personal=personal,
            levels={
                person: as_digit(self._speakers[person].activity.level)
                for person in self._contributing
            },
        )

    def _take(self, now: int) -> dict[str, Pcm | None]:
        """Every voice's frame; a voice the stage does not allow has none."""
        return {
            person: (
                speaker.take(now, person in self._outshouted)
                if self.stage.may_be_heard(person)
                else None
            )
            for person, speaker in self._speakers.items()
        }

    def _mix(self, heard: dict[str, Pcm | None]) -> dict[str, Wide]:
        """The parts of the loudest, and of those who are just fading."""
        allowed = {
            person: speaker.activity
            for person, speaker in self._speakers.items()
            if self.stage.may_be_heard(person) and not speaker.is_gone
        }
        self._contributing = loudest(allowed, self._contributing)
        self._outshouted = outshouted(allowed, self._contributing)
        parts = {}
        for person, frame in heard.items():
            part = self._speakers[person].strand.push(frame, person in self._contributing)
            if part is not None:
                parts[person] = part
        self._drop_departed()
        return parts

    def _drop_departed(self) -> None:
        departed = [
            person
            for person, speaker in self._speakers.items()
            if (speaker.is_gone or person not in self.stage.voices) and speaker.strand.is_done
        ]
        for person in departed:
            del self._speakers[person]

    def _encode_personal(self, parts: dict[str, Wide], total: Wide | None) -> dict[str, bytes]:
        """Mix-minus: who is in the mix hears all but themselves, from an encoder of their own."""
        packets = {}
        for person in self._connected & (parts.keys() | self._personal.keys()):
            stream = self._personal.get(person)
            if stream is None:
                stream = self._personal[person] = _Stream(self._codec)
                stream.continue_from(self._shared)
            own = parts.get(person)
            stream.same_frames = 0 if own is not None else stream.same_frames + 1
            if self._may_return(stream, total):
                del self._personal[person]
                continue
            packets[person] = stream.encode(_without(total, own, len(parts)))
        return packets

    def _may_return(self, stream: _Stream, total: Wide | None) -> bool:
        """Whether who heard a mix of their own may change over to the shared packet."""
        if stream.same_frames <= SAME_MIX_FRAMES:
            return False
        if stream.same_frames > SAME_MIX_AT_MOST or len(self._personal) > CONTRIBUTORS:
            return True
        return total is None or dbfs(total.clip(-32768, 32767).astype(np.int16)) < QUIET_DB


def _without(total: Wide | None, own: Wide | None, voices: int) -> Wide | None:
    if total is None or own is None:
        return total
    return total - own if voices > 1 else None


class _Speaker:
    """One person's voice on its way from packets to the mix."""

    def __init__(self, codec: Codec) -> None:
        self.playout = Playout(codec.new_decoder())
        self.activity = Activity()
        self.strand = Strand()
        self.is_gone = False
        self._is_believed = True
        self._skimmed = 0

    def take(self, now: int, is_outshouted: bool) -> Pcm | None:
        """The voice's next frame; None for silence and for what nobody would hear."""
        said = self.playout.coming_level
        if said is not None and self._may_skim(said, is_outshouted):
            self.playout.skim(now)
            self.activity.note(said)
            return None
        frame = self.playout.take(now, self.activity.is_pausing)
        level = SILENT_DB if frame is None else dbfs(frame)
        self.activity.note(level)
        played = self.playout.played_level
        if played is not None and level > played + LIE_DB:
            self._is_believed = False
        return frame

    def _may_skim(self, said: float, is_outshouted: bool) -> bool:
        """Decoding costs more than anything else of a silent voice: believe its sender, but check."""
        is_background = said < self.activity.threshold - BELIEVED_DB
        is_unheard = is_outshouted or (is_background and not self.activity.is_speaking)
        if not self._is_believed or not is_unheard:
            return False
        self._skimmed = (self._skimmed + 1) % CHECK_EVERY
        return self._skimmed >= CHECK_FRAMES

    def hush(self) -> None:
        self.playout.hush()
        self.strand.cut()
        self.activity = Activity()


class _Stream:
    """One encoder with its limiter. In lasting silence it repeats its packet for nothing."""

    def __init__(self, codec: Codec) -> None:
        self._encoder = codec.new_encoder()
        self._limiter = Limiter()
        self._silence = b""
        self._is_settled = False
        self.same_frames = 0
        """Frames since this stream last differed from the shared one."""

    def continue_from(self, other: _Stream) -> None:
        """A receiver of `other` can change over to this stream and its decoder notices nothing."""
        self._encoder.continue_from(other._encoder)
        self._limiter.continue_from(other._limiter)
        self._silence, self._is_settled = other._silence, other._is_settled

    def expect_loss(self, percent: int) -> None:
        self._encoder.expect_loss(percent)
        self._is_settled = False

    def encode(self, mix: Wide | None) -> bytes:
        """The packet of a mix (None: silence)."""
        if mix is not None:
            self._silence, self._is_settled = b"", False
            return self._encoder.encode(self._limiter.limit(mix))
        self._limiter.rest()
        if not self._is_settled:
            packet = self._encoder.encode(SILENCE)
            # Twice the same: the encoder has forgotten the sound, from here on it would say no other.
            self._is_settled, self._silence = packet == self._silence, packet
        return self._silence
