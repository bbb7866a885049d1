"""A process that reads strangers' bytes: what it may not do, and what is said of one that was ended."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.cli import TOP
from usbkit.workers.bounded import BoundedProcess, DecoderError
from usbkit.workers.bounds import Bounds

BOUNDS = Bounds(memory=256 * 2**20, space=2 * 2**30, seconds=1, patience=300)
HOSTILE = "tests.workers.hostile"


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[BoundedProcess]:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    process = BoundedProcess(HOSTILE, BOUNDS)
    yield process
    process.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "strange.bin"
    path.write_bytes(b"strange bytes")
    return path


def test_one_process_answers_about_many_files(process: BoundedProcess, tmp_path: Path) -> None:
    for number in range(3):
        path = tmp_path / str(number)
        path.write_bytes(b"bytes" * number)
        assert process.ask("read", path, {}) == b"bytes" * number
    assert process.ask("thread", path, {}) == b"heard"


def test_an_answer_may_be_large(process: BoundedProcess, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(9 * 2**20))
    assert process.ask("read", path, {}) == path.read_bytes()


@pytest.mark.parametrize(
    ("kind", "arguments", "reason"),
    [
        ("eat", {"size": 4 * 2**30}, "memory"),
        ("eat", {"size": 300 * 2**20}, "memory"),
        ("spin", {}, "time"),
        ("crash", {}, "crash"),
        ("raise", {}, "content"),
    ],
)
def test_what_it_does_is_named_and_the_next_file_is_read(
    process: BoundedProcess, file: Path, kind: str, arguments: dict[str, int], reason: str
) -> None:
    with pytest.raises(DecoderError) as caught:
        process.ask(kind, file, arguments)
    assert caught.value.reason == reason
    assert process.ask("read", file, {}) == b"strange bytes"


def test_one_that_does_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    process = BoundedProcess(HOSTILE, replace(BOUNDS, patience=1))
    with pytest.raises(DecoderError) as caught:
        process.ask("sleep", file, {})
    assert caught.value.reason == "time"
    process.close()


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize("kind", ["open", "write", "remove", "connect", "run", "fork", "kill"])
def test_it_can_do_nothing_but_read_what_it_was_handed(
    process: BoundedProcess, file: Path, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"not for a decoder")
    arguments: dict[str, object] = {"open": {"other": str(secret)}, "kill": {"process": os.getpid()}}.get(kind, {})  # type: ignore[assignment]
    if kind in ("write", "remove"):
        arguments = {"other": str(secret)}
    with pytest.raises(OSError, match="not permitted") as caught:
        process.ask(kind, file, arguments)
    assert caught.value.errno == errno.EPERM
    assert secret.read_bytes() == b"not for a decoder"
    assert process.ask("read", file, {}) == b"strange bytes"


def test_a_file_that_is_not_there_starts_nothing(process: BoundedProcess, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        process.ask("read", tmp_path / "none", {})


def test_a_fork_of_ours_starts_one_of_its_own(process: BoundedProcess, file: Path) -> None:
    assert process.ask("read", file, {}) == b"strange bytes"
    child = os.fork()
    if child == 0:
        code = 1
        try:
            # As our workers do: descriptors that came along are closed, and their numbers are soon other files'.
            os.closerange(3, 1000)
            kept = [os.open(file, os.O_RDONLY) for _ in range(50)]
            code = 0 if process.ask("read", file, {}) == b"strange bytes" else 1
            process.close()
            code += sum(os.fstat(number).st_size != len(b"strange bytes") for number in kept)
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert process.ask("read", file, {}) == b"strange bytes"
