# mypy: ignore-errors
"""Runs inside an environment with PyQtWebEngine 5.12: opens pages in its Chromium 69, offscreen, over file://.

Jobs come as JSON on standard input: ``[{"url": …, "steps": [expression, …], "shot": path or null, "width": …}]``.
``"click": selector`` clicks that element first, and ``"choose": path`` answers its file dialog. Each step is awaited
for at most ten seconds and its JSON value returned; results go to standard output as JSON. That engine has no H.264, so
everything except playback can be tested.
"""

import json
import os
import sys
from typing import Any

from PyQt5.QtCore import QEventLoop, QPoint, QSize, Qt, QTimer, QUrl
from PyQt5.QtTest import QTest
from PyQt5.QtWebEngineCore import QWebEngineUrlRequestInfo, QWebEngineUrlRequestInterceptor
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineProfile, QWebEngineView
from PyQt5.QtWidgets import QApplication


class Listening(QWebEnginePage):
    """A page that keeps its console messages."""

    def __init__(self, profile: QWebEngineProfile, parent: QWebEngineView) -> None:
        super().__init__(profile, parent)
        self.messages: list[str] = []
        self.choice = ""

    def chooseFiles(self, mode: int, old: list[str], mimes: list[str]) -> list[str]:  # noqa: N802
        return [self.choice]

    def javaScriptConsoleMessage(self, level: int, message: str, line: int, source: str) -> None:  # noqa: N802
        self.messages.append(f"{source}:{line}: {message}")


class Watching(QWebEngineUrlRequestInterceptor):
    """Keeps every address that is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802
        self.requests.append(info.requestUrl().toString())


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


def load(page: QWebEnginePage, url: str) -> None:
    loop = QEventLoop()
    page.loadFinished.connect(lambda _ok: loop.quit())
    page.load(QUrl(url))
    loop.exec_()


def _ask(page: QWebEnginePage, expression: str) -> Any:
    loop = QEventLoop()
    found: list[Any] = []

    def take(value: Any) -> None:
        found.append(value)
        loop.quit()

    page.runJavaScript(expression, take)
    loop.exec_()
    return found[0]


def evaluate(page: QWebEnginePage, expression: str) -> Any:
    """The step's value; promises are awaited by way of a variable, which is how this engine hands them over."""
    page.runJavaScript(
        f"window.__step = undefined; Promise.resolve().then(() => ({expression})).then("
        f"v => {{ window.__step = JSON.stringify([v === undefined ? null : v]); }},"
        f"e => {{ window.__step = JSON.stringify(['error: ' + e]); }});"
    )
    for _ in range(200):
        answer = _ask(page, "window.__step")
        if answer:
            return json.loads(answer)[0]
        wait(50)
    return "error: no answer within 10 s"


def click(view: QWebEngineView, page: QWebEnginePage, selector: str) -> None:
    """A click as by a hand, since a dialog opens for no script."""
    _ask(page, f"document.querySelector({json.dumps(selector)}).scrollIntoView()")
    wait(100)
    box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
    x, y = _ask(page, f"[{box}.left + {box}.width / 2, {box}.top + {box}.height / 2]")
    QTest.mouseClick(view.focusProxy(), Qt.LeftButton, Qt.NoModifier, QPoint(int(x), int(y)))


def main() -> None:
    application = QApplication(sys.argv[:1])
    results = []
    for job in json.load(sys.stdin):
        view = QWebEngineView()
        profile = QWebEngineProfile(view)
        watching = Watching()
        profile.setRequestInterceptor(watching)
        page = Listening(profile, view)
        view.setPage(page)
        view.resize(QSize(job.get("width", 1366), 768))
        view.show()
        load(page, job["url"])
        wait(300)
        if job.get("click"):
            page.choice = job["choose"]
            click(view, page, job["click"])
        values = [evaluate(page, step) for step in job["steps"]]
        if job.get("shot"):
            wait(500)
            view.grab().save(job["shot"])
        results.append({"values": values, "messages": page.messages, "requests": watching.requests})
        view.close()
        view.deleteLater()
        application.processEvents()
    json.dump(results, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # this engine sometimes falls over its own feet on the way out


main()
