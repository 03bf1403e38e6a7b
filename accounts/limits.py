"""How often somebody may do something, counted in the shared cache."""

from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Limit:
    """At most `times` within a window of `seconds` that opens with the first."""

    name: str
    times: int
    seconds: int

    def take(self, who: int) -> bool:
        """Count one more by person number `who`; False when that was too many."""
        key = f"limit:{self.name}:{who}"
        if cache.add(key, 1, self.seconds):
            return True
        try:
            return int(cache.incr(key)) <= self.times
        except ValueError:  # the window closed between the two calls
            cache.add(key, 1, self.seconds)
            return True


FOLLOWS = Limit("follow", times=60, seconds=60)
