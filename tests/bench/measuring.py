"""What every bench needs: CPU and memory of a process, a control clock beside it, one JSON line.

On shared machines only ratios to a floor of the same minute mean anything; `control_late` says how
often a bare 20 ms loop was late in the same time, and `steal_ms` what the hypervisor took.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERTZ = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = 0.020  # s
LATE = 0.020  # s


def wanted(**defaults: int) -> dict[str, int]:
    """The `NAME=number` arguments of the command line or, as make passes them, of the environment,
    over their defaults."""
    words = dict(word.partition("=")[::2] for word in sys.argv[1:] if "=" in word)
    unknown = words.keys() - defaults.keys()
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; known: {', '.join(defaults)}")
    given = {name: os.environ[name] for name in defaults if name in os.environ} | words
    return {name: int(given.get(name, default)) for name, default in defaults.items()}


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used, user and system, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _HERTZ


def memory_of(pid: int) -> int:
    """Resident bytes of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def stolen() -> float:
    """Seconds the hypervisor gave to others, all cores."""
    return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / _HERTZ


@dataclass(frozen=True)
class Span:
    """CPU of a process over a time; seconds."""

    cpu: float
    seconds: float

    @property
    def share(self) -> float:
        """Of one core."""
        return self.cpu / self.seconds


class Meter:
    """Measures a process from one moment to the next."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.restart()

    def restart(self) -> None:
        self._cpu, self._began = cpu_of(self._pid), time.monotonic()

    def read(self) -> Span:
        return Span(cpu_of(self._pid) - self._cpu, time.monotonic() - self._began)


_CONTROL = """
import sys, time
began = time.monotonic(); number = 0
while True:
    number += 1
    due = began + number * 0.02
    ahead = due - time.monotonic()
    if ahead > 0: time.sleep(ahead)
    now = time.monotonic()
    if now - due > 0.02:
        print(due, now, flush=True)
        if now - due > 1: began = now - number * 0.02
"""


class ControlClock:
    """A process that does nothing but keep a 20 ms clock, and says when it was late."""

    def __enter__(self) -> "ControlClock":
        self._began = time.monotonic()
        self._stolen = stolen()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CONTROL], stdout=subprocess.PIPE, text=True
        )
        self.late: list[tuple[float, float]] = []
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        text, _ = self._process.communicate()
        self.late = [(float(line.split()[0]), float(line.split()[1])) for line in text.splitlines()]
        self.ticks = int((time.monotonic() - self._began) / TICK)
        self.steal_ms = round((stolen() - self._stolen) * 1000)

    @property
    def is_disturbed(self) -> bool:
        """Whether the machine itself was late in more than 0.1 % of the ticks."""
        return len(self.late) > self.ticks / 1000

    def not_shared(self, late: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        """Of (due, left) times those at which this clock was not late too."""
        return [
            (due, left)
            for due, left in late
            if not any(due <= end and begin <= left for begin, end in self.late)
        ]


def undisturbed(run: Callable[[], dict[str, Any]], at_most: int = 3) -> dict[str, Any]:
    """The first result during which the machine kept its own clock, else the last of three: its
    `is_disturbed` says so. `run` makes its own ControlClock and puts that word into its result."""
    result: dict[str, Any] = {}
    for number in range(1, at_most + 1):
        result = {**run(), "runs": number}
        if not result["is_disturbed"]:
            break
    return result


def load() -> float:
    """Of the machine, over the last minute."""
    return round(os.getloadavg()[0], 2)


def tell(**results: Any) -> None:
    """The bench's last line."""
    print(json.dumps(results), flush=True)


def percentile(values: Iterable[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
