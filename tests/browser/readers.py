"""A reader of the pages in either browser: opens, presses keys, looks. Tests that use ``reader`` run in both."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page

from tests.browser.firefox import BidiError, Firefox

#: WebDriver's code points of the keys that have a name, https://www.w3.org/TR/webdriver2/#keyboard-actions.
_CODES: Mapping[str, str] = {
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    "Home": "\ue011",
    "End": "\ue010",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Tab": "\ue004",
}


class Reader(ABC):
    """One window of 1366×768."""

    name: str

    @abstractmethod
    def open(self, address: str) -> None:
        """Go to ``address`` and wait until it has loaded."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys one after another: a character, or a name such as ``ArrowLeft``."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, awaited."""

    @abstractmethod
    def picture(self, path: Path) -> None:
        """What the window shows, as PNG."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Another size of the window."""

    def wait(self, expression: str, seconds: float = 20) -> Any:
        """Ask again until the expression is true."""
        deadline = time.monotonic() + seconds
        while not (value := self._value(expression)):
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name}: not within {seconds} s: {expression}")
            time.sleep(0.05)  # not in the page: one that is left before it has answered never does
        return value

    def _value(self, expression: str) -> Any:
        try:
            return self.evaluate(expression)
        except (Error, BidiError) as error:
            # The page was just being left for the one that is waited for.
            if not any(known in str(error) for known in ("context was destroyed", "discarded", "no such frame")):
                raise
            return None

    def let_draw(self, frames: int = 30) -> None:
        """Until the page has drawn so many pictures of itself: what could have happened by then has."""
        step = f"let n = {frames}; const next = () => (n-- ? requestAnimationFrame(next) : done(0)); next();"
        self.evaluate(f"new Promise((done) => {{ {step} }})")

    def search(self, query: str) -> str:
        """Type ``query`` into the search box; what the status line then says."""
        self.evaluate("(document.getElementById('q').value = '', document.getElementById('q').focus())")
        self.press(*query)
        self.wait("usbkit.search.isReady()")
        return str(self.evaluate("document.querySelector('#results .status').textContent"))


class ChromiumReader(Reader):
    name = "Chromium"

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> None:
        # To the same page with another # a browser does not go anew.
        self.page.goto("about:blank")
        self.page.goto(address)

    def press(self, *keys: str) -> None:
        for key in keys:
            if key > "\x7f":
                self.page.keyboard.insert_text(key)  # On no key of the driver's keyboard.
            else:
                self.page.keyboard.press("Space" if key == " " else key)

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(f"(async () => await ({expression}))()")

    def picture(self, path: Path) -> None:
        self.page.screenshot(path=path)

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})


class FirefoxReader(Reader):
    name = "Firefox"

    def __init__(self, fox: Firefox) -> None:
        self.fox = fox
        fox.resize(1366, 768)

    def open(self, address: str) -> None:
        self.fox.open("about:blank")
        self.fox.open(address)

    def forget(self) -> None:
        """Forget what the page that is open keeps."""
        self.evaluate("document.URL.startsWith('about:') || localStorage.clear()")

    def press(self, *keys: str) -> None:
        strokes = [{"type": kind, "value": _CODES.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": strokes}
        self.fox.command("input.performActions", {"context": self.fox.context, "actions": [source]})

    def evaluate(self, expression: str) -> Any:
        return self.fox.evaluate(expression)

    def picture(self, path: Path) -> None:
        self.fox.screenshot(path)

    def resize(self, width: int, height: int) -> None:
        self.fox.resize(width, height)
