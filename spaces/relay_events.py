"""What the relay asks of the rows and reports to them; called on its one worker thread."""

import logging
from collections.abc import Mapping
from typing import Any

from media.stage import WishedStage
from spaces import wishes

log = logging.getLogger(__name__)


def wished_stages() -> list[WishedStage]:
    """Every live Space's stage as it should be now."""
    return wishes.wished_stages()


def report(event: Mapping[str, Any] | object) -> None:
    """Something the relay noticed. Nothing is kept of it yet; presence is the socket's, not the sound's."""
    log.debug("relay: %s", event)
