"""Sounds, senders and measures for the tests of the pure audio, all deterministic."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media.audioroom import AudioRoom, Tick
from media.frames import FRAME, RATE, Pcm, VoicePacket
from media.levels import dbfs
from media.opus import OpusCodec, OpusDecoder, OpusEncoder
from media.stage import Voice, WishedStage

_VOWELS = (  # F1, F2, F3 in Hz (Peterson and Barney, JASA 1952, rounded)
    (730, 1090, 2440),
    (270, 2290, 3010),
    (570, 840, 2410),
    (530, 1840, 2480),
    (300, 870, 2240),
)
_SYLLABLE = 0.18
_PAUSE_EVERY = 6


@functools.cache
def speechlike(seconds: float, pitch: float = 120.0, seed: int = 1, level: int = 9000) -> Pcm:
    """Voiced syllables with gliding pitch and formants, hissing consonants and pauses: enough like
    speech that Opus at 32 kbit/s chooses SILK, which carries in-band FEC (a tone stays in CELT)."""
    random = np.random.default_rng(seed)
    count = int(seconds * RATE)
    time = np.arange(count) / RATE
    syllable = (time / _SYLLABLE).astype(int)
    within = time / _SYLLABLE - syllable
    vowels = random.integers(0, len(_VOWELS), syllable[-1] + 2)
    formants = np.array(_VOWELS, dtype=float)[vowels]
    glide = np.clip((within - 0.6) / 0.4, 0, 1)[:, None]
    now = formants[syllable] * (1 - glide) + formants[syllable + 1] * glide
    f0 = pitch * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * time) + 0.04 * np.sin(2 * np.pi * 2.3 * time))
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    voiced = np.zeros(count)
    for harmonic in range(1, int(4000 / pitch)):
        hz = harmonic * f0
        envelope = sum(
            gain / (1 + ((hz - now[:, i]) / width) ** 2)
            for i, (gain, width) in enumerate(((1.0, 70), (0.5, 100), (0.2, 140)))
        )
        source = 1 / (1 + (hz / 400))  # glottis -12, lips +6 dB an octave
        voiced += source * envelope * np.sin(harmonic * phase)
    hiss = np.diff(random.standard_normal(count + 1)) * 0.05
    loud = np.sin(np.pi * within) ** 0.5
    consonant = np.where(within < 0.15, 1.0, 0.0)
    sound = voiced * loud * (1 - consonant) + hiss * consonant
    sound[syllable % _PAUSE_EVERY == _PAUSE_EVERY - 1] = 0
    sound += random.standard_normal(count) * 0.0005
    pcm = (sound / np.abs(sound).max() * level).astype(np.int16)
    pcm.flags.writeable = False
    return pcm


def tone(hz: float, seconds: float, level: int = 8000) -> Pcm:
    return (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def frames(pcm: Pcm, samples: int = FRAME) -> list[Pcm]:
    return [pcm[at : at + samples] for at in range(0, len(pcm) - samples + 1, samples)]


@dataclass
class Sender:
    """A browser's microphone: Opus packets with RTP numbers."""

    seq: int = 1000
    timestamp: int = 50_000
    ssrc: int = 7
    expected_loss: int = 10
    says_level: bool = False

    def packets(self, pcm: Pcm, samples: int = FRAME) -> list[VoicePacket]:
        encoder = OpusEncoder(complexity=9, expected_loss=self.expected_loss)
        return [
            self._packet(encoder.encode(frame), samples, round(-dbfs(frame)))
            for frame in frames(pcm, samples)
        ]

    def _packet(self, payload: bytes, samples: int, level: int) -> VoicePacket:
        packet = VoicePacket(
            self.seq & 0xFFFF,
            self.timestamp & 0xFFFFFFFF,
            payload,
            min(level, 127) if self.says_level else None,
            self.ssrc,
        )
        self.seq += 1
        self.timestamp += samples
        return packet


def decoded(payloads: Iterable[bytes]) -> Pcm:
    decoder = OpusDecoder()
    return np.concatenate([decoder.decode(payload) for payload in payloads])


def snr(clean: NDArray, heard: NDArray) -> float:
    """dB, of the common length."""
    count = min(len(clean), len(heard))
    clean, heard = clean[:count].astype(float), heard[:count].astype(float)
    return 10 * np.log10((clean**2).sum() / max(1.0, ((clean - heard) ** 2).sum()))


def loudness_at(pcm: Pcm, hz: float, width: float = 20.0) -> float:
    """Power near a frequency in dB; compare only."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) ** 2
    at = np.fft.rfftfreq(len(pcm), 1 / RATE)
    return 10 * np.log10(spectrum[np.abs(at - hz) < width].sum() + 1e-9)


def stage(*heard: str, version: int = 1, muted: Iterable[str] = (), **fields) -> WishedStage:
    voices = {person: Voice(is_muted=False) for person in heard}
    voices |= {person: Voice(is_muted=True) for person in muted}
    return WishedStage("abcdefghij", version, voices, **fields)


def room_of(*persons: str, codec: OpusCodec | None = None) -> AudioRoom:
    """An AudioRoom where these persons speak and listen."""
    room = AudioRoom(codec or OpusCodec())
    room.apply(stage(*persons))
    for person in persons:
        room.listen_personally(person, True)
    return room


def ticks(count: int, start: int = 0) -> Iterator[int]:
    """`now` of so many ticks, in samples."""
    return iter(range(start, start + count * FRAME, FRAME))


class _Uncoded:
    """An encoder that hands out the samples themselves, to see exactly what would be encoded."""

    def encode(self, pcm: Pcm) -> bytes:
        return pcm.tobytes()

    def continue_from(self, other: object) -> None:
        pass

    def expect_loss(self, percent: int) -> None:
        pass


class UncodedMix(OpusCodec):
    """Opus in, plain samples out."""

    def new_encoder(self) -> _Uncoded:
        return _Uncoded()


def samples(packet: bytes) -> Pcm:
    """What an `_Uncoded` packet holds."""
    return np.frombuffer(packet, np.int16)


@dataclass
class Talk:
    """Persons who send their packets, one each tick, into a room; what they hear is kept."""

    room: AudioRoom
    packets: dict[str, list[VoicePacket]]
    now: int = 0

    def step(self, *, silent: Iterable[str] = ()) -> Tick:
        for person, queue in self.packets.items():
            if queue:
                packet = queue.pop(0)
                if person not in silent:
                    self.room.receive(person, packet, self.now)
        tick = self.room.tick(self.now)
        self.now += FRAME
        return tick

    def run(self, count: int) -> list[Tick]:
        return [self.step() for _ in range(count)]


def talk(codec: OpusCodec | None = None, says_level: bool = False, **voices: Pcm) -> Talk:
    """A room of these persons, all unmuted, connected and sending."""
    packets = {
        person: Sender(100 * n, 9999 * n, n, says_level=says_level).packets(pcm)
        for n, (person, pcm) in enumerate(voices.items(), 1)
    }
    return Talk(room_of(*voices, codec=codec), packets)
