"""Debian's Firefox driven by WebDriver BiDi, with the restrictions of a user's browser.

An automated Firefox by default relaxes exactly the restrictions that matter here, so ``remote.prefs.recommended`` is
off and ``security.fileuri.strict_origin_policy`` on, as for a user who double-clicks ``index.html``.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

_PREFERENCES: Mapping[str, bool | int | str] = {
    "remote.prefs.recommended": False,
    "security.fileuri.strict_origin_policy": True,
    # A fresh profile that fetches nothing of its own accord and asks nothing.
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.autoplay.default": 0,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


class BidiError(Exception):
    """Firefox refused a command."""


class Firefox:
    """One tab. ``console`` holds messages that are warnings or worse, ``requests`` every address asked for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self.console: list[str] = []
        self.requests: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        self.command("session.new", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})
        self.command("session.subscribe", {"events": ["log.entryAdded", "network.beforeRequestSent"]})
        tree = self.command("browsingContext.getTree", {})
        self.context = tree["contexts"][0]["context"]

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            for message in self._socket:
                self._take(json.loads(message))

    def _take(self, message: dict[str, Any]) -> None:
        with self._arrived:
            if "id" in message and message["id"] is not None:
                self._answers[message["id"]] = message
                self._arrived.notify_all()
            elif message.get("method") == "log.entryAdded" and message["params"]["level"] in ("warn", "error"):
                self.console.append(str(message["params"].get("text")))
            elif message.get("method") == "network.beforeRequestSent":
                self.requests.append(message["params"]["request"]["url"])

    def command(self, method: str, params: Mapping[str, Any], timeout: float = 60) -> Any:
        """Send a command and wait for its result."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        with self._arrived:
            if not self._arrived.wait_for(lambda: number in self._answers, timeout):
                raise BidiError(f"{method}: no answer within {timeout} s")
            answer = self._answers.pop(number)
        if answer["type"] == "error":
            raise BidiError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def open(self, address: str) -> None:
        """Go to ``address`` and wait until it has loaded."""
        self.command("browsingContext.navigate", {"context": self.context, "url": address, "wait": "complete"})

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, awaited; anything JSON can hold."""
        result = self.command(
            "script.evaluate",
            {
                "expression": f"(async () => JSON.stringify(await ({expression})))()",
                "target": {"context": self.context},
                "awaitPromise": True,
                "userActivation": True,
            },
        )
        if result["type"] == "exception":
            raise BidiError(result["exceptionDetails"]["text"])
        value = result["result"].get("value")
        return None if value is None else json.loads(value)

    def resize(self, width: int, height: int) -> None:
        self.command(
            "browsingContext.setViewport", {"context": self.context, "viewport": {"width": width, "height": height}}
        )

    def screenshot(self, path: Path) -> None:
        shot = self.command("browsingContext.captureScreenshot", {"context": self.context})
        path.write_bytes(base64.b64decode(shot["data"]))

    def type_into(self, selector: str, text: str) -> None:
        """Focus an element and press the keys of ``text``."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        strokes = [{"type": kind, "value": c} for c in text for kind in ("keyDown", "keyUp")]
        self.command(
            "input.performActions",
            {"context": self.context, "actions": [{"type": "key", "id": "keyboard", "actions": strokes}]},
        )


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A running Firefox with a fresh profile in ``profile``."""
    profile.mkdir(parents=True)
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines) + "\n")
    arguments = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", str(profile), "about:blank"]
    process = subprocess.Popen(["firefox-esr", *arguments], stderr=subprocess.PIPE, text=True)
    try:
        with connect(f"{_address(process)}/session", max_size=None, open_timeout=30) as socket:
            browser = Firefox(socket)
            yield browser
            with suppress(BidiError):
                browser.command("browser.close", {}, timeout=10)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
            # Whoever does not read on makes Firefox stand still once the pipe is full.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found.group(1)
    raise BidiError("Firefox ended before it said where to drive it")
