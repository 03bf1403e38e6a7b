"""Python's cyclic garbage collector, kept away from the ticks.

Left alone it made ticks 91 ms late at 600 joins and 263 ms at 2,000 (MEDIA.md). Peers leave no cycles
(they are broken by hand at close), so almost everything is freed by counting; what cycles the
libraries leave is collected in quiet moments, and what survives is frozen, never to be looked at
again. Frozen objects are still freed when their last reference goes.
"""

from __future__ import annotations

import gc

QUIET_EVERY = 2.0
"""s between two collections when it is quiet."""
AT_LATEST = 60.0
"""s after which a collection is made in the middle of the joins too."""


class Collector:
    """Turns the collector off from `start` to `stop`. Times are s, monotonic."""

    def __init__(self) -> None:
        self._last = 0.0

    def start(self, now: float) -> None:
        gc.collect()
        gc.freeze()
        gc.disable()
        self._last = now

    def maybe(self, now: float, *, is_quiet: bool) -> bool:
        """Collect what became garbage since the last time, if now is a good moment."""
        since = now - self._last
        if since < QUIET_EVERY or (since < AT_LATEST and not is_quiet):
            return False
        gc.collect()
        gc.freeze()
        self._last = now
        return True

    def stop(self) -> None:
        gc.unfreeze()
        gc.enable()
