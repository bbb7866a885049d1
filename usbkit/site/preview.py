"""Serve pages on this machine only while somebody works on them; an open page reloads after a change.

The files come from memory and the library; nothing is written. A mistake in a template or manifest is shown instead of
the page, with its file and line, until it is fixed.
"""

from __future__ import annotations

import html
import http.server
import mimetypes
import re
import socketserver
import threading
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from usbkit.bundle.plan import PlannedFile
from usbkit.core.content import Content, FileRange, Made
from usbkit.core.errors import UsbkitError

#: Seconds between two looks at the watched files, and for which a waiting page is left without an answer.
LOOK_EVERY = 0.4
_HOLD = 25.0
_CHUNK = 2**18
_CHANGES, _SCRIPT = "/--preview/changes", "/--preview/reload.js"

_RELOAD = b"""(function () {
  "use strict";
  function ask(seen) {
    fetch("/--preview/changes?since=" + seen).then(function (answer) {
      return answer.text();
    }).then(function (now) {
      if (seen !== "" && now !== seen) {
        location.reload();
      } else {
        ask(now);
      }
    }, function () {
      setTimeout(ask, 1000, seen);
    });
  }
  ask("");
}());
"""


@dataclass(frozen=True)
class _State:
    """What is served now: files by path, or the error that stands in their place."""

    number: int
    files: Mapping[str, PlannedFile]
    error: UsbkitError | None


class Preview:
    """The current files. ``make`` makes them, ``watched`` names the files whose changes matter."""

    def __init__(self, make: Callable[[], Iterable[PlannedFile]], watched: Callable[[], Iterable[Path]]) -> None:
        self._make, self._watched = make, watched
        self._changed = threading.Condition()
        self._state = _State(0, {}, None)
        self._seen = self._look()
        self.refresh()

    @property
    def state(self) -> _State:
        return self._state

    def refresh(self) -> None:
        """Make the files again and notify the waiting pages."""
        files: Mapping[str, PlannedFile] = self._state.files
        error: UsbkitError | None = None
        try:
            files = {f.path: f for f in self._make()}
        except UsbkitError as problem:
            error = problem
        with self._changed:
            self._state = _State(self._state.number + 1, files, error)
            self._changed.notify_all()

    def refresh_if_changed(self) -> bool:
        """Check the watched files; return whether anything was made again."""
        seen = self._look()
        if seen == self._seen:
            return False
        self._seen = seen
        self.refresh()
        return True

    def wait_for_change(self, since: str, seconds: float = _HOLD) -> int:
        """Return the number of the state once it differs from ``since``, at the latest after ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: str(self._state.number) != since, seconds)
            return self._state.number

    def _look(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for path in self._watched():
            try:
                stat = path.stat()
            except OSError:
                continue  # gone between being named and being looked at; that it is absent is the change
            found[path] = (stat.st_mtime_ns, stat.st_size)
        return found


class PreviewServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Serves a ``Preview`` on the loopback address, only to requests that name that address."""

    daemon_threads = True

    def __init__(self, preview: Preview, port: int = 0) -> None:
        self.preview = preview
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: whoever asked has gone, or gets no answer; the terminal belongs to whoever works."""

    def watch(self, stop: threading.Event) -> None:
        """Watch for changes until ``stop`` is set."""
        while not stop.wait(LOOK_EVERY):
            self.preview.refresh_if_changed()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: PreviewServer

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the terminal belongs to whoever works."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        host, _colon, _port = self.headers.get("Host", "").partition(":")
        if host not in ("127.0.0.1", "localhost"):
            # A foreign name that leads here is another site's page looking for what this machine serves.
            self._send(HTTPStatus.FORBIDDEN, "text/plain", b"This preview is for this machine.\n")
            return
        path, _mark, query = self.path.partition("?")
        if path == _CHANGES:
            number = self.server.preview.wait_for_change(query.removeprefix("since="))
            self._send(HTTPStatus.OK, "text/plain", str(number).encode())
        elif path == _SCRIPT:
            self._send(HTTPStatus.OK, "text/javascript", _RELOAD)
        else:
            self._send_file(urllib.parse.unquote(path).lstrip("/") or "index.html")

    def _send_file(self, path: str) -> None:
        state = self.server.preview.state
        file = state.files.get(path)
        if state.error is not None and (file is None or path.endswith(".html")):
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/html; charset=utf-8", _error_page(state.error))
        elif file is None:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", _NONE)
        elif path.endswith(".html"):
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", with_reload(_read(file.content)))
        else:
            self._send_opened(path, file.content)

    def _send_opened(self, path: str, content: Content) -> None:
        """The content, once it is known that it can be read: a source may have gone since it was looked at."""
        if not isinstance(content, FileRange):
            self._send_content(path, content, None)
            return
        try:
            file = content.path.open("rb")
        except OSError as problem:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", _unread(content.path, problem))
            return
        with file:
            self._send_content(path, content, file)

    def _send_content(self, path: str, content: Content, file: BinaryIO | None) -> None:
        """A file, or the range of it that a player asks for."""
        size = content.length
        wanted = parse_range(self.headers.get("Range", ""), size)
        if wanted is not None and not wanted:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        first, last = 0, size - 1
        if wanted:
            first, last = wanted.start, wanted.stop - 1
            self.send_response(HTTPStatus.PARTIAL_CONTENT)
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        else:
            self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", mimetypes.guess_type(path)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self._copy(content, file, first, last - first + 1)

    def _copy(self, content: Content, file: BinaryIO | None, offset: int, length: int) -> None:
        if file is None:
            self.wfile.write(_read(content)[offset : offset + length])
            return
        assert isinstance(content, FileRange)
        file.seek(content.offset + offset)
        while length > 0 and (piece := file.read(min(length, _CHUNK))):
            self.wfile.write(piece)
            length -= len(piece)

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def with_reload(page: bytes) -> bytes:
    """Return the page with the script that reloads it, and with its policy extended for that script."""
    page = page.replace(b"default-src &#39;none&#39;;", b"default-src &#39;none&#39;; connect-src &#39;self&#39;;", 1)
    return page.replace(b"</body>", f'<script src="{_SCRIPT}"></script>\n</body>'.encode(), 1)


_NONE = b"There is no such file in this bundle.\n"


def _unread(path: Path, problem: OSError) -> bytes:
    return f"{path}: {problem.strerror or problem}\n".encode(errors="backslashreplace")


def _read(content: Content) -> bytes:
    assert isinstance(content, Made)
    return content.data


def _error_page(error: UsbkitError) -> bytes:
    findings = "".join(
        f"<h2>{html.escape(str(f.place)) if f.place else ''}</h2><p>{html.escape(str(f.what))}</p>"
        f"<p>{html.escape(str(f.todo)) if f.todo else ''}</p>"
        for f in error.findings
    )
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>usbkit preview</title><body>{findings}'
        f'<script src="{_SCRIPT}"></script></body></html>'
    ).encode()


def parse_range(header: str, size: int) -> range | None:
    """Return the bytes that a ``Range`` header asks for, out of ``size`` (RFC 9110, 14.1.2 and 14.2).

    None if the whole file is sent: the header is missing or invalid, or asks for several ranges. An empty range if none
    of the requested bytes exists.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip(), re.ASCII | re.IGNORECASE)
    if match is None or match.group(0).endswith("=-"):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(min(int(first), size), min(int(last) + 1, size) if last else size)
