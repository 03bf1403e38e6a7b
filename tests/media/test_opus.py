"""The codec: what libopus is asked for and what it may be given."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.frames import FRAME, LONGEST_PACKET, MS, BadPayload, has_fec, samples_in
from media.opus import OpusDecoder, OpusEncoder
from tests.media.sound import Sender, decoded, frames, snr, speechlike, tone


def test_speech_at_32_kbit_carries_fec_in_most_packets():
    speech = [p.payload for p in Sender().packets(speechlike(3))]
    assert sum(map(has_fec, speech)) > 0.7 * len(speech)
    assert not any(has_fec(p.payload) for p in Sender(expected_loss=0).packets(speechlike(3)))


def test_the_rate_is_32_kbit():
    payloads = [p.payload for p in Sender().packets(speechlike(5))]
    assert 24_000 < sum(map(len, payloads)) * 8 / 5 < 36_000


@pytest.mark.parametrize("ms", [10, 20, 40, 60])
def test_the_length_of_a_packet_is_read_from_its_first_bytes(ms):
    for packet in Sender().packets(speechlike(1), ms * MS):
        assert samples_in(packet.payload) == ms * MS
        assert len(OpusDecoder().decode(packet.payload)) == ms * MS


def test_an_encoder_that_continues_from_another_makes_the_same_packets():
    first, second = OpusEncoder(), OpusEncoder()
    speech = frames(speechlike(3))
    for frame in speech[:100]:
        first.encode(frame)
    second.continue_from(first)
    assert [first.encode(f) for f in speech[100:]] == [second.encode(f) for f in speech[100:]]


def test_an_encoder_that_continued_shares_nothing_with_the_other():
    first, second, alone = OpusEncoder(), OpusEncoder(), OpusEncoder()
    speech = frames(speechlike(2))
    for frame in speech[:50]:
        first.encode(frame)
        alone.encode(frame)
    second.continue_from(first)
    for frame in frames(tone(700, 1)):
        second.encode(frame)
    assert [first.encode(f) for f in speech[50:]] == [alone.encode(f) for f in speech[50:]]


def test_fec_restores_a_lost_frame_better_than_concealment():
    payloads = [p.payload for p in Sender(expected_loss=20).packets(speechlike(3))]
    clean = decoded(payloads)
    decoder, with_fec = OpusDecoder(), []
    for n, payload in enumerate(payloads[:-1]):
        is_lost = n % 10 == 5
        with_fec.append(
            decoder.recover(payloads[n + 1], FRAME) if is_lost else decoder.decode(payload)
        )
    decoder, concealed = OpusDecoder(), []
    for n, payload in enumerate(payloads[:-1]):
        concealed.append(decoder.conceal(FRAME) if n % 10 == 5 else decoder.decode(payload))
    assert snr(clean, np.concatenate(with_fec)) > snr(clean, np.concatenate(concealed)) + 4


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(payload):
    length = samples_in(payload)
    assert length is None or 0 < length <= LONGEST_PACKET
    has_fec(payload)
    decoder = OpusDecoder()
    try:
        decoder.recover(payload, FRAME)
        pcm = decoder.decode(payload)
    except BadPayload:
        return
    if payload:
        assert len(pcm) == length


def test_the_library_is_found_without_importing_pyav():
    code = "import sys, media.opus; assert not {'av', 'django', 'asyncio'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ, cwd=os.getcwd())


def test_the_pure_part_imports_no_clock_no_network_and_no_django():
    code = (
        "import numpy, sys; before = set(sys.modules); import media.audioroom; "
        "new = set(sys.modules) - before; "
        "assert not {'av', 'django', 'asyncio', 'cffi', 'threading', 'socket'} & new, new"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ, cwd=os.getcwd())
