"""Reactions and the pace at which one person may do things."""

from dataclasses import dataclass

# The tray of PRODUCT.md section 2, first filling of the staff's list. ✋ is the raise-hand button.
EMOJI = ("❤️", "😂", "👏", "🙌", "💯", "🔥", "🤔", "😳", "😢", "✊", "✌️", "👋")


@dataclass(frozen=True)
class Pace:
    """`rate` per second in the long run, `burst` at once."""

    rate: float
    burst: int


REACTION_PACE = Pace(rate=3, burst=6)
OPERATION_PACE = Pace(rate=10, burst=30)  # of one socket; a person's clicks stay far below
# Of what makes a commit, and so a frame to everybody: hands up and down, microphones on and off.
CHANGE_PACE = Pace(rate=3, burst=15)


class Bucket:
    """A token bucket (RFC 2697 without colours). `now` is seconds on any clock that never goes back."""

    __slots__ = ("_filled_at", "_pace", "_tokens")

    def __init__(self, pace: Pace, now: float) -> None:
        self._pace = pace
        self._tokens = float(pace.burst)
        self._filled_at = now

    def take(self, now: float) -> bool:
        """Whether one more is within the pace; if so it is used up."""
        grown = self._tokens + (now - self._filled_at) * self._pace.rate
        self._tokens = min(float(self._pace.burst), grown)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
