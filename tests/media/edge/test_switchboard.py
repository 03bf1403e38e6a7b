"""The switchboard stepped by hand: a clock of the test's own, no loop, no layer."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from media import control
from media.opus import OpusCodec
from media.stage import Voice, WishedStage
from media.switchboard import Limits, Switchboard
from tests.media.edge.test_ice import check
from tests.media.edge.test_sdp import ANSWER

SPACE = "cafe"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> Iterator[Switchboard]:
    board = Switchboard(
        host="127.0.0.1",
        port=0,
        addresses=["127.0.0.1"],
        codec=OpusCodec(),
        clock=clock,
        samples=lambda: int(clock.now * 48000),
        limits=Limits(peers=8, of_person=2, waiting=4, of_host=2),
    )
    board.take(control.Wish(stage()))
    yield board
    board.endpoint.close()


def stage(version: int = 1, barred: str = "") -> WishedStage:
    return WishedStage(SPACE, version, {"ada": Voice(is_muted=False)}, frozenset(barred.split()))


def wanted(tab: str, person: str | None = None, attempt: str = "1", space: str = SPACE):
    return control.Connect(space, tab, person, person is not None, attempt, "process.a")


def said(board: Switchboard) -> list[control.FromRelay]:
    messages = [message for _, message in board.said]
    board.said.clear()
    return messages


def codes(board: Switchboard) -> list[str]:
    return [
        message.code if isinstance(message, control.RelayRefused) else message.kind
        for message in said(board)
    ]


def test_a_repeated_attempt_is_answered_the_same(board: Switchboard) -> None:
    board.take(wanted("tab"))
    board.take(wanted("tab"))
    first, again = said(board)
    assert first == again
    assert len(board.peers) == 1


def test_a_new_attempt_replaces_the_one_before(board: Switchboard) -> None:
    board.take(wanted("tab"))
    board.take(wanted("tab", attempt="2"))
    offer, closed, another = said(board)
    assert (closed.state, closed.reason, closed.attempt) == ("closed", "replaced", "1")
    assert another.attempt == "2"
    assert another.sdp != offer.sdp


def test_a_space_nobody_told_of_is_looked_up_once_and_then_refused(board: Switchboard) -> None:
    board.take(wanted("tab", space="away"))
    assert board.wants_rows
    assert said(board) == []
    board.take_rows([stage()], asked_at=200.0)
    assert codes(board) == ["no_space"]
    assert not board.wants_rows


def test_a_space_the_rows_know_is_connected_after_the_look_up(board: Switchboard) -> None:
    board.take(wanted("tab", space="new"))
    board.take_rows([stage(), WishedStage("new", 1)], asked_at=200.0)
    assert codes(board) == ["offer"]


def test_the_barred_get_no_offer(board: Switchboard) -> None:
    board.take(control.Wish(stage(2, barred="eve")))
    board.take(wanted("tab", "eve"))
    assert codes(board) == ["barred"]


def test_who_is_barred_later_is_hung_up(board: Switchboard) -> None:
    board.take(wanted("tab", "eve"))
    board.take(control.Wish(stage(2, barred="eve")))
    _, closed = said(board)
    assert (closed.state, closed.reason) == ("closed", "barred")
    assert board.peers == {}


def test_an_older_stage_does_not_undo_a_removal(board: Switchboard) -> None:
    board.take(control.Wish(stage(3, barred="eve")))
    board.take(control.Wish(stage(2)))
    board.take(wanted("tab", "eve"))
    assert codes(board) == ["barred"]


@pytest.mark.parametrize("how", ["message", "rows"])
def test_an_ended_space_hangs_everybody_up(board: Switchboard, how: str) -> None:
    board.take(wanted("tab"))
    if how == "message":
        board.take(control.Gone(SPACE))
    else:
        board.take_rows([], asked_at=200.0)
    assert board.peers == board.halls == {}
    assert said(board)[-1].reason == "ended"


def test_rows_read_before_a_space_began_do_not_end_it(board: Switchboard) -> None:
    board.take_rows([], asked_at=99.0)
    assert SPACE in board.halls


def test_a_person_has_only_so_many_peers(board: Switchboard) -> None:
    for tab in ("a", "b", "c"):
        board.take(wanted(tab, "ada"))
    assert codes(board) == ["offer", "offer", "too_many"]


def test_only_so_many_wait_to_connect(board: Switchboard) -> None:
    for number in range(5):
        board.take(wanted(f"tab{number}"))
    assert codes(board)[-1] == "busy"


def test_who_is_not_connected_within_ten_seconds_is_closed(
    board: Switchboard, clock: Clock
) -> None:
    board.take(wanted("tab"))
    clock.now += 9.9
    board.sweep()
    assert board.peers
    clock.now += 0.2
    board.sweep()
    assert said(board)[-1].reason == "timeout"
    assert not board.is_waiting


@pytest.mark.parametrize(
    "sdp", ["", "v=0", ANSWER + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", "x" * 99999]
)
def test_a_bad_answer_is_refused_and_the_peer_forgotten(board: Switchboard, sdp: str) -> None:
    board.take(wanted("tab"))
    board.take(control.Answer("tab", "1", sdp))
    assert codes(board) == ["offer", "bad_sdp"]
    assert board.peers == {}


def test_an_answer_to_another_attempt_is_ignored(board: Switchboard) -> None:
    board.take(wanted("tab", attempt="2"))
    board.take(control.Answer("tab", "1", ANSWER))
    board.take(control.Answer("nobody", "1", ANSWER))
    assert not board.peers["tab"].is_answered


def test_one_address_does_not_take_all_the_places_to_wait(board: Switchboard) -> None:
    board.limits = Limits(waiting_of_origin=2)
    for number in range(3):
        board.take(replace(wanted(f"tab{number}"), origin="theirs"))
    board.take(replace(wanted("another"), origin="mine"))
    assert codes(board) == ["offer", "offer", "busy", "offer"]


def test_hanging_up_is_the_end(board: Switchboard) -> None:
    board.take(wanted("tab"))
    board.take(control.Hangup("tab"))
    board.take(control.Hangup("tab"))
    assert board.peers == {}


def connected(board: Switchboard, *tabs: str) -> None:
    """As far as the sweep goes: their handshakes are done, and checks go on."""
    for tab in tabs:
        board.take(wanted(tab))
        board._waiting.pop(board.peers[tab])


def wait(board: Switchboard, clock: Clock, seconds: int, *vouched: str, silent: bool = False) -> None:
    """Seconds pass; a web process vouches for these tabs every 5 s unless it is silent."""
    for second in range(seconds):
        clock.now += 1
        if not silent and second % 5 == 4:
            board.take(control.Vouch(vouched))
        board.sweep_lost()


def test_who_closes_only_the_page_is_hung_up_after_half_a_minute(
    board: Switchboard, clock: Clock
) -> None:
    connected(board, "here", "gone")
    wait(board, clock, 10, "here", "gone")
    wait(board, clock, 29, "here")
    assert set(board.peers) == {"here", "gone"}
    wait(board, clock, 3, "here")
    assert set(board.peers) == {"here"}
    assert said(board)[-1].reason == "unattended"


def test_sound_goes_on_while_no_web_process_says_anything(
    board: Switchboard, clock: Clock
) -> None:
    connected(board, "here", "late")
    wait(board, clock, 10, "here", "late")
    wait(board, clock, 300, silent=True)
    assert set(board.peers) == {"here", "late"}, "the web or the layer is away"
    wait(board, clock, 25, "here")
    assert set(board.peers) == {"here", "late"}, "pages have time to come back"
    wait(board, clock, 15, "here")
    assert set(board.peers) == {"here"}


# Packets from outside


def test_candidates_of_an_answer_get_no_packet(board: Switchboard) -> None:
    victim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    victim.bind(("127.0.0.1", 0))
    victim.setblocking(False)
    port = victim.getsockname()[1]
    board.take(wanted("tab"))
    candidate = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host\r\n"
    board.take(control.Answer("tab", "1", ANSWER + candidate))
    for number in range(50):
        board.tick(number * 960)
        board.sweep()
    with pytest.raises(BlockingIOError):
        victim.recv(100)
    victim.close()


def guest(board: Switchboard) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", board.endpoint.port))
    sock.settimeout(1)
    return sock


def proof(board: Switchboard, tab: str) -> bytes:
    peer = board.peers[tab]
    return check(peer.password.decode(), USERNAME=f"{peer.ufrag.decode()}:them")


def test_a_connected_peers_sound_is_led_elsewhere_at_most_every_five_seconds(
    board: Switchboard, clock: Clock
) -> None:
    board.take(wanted("tab"))
    peer = board.peers["tab"]
    socks = [guest(board) for _i in range(3)]
    ports = [sock.getsockname()[1] for sock in socks]

    def port_after_check_from(sock: socket.socket) -> int:
        name = f"{peer.ufrag.decode()}:them"
        sock.send(check(peer.password.decode(), **{"USERNAME": name, "USE-CANDIDATE": None}))
        board.endpoint.drain()
        assert sock.recv(200), "checks are answered all the same"
        assert peer.address is not None
        return peer.address.destination[1]

    for sock, port in zip(socks, ports, strict=True):
        assert port_after_check_from(sock) == port, "before it is connected it may look around"
    peer.srtp = object()  # type: ignore[assignment]  # as far as the endpoint goes: connected
    assert port_after_check_from(socks[0]) == ports[0]
    clock.now += 4.9
    assert port_after_check_from(socks[1]) == ports[0]
    clock.now += 0.2
    assert port_after_check_from(socks[1]) == ports[1]
    peer.srtp = None
    for sock in socks:
        sock.close()


def test_only_a_proven_check_is_answered(board: Switchboard) -> None:
    board.take(wanted("tab"))
    sock = guest(board)
    sock.send(check("a wrong password of 22"))
    sock.send(b"\x16\xfe\xfd" + bytes(50))
    board.endpoint.drain()
    sock.settimeout(0.05)
    with pytest.raises(TimeoutError):
        sock.recv(100)
    sock.settimeout(1)
    sock.send(proof(board, "tab"))
    board.endpoint.drain()
    assert sock.recv(200)[:2] == b"\x01\x01"
    assert board.endpoint.counts["stranger"] == 1
    sock.close()


def test_a_closed_peer_is_a_stranger(board: Switchboard) -> None:
    board.take(wanted("tab"))
    sock = guest(board)
    proven = proof(board, "tab")
    sock.send(proven)
    board.endpoint.drain()
    board.take(control.Hangup("tab"))
    sock.recv(200)
    sock.send(proven)
    sock.send(b"\x80" * 20)
    board.endpoint.drain()
    assert board.endpoint.counts["stranger"] == board.endpoint.counts["unproven_check"] == 1
    sock.close()


def test_nonsense_from_a_known_address_harms_nobody(board: Switchboard) -> None:
    board.take(wanted("tab", "ada"))
    board.take(control.Answer("tab", "1", ANSWER))
    sock = guest(board)
    sock.send(proof(board, "tab"))
    for first in range(256):
        for size in (1, 2, 13, 40, 1500):
            sock.send(bytes([first]) + b"\xfe" * (size - 1))
        board.endpoint.drain()
        board.handshakes.work(float("inf"))
    board.tick(0)
    assert SPACE in board.halls
    sock.close()


def test_too_many_behind_one_foreign_address_are_closed(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "_is_own", lambda host: False)
    socks = []
    for number in range(3):
        board.take(wanted(f"tab{number}"))
        socks.append(guest(board))
        socks[-1].send(proof(board, f"tab{number}"))
        board.endpoint.drain()
    assert said(board)[-1].reason == "too_many"
    assert len(board.peers) == 2
    for sock in socks:
        sock.close()
