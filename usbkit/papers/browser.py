"""Find a Chromium, Chrome or Edge on this machine and print pages with it: the only module that starts one.

The browser gets a temporary profile, needs no network, and is ended if it takes too long.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import BrokenOffError, DeviceError, Finding, Place
from usbkit.core.messages import _

#: Seconds after which printing is given up; a page takes about one.
PATIENCE = 120

#: What the browsers that print are called, in the order of preference.
PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)

#: Where macOS keeps them, and Windows below its folders of programs.
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_PROGRAM_FILES = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")

_SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
)


def find_browser(environ: Mapping[str, str], named: str | None = None) -> Path | None:
    """Return the browser to print with: the named one, otherwise the first on this machine.

    Raises DeviceError if the named one is missing.
    """
    path = environ.get("PATH", "")
    if named is not None:
        found = shutil.which(named, path=path)
        if found is None:
            what, todo = _("there is no browser {name}", name=named), _("Name its program with --browser.")
            raise DeviceError(Finding("browser-missing", what, Place("--browser"), todo))
        return Path(found)
    on_path = (shutil.which(name, path=path) for name in PROGRAMS)
    return next((Path(p) for p in (*on_path, *_usual_places(environ)) if p and Path(p).is_file()), None)


def _usual_places(environ: Mapping[str, str]) -> Iterator[str]:
    yield from _APPLICATIONS
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if base := environ.get(variable):
            yield from (str(Path(base) / program) for program in _PROGRAM_FILES)


def require_browser(environ: Mapping[str, str], named: str | None = None) -> Path:
    """Like ``find_browser``; raises DeviceError if there is none."""
    found = find_browser(environ, named)
    if found is None:
        todo = _("Install chromium, or write HTML (-o NAME.html) and print that from any browser.")
        raise DeviceError(Finding("browser-missing", _("no Chromium, Chrome or Edge was found"), None, todo))
    return found


def print_page(html: str, browser: Path, patience: float = PATIENCE) -> bytes:
    """Print ``html`` with ``browser``; return the PDF. Raises BrokenOffError if it fails or does not end."""
    with _page(html) as page:
        printed = page.with_suffix(".pdf")
        said = _run(browser, page, [f"--print-to-pdf={printed}"], patience)
        if not printed.is_file() or not printed.stat().st_size:
            raise _failed(browser, said.err)
        return printed.read_bytes()


def run_page(html: str, browser: Path, patience: float = PATIENCE) -> str:
    """Return the page after the script in ``html`` has run. Raises BrokenOffError if it fails or does not end."""
    with _page(html) as page:
        said = _run(browser, page, ["--dump-dom"], patience)
        if not said.out:
            raise _failed(browser, said.err)
        return said.out


@dataclass(frozen=True, slots=True)
class _Said:
    out: str
    err: str


@contextmanager
def _page(html: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="usbkit-", ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8", newline="\n")
        yield page


def _run(browser: Path, page: Path, switches: list[str], patience: float) -> _Said:
    """Run it to its end. Its children are of its own session, and all of them end when it takes too long."""
    command = [str(browser), *_SWITCHES, *switches, f"--user-data-dir={page.parent / 'profile'}", page.as_uri()]
    if sys.platform.startswith("linux") and os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # Chromium does not start as root with it
    out, err = page.with_name("out"), page.with_name("err")
    with out.open("wb") as to, err.open("wb") as aside:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=aside,
            env={**os.environ, "TZ": "UTC"},
            start_new_session=True,
        )
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            raise _failed(browser, f"{patience:g} s") from None
        finally:
            _end(process)
    return _Said(*(file.read_text(encoding="utf-8", errors="replace") for file in (out, err)))


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _failed(browser: Path, said: str) -> BrokenOffError:
    reason = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "-")[:200]
    what = _("{browser} printed nothing: {reason}", browser=browser, reason=reason)
    todo = _("Try again; or write HTML (-o NAME.html) and print that from any browser.")
    return BrokenOffError(Finding("browser-failed", what, None, todo))
