# mypy: ignore-errors
"""Runs inside the environment of PyQtWebEngine 5.12: chooses a folder on the page, reports the check's duration."""

import sys
import time

from PyQt5.QtCore import QEventLoop, QPoint, Qt, QTimer, QUrl
from PyQt5.QtTest import QTest
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineView
from PyQt5.QtWidgets import QApplication

_here, address, folder = sys.argv[1:]
application = QApplication(sys.argv[:1])


class Choosing(QWebEnginePage):
    def chooseFiles(self, mode: int, old: list[str], mimes: list[str]) -> list[str]:  # noqa: N802
        return [folder]


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


view = QWebEngineView()
page = Choosing(view)


def ask(expression: str):  # noqa: ANN201
    loop, found = QEventLoop(), []
    page.runJavaScript(expression, lambda value: (found.append(value), loop.quit()))
    loop.exec_()
    return found[0]


view.setPage(page)
view.resize(1000, 1400)
view.show()
page.load(QUrl(address))
wait(3000)
box = "document.getElementById('choose-button').getBoundingClientRect()"
x, y = ask(f"[{box}.left + {box}.width / 2, {box}.top + {box}.height / 2]")
start = time.monotonic()
QTest.mouseClick(view.focusProxy(), Qt.LeftButton, Qt.NoModifier, QPoint(int(x), int(y)))
while ask("document.body.dataset.stage") != "done":
    wait(100)
content = ask("usbkitVerdict.troubles.map((t) => t.path + ' ' + t.trouble).join(', ')")
print(f"{time.monotonic() - start:.2f}\t{content}", flush=True)
