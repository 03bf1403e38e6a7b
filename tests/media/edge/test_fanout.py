"""Rows in the slab: joins, leaves, personal payloads; each listener decrypts its own and only its own."""

import os
import socket

import numpy as np
from pylibsrtp import Policy, Session

from media import rtp
from media.dtls import Srtp
from media.fanout import Fanout, Stream


def session(key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM)
    return Session(policy)


class Ear:
    """A listener: the sending session for the slab, the receiving one for the test."""

    def __init__(self, fanout: Fanout, stream: Stream) -> None:
        key = os.urandom(28)
        self.received = session(key, Policy.SSRC_ANY_INBOUND)
        outbound = session(key, Policy.SSRC_ANY_OUTBOUND)
        srtp = Srtp(outbound, session(os.urandom(28), Policy.SSRC_ANY_INBOUND), "test")
        self.row = fanout.join(self, srtp, os.urandom(16), stream)

    def payload(self, fanout: Fanout) -> bytes:
        n = self.row.index
        packet = fanout.messages.bytes[n, : fanout.messages.sizes[n]].tobytes()
        return rtp.read_voice(self.received.unprotect(packet)).payload


def send(fanout: Fanout, stream: Stream, ears: list[Ear], payload: bytes, now: int = 0) -> None:
    stream.advance(now, len(payload))
    fanout.put(np.array([ear.row.index for ear in ears]), stream, payload)


def test_everybody_gets_the_packet_of_their_own_stream() -> None:
    fanout: Fanout = Fanout(socket.AF_INET, capacity=8)
    streams = [Stream(), Stream()]
    ears = [Ear(fanout, streams[n % 2]) for n in range(6)]
    for tick in range(3):
        send(fanout, streams[0], ears[0::2], b"even", tick * 960)
        send(fanout, streams[1], ears[1::2], b"odd", tick * 960)
        assert fanout.protect() == 6
        assert [ear.payload(fanout) for ear in ears] == [b"even", b"odd"] * 3


def test_a_leave_moves_nobody_elses_packets() -> None:
    fanout: Fanout = Fanout(socket.AF_INET, capacity=8)
    stream = Stream()
    ears = [Ear(fanout, stream) for _ in range(4)]
    send(fanout, stream, ears, b"one")
    fanout.protect()
    addresses = {ear: fanout.messages.address_of(ear.row.index) for ear in ears}
    gone = ears.pop(1)
    fanout.leave(gone.row)
    ears.append(Ear(fanout, stream))
    fanout.leave(ears.pop().row)
    send(fanout, stream, ears, b"two")
    assert fanout.protect() == 3
    assert [ear.payload(fanout) for ear in ears] == [b"two"] * 3
    assert all(fanout.messages.address_of(ear.row.index) == addresses[ear] for ear in ears)


def test_a_personal_mix_replaces_the_payload_of_one_row() -> None:
    fanout: Fanout = Fanout(socket.AF_INET, capacity=8)
    stream = Stream()
    ears = [Ear(fanout, stream) for _ in range(3)]
    send(fanout, stream, ears, b"everybody")
    fanout.put_own(ears[1].row, b"own and longer")
    fanout.protect()
    assert [ear.payload(fanout) for ear in ears] == [b"everybody", b"own and longer", b"everybody"]


def test_a_listener_who_comes_late_in_the_stream_starts_far_from_the_wrap() -> None:
    fanout: Fanout = Fanout(socket.AF_INET, capacity=4)
    stream = Stream()
    stream.packets = 65_530
    early = Ear(fanout, stream)
    for tick in range(20):  # the stream's own count wraps in the meantime
        send(fanout, stream, [early], b"on and on", tick * 960)
        fanout.protect()
        if tick > 10:  # the first packets were lost
            assert early.payload(fanout) == b"on and on"


def test_what_libsrtp_refuses_is_never_sent_in_clear() -> None:
    fanout: Fanout = Fanout(socket.AF_INET, capacity=4)
    stream = Stream()
    ears = [Ear(fanout, stream) for _ in range(3)]
    send(fanout, stream, ears, b"secret")
    fanout._sizes[1] = 3  # shorter than a header: libsrtp says no
    fanout.protect()
    assert fanout.failed == [ears[1]]
    assert fanout.messages.sizes[:3].tolist()[1] == 0
    assert ears[2].payload(fanout) == b"secret"
