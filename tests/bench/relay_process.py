"""The relay as `manage.py relay` runs it, with one Space that needs no rows, writing down its ticks.

`python -m tests.bench.relay_process RESULT`: at SIGTERM the ticks that were late go to the file.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import django
import uvloop

django.setup()

from django.core.management import call_command  # noqa: E402

from media.relay import TICK, Relay, RelaySettings, Ticks, put_sound_first  # noqa: E402
from media.stage import Voice, WishedStage  # noqa: E402

SPACE = "bench"
SPEAKERS = ("ada", "bob")


@dataclass
class WrittenTicks(Ticks):
    """Also keeps when each late tick was due and left."""

    began: float = field(default_factory=time.monotonic)
    late_at: list[tuple[float, float]] = field(default_factory=list)

    def note(self, late: float, busy: float) -> None:
        super().note(late, busy)
        if late > TICK:
            now = time.monotonic()
            self.late_at.append((now - late, now))


def stage() -> list[WishedStage]:
    return [WishedStage(SPACE, 1, {person: Voice(is_muted=False) for person in SPEAKERS})]


async def announce(space: str, levels: dict[str, int]) -> None:
    """Levels go nowhere here."""


async def main(result: Path) -> None:
    relay = Relay(
        RelaySettings(addresses=("127.0.0.1",)),
        wished_stages=stage,
        report=lambda report: None,
        announce_levels=announce,
    )
    relay.ticks = ticks = WrittenTicks()
    print("ready", flush=True)
    await relay.run()
    board = relay.switchboard
    counts = {**board.counts, **board.endpoint.counts, **board.handshakes.counts}
    written = json.dumps({**asdict(ticks), "counts": counts})
    result.write_text(written)  # noqa: ASYNC240 the relay has ended


if __name__ == "__main__":
    call_command("migrate", "media", verbosity=0, skip_checks=True)
    put_sound_first()
    uvloop.run(main(Path(sys.argv[1])))
