"""A small WebRTC voice client, in Python: demo voices, tests and benches speak and listen with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from media.frames import Pcm

Speech = Callable[[], "Pcm | bytes | None"]
"""Called every 20 ms: 960 samples of int16, or an encoded Opus packet of 20 ms, or None for silence."""
Heard = Callable[[Pcm], None]
"""Called with each decoded frame, 960 samples of int16."""


class VoiceClient:
    """One tab of one person (or a visitor without cookies) in one Space.

    `base_url` is the site's (`http://localhost:8000`), `slug` the Space's, `cookies` a signed-in
    session's. Set `frames` to speak and `heard` to hear; both may change at any time.
    """

    def __init__(self, base_url: str, slug: str, cookies: Mapping[str, str] | None = None) -> None:
        self.frames: Speech | None = None
        self.heard: Heard | None = None

    async def join(self) -> dict[str, Any]:
        """Open the socket and join; returns the first snapshot. Sound follows by itself."""
        raise NotImplementedError

    async def say(self, op: str, **fields: Any) -> dict[str, Any]:
        """One socket operation; returns the server's reply (`ok` or `refused`)."""
        raise NotImplementedError

    async def close(self) -> None:
        """Leave quietly: hang up and close the socket."""
        raise NotImplementedError
