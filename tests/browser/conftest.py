"""One Chromium and one instance for the run; a context of its own for each person.

A person's microphone is an oscillator of their frequency, from a script before the page's own, so
that who is heard shows in the spectrum. Everything waits for conditions, never for a time.
"""

import asyncio
import contextlib
import functools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from media.client import VoiceClient
from tests.browser.instance import Instance
from tests.browser.sound import Ear, tone

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]
TEST_LIMIT = 180.0  # s; the longest take a minute on a busy machine
CLOSE_LIMIT = 10.0  # s
ARTEFACTS = Path(os.environ.get("BROWSER_ARTEFACTS", "var/browser"))
MICROPHONE = """
(hz) => {
  const open = async () => {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const oscillator = new OscillatorNode(context, { frequency: hz });
    const gain = new GainNode(context, { gain: 0.5 });
    oscillator.connect(gain).connect(out);
    oscillator.start();
    await context.resume();
    return out.stream;
  };
  navigator.mediaDevices.getUserMedia = open;
}
"""
WATCH_CONNECTIONS = """
window.connections = [];
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...given) { super(...given); window.connections.push(this); }
};
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder needs a browser; none of it may hang."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if isinstance(item, pytest.Function):
                item.obj = _limited(item.obj)


def _limited(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The same test, failing when it takes longer than any should."""

    @functools.wraps(test)
    async def limited(*args: Any, **fields: Any) -> None:
        async with asyncio.timeout(TEST_LIMIT):
            await test(*args, **fields)

    return limited


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    made = Instance(tmp_path_factory.mktemp("instance"))
    yield made
    made.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("no Chromium found: set CHROMIUM=/path/to/chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


class Cast:
    """The people of one test: browser pages and Python voices, all closed at its end."""

    def __init__(self, instance: Instance, browser: Browser) -> None:
        self.instance = instance
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._voices: list[VoiceClient] = []
        self._spaces: list[str] = []
        self.pages: dict[str, Page] = {}
        self.said: list[str] = []

    async def browser_of(
        self, handle: str | None = None, *, hz: float | None = None, width: int = 1280,
        height: int = 820, **context: Any,
    ) -> Page:
        """A page of a signed-in person (None: a visitor), whose microphone sounds at `hz`."""
        made = await self._browser.new_context(
            viewport={"width": width, "height": height}, base_url=self.instance.url, **context
        )
        self._contexts.append(made)
        made.set_default_timeout(10_000)
        await made.add_init_script(WATCH_CONNECTIONS)
        if hz is not None:
            await made.add_init_script(f"({MICROPHONE})({hz})")
        if handle is not None:
            cookies = self.instance.ask("person", handle=handle, may_host_anyway=True)["cookies"]
            await made.add_cookies(
                [{"name": k, "value": v, "url": self.instance.url} for k, v in cookies.items()]
            )
        page = await made.new_page()
        who = handle or f"visitor{len(self.pages)}"
        self.pages[f"{who}-{len(self.pages)}"] = page
        page.on("console", lambda message: self.said.append(f"{who}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"{who}: ERROR {error}"))
        return page

    def space_of(self, handle: str, title: str = "") -> str:
        """A live Space hosted by `handle`; returns its slug. Ended at the end of the test."""
        self.instance.ask("person", handle=handle, may_host_anyway=True)
        slug = str(self.instance.ask("start_space", handle=handle, title=title))
        self._spaces.append(slug)
        return slug

    def will_end(self, slug: str) -> None:
        self._spaces.append(slug)

    async def voice_of(
        self, slug: str, handle: str | None = None, *, hz: float | None = None
    ) -> VoiceClient:
        """A Python client in the Space; with `hz` it sends that tone all the time."""
        cookies = self.instance.ask("person", handle=handle)["cookies"] if handle else {}
        client = VoiceClient(self.instance.url, slug, cookies)
        self._voices.append(client)
        if hz is not None:
            client.frames = tone(hz)
        await client.join()
        await client.connected(15)
        return client

    async def ear_in(self, slug: str) -> Ear:
        """A visitor who listens for the test."""
        return Ear(await self.voice_of(slug))

    async def keep_artefacts(self, name: str) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        for who, page in self.pages.items():
            if not page.is_closed():
                await page.screenshot(path=ARTEFACTS / f"{name}-{who}.png")
        log = self.instance.log.read_text()
        (ARTEFACTS / f"{name}.txt").write_text("\n".join(self.said) + "\n\n" + log)

    async def close(self) -> None:
        for one in (*self._voices, *self._contexts):
            with contextlib.suppress(TimeoutError):  # a browser now and then does not answer a close
                async with asyncio.timeout(CLOSE_LIMIT):
                    await one.close()
        for slug in self._spaces:
            self.instance.ask("end_space", slug=slug)


@pytest_asyncio.fixture(loop_scope="session")
async def cast(
    instance: Instance, chromium: Browser, request: pytest.FixtureRequest
) -> AsyncIterator[Cast]:
    made = Cast(instance, chromium)
    yield made
    report = getattr(request.node, "outcome_of_call", None)
    if report is not None and report.failed:
        await made.keep_artefacts(request.node.name)
    await made.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember how the test ended, for its fixtures."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.outcome_of_call = report  # type: ignore[attr-defined]
