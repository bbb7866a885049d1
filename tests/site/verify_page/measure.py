"""Hashing speed of each browser, compared with ``sha256sum`` in the same run, and its memory for a large file.

``python -m tests.site.verify_page.measure [GIB]``: by hand, on an idle machine; not part of any test run. A byte is
changed beyond 4 GiB if the file is that large, and must be found.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium69 import HERE, prepare
from tests.browser.firefox import firefox
from tests.browser.test_verify_page import choose_in_firefox
from tests.site.verify_page.test_page import make_programme, text_of
from tests.verify.folders import FILES, make_sealed

VIDEO = "videos/99-large.mp4"


def make_large(root: Path, size: int) -> None:
    """A sealed folder with one file of ``size`` bytes, mostly a hole, so that the disk is not what is measured."""
    make_sealed(root, {**FILES, "verify.html": text_of(make_programme()).encode(), VIDEO: b""})
    with (root / VIDEO).open("r+b") as file:
        file.truncate(size)
        for at in range(0, size, 2**28):
            file.seek(at)
            file.write(b"frame %d" % at)
    empty = hashlib.sha256(b"").hexdigest()
    with (root / VIDEO).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    sums = root / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes().replace(empty.encode(), digest.encode()))


def measure_sha256sum(root: Path) -> float:
    start = time.monotonic()
    subprocess.run(["sha256sum", VIDEO], cwd=root, check=True, capture_output=True)
    return time.monotonic() - start


def pss_below(parent: int) -> int:
    """Memory in bytes that a process and all it started hold, shared pages counted once between their holders."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    total, waiting = 0, [parent]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        with suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
    return total


@contextmanager
def watched(parent: int) -> Iterator[Callable[[], int]]:
    """The most memory that a process and its descendants held at once meanwhile."""
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.5):
            most[0] = max(most[0], pss_below(parent))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: most[0]
    finally:
        stop.set()
        thread.join()


def in_chromium(root: Path) -> tuple[float, str, int]:
    with sync_playwright() as driver, watched(os.getpid()) as most:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto((root / "verify.html").as_uri())
        start = time.monotonic()
        page.set_input_files("#folder", root)
        page.wait_for_selector("#result-heading", timeout=3_600_000)
        seconds = time.monotonic() - start
        content = page.evaluate("usbkitVerdict.troubles.map((t) => t.path + ' ' + t.trouble).join(', ')")
        browser.close()
        return seconds, str(content), most()


def in_firefox(root: Path, folder: Path) -> tuple[float, str, int]:
    with watched(os.getpid()) as most, firefox(folder / "profile") as fox:
        fox.open((root / "verify.html").as_uri())
        start = time.monotonic()
        choose_in_firefox(fox, root)
        while fox.evaluate("document.body.dataset.stage") != "done":
            time.sleep(0.2)
        seconds = time.monotonic() - start
        content = fox.evaluate("usbkitVerdict.troubles.map((t) => t.path + ' ' + t.trouble).join(', ')")
        return seconds, str(content), most()


def in_chromium_69(root: Path) -> tuple[float, str, int]:
    """The engine's own clock counts, since its start is not the page's doing."""
    script = (Path(__file__).parent / "measure_old.py").read_text(encoding="utf-8")
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--no-sandbox --disable-gpu"
    with watched(os.getpid()) as most:
        command = [str(prepare()), "-c", script, str(HERE), (root / "verify.html").as_uri(), str(root)]
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        seconds, content = ran.stdout.strip().split("\t")
        return float(seconds), content, most()


def main() -> None:
    gib = float(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as top:
        root, size = Path(top) / "drive", int(gib * 2**30)
        make_large(root, size)
        with (root / VIDEO).open("r+b") as file:
            file.seek(size - 2**20)
            file.write(b"\x01")
        bar = measure_sha256sum(root)
        print(f"sha256sum     {size / bar / 1e6:7.0f} MB/s")
        runs: tuple[tuple[str, Callable[[], tuple[float, str, int]]], ...] = (
            ("Chromium", lambda: in_chromium(root)),
            ("Firefox ESR", lambda: in_firefox(root, Path(top))),
            ("Chromium 69", lambda: in_chromium_69(root)),
        )
        for name, run in runs:
            seconds, content, memory = run()
            rate = size / seconds / 1e6
            print(f"{name:12} {rate:8.0f} MB/s  {bar / seconds:.3f} of it  {memory / 2**20:.0f} MiB at most  {content}")


if __name__ == "__main__":
    main()
