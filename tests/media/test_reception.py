"""Receiver reports by the book (RFC 3550)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.frames import FRAME, VoicePacket
from media.reception import Reception


def packet(n: int, **fields: int) -> VoicePacket:
    return VoicePacket(n & 0xFFFF, n * FRAME & 0xFFFFFFFF, b"x", **fields)


def after(*numbers: int) -> Reception:
    reception = Reception()
    for n in numbers:
        reception.note(packet(n), n * FRAME)
    return reception


def test_nothing_received_makes_no_report():
    assert Reception().report() is None


def test_loss_is_counted_since_the_start_and_since_the_last_report():
    reception = after(*[n for n in range(100) if n % 4 != 1])
    first = reception.report()
    assert first is not None
    assert (first.fraction_lost, first.lost, first.highest_sequence) == (64, 25, 99)
    for n in range(100, 200):
        reception.note(packet(n), n * FRAME)
    second = reception.report()
    assert second is not None
    assert (second.fraction_lost, second.lost, second.highest_sequence) == (0, 25, 199)
    assert reception.report() is None


def test_the_sequence_number_goes_on_past_65535():
    report = after(*range(65_530, 65_545)).report()
    assert report is not None
    assert report.highest_sequence == 65_544
    assert report.lost == 0


def test_duplicates_make_the_loss_negative_and_the_fraction_zero():
    report = after(1, 2, 2, 2, 3).report()
    assert report is not None
    assert (report.lost, report.fraction_lost) == (-2, 0)


def test_a_duplicate_is_known_and_a_late_packet_is_not_one():
    reception = after(1, 2, 4)
    assert reception.note(packet(2), 0).is_duplicate
    assert not reception.note(packet(3), 0).is_duplicate
    assert reception.note(packet(3), 0).is_duplicate


def test_steady_arrival_has_no_jitter_and_alternating_arrival_has_its_difference():
    assert after(*range(100)).report().jitter == 0
    reception = Reception()
    for n in range(500):
        reception.note(packet(n), n * FRAME + (n % 2) * 480)
    assert reception.report().jitter == pytest.approx(480, abs=2)


def test_duplicates_say_nothing_about_the_jitter():
    reception = after(*range(50))
    for n in range(50):
        reception.note(packet(n), 50 * FRAME)
    assert reception.report().jitter == 0


def test_a_jump_in_the_numbers_counts_only_when_a_second_packet_confirms_it():
    reception = after(*range(10))
    assert reception.note(packet(30_000), 0) is None
    assert reception.note(packet(10), 0).seq == 10
    assert reception.note(packet(30_000), 0) is None
    assert reception.note(packet(30_001), 0).is_new_source
    assert reception.report().highest_sequence == 30_001


def test_a_new_source_starts_its_own_count():
    reception = after(*range(10))
    assert reception.note(packet(500, ssrc=9), 0).is_new_source
    report = reception.report()
    assert (report.ssrc, report.highest_sequence, report.lost) == (9, 500, 0)


@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 2**32 - 1), st.integers(0, 2))))
def test_any_numbers_make_a_report_that_fits_its_fields(packets):
    reception = Reception()
    for now, (seq, timestamp, ssrc) in enumerate(packets):
        reception.note(VoicePacket(seq, timestamp, b"", ssrc=ssrc), now)
        report = reception.report()
        if report is not None:
            assert 0 <= report.fraction_lost <= 255
            assert -(2**23) <= report.lost < 2**23
            assert 0 <= report.highest_sequence < 2**32
            assert 0 <= report.jitter < 2**32
