"""Packets and reports against aiortc's own RTP, and against nonsense."""

from aiortc import RTCRtpParameters
from aiortc import rtp as aiortc_rtp
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters
from hypothesis import given
from hypothesis import strategies as st

from media import rtp


def extensions() -> aiortc_rtp.HeaderExtensionsMap:
    known = aiortc_rtp.HeaderExtensionsMap()
    uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    known.configure(
        RTCRtpParameters(
            headerExtensions=[RTCRtpHeaderExtensionParameters(rtp.LEVEL_EXTENSION, uri)]
        )
    )
    return known


def packet(payload: bytes = b"sound", payload_type: int = rtp.PAYLOAD_TYPE) -> bytes:
    made = aiortc_rtp.RtpPacket(payload_type, sequence_number=65535, timestamp=960, ssrc=7)
    made.payload = payload
    made.extensions.audio_level = (True, 30)
    return made.serialize(extensions())


def test_a_voice_packet_is_read_with_its_level() -> None:
    found = rtp.read_voice(packet())
    assert found is not None
    assert (found.seq, found.timestamp, found.ssrc) == (65535, 960, 7)
    assert (found.payload, found.level) == (b"sound", 30)


def test_padding_is_not_sound() -> None:
    padded = bytearray(packet() + b"\0\0\0\x04")
    padded[0] |= 0x20
    found = rtp.read_voice(bytes(padded))
    assert found is not None
    assert found.payload == b"sound"


def test_another_payload_type_and_an_empty_packet_are_no_voice() -> None:
    assert rtp.read_voice(packet(payload_type=96)) is None
    assert rtp.read_voice(packet(payload=b"")) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_exception(data: bytes) -> None:
    rtp.read_voice(data)
    rtp.read_voice(b"\xb0\x6f" + data)
    rtp.read_sender_ntp(data)
    rtp.read_sender_ntp(b"\x80\xc8" + data)


def test_a_receiver_report_says_the_loss_and_echoes_the_sender_report() -> None:
    echo = rtp.Echo(middle=0x12345678, came=10.0)
    made = rtp.receiver_report(
        ssrc=1, of=2, fraction=64, lost=-3, highest=70000, jitter=48, echo=echo, now=10.5
    )
    report, description = aiortc_rtp.RtcpPacket.parse(made)
    block = report.reports[0]
    assert (report.ssrc, block.ssrc, block.fraction_lost, block.packets_lost) == (1, 2, 64, -3)
    assert (block.highest_sequence, block.jitter) == (70000, 48)
    assert (block.lsr, block.dlsr) == (0x12345678, 32768)
    assert description.chunks[0].items == [(1, b"causerie")]


def test_a_sender_report_is_understood() -> None:
    made = rtp.sender_report(ssrc=5, ntp_time=rtp.ntp(0.5), timestamp=960, packets=3, octets=99)
    report, _ = aiortc_rtp.RtcpPacket.parse(made)
    assert report.sender_info.ntp_timestamp == (2_208_988_800 << 32) + (1 << 31)
    assert (report.sender_info.packet_count, report.sender_info.octet_count) == (3, 99)
    assert rtp.read_sender_ntp(made) == (report.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF
