"""Reads the demo's conversation aloud, one Opus file for each voice. Run by hand, not by `make`.

    python -m config.demo.render          # needs `flite` (Debian: apt-get install flite)

The files are committed, so nobody else needs flite. Both have the same length: played together
from the same sample they are the conversation, and each alone is one person's microphone.
"""

import argparse
import re
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from media.frames import FRAME, RATE
from media.opus import OpusEncoder

Sound = NDArray[np.float32]  # mono, RATE samples per second, full scale ±1

HERE = Path(__file__).parent
TEXT = HERE / "conversation.txt"
LOUDNESS = -20.0  # dBFS, of the loud parts of each voice (RMS of its 20 ms frames above -40)
CEILING = 0.89  # -1 dBFS: what remains above it is bent, never cut
TURN_PAUSE = 0.45  # s between two speakers
SENTENCE_PAUSE = 0.30  # s between sentences of one speaker
BITRATE = 32_000  # bit/s while speaking; silence costs a few bytes a second (DTX)
EDGE = 0.005  # s of fade at both ends of every piece, so that none begins with a click


@dataclass(frozen=True)
class VoiceModel:
    """A flite voice and how it is asked to read. `stretch` 1.0 is the voice's own pace."""

    flite: str
    stretch: float


VOICES = {"ines": VoiceModel("slt", 1.0), "karim": VoiceModel("rms", 1.0)}

# flite knows American English only: what it would mispronounce is spelled for its ear.
SAID = {"Inès": "Ee ness", "Karim": "Kah ream", "Lyon": "Lee own", "café": "ka fay",
        "kilometre": "kilometer", "metres": "meters", "cooperatives": "co operatives"}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A sentence: who says it, and after how many seconds (negative: before the last one ends)."""

    handle: str
    text: str
    pause: float


def pieces(text: str) -> list[Piece]:
    """The conversation as sentences, in order, with their pauses."""
    found: list[Piece] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        handle, said = line.split(":", 1)
        found += _sentences(handle.strip(), said.strip())
    return found


def _sentences(handle: str, said: str) -> list[Piece]:
    """Split one turn at its full stops and at the pauses written into it."""
    found: list[Piece] = []
    pause = TURN_PAUSE
    for part in re.split(r"(\{-?[\d.]+\})", said):
        if part.startswith("{"):
            pause = float(part[1:-1])
            continue
        for sentence in re.findall(r"[^.?!]+[.?!,]?", part):
            if sentence.strip():
                found.append(Piece(handle, sentence.strip(), pause))
                pause = SENTENCE_PAUSE
    return found


def read_aloud(piece: Piece, folder: Path) -> Sound:
    """One sentence by flite, its silent ends cut off."""
    voice = VOICES[piece.handle]
    wav = folder / "piece.wav"
    spoken = piece.text
    for written, said in SAID.items():
        spoken = spoken.replace(written, said)
    command = ["flite", "-voice", voice.flite, "--setf", f"duration_stretch={voice.stretch}",
               "-t", spoken, "-o", str(wav)]  # fmt: skip
    subprocess.run(command, check=True)  # noqa: S603 our own text, no shell
    return _without_silent_ends(load(wav))


def load(path: Path) -> Sound:
    """A sound file as one channel at RATE."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    parts: list[Sound] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [out.to_ndarray()[0] for out in resampler.resample(frame)]
    parts += [out.to_ndarray()[0] for out in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32)


def _without_silent_ends(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())
    margin = int(0.03 * RATE)
    cut = sound[max(0, loud[0] - margin) : loud[-1] + margin].copy()
    edge = int(EDGE * RATE)
    cut[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    cut[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)
    return cut


def conversation(script: list[Piece]) -> dict[str, Sound]:
    """Every voice on its own track, all tracks of one length (a whole number of frames)."""
    placed: list[tuple[int, Piece, Sound]] = []
    now = 0
    with tempfile.TemporaryDirectory() as folder:
        for piece in script:
            sound = read_aloud(piece, Path(folder))
            start = max(0, now + round(piece.pause * RATE))
            placed.append((start, piece, sound))
            now = start + len(sound)
    length = -(-(now + RATE) // FRAME) * FRAME
    tracks = {handle: np.zeros(length, np.float32) for handle in VOICES}
    for start, piece, sound in placed:
        tracks[piece.handle][start : start + len(sound)] += sound
    return {handle: _levelled(track) for handle, track in tracks.items()}


def loudness(track: Sound) -> float:
    """dBFS of the frames in which somebody speaks (louder than -40 dBFS)."""
    power = np.mean(track[: len(track) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1)
    return float(10 * np.log10(np.mean(power[power > 1e-4])))


def _levelled(track: Sound) -> Sound:
    """At LOUDNESS, with the rare peak above the ceiling bent smoothly (tanh)."""
    for _pass in range(3):  # the threshold of `loudness` moves with the gain
        track = track * np.float32(10 ** ((LOUDNESS - loudness(track)) / 20))
    knee = 0.7
    over = np.abs(track) > knee
    room = CEILING - knee
    track[over] = np.sign(track[over]) * (
        knee + room * np.tanh((np.abs(track[over]) - knee) / room)
    )
    return track


def write(track: Sound, path: Path) -> None:
    """Opus in Ogg, 20 ms packets. In silence DTX gives packets of one byte: "send nothing"."""
    encoder = OpusEncoder(bitrate=BITRATE, complexity=10, expected_loss=0, has_dtx=True)
    samples = np.round(track * 32767).astype(np.int16)
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE)
        stream.codec_context.layout = "mono"
        for start in range(0, len(samples), FRAME):
            packet = av.Packet(encoder.encode(samples[start : start + FRAME]))
            packet.stream, packet.time_base = stream, Fraction(1, RATE)
            packet.pts = packet.dts = start
            packet.duration = FRAME
            container.mux(packet)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "voices")
    out: Path = parser.parse_args().out
    for handle, track in conversation(pieces(TEXT.read_text())).items():
        path = out / f"{handle}.opus"
        write(track, path)
        print(f"{path.name}: {len(track) / RATE:.1f} s, {path.stat().st_size} bytes, "
              f"{loudness(track):.1f} dBFS, peak {np.abs(track).max():.2f}")


if __name__ == "__main__":
    main()
