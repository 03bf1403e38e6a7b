"""Firefox ESR through its own WebDriver BiDi socket: no driver program in between.

https://w3c.github.io/webdriver-bidi/ ; the few commands the one Firefox test needs.
"""

import asyncio
import itertools
import json
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import websockets

# A fake microphone (a 440 Hz tone), no questions, sound without a click, no calls home.
PREFERENCES: dict[str, Any] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "toolkit.telemetry.enabled": False,
}
WATCH_CONNECTIONS = """() => {
  window.connections = [];
  const Plain = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Plain {
    constructor(...given) { super(...given); window.connections.push(this); }
  };
}"""
START_TIMEOUT = 60.0  # s; a first profile is slow on a busy machine


def program() -> str | None:
    """Path of the installed Firefox, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """One headless Firefox with one tab. Use as `async with Firefox(folder) as tab`."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        lines = [f'user_pref("{k}", {json.dumps(v)});' for k, v in PREFERENCES.items()]
        (self._profile / "user.js").write_text("\n".join(lines))
        self._log = (self._profile / "stderr").open("w")
        self._process = subprocess.Popen(  # noqa: ASYNC220 a test, started once
            [str(program()), "--headless", "--no-remote", "--profile", str(self._profile),
             "--remote-debugging-port", "0"],
            stdout=subprocess.DEVNULL, stderr=self._log, start_new_session=True,
        )
        self._socket = await websockets.connect(
            await self._address(), max_size=None, ping_interval=None
        )
        await self.command("session.new", capabilities={})
        tree = await self.command("browsingContext.getTree")
        self.tab = tree["contexts"][0]["context"]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._socket.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._log.close()

    async def _address(self) -> str:
        """Firefox writes the port it took to its error output."""
        said = "WebDriver BiDi listening on "
        for _ in range(int(START_TIMEOUT / 0.2)):
            for line in (self._profile / "stderr").read_text().splitlines():
                if said in line:
                    return line.split(said)[1].strip() + "/session"
            await asyncio.sleep(0.2)
        raise TimeoutError("Firefox did not say where it listens")

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """One BiDi command; returns its result, raises RuntimeError with Firefox's words."""
        number = next(self._ids)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(await self._socket.recv())
            if answer.get("id") != number:
                continue
            if answer.get("type") == "error":
                raise RuntimeError(f"{method}: {answer.get('error')}: {answer.get('message')}")
            return dict(answer["result"])

    async def goto(self, url: str) -> None:
        await self.command("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    async def set_cookie(self, url: str, name: str, value: str) -> None:
        host = urlsplit(url).hostname or ""
        cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": host}
        await self.command("storage.setCookie", cookie=cookie)

    async def watch_connections(self) -> None:
        """Keep every RTCPeerConnection of later pages in `window.connections`."""
        await self.command("script.addPreloadScript", functionDeclaration=WATCH_CONNECTIONS)

    async def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression (awaited when it is a promise)."""
        result = await self.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self.tab}, awaitPromise=True, userActivation=True,
        )
        if result.get("type") == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    async def until(self, expression: str, *, seconds: float = 20.0) -> Any:
        """Wait until the expression is truthy; returns its value."""
        value = None
        for _ in range(int(seconds / 0.2)):
            value = await self.evaluate(expression)
            if value:
                return value
            await asyncio.sleep(0.2)
        raise AssertionError(f"never true in Firefox: {expression} (last: {value!r})")
