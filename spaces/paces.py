"""The paces of one person in one Space: they outlive the socket, or each new one began afresh."""

from collections import OrderedDict

from spaces.rules.reactions import CHANGE_PACE, REACTION_PACE, Bucket

KEPT = 60.0  # s after the last use; by then both buckets are full again


class Paces:
    """Of one person, or of one visitor's tab. `now` is s on a clock that never goes back."""

    __slots__ = ("changes", "reactions", "used_at")

    def __init__(self, now: float) -> None:
        self.reactions = Bucket(REACTION_PACE, now)
        self.changes = Bucket(CHANGE_PACE, now)
        self.used_at = now


class PaceBook:
    """Everybody's in this process. Who only listens is not in it."""

    def __init__(self) -> None:
        self._paces: OrderedDict[tuple[str, str], Paces] = OrderedDict()  # least lately used first

    def __len__(self) -> int:
        return len(self._paces)

    def of(self, slug: str, who: str, now: float) -> Paces:
        """The paces of `who` (a person's key or a tab) in that Space."""
        while self._paces and now - next(iter(self._paces.values())).used_at > KEPT:
            self._paces.popitem(last=False)
        paces = self._paces.pop((slug, who), None) or Paces(now)
        paces.used_at = now
        self._paces[slug, who] = paces
        return paces
