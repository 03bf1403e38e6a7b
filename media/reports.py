"""What the relay tells the rest of the house; `report(event)` of config/relay.py gets these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PeerConnected:
    """Sound flows to a tab. `person` is None for a visitor."""

    space: str
    tab: str
    person: str | None


@dataclass(frozen=True)
class PeerClosed:
    """A peer that had been connected is gone; `reason` as in control.PeerState."""

    space: str
    tab: str
    person: str | None
    reason: str


Report = PeerConnected | PeerClosed
