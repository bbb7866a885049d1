"""A tab of Chromium that records console messages and requests."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page


class Tab:
    """``messages`` are console messages and errors of any kind, ``requests`` every address that was asked for."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda m: self.messages.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.messages.append(f"error: {e}"))
        self.page.on("request", lambda r: self.requests.append(r.url))

    @property
    def went_out(self) -> list[str]:
        """Requests that left the folder of the pages."""
        return [r for r in self.requests if not r.startswith(("file:", "data:", "blob:"))]

    def wait(self, expression: str, seconds: float = 30) -> Any:
        """Ask again until the expression is true. The driver's own way evaluates strings, which the pages forbid."""
        deadline = time.monotonic() + seconds
        while True:
            value = self._value(expression)
            if value:
                return value
            assert time.monotonic() < deadline, f"not within {seconds} s: {expression}"
            self.page.wait_for_timeout(50)

    def let_draw(self) -> None:
        """See `let_draw`."""
        let_draw(self.page)

    def _value(self, expression: str) -> Any:
        try:
            return self.page.evaluate(expression)
        except Error as error:
            # The page was just being left for the one that is waited for.
            if "context was destroyed" not in error.message:
                raise
            return None

    def search(self, query: str) -> str:
        """Type ``query`` into the search box; what the status line then says."""
        self.page.fill("#q", "")
        self.page.focus("#q")
        self.page.keyboard.type(query)
        self.wait("usbkit.search.isReady()")
        return str(self.page.locator("#results .status").inner_text())


def let_draw(page: Page, frames: int = 3) -> None:
    """Until the page has drawn so many pictures of itself: what a script did before is on the screen then."""
    page.evaluate(
        "n => new Promise(done => { const next = () => n-- > 0 ? requestAnimationFrame(next) : done(); next(); })",
        frames,
    )
