"""The recorded conversation: two voices, two speakers, one conversation."""

import numpy as np
import pytest

from config.demo.people import COHOST, HOST
from config.demo.record import TICK, VOICES, Record, load
from config.demo.render import TEXT, pieces
from media.opus import OpusDecoder

LOUD = 10 ** (-35 / 10)  # power of a frame in which somebody speaks


def sound_of(handle: str) -> np.ndarray:
    """The whole voice, decoded, frames in rows, full scale ±1."""
    decoder = OpusDecoder()
    packets = load(VOICES / f"{handle}.opus")
    frames = [decoder.decode(p) if p else np.zeros(960, np.int16) for p in packets]
    return np.stack(frames).astype(np.float32) / 32768


@pytest.fixture(scope="module")
def sounds() -> dict[str, np.ndarray]:
    return {handle: sound_of(handle) for handle in (HOST, COHOST)}


def power(frames: np.ndarray) -> np.ndarray:
    return np.mean(frames**2, axis=1)


def pitch(frames: np.ndarray) -> float:
    """Median fundamental frequency in Hz of pairs of loud frames, by autocorrelation, 60-400 Hz."""
    found = []
    pairs = frames[: len(frames) // 2 * 2].reshape(-1, 1920)
    for pair in pairs[power(pairs) > LOUD][:600]:
        spectrum = np.fft.rfft(pair * np.hanning(1920), 3840)
        likeness = np.fft.irfft(np.abs(spectrum) ** 2)[:1920]
        lag = 120 + int(np.argmax(likeness[120:800]))
        if likeness[lag] > 0.45 * likeness[0]:
            found.append(48000 / lag)
    return float(np.median(found))


def test_both_voices_last_equally_long_three_to_five_minutes(sounds):
    seconds = {handle: len(frames) * TICK for handle, frames in sounds.items()}
    assert seconds[HOST] == seconds[COHOST]
    assert 180 <= seconds[HOST] <= 300


def test_the_voices_are_a_womans_and_a_mans(sounds):
    assert 150 < pitch(sounds[HOST]) < 200
    assert 90 < pitch(sounds[COHOST]) < 125


def test_both_are_equally_loud_and_nothing_is_cut_off(sounds):
    for frames in sounds.values():
        loud = power(frames)[power(frames) > 1e-4]
        assert -21 < 10 * np.log10(loud.mean()) < -19
        assert np.abs(frames).max() < 0.95


def test_they_take_turns_and_overlap_a_little(sounds):
    host, cohost = (power(sounds[handle]) > LOUD for handle in (HOST, COHOST))
    together = np.sum(host & cohost) * TICK
    alone = np.sum(host ^ cohost) * TICK
    assert 0 < together < 5
    assert alone > 150
    assert min(host.sum(), cohost.sum()) > 0.35 * max(host.sum(), cohost.sum())


def test_silence_costs_nothing():
    for handle in (HOST, COHOST):
        packets = load(VOICES / f"{handle}.opus")
        assert sum(packet is None for packet in packets) > 0.3 * len(packets)


def test_every_line_is_somebodys():
    script = pieces(TEXT.read_text())
    assert {piece.handle for piece in script} == {HOST, COHOST}
    assert len(script) > 80
    assert not any(set("{}#:") & set(piece.text) for piece in script)


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(clock: Clock) -> Record:
    voices = {name: [f"{name}{i}".encode() for i in range(500)] for name in "ab"}
    return Record(voices, clock)


def test_voices_stay_together_round_after_round(record, clock):
    needles = {name: record.needle(name) for name in "ab"}
    for tick in range(1200):
        heard = {name: needle() for name, needle in needles.items()}
        assert heard == {name: f"{name}{tick % 500}".encode() for name in "ab"}
        clock.now += TICK


def test_a_call_a_little_late_or_early_skips_and_repeats_nothing(record, clock):
    needle = record.needle("a")
    for tick in range(200):
        clock.now = 100 + TICK * tick + (0.03 if tick % 3 else 0)
        assert needle() == b"a%d" % tick


def test_who_was_away_comes_back_where_the_others_are(record, clock):
    clock.now += 50 * TICK + 0.001
    late = record.needle("b")
    assert late() == b"b50"
    clock.now += 300 * TICK
    assert late() == b"b350"


def test_who_was_held_up_makes_up_for_it_in_order(record, clock):
    needle = record.needle("a")
    assert needle() == b"a0"
    clock.now += 40 * TICK + 0.001
    assert [needle() for _ in range(40)] == [b"a%d" % tick for tick in range(1, 41)]


def test_who_stays_behind_is_set_right_within_two_seconds(record, clock):
    needle, clock.now = record.needle("a"), clock.now + 0.001
    needle()
    clock.now += 40 * TICK  # away, and nothing is made up for afterwards
    for _ in range(100):
        heard = needle()
        clock.now += TICK
    assert heard == b"a139"
