"""Connectivity checks against aioice's own STUN, and against nonsense."""

import random
import struct

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media import ice

OURS, THEIRS, PASSWORD = "abcd", "efgh", "a-password-of-22-chars"


def check(password: str = PASSWORD, **attributes: object) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{OURS}:{THEIRS}"
    message.attributes["PRIORITY"] = 1
    message.attributes.update(attributes)
    message.add_message_integrity(password.encode())
    return bytes(message)


def test_a_check_of_a_real_agent_is_read_and_proven() -> None:
    found = ice.read_check(check())
    assert found is not None
    assert found.ours == OURS.encode()
    assert not found.use_candidate
    assert found.is_proven_by(PASSWORD.encode())


def test_use_candidate_is_noticed() -> None:
    found = ice.read_check(check(**{"USE-CANDIDATE": None}))
    assert found is not None
    assert found.use_candidate


def test_a_wrong_password_proves_nothing() -> None:
    found = ice.read_check(check("another-password-22-ch"))
    assert found is not None
    assert not found.is_proven_by(PASSWORD.encode())


@pytest.mark.parametrize("where", [("192.0.2.1", 40000), ("2001:db8::1", 5)])
def test_the_answer_is_understood_by_a_real_agent(where: tuple[str, int]) -> None:
    found = ice.read_check(check())
    assert found is not None
    answer = ice.answer_to(found, PASSWORD.encode(), ice.mapped_address(*where))
    message = stun.parse_message(answer)
    assert message.message_class == stun.Class.RESPONSE
    assert message.transaction_id == found.transaction
    assert message.attributes["XOR-MAPPED-ADDRESS"] == where
    assert message.check_message_integrity(PASSWORD.encode())


def test_what_is_no_check_is_none() -> None:
    whole = check()
    unsigned = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    unsigned.attributes["USERNAME"] = "a:b"
    response = struct.pack("!H", 0x0101) + whole[2:]
    for datagram in (b"", b"\0", whole[:19], whole[:-1], whole + b"\0", response, bytes(unsigned)):
        assert ice.read_check(datagram) is None


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_an_exception(datagram: bytes) -> None:
    ice.read_check(datagram)


def test_a_changed_check_is_never_proven() -> None:
    whole = bytearray(check())
    randomly = random.Random(7)
    for _ in range(5000):
        changed = bytearray(whole)
        at = randomly.randrange(len(whole) - 8)  # the fingerprint at the end is not signed
        changed[at] ^= 1 << randomly.randrange(8)
        found = ice.read_check(bytes(changed))
        assert found is None or not found.is_proven_by(PASSWORD.encode())
