"""The relay's rows: one worker thread, so that a slow or absent database never touches the sound."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

from media.reports import Report

MOST_REPORTS = 1000
"""Reports kept while the database is away; then the oldest is lost, and counted."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class Bookkeeper:
    """Runs plain functions that use the database, one after the other, each kind at most once at a
    time."""

    def __init__(self, report: Callable[[Report], None]) -> None:
        self.counts: Counter[str] = Counter()
        self._report = report
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rows")
        self._running: set[str] = set()
        self._reports: deque[Report] = deque(maxlen=MOST_REPORTS)
        self._failing: set[str] = set()

    async def do(self, name: str, work: Callable[[], T]) -> T | None:
        """The result of `work`, or None when it failed or one of that name is still under way."""
        if name in self._running:
            self.counts[f"{name}_skipped"] += 1
            return None
        self._running.add(name)
        try:
            result = await asyncio.get_running_loop().run_in_executor(
                self._worker, _with_fresh_connection, work
            )
        except Exception as error:
            self._note_failure(name, error)
            return None
        finally:
            self._running.discard(name)
        self._failing.discard(name)
        return result

    def _note_failure(self, name: str, error: Exception) -> None:
        """One line when it begins to fail, not one for each time."""
        self.counts[f"{name}_failed"] += 1
        if name not in self._failing:
            self._failing.add(name)
            log.warning("rows: %s fails (%s: %s)", name, type(error).__name__, error)

    def keep(self, reports: list[Report]) -> None:
        """Reports to be handed on at the next `hand_on`."""
        self.counts["reports_lost"] += max(0, len(self._reports) + len(reports) - MOST_REPORTS)
        self._reports.extend(reports)

    async def hand_on(self) -> None:
        """Give the kept reports to `report`, in order."""
        if self._reports and "reports" not in self._running:
            await self.do("reports", self._report_all)

    def _report_all(self) -> None:
        while self._reports:
            self._report(self._reports[0])
            self._reports.popleft()

    def close(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)


def _with_fresh_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
