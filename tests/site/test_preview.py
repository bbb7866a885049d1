"""The preview server: ranges, reload, errors shown instead of the page, this machine only."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.plans import make_plan
from usbkit.bundle.plan import PlannedFile
from usbkit.core.content import FileRange
from usbkit.site.preview import Preview, PreviewServer, parse_range, with_reload
from usbkit.site.render import render_site


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


@pytest.fixture
def server(tmp_path: Path, templates: Path) -> Iterator[PreviewServer]:
    plan = make_plan(tmp_path / "library")

    def make() -> tuple[PlannedFile, ...]:
        return (*plan.files, *render_site(plan, templates))

    served = PreviewServer(Preview(make, lambda: templates.rglob("*")))
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


def _get(server: PreviewServer, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def test_pages_and_files_are_served(server: PreviewServer) -> None:
    status, headers, body = _get(server, "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b'<script src="/--preview/reload.js">' in body and b"connect-src" in body
    assert _get(server, "/assets/site.css")[0] == 200
    assert _get(server, "/nothing.html")[0] == 404
    assert _get(server, "/../etc/passwd")[0] == 404


def test_a_player_may_ask_for_a_range(server: PreviewServer) -> None:
    status, headers, body = _get(server, "/videos/01-id-cards.mp4", Range="bytes=2-4")
    assert (status, headers["Content-Range"], body) == (206, "bytes 2-4/9", b"rds")
    assert _get(server, "/videos/01-id-cards.mp4", Range="bytes=5-")[2] == b".mp4"
    assert _get(server, "/videos/01-id-cards.mp4", Range="bytes=99-")[0] == 416
    assert _get(server, "/videos/01-id-cards.mp4", Range="bytes=-3")[2] == b"mp4"
    assert _get(server, "/videos/01-id-cards.mp4", Range="bytes=5-2")[0] == 200


def _raw(server: PreviewServer, request: bytes) -> bytes:
    """What comes back for bytes that no browser would send."""
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "target",
    [
        b"//[",
        b"//[::1",
        b"http://[",
        b"/%",
        b"/%ff%00",
        b"/\xff\xfe",
        b"/no?since=\xff",
        b"*",
        b"/a\tb",
        b"/" + b"a" * 60_000,
    ],
)
def test_an_address_that_is_none_is_no_file(
    server: PreviewServer, target: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = _raw(server, b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert answer.split()[1] in (b"404", b"400")
    assert _get(server, "/")[0] == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "request_", [b"", b"GET", b"\x00\xff\n", b"GET / HTTP/9.9.9\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n"]
)
def test_a_request_that_is_none_is_not_spoken_of(
    server: PreviewServer, request_: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    _raw(server, request_)
    assert _get(server, "/")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_video_that_has_gone_is_said_and_nothing_else_happens(
    server: PreviewServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = server.preview.state.files["videos/01-id-cards.mp4"].content
    assert isinstance(content, FileRange)
    content.path.unlink()
    status, _headers, body = _get(server, "/videos/01-id-cards.mp4", Range="bytes=2-4")
    assert status == 404 and str(content.path).encode() in body
    content.path.mkdir()
    assert _get(server, "/videos/01-id-cards.mp4")[0] == 404
    assert capfd.readouterr().err == ""


def test_who_goes_before_the_answer_is_not_spoken_of(server: PreviewServer, capfd: pytest.CaptureFixture[str]) -> None:
    """Closed at once with a reset, as a player does that seeks."""
    for _ in range(20):
        connection = socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=30)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(b"GET /assets/site.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.close()
    assert _get(server, "/")[0] == 200
    assert capfd.readouterr().err == ""


def test_only_this_machine_is_answered(server: PreviewServer) -> None:
    assert _get(server, "/", Host="attacker.example")[0] == 403
    assert server.server_address[0] == "127.0.0.1"


def test_a_change_is_told_and_a_mistake_shown_until_it_is_mended(server: PreviewServer, templates: Path) -> None:
    before = _get(server, "/--preview/changes?since=")[2].decode()
    (templates / "index.html").write_text("\n{{ site.nonsense }}")
    assert server.preview.refresh_if_changed()
    assert _get(server, f"/--preview/changes?since={before}")[2].decode() != before
    status, _headers, body = _get(server, "/index.html")
    assert status == 500
    assert b"index.html:2" in body and b"nonsense" in body and b"reload.js" in body
    (templates / "index.html").write_text("<body>mended</body>")
    assert server.preview.refresh_if_changed()
    assert b"mended" in _get(server, "/index.html")[2]
    assert not server.preview.refresh_if_changed()


def test_only_the_preview_widens_the_policy(tmp_path: Path) -> None:
    page = next(f for f in render_site(make_plan(tmp_path)) if f.path == "index.html")
    raw = page.content.data  # type: ignore[union-attr]
    assert b"connect-src" not in raw
    assert with_reload(raw).count(b"connect-src &#39;self&#39;") == 1


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", None),
        ("bytes=0-0", range(1)),
        ("bytes=2-4", range(2, 5)),
        ("bytes=2-", range(2, 10)),
        ("Bytes=2-400", range(2, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-0", range(10, 10)),
        ("bytes=-400", range(10)),
        ("bytes=10-", range(10, 10)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("bytes=\u0661-", None),
        ("lines=1-2", None),
    ],
)
def test_ranges_as_the_standard_has_them(header: str, wanted: range | None) -> None:
    assert parse_range(header, 10) == wanted
