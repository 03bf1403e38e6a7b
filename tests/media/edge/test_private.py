"""Every private attribute of aiortc and pylibsrtp that media/ or the benches touch.

aiortc is pinned to 1.16; a new version must pass here first. What is not listed may not be used: the
last test reads our sources for it.
"""

import ast
import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pylibsrtp
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver
from OpenSSL import SSL
from pylibsrtp._binding import ffi, lib

MEDIA = Path(__file__).resolve().parents[3] / "media"
USED = {"_srtp", "_handle_rtp_packet"}


def test_aiortc_is_the_version_this_was_written_for() -> None:
    assert version("aiortc").startswith("1.16.")


def test_an_srtp_session_gives_its_pointer_and_the_functions_take_it() -> None:
    policy = pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    session = pylibsrtp.Session(policy)
    assert ffi.typeof(session._srtp[0]).kind == "pointer"
    packet, size = ffi.new("char[]", 100), ffi.new("int *", 20)
    packet[0] = b"\x80"
    assert lib.srtp_protect(session._srtp[0], packet, size) == 0
    assert size[0] > 20
    packet[0:2], size[0] = b"\x80\xc8", 28
    assert lib.srtp_protect_rtcp(session._srtp[0], packet, size) == 0


async def test_a_receiver_is_handed_each_packet_by_a_coroutine_that_can_be_replaced() -> None:
    parameters = inspect.signature(RTCRtpReceiver._handle_rtp_packet).parameters
    assert list(parameters) == ["self", "packet", "arrival_time_ms"]
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receiver = connection.addTransceiver("audio").receiver
    receiver._handle_rtp_packet = None
    await connection.close()


def test_openssl_still_knows_the_mode_that_frees_idle_buffers() -> None:
    context = SSL.Context(SSL.DTLS_METHOD)
    assert context.set_mode(0x10) & 0x10


def test_the_relay_loads_no_aiortc() -> None:
    """Nor FFmpeg with it; only the client does (media/call.py)."""
    program = (
        "import django, sys; django.setup(); import config.relay;"
        "print([name for name in ('aiortc', 'av', 'daphne') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=MEDIA.parent,
    )
    assert done.stdout.strip() == "[]"


def test_nothing_else_private_of_theirs_is_used() -> None:
    """Attributes with one underscore of anything but `self`, `cls` or an object of the same file."""
    found = set()
    for path in MEDIA.glob("*.py"):
        tree = ast.parse(path.read_text())
        ours = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("self", "cls")
        }
        found |= {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
            and node.attr not in ours
        }
    assert found <= USED
