"""Hostile archives: each gets a clear answer within memory limits, and nothing of it stays on disk.

Expensive ones run in a separate process, with PYTHONOPTIMIZE set: no limit may be an assert, as py7zr's on key
derivation is. ``python -m tests.archive.test_hostile`` prints each case with its answer, time and memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.archive import crafting
from tests.archive.crafting import (
    DEVICE,
    FOLDER,
    JUNCTION,
    LINK,
    Item,
    archive,
    deflated,
    encoded,
    finish,
    lzma2,
    zeros,
)
from tests.archive.packs import tree, unpack
from tests.support.cli import TOP

MIB = 2**20
#: Bytes of memory that unpacking a hostile archive is given, with Python and all that it imports (``ulimit -d``).
MEMORY = 450 * MIB
PASSPHRASE = "three little words"


def _header(body: bytes) -> bytes:
    return finish(b"", body)


def _bomb() -> bytes:
    coder, packed = zeros(256 * MIB)
    return archive([Item("videos/01.mp4", b"")], coder=coder, packed=packed, size=256 * MIB)


def _header_bomb() -> bytes:
    coder, packed = zeros(64 * MIB)
    return encoded(packed, coder, 64 * MIB)


def _header_that_lies() -> bytes:
    """Says that it unpacks to little, and would go on."""
    coder, packed = zeros(64 * MIB)
    return encoded(packed, coder, 100)


def _large_dictionary() -> bytes:
    coder, packed = lzma2(b"x" * 1000, dictionary=40)
    return archive([Item("index.html", b"x" * 1000)], coder=coder, packed=packed)


def _more_than_it_says() -> bytes:
    coder, packed = lzma2(b"x" * 10_000)
    return archive([Item("index.html", b"x" * 100)], coder=coder, packed=packed)


def _far_more_than_it_says() -> bytes:
    """Deflate comes out a block of input at a time: half a gigabyte in memory, were there no bound."""
    coder, packed = deflated(512 * MIB)
    return archive([Item("index.html", bytes(1000))], coder=coder, packed=packed)


def _less_than_it_says() -> bytes:
    coder, packed = lzma2(b"x" * 100)
    return archive([Item("index.html", b"x" * 10_000)], coder=coder, packed=packed)


def _garbage_inside() -> bytes:
    coder, _packed = lzma2(b"")
    return archive([Item("index.html", b"x" * 1000)], coder=coder, packed=bytes(range(1, 200)))


def _key_of(cycles: int) -> Callable[[], bytes]:
    return lambda: archive([Item("index.html", b"x" * 16)], coder=crafting.aes(cycles))


def _header_key_of(cycles: int) -> Callable[[], bytes]:
    return lambda: encoded(bytes(64), crafting.aes(cycles), 64)


def _wrong_passphrase(cycles: int) -> bytes:
    coder, packed = crafting.encrypt(b"\x01\x05\x00" + bytes(60), "another one", cycles)
    return encoded(packed, coder, 63)


def _damaged_and_encrypted() -> bytes:
    coder, packed = crafting.encrypt(b"x" * 64, "another one", 4)
    return archive([Item("index.html", b"x" * 64)], coder=coder, packed=packed)


def _many_encrypted_streams() -> bytes:
    count = 1000
    folders = (b"\x01" + crafting.aes(19)) * count
    ones = b"\x10" * count
    body = (
        b"\x01\x04\x06\x00" + crafting.number(count) + b"\x09" + ones + b"\x00"
        b"\x07\x0b" + crafting.number(count) + b"\x00" + folders + b"\x0c" + ones + b"\x00\x00\x00"
    )
    return finish(b"\x00" * 16 * count, body)


@dataclass(frozen=True)
class Case:
    """A hostile archive, and the id of the finding that answers it."""

    name: str
    answer: str
    make: Callable[[], bytes]
    passphrase: str | None = None


def _of(name: str, answer: str, *items: Item) -> Case:
    return Case(name, answer, lambda: archive(items))


CASES = (
    _of("up and out", "path-leads-out", Item("../outside.txt")),
    _of("up in the middle", "path-leads-out", Item("videos/../../outside.txt")),
    _of("up by backslashes", "path-leads-out", Item("..\\..\\outside.txt")),
    _of("up by a folder", "path-leads-out", Item("../outside", None, FOLDER)),
    _of("an absolute path", "path-absolute", Item("/tmp/outside.txt")),
    _of("an absolute path of Windows", "path-absolute", Item("C:\\outside.txt")),
    _of("a share of Windows", "path-absolute", Item("\\\\server\\share\\outside.txt")),
    _of("a link out", "entry-link", Item("videos", b"/etc", LINK), Item("videos/passwd")),
    _of("a junction", "entry-link", Item("videos", b"C:\\", JUNCTION)),
    _of("a device node", "entry-link", Item("random", b"", DEVICE)),
    _of("a device of Windows", "path-device", Item("videos/NUL")),
    _of("a device with an ending", "path-device", Item("com1.mp4")),
    _of("a device with a space", "path-device", Item("aux .mp4")),
    _of("a name that is run", "path-unfit", Item("autorun.inf")),
    _of("a program", "path-unfit", Item("videos/play.exe")),
    _of("a name with a line end", "path-unfit", Item("index.html\nx")),
    _of("a name that writes backwards", "path-unfit", Item("index\u202elmth.exe")),
    _of("a stream of Windows", "path-unfit", Item("index.html:hidden")),
    _of("a name that ends in a dot", "path-unfit", Item("index.html.")),
    _of("an endless name", "path-unfit", Item("a" * 60_000)),
    _of("no name", "path-unfit", Item("")),
    _of("a lone surrogate", "path-unfit", Item("index\ud800.html")),
    _of("case", "path-twice", Item("index.html"), Item("INDEX.html")),
    _of("twice", "path-twice", Item("index.html"), Item("index.html")),
    _of("a file as a folder", "path-twice", Item("videos"), Item("videos/01.mp4")),
    _of("a folder as a file", "path-twice", Item("Videos"), Item("videos", None, FOLDER)),
    Case("it deletes", "entry-deletes", lambda: archive([Item("index.html", None, FOLDER)], anti=True)),
    Case("a bomb by size", "bomb-size", _bomb),
    Case("a bomb by a size that nobody has", "bomb-size", lambda: archive([Item("a", b"x")], size=2**62)),
    Case("a bomb by count", "bomb-count", lambda: archive([Item("a")], count=10**9)),
    Case("a bomb by header", "header-too-large", _header_bomb),
    Case("a header that lies about its size", "header-form", _header_that_lies),
    Case("a header of exabytes", "header-too-large", lambda: finish(b"", b"\x01\x00", length=2**60)),
    Case("a dictionary of 4 GB", "dictionary-too-large", _large_dictionary),
    Case("a stream that goes on behind its files", "pack-no-bundle", _more_than_it_says),
    Case("half a gigabyte behind a kilobyte", "extraction-memory", _far_more_than_it_says),
    Case("less comes out", "content-damaged", _less_than_it_says),
    Case("garbage inside", "content-damaged", _garbage_inside),
    Case("a key of 2^24 rounds", "key-derivation-too-long", _key_of(24), PASSPHRASE),
    Case("a key of 2^62 rounds", "key-derivation-too-long", _key_of(62), PASSPHRASE),
    Case("a key that is the passphrase", "key-derivation-too-long", _key_of(63), PASSPHRASE),
    Case("a header's key of 2^60 rounds", "key-derivation-too-long", _header_key_of(60), PASSPHRASE),
    Case("a thousand keys", "too-many-streams", _many_encrypted_streams, PASSPHRASE),
    Case("a wrong passphrase", "passphrase-wrong", lambda: _wrong_passphrase(10), PASSPHRASE),
    Case("no passphrase", "passphrase-unasked", lambda: _wrong_passphrase(10)),
    Case("a wrong passphrase, names open", "passphrase-or-damage", _damaged_and_encrypted, PASSPHRASE),
    Case("a method that nobody knows", "method-unknown", lambda: archive([Item("a")], coder=b"\x04\x04\xf7\x11\x04")),
    Case("not an archive", "archive-not-7z", lambda: b"PK\x03\x04" + bytes(100)),
    Case("an empty file", "archive-not-7z", lambda: b""),
    Case("an empty archive", "archive-empty", lambda: finish(b"", b"")),
    Case("no bundle", "pack-no-bundle", lambda: archive([Item("index.html")])),
    Case("cut short", "archive-cut-short", lambda: archive([Item("index.html")])[:-5]),
    Case("something behind its end", "archive-too-long", lambda: archive([Item("index.html")]) + b"x"),
    Case("a damaged start", "archive-damaged", lambda: _flip(archive([Item("index.html")]), 15)),
    Case("a damaged header", "archive-damaged", lambda: _flip(archive([Item("index.html")]), -3)),
    Case("a header of one byte", "header-form", lambda: _header(b"\x01")),
    Case("a header of nonsense", "header-form", lambda: _header(b"\x42" * 50)),
    Case("streams elsewhere", "header-form", lambda: _header(archive([Item("index.html", b"x" * 50)])[82:])),
    Case("a million folders", "header-form", lambda: _header(b"\x01\x04\x07\x0b" + crafting.number(10**6) + b"\x00")),
)

#: The cases that would cost time or memory without a bound.
COSTLY = (
    "a bomb by size",
    "a bomb by count",
    "a bomb by header",
    "a header that lies about its size",
    "a header of exabytes",
    "a dictionary of 4 GB",
    "half a gigabyte behind a kilobyte",
    "a key of 2^24 rounds",
    "a key of 2^62 rounds",
    "a header's key of 2^60 rounds",
    "a thousand keys",
)


def _flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 0x10
    return bytes(changed)


@dataclass(frozen=True)
class Answer:
    """How it ended: exit code, ids of the findings, seconds, and the most memory of any of its processes.

    The kernel counts what the process that started it had too: memory is right where that is small, as in `main`.
    """

    code: int
    ids: tuple[str, ...]
    seconds: float
    memory: int
    said: str


def ask(case: Case, folder: Path) -> Answer:
    """Unpack the case in ``folder``, as ``python -O``, in a process that may take `MEMORY`."""
    (folder / "sent.7z").write_bytes(case.make())
    bound = ["sh", "-c", f'ulimit -d {MEMORY // 1024} && exec "$@"', "sh"]
    words = [*bound, sys.executable, "-m", "usbkit", "unpack", folder / "sent.7z", "-o", folder / "back", "--json"]
    if case.passphrase is not None:
        words += ["--passphrase-fd", "0"]
    began = time.monotonic()
    child = subprocess.Popen(
        list(map(str, words)),
        env={**os.environ, "PYTHONPATH": str(TOP), "PYTHONOPTIMIZE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin as stdin:
        stdin.write((case.passphrase or "") + "\n")
    said = child.stdout.read()
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Answer(child.returncode, _ids(said), time.monotonic() - began, usage.ru_maxrss * 1024, said)


def _ids(said: str) -> tuple[str, ...]:
    """The ids of the findings, behind the events of the work before."""
    found = json.loads(said[said.index('{\n  "error"') :])["error"]["findings"] if '"error"' in said else []
    return tuple(f["id"] for f in found)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name.replace(" ", "-"))
def test_each_has_its_answer(case: Case, tmp_path: Path) -> None:
    (tmp_path / "sent.7z").write_bytes(case.make())
    done = unpack(tmp_path / "sent.7z", tmp_path / "back", "--json", passphrase=case.passphrase)
    assert _ids(done.out) == (case.answer,), done.out
    assert done.code in (1, 2)
    _require_nothing_left(tmp_path)


@pytest.mark.parametrize("case", [c for c in CASES if c.name in COSTLY], ids=lambda c: c.name.replace(" ", "-"))
def test_bounds_hold_without_assertions(case: Case, tmp_path: Path) -> None:
    answer = ask(case, tmp_path)
    assert answer.ids == (case.answer,), answer.said
    assert "Traceback" not in answer.said
    _require_nothing_left(tmp_path)


def _require_nothing_left(folder: Path) -> None:
    assert tree(folder).keys() == {"sent.7z"}
    assert [p.name for p in folder.iterdir()] == ["sent.7z"]


def main() -> None:
    print(f"{'hostile archive':36} {'answer':26} {'exit':>4} {'seconds':>8} {'memory MB':>10}")
    for case in CASES:
        with tempfile.TemporaryDirectory() as name:
            answer = ask(case, Path(name))
        said = ", ".join(answer.ids) or "none"
        print(f"{case.name:36} {said:26} {answer.code:4} {answer.seconds:8.2f} {answer.memory / 1e6:10.0f}", flush=True)


if __name__ == "__main__":
    main()
