"""Writing straight to the kernel is for plain TCP only."""

import socket
from types import SimpleNamespace

from twisted.internet.tcp import Connection
from twisted.protocols.tls import TLSMemoryBIOProtocol

from spaces.lines import OPEN, _plain_transport


def daphne_protocol(transport: object) -> SimpleNamespace:
    return SimpleNamespace(
        transport=transport, send_queue=[], STATE_OPEN=OPEN, _perMessageCompress=None
    )


def test_plain_tcp_is_written_to_directly_and_tls_never():
    """TLS wraps the TCP transport and lends all its names: bytes written there are not encrypted."""
    with socket.socket() as raw:
        tcp = Connection(raw, None, reactor=SimpleNamespace())
        wrapped = TLSMemoryBIOProtocol.__new__(TLSMemoryBIOProtocol)
        wrapped.transport = tcp
        assert _plain_transport(daphne_protocol(tcp)) is tcp
        assert wrapped.socket is raw
        assert _plain_transport(daphne_protocol(wrapped)) is None
