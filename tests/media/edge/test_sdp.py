"""What the relay offers, and which answers it takes."""

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from media import sdp
from media.control import MAX_SDP

FINGERPRINT = sdp.Fingerprint("sha-256", ":".join(["AB"] * 32))
ANSWER = f"""v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-256 {FINGERPRINT.value}
a=setup:active
a=mid:0
a=recvonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
""".replace("\n", "\r\n")


def offer(*, may_speak: bool = True) -> str:
    return sdp.offer(
        ufrag="abcd",
        password="p" * 22,
        fingerprint=FINGERPRINT,
        addresses=["192.0.2.1", "127.0.0.1"],
        port=40000,
        ssrc=7,
        may_speak=may_speak,
    )


def test_the_offer_has_one_payload_type_fec_dtx_and_every_address() -> None:
    description = SessionDescription.parse(offer())
    (audio,) = description.media
    assert [codec.payloadType for codec in audio.rtp.codecs] == [111]
    assert "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1" in offer()
    assert [candidate.ip for candidate in audio.ice_candidates] == ["192.0.2.1", "127.0.0.1"]
    assert audio.ice.iceLite
    assert audio.direction == "sendrecv"
    assert "a=sendonly" in offer(may_speak=False)


async def test_an_answer_of_a_real_agent_is_taken() -> None:
    connection = RTCPeerConnection()
    await connection.setRemoteDescription(RTCSessionDescription(offer(), "offer"))
    answer = await connection.createAnswer()
    found = sdp.read_answer(answer.sdp)
    assert {fingerprint.algorithm for fingerprint in found.fingerprints} >= {"sha-256"}
    await connection.close()


def test_a_browsers_answer_is_taken() -> None:
    assert sdp.read_answer(ANSWER).fingerprints == (FINGERPRINT,)


SECTION = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "nonsense",
        ANSWER + "a=x:" + "y" * MAX_SDP,
        ANSWER + "a=x\r\n" * 1000,
        ANSWER + SECTION,
        ANSWER + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n",
        ANSWER.replace(SECTION, ""),
        ANSWER.replace("m=audio", "m=video"),
        ANSWER.replace("m=audio 9", "m=audio 0"),
        ANSWER.replace("SAVPF 111", "SAVPF 96"),
        ANSWER.replace("a=setup:active", "a=setup:passive"),
        ANSWER.replace("a=fingerprint", "a=finger"),
        ANSWER.replace("AB:AB", "XY:XY"),
        ANSWER.replace("a=rtcp-mux\r\n", ""),
    ],
)
def test_another_answer_is_refused(answer: str) -> None:
    with pytest.raises(sdp.BadSdp):
        sdp.read_answer(answer)


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused(text: str) -> None:
    for answer in (text, ANSWER + text, ANSWER.replace("SAVPF", text), f"v=0\r\n{text}"):
        try:
            sdp.read_answer(answer)
        except sdp.BadSdp:
            continue
