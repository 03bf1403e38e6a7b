"""libopus through cffi's ABI mode: the copy that PyAV's wheel bundles, else the system's.

PyAV's own Opus codec hides in-band FEC, concealment and most settings; these forty lines do not.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
from pathlib import Path
from typing import Any

import cffi
import numpy as np

from media.frames import FRAME, LONGEST_PACKET, MS, RATE, BadPayload, Encoder, Pcm

BITRATE = 32_000
"""Bit/s, mono: wide-band to full-band speech."""
COMPLEXITY = 5
"""0-10. Measured with libopus 1.6.1 on two synthetic voices at this rate (PESQ-WB, us a frame): 0: 3.6,
3.8, 68; 3: 3.9, 4.0, 114; 5: 4.1, 4.2, 142; 6: 4.1, 4.3, 146; 9: 3.8, 4.1, 244. More costs and gives
nothing; less saves a fifth of the encoding and is heard by everybody."""
EXPECTED_LOSS = 8
"""Per cent. Below 6 libopus 1.6.1 puts no FEC at all into a packet of this rate, from 6 on into nine of
ten (PESQ-WB of two voices at 0, 2, 5 % loss; without: 3.8, 3.1, 2.6; with: 3.4, 3.4, 3.3; 145 and 187 us
a frame), so a listener gains from it from about 1.5 % loss on."""

_STEP = RATE // 400
_LARGEST_PACKET = 1275

_ffi = cffi.FFI()
_ffi.cdef(
    """
    typedef struct OpusEncoder OpusEncoder;
    typedef struct OpusDecoder OpusDecoder;
    int opus_encoder_get_size(int channels);
    int opus_encoder_init(OpusEncoder *, int32_t rate, int channels, int application);
    int opus_encoder_ctl(OpusEncoder *, int request, ...);
    int32_t opus_encode(OpusEncoder *, const int16_t *pcm, int samples, unsigned char *, int32_t);
    int opus_decoder_get_size(int channels);
    int opus_decoder_init(OpusDecoder *, int32_t rate, int channels);
    int opus_decode(OpusDecoder *, const unsigned char *, int32_t, int16_t *, int samples, int fec);
    const char *opus_get_version_string(void);
    """
)

_VOIP = 2048
_SET_BITRATE, _SET_COMPLEXITY, _SET_INBAND_FEC = 4002, 4010, 4012
_SET_PACKET_LOSS_PERC, _SET_DTX = 4014, 4016


class OpusMissing(RuntimeError):
    """Neither PyAV's bundled libopus nor one of the system was found."""


def _library_path() -> str:
    """Finds PyAV's copy without importing PyAV, which would load all of FFmpeg."""
    spec = importlib.util.find_spec("av")
    if spec is not None and spec.origin is not None:
        beside = Path(spec.origin).parent
        bundled = [*beside.parent.glob("av.libs/libopus*"), *beside.glob(".dylibs/libopus*")]
        if bundled:
            return str(bundled[0])
    found = ctypes.util.find_library("opus")
    if found is None:
        raise OpusMissing("libopus: install PyAV's wheel or the system package libopus0")
    return found


_lib: Any = _ffi.dlopen(_library_path())
VERSION: str = _ffi.string(_lib.opus_get_version_string()).decode()


class OpusEncoder:
    """One mono voice encoder. Not thread-safe.

    DTX is off: every tick must give a packet, and the AudioRoom repeats a remembered one in silence,
    which costs less than DTX would.
    """

    def __init__(
        self,
        bitrate: int = BITRATE,
        complexity: int = COMPLEXITY,
        expected_loss: int = EXPECTED_LOSS,
        has_dtx: bool = False,
    ) -> None:
        self._size = _lib.opus_encoder_get_size(1)
        self._memory = _ffi.new("char[]", self._size)
        self._state = _ffi.cast("OpusEncoder *", self._memory)
        _checked(_lib.opus_encoder_init(self._state, RATE, 1, _VOIP))
        for request, value in (
            (_SET_BITRATE, bitrate),
            (_SET_COMPLEXITY, complexity),
            (_SET_DTX, int(has_dtx)),
        ):
            _checked(_lib.opus_encoder_ctl(self._state, request, _ffi.cast("int", value)))
        self.expect_loss(expected_loss)
        self._packet = _ffi.new("unsigned char[]", _LARGEST_PACKET)

    def expect_loss(self, percent: int) -> None:
        """Per cent of packets that get lost on the way, 0 to 100; see EXPECTED_LOSS."""
        percent = max(0, min(percent, 100))
        for request, value in (
            (_SET_INBAND_FEC, int(percent > 0)),
            (_SET_PACKET_LOSS_PERC, percent),
        ):
            _checked(_lib.opus_encoder_ctl(self._state, request, _ffi.cast("int", value)))

    def encode(self, pcm: Pcm) -> bytes:
        """One packet for one frame (2.5, 5, 10, 20, 40 or 60 ms)."""
        samples = _ffi.from_buffer("int16_t[]", np.ascontiguousarray(pcm))
        size = _lib.opus_encode(self._state, samples, len(pcm), self._packet, _LARGEST_PACKET)
        _checked(size)
        return bytes(_ffi.buffer(self._packet, size))

    def continue_from(self, other: Encoder) -> None:
        """Copy the other's state: an Opus state is one block without pointers into itself, and
        opus.h promises that a shallow copy is a copy."""
        if not isinstance(other, OpusEncoder):
            raise TypeError("only another OpusEncoder's state fits")
        _ffi.memmove(self._memory, other._memory, self._size)


class OpusDecoder:
    """One mono decoder. Not thread-safe."""

    def __init__(self) -> None:
        self._memory = _ffi.new("char[]", _lib.opus_decoder_get_size(1))
        self._state = _ffi.cast("OpusDecoder *", self._memory)
        _checked(_lib.opus_decoder_init(self._state, RATE, 1))
        self._samples = _ffi.new("int16_t[]", LONGEST_PACKET)

    def decode(self, payload: bytes) -> Pcm:
        """The samples of one packet; stereo is folded to mono by libopus."""
        return self._run(payload, LONGEST_PACKET, 0)

    def recover(self, payload: bytes, samples: int) -> Pcm:
        """The `samples` before this packet: from its FEC, by concealment where that reaches not."""
        return self._run(payload, _whole_steps(samples), 1)[:samples]

    def conceal(self, samples: int) -> Pcm:
        """`samples` of Opus packet loss concealment."""
        return self._run(None, _whole_steps(samples), 0)[:samples]

    def _run(self, payload: bytes | None, room: int, fec: int) -> Pcm:
        source, size = (_ffi.NULL, 0) if payload is None else (payload, len(payload))
        count = _lib.opus_decode(self._state, source, size, self._samples, room, fec)
        _checked(count)
        return np.frombuffer(_ffi.buffer(self._samples, count * 2), dtype=np.int16).copy()


class OpusCodec:
    """Makes the encoders and decoders of an AudioRoom."""

    def new_encoder(self) -> OpusEncoder:
        return OpusEncoder()

    def new_decoder(self) -> OpusDecoder:
        return OpusDecoder()


def _whole_steps(samples: int) -> int:
    """libopus conceals in steps of 2.5 ms only."""
    return min(-(-samples // _STEP) * _STEP, LONGEST_PACKET)


def _checked(code: int) -> None:
    if code < 0:
        raise BadPayload(f"libopus error {code}")


assert FRAME == 20 * MS
