"""Many listeners, cheap and honest: real ICE and DTLS by aiortc, then a filter in the kernel.

After the handshake a classic BPF program on each socket lets STUN, DTLS, RTCP and 2 % of RTP through;
the rest is dropped, and counted, by the kernel at that socket. So every packet is counted at every
listener, and two cores carry hundreds of them.
"""

import asyncio
import ctypes
import itertools
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from channels.layers import get_channel_layer

from media import control
from media.call import Call, Speech

REPLIES = "process.bench"
KEPT = 0.02
_SO_ATTACH_FILTER = 26
_UDP_HEADER = 8  # bytes: what a filter on a UDP socket sees before the payload

# One address is enough on loopback; gathering on each would cost the bench, not the relay.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


def _instruction(code: int, true: int, false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, true, false, value)


def keep_few(sock: socket.socket, kept: float = KEPT) -> None:
    """Attach the filter (RFC 5761 tells RTP from RTCP by the second byte)."""
    load_byte, load_word, at_least, give = 0x30, 0x20, 0x35, 0x06
    ancillary_random = 0xFFFFF000 + 56
    program = [
        _instruction(load_byte, 0, 0, _UDP_HEADER),
        _instruction(at_least, 0, 3, 128),  # below: STUN or DTLS, accept
        _instruction(load_byte, 0, 0, _UDP_HEADER + 1),
        _instruction(at_least, 0, 2, 192),
        _instruction(at_least, 1, 0, 224),  # 192-223: RTCP, accept
        _instruction(give, 0, 0, 0x40000),
        _instruction(load_word, 0, 0, ancillary_random),
        _instruction(at_least, 1, 0, int(kept * 2**32)),
        _instruction(give, 0, 0, 0x40000),
        _instruction(give, 0, 0, 0),
    ]
    memory = ctypes.create_string_buffer(b"".join(program))
    packed = struct.pack("HxxxxxxP", len(program), ctypes.addressof(memory))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, packed)


def socket_of(connection: RTCPeerConnection) -> socket.socket:
    """The UDP socket of a connected aiortc."""
    transport = connection.getTransceivers()[0].receiver.transport.transport
    return transport._connection._nominated[1].protocol.transport.get_extra_info("socket")


def dropped_at(inodes: set[int]) -> dict[int, int]:
    """Packets the kernel dropped at each of these sockets. (Ports would not do: another process may
    have the same one on another address.)"""
    found = {}
    for table in ("udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[9]) in inodes:
                found[int(fields[9])] = int(fields[-1])
    return found


@dataclass
class Listener:
    """One connected listener; `kept` counts the RTP packets the filter let through."""

    connection: Any
    inode: int = 0
    kept: int = 0

    async def take(self, packet: Any, arrival_time_ms: int) -> None:
        self.kept += 1


@dataclass
class Desk:
    """The bench as a web process: asks the relay over the layer, and hands replies to who asked."""

    space: str
    repeated: int = 0
    failed: int = 0
    _replies: dict[tuple[str, str], asyncio.Future] = field(default_factory=dict)
    _tabs: Callable[[], int] = field(default_factory=lambda: itertools.count().__next__)
    _listening: asyncio.Task | None = None

    async def open(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(REPLIES, channel)
        self._listening = asyncio.create_task(self._listen(layer, channel))

    async def _listen(self, layer: Any, channel: str) -> None:
        while True:
            message = control.from_message(await layer.receive(channel))
            waiting = self._replies.pop((message.kind, getattr(message, "tab", "")), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)

    async def _ask(self, message: control.ToRelay, kind: str, tab: str) -> Any:
        """Say something and wait for the answer; said again after 3 s, as the page does."""
        for _ in range(4):
            waiting = self._replies[kind, tab] = asyncio.get_running_loop().create_future()
            await control.send_to_relay(message)
            try:
                async with asyncio.timeout(3):
                    return await waiting
            except TimeoutError:
                self.repeated += 1
        raise TimeoutError(f"no {kind} from the relay")

    async def _connect(self, person: str | None, answer: Callable[[str], Any]) -> str:
        tab = f"bench-{self._tabs()}"
        wanted = control.Connect(self.space, tab, person, person is not None, "1", REPLIES)
        offer = await self._ask(wanted, "offer", tab)
        text = await answer(offer.sdp)
        state = await self._ask(control.Answer(tab, "1", text), "peer_state", tab)
        assert state.state == "connected", state
        return tab

    async def speak(self, person: str, speech: Speech) -> Call:
        """Connect a speaker."""
        call = Call("1", speech=speech, heard=lambda: None, on_sound=lambda: None)
        await self._connect(person, call.take_offer)
        return call

    async def listen(self) -> Listener:
        """Connect one listener, then filter what its socket gets."""
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        listener = Listener(connection)
        await self.hear(connection, listener.take)
        sock = socket_of(connection)
        listener.inode = os.fstat(sock.fileno()).st_ino
        keep_few(sock)
        return listener

    async def hear(
        self, connection: RTCPeerConnection, take: Any, person: str | None = None
    ) -> None:
        """Connect one listener who takes every packet by `take(packet, arrival_time_ms)`."""

        async def answer(offer: str) -> str:
            await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await connection.setLocalDescription(await connection.createAnswer())
            connection.getTransceivers()[0].receiver._handle_rtp_packet = take
            return connection.localDescription.sdp

        await self._connect(person, answer)


def counted(listeners: list[Listener]) -> dict[int, int]:
    """RTP packets that reached each listener so far, by its socket."""
    drops = dropped_at({listener.inode for listener in listeners})
    return {listener.inode: drops[listener.inode] + listener.kept for listener in listeners}
