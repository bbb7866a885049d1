"""Pages served on this machine alone while somebody works on them; an open page reloads when something changed.

The files come from memory and from the library, nothing is written. A mistake in a template or manifest is shown in
the page's place, with its file and line, and goes away when it is mended.
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
    """The files as they are now. ``make`` makes them anew, ``watched`` names the files whose change matters."""

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
        """Make the files anew and tell the pages that wait."""
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
        """Look at the watched files; whether anything was made anew."""
        seen = self._look()
        if seen == self._seen:
            return False
        self._seen = seen
        self.refresh()
        return True

    def wait_for_change(self, since: str, seconds: float = _HOLD) -> int:
        """The number of the state, as soon as it is another than ``since``."""
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
    """Serves a `Preview` on the loopback address, to requests that name it by that address only."""

    daemon_threads = True

    def __init__(self, preview: Preview, port: int = 0) -> None:
        self.preview = preview
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def watch(self, stop: threading.Event) -> None:
        """Look for changes until ``stop`` is set."""
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
        address = urllib.parse.urlsplit(self.path)
        if address.path == _CHANGES:
            since = urllib.parse.parse_qs(address.query).get("since", [""])[0]
            number = self.server.preview.wait_for_change(since)
            self._send(HTTPStatus.OK, "text/plain", str(number).encode())
        elif address.path == _SCRIPT:
            self._send(HTTPStatus.OK, "text/javascript", _RELOAD)
        else:
            self._send_file(urllib.parse.unquote(address.path).lstrip("/") or "index.html")

    def _send_file(self, path: str) -> None:
        state = self.server.preview.state
        file = state.files.get(path)
        if state.error is not None and (file is None or path.endswith(".html")):
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/html; charset=utf-8", _error_page(state.error))
        elif file is None:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"There is no such file in this bundle.\n")
        elif path.endswith(".html"):
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", with_reload(_read(file.content)))
        else:
            self._send_content(path, file.content)

    def _send_content(self, path: str, content: Content) -> None:
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
            self._copy(content, first, last - first + 1)

    def _copy(self, content: Content, offset: int, length: int) -> None:
        try:
            if isinstance(content, Made):
                self.wfile.write(content.data[offset : offset + length])
                return
            assert isinstance(content, FileRange)
            with content.path.open("rb") as file:
                file.seek(content.offset + offset)
                while length > 0 and (piece := file.read(min(length, _CHUNK))):
                    self.wfile.write(piece)
                    length -= len(piece)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the player has what it wanted

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True


def with_reload(page: bytes) -> bytes:
    """The page with the script that reloads it, and its policy widened by what that script needs."""
    page = page.replace(b"default-src &#39;none&#39;;", b"default-src &#39;none&#39;; connect-src &#39;self&#39;;", 1)
    return page.replace(b"</body>", f'<script src="{_SCRIPT}"></script>\n</body>'.encode(), 1)


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
    """The bytes that a ``Range`` header asks for of ``size`` (RFC 9110, 14.1.2 and 14.2).

    None where the whole is to be sent: there is no header, it is none that we can read, or it asks for several ranges.
    An empty range where none of what is asked for is there.
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
