"""Every code that can be refused has words and a way on, and docs/protocol.md knows it."""

import ast
import re
from pathlib import Path

from spaces.protocol import OPERATIONS
from spaces.rules.hosting import Reason
from spaces.sentences import SENTENCES, sentence

BASE = Path(__file__).resolve().parents[2]
PROTOCOL = (BASE / "docs" / "protocol.md").read_text()
# What the relay refuses with (media.control.RelayRefused).
OF_THE_RELAY = {"no_space", "barred", "bad_sdp", "too_many", "busy"}


def refused_in_the_code() -> set[str]:
    """Every literal that is given to Refused or Malformed, or returned by a rule of the gate."""
    codes = set(Reason.__args__) - {""}
    for path in (BASE / "spaces").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {
                "Refused", "Malformed",
            }:  # fmt: skip
                for literal in ast.walk(node.args[0]):
                    if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                        codes.add(literal.value)
    return codes


def test_every_refusal_in_the_code_has_a_sentence() -> None:
    assert refused_in_the_code() | OF_THE_RELAY <= set(SENTENCES)
    assert all(sentence(code) for code in SENTENCES)


def test_the_protocols_table_is_the_table_of_sentences() -> None:
    table = PROTOCOL.split("## Refusals")[1]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(SENTENCES)


def test_the_protocol_tells_of_every_operation() -> None:
    table = PROTOCOL.split("## Operations")[1].split("## Limits")[0]
    assert set(re.findall(r"`(\w+)`", table)) >= set(OPERATIONS)
