"""What the relay is told about a Space: who may be heard, who must not be there at all.

A message always carries the whole wished stage with a version, never an increment, so that a lost or
repeated one heals by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


class BadStage(ValueError):
    """A message that is no wished stage: a field is missing, unknown or of the wrong type."""


@dataclass(frozen=True)
class Voice:
    """How one person on stage may be heard now."""

    is_muted: bool


@dataclass(frozen=True)
class WishedStage:
    """The stage of one Space as the rows have it.

    `space` is the slug, `version` the Space's sequence number (a lower one is older), `voices` maps the
    key of each person who may be heard, `barred` holds the keys of persons whose peers must not live
    in this Space, `live_since_ms` is the Unix time in milliseconds of Space clock 0.
    """

    space: str
    version: int
    voices: Mapping[str, Voice] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()
    live_since_ms: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "voices", MappingProxyType(dict(self.voices)))

    def may_be_heard(self, person: str) -> bool:
        """On stage, not muted, not barred: the one question the mixer asks."""
        voice = self.voices.get(person)
        return voice is not None and not voice.is_muted and person not in self.barred

    def as_message(self) -> dict[str, Any]:
        """The stage as JSON-able values."""
        return {
            "space": self.space,
            "version": self.version,
            "voices": {
                person: {"is_muted": voice.is_muted} for person, voice in self.voices.items()
            },
            "barred": sorted(self.barred),
            "live_since_ms": self.live_since_ms,
        }

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> WishedStage:
        """The stage that `as_message` wrote; raises BadStage for anything else."""
        if set(message) != {"space", "version", "voices", "barred", "live_since_ms"}:
            raise BadStage("fields")
        voices = _of_type(message["voices"], dict, "voices")
        barred = _of_type(message["barred"], list, "barred")
        return cls(
            space=_of_type(message["space"], str, "space"),
            version=_of_type(message["version"], int, "version"),
            voices={
                _of_type(person, str, "voices"): _voice(wish) for person, wish in voices.items()
            },
            barred=frozenset(_of_type(person, str, "barred") for person in barred),
            live_since_ms=_of_type(message["live_since_ms"], int, "live_since_ms"),
        )


def _voice(wish: object) -> Voice:
    fields = _of_type(wish, dict, "voices")
    if set(fields) != {"is_muted"}:
        raise BadStage("voices")
    return Voice(is_muted=_of_type(fields["is_muted"], bool, "is_muted"))


def _of_type(value: Any, kind: type, name: str) -> Any:
    is_it = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not is_it:
        raise BadStage(name)
    return value
