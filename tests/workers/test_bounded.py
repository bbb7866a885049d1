"""A process for untrusted bytes: what it may not do, and the error when it is ended."""

from __future__ import annotations

import errno
import os
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.cli import TOP
from usbkit.workers import bounded, confinement
from usbkit.workers.bounded import BoundedProcess, DecoderError, ReportedError
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
    assert process.ask("flags", path, {}) == b"set"


def test_an_answer_may_be_large(process: BoundedProcess, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(9 * 2**20))
    assert process.ask("read", path, {}) == path.read_bytes()


@pytest.mark.parametrize(
    ("kind", "arguments", "reason"),
    [
        ("eat", {"size": 4 * 2**30}, "memory"),
        ("eat", {"size": 300 * 2**20}, "memory"),
        ("map", {"size": 4 * 2**30}, "memory"),
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


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize("raises", [True, False])
def test_a_lack_of_memory_is_not_called_damage(process: BoundedProcess, file: Path, raises: bool) -> None:
    def ask(size: int) -> bytes:
        return process.ask("hide", file, {"size": size, "raises": raises}, doubts=lambda answer: answer[:1] == b"-")

    for _time in range(2):  # the second time as the first: what was granted is taken back
        with pytest.raises(DecoderError) as caught:
            ask(300 * 2**20)
        assert caught.value.reason == "memory"
        assert ask(100 * 2**20) == str(100 * 2**20).encode()


@pytest.mark.needs("linux-sandbox")
def test_what_is_said_with_more_memory_too_is_the_answer(process: BoundedProcess, file: Path) -> None:
    """None is ever enough for the one, and nobody doubts the other."""
    too_much = {"size": 2 * 2**30, "raises": False}
    assert process.ask("hide", file, too_much, doubts=lambda answer: answer[:1] == b"-") == b"-damaged"
    assert process.ask("hide", file, too_much | {"size": 300 * 2**20}) == b"-damaged"
    assert process.ask("hide", file, too_much | {"size": 300 * 2**20}, doubts=lambda _answer: False) == b"-damaged"
    with pytest.raises(DecoderError) as caught:
        process.ask("hide", file, {"size": 2 * 2**30, "raises": True})
    assert (caught.value.reason, caught.value.detail) == ("content", "ValueError: damaged")
    assert process.ask("read", file, {}) == b"strange bytes"
    with pytest.raises(DecoderError) as caught:
        process.ask("eat", file, {"size": 300 * 2**20})
    assert caught.value.reason == "memory"


@pytest.mark.needs("linux-sandbox")
def test_of_a_file_that_changes_meanwhile_the_last_answer_stands(process: BoundedProcess, file: Path) -> None:
    """One that still arrives is read otherwise each time."""

    def grow(_answer: bytes) -> bool:
        with file.open("ab") as more:
            more.write(b", and more")
        return True

    assert process.ask("read", file, {}, doubts=grow) == b"strange bytes, and more"


@pytest.mark.needs("linux-sandbox")
def test_one_that_another_thread_ends_is_not_asked_again(process: BoundedProcess, file: Path) -> None:
    def end(_answer: bytes) -> bool:
        process.kill()
        assert process._child is not None
        process._child.wait()
        return True

    with pytest.raises(DecoderError) as caught:
        process.ask("read", file, {}, doubts=end)
    assert caught.value.reason == "crash"
    assert process.ask("read", file, {}) == b"strange bytes"


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize("ends", [True, False])
def test_limits_are_set_of_no_process_that_has_ended(
    process: BoundedProcess, file: Path, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    """Its number may be another's by then."""
    times_set: list[int] = []
    monkeypatch.setattr(confinement, "grant", lambda number, bounds, times: times_set.append(times))

    def answer(*_request: object) -> bytes:
        if times_set and ends:
            process.close()
        return b"-damaged"

    process.start()
    monkeypatch.setattr(process, "_try", answer)
    assert process.ask("read", file, {}, doubts=lambda _answer: True) == b"-damaged"
    assert times_set == ([2] if ends else [2, 1])


def test_where_no_more_can_be_granted_the_answer_stands(
    process: BoundedProcess, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr("resource.prlimit", refuse)
    wanted = {"size": 2 * 2**30, "raises": False}
    assert process.ask("hide", file, wanted, doubts=lambda answer: answer[:1] == b"-") == b"-damaged"


@pytest.mark.parametrize(
    "number", [errno.ENOENT, errno.EPIPE, errno.EISDIR, errno.ECONNRESET, errno.EINTR, 0, -1, 10**6]
)
def test_what_it_says_of_the_system_is_not_taken_for_the_system_s_word(
    process: BoundedProcess, file: Path, number: int
) -> None:
    """A file that "is not there" would be opened by the caller itself, and a broken pipe end the program."""
    with pytest.raises(OSError, match="as it says") as caught:
        process.ask("report", file, {"number": number})
    assert type(caught.value) is ReportedError and caught.value.errno == number


_HEADS = [
    b"", b"no json", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 10_000,
    b'{"failed": "system", "errno": "2"}', b'{"failed": "system", "errno": null}', b'{"failed": {"a": 1}}',
    b'{"failed": "system"}', b'{"failed": "no reason that we know"}',
]  # fmt: skip


@pytest.mark.parametrize("head", _HEADS, ids=range(len(_HEADS)))
def test_an_answer_that_is_none_is_named_and_the_next_file_is_read(
    process: BoundedProcess, file: Path, head: bytes
) -> None:
    raw = struct.pack(">IQ", len(head), 0) + head
    with pytest.raises((DecoderError, ReportedError)):
        process.ask("say", file, {"raw": raw.hex(), "stays": False})
    _await_end(process)
    assert process.ask("read", file, {}) == b"strange bytes"


def test_one_that_answers_and_ends_is_not_held_against_the_next_file(process: BoundedProcess, file: Path) -> None:
    raw = struct.pack(">IQ", 2, 6) + b"{}" + b"a talk"
    assert process.ask("say", file, {"raw": raw.hex(), "stays": False}) == b"a talk"
    _await_end(process)
    assert process.ask("read", file, {}) == b"strange bytes"


def _await_end(process: BoundedProcess) -> None:
    if process._child is not None:
        process._child.wait()


@pytest.mark.parametrize("raw", [b"\xff" * 12, struct.pack(">IQ", 2, 2**40) + b"{}"])
def test_one_that_lies_about_its_answer_s_length_and_stays_is_ended(
    process: BoundedProcess, file: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes
) -> None:
    monkeypatch.setattr(bounded, "_LAST_BREATH", 0.05)
    with pytest.raises(DecoderError) as caught:
        process.ask("say", file, {"raw": raw.hex(), "stays": True})
    assert caught.value.reason == "crash"
    assert process.ask("read", file, {}) == b"strange bytes"


def test_one_that_does_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    process = BoundedProcess(HOSTILE, replace(BOUNDS, patience=1))
    with pytest.raises(DecoderError) as caught:
        process.ask("sleep", file, {})
    assert caught.value.reason == "time"
    process.close()


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize("kind", ["open", "write", "remove", "connect", "run", "fork", "kill", "signal", "own", "late"])
def test_it_can_do_nothing_but_read_what_it_was_handed(
    process: BoundedProcess, file: Path, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"not for a decoder")
    arguments: dict[str, object] = {}
    if kind in ("open", "write", "remove"):
        arguments = {"other": str(secret)}
    elif kind in ("kill", "signal", "own"):
        arguments = {"process": os.getpid()}
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


@pytest.mark.parametrize("count", [0, 3, 250])
def test_it_writes_the_file_that_it_was_handed_from_all_that_it_was(
    process: BoundedProcess, file: Path, tmp_path: Path, count: int
) -> None:
    others = [tmp_path / f"other-{number}" for number in range(count)]
    for number, other in enumerate(others):
        other.write_bytes(b"%d," % number)
    target = tmp_path / "made"
    target.write_bytes(b"what stood here was longer than a name, and is gone" * 100)
    roomy = BoundedProcess(HOSTILE, replace(BOUNDS, file=2**20))
    arguments = {"target": str(target), "others": [str(other) for other in others]}
    wanted = b"strange bytes" + b"".join(b"%d," % number for number in range(count))
    assert roomy.ask("copy", file, arguments, others, target) == wanted
    assert target.read_bytes() == wanted
    roomy.close()


@pytest.mark.needs("linux-sandbox")
def test_a_file_grows_no_further_than_it_may(monkeypatch: pytest.MonkeyPatch, file: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    process, target = BoundedProcess(HOSTILE, replace(BOUNDS, file=1000)), tmp_path / "made"
    arguments = {"target": str(target), "size": 1000}
    process.ask("fill", file, arguments, target=target)
    assert target.stat().st_size == 1000
    with pytest.raises(DecoderError) as caught:
        process.ask("fill", file, {**arguments, "size": 1001}, target=target)
    assert caught.value.reason == "file"
    assert process.ask("read", file, {}) == b"strange bytes"
    process.close()


@pytest.mark.needs("linux-sandbox")
def test_it_opens_no_file_for_writing_that_it_was_not_handed(
    process: BoundedProcess, file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with pytest.raises(OSError, match="not permitted"):
        process.ask("fill", file, {"target": str(other), "size": 1}, target=tmp_path / "made")
    assert not other.exists()


def test_one_that_was_started_by_a_thread_that_ended_is_started_again(process: BoundedProcess, file: Path) -> None:
    """On Linux it ends with that thread (prctl(2), PR_SET_PDEATHSIG)."""
    answers: list[bytes] = []
    for _turn in range(2):
        thread = threading.Thread(target=lambda: answers.append(process.ask("read", file, {})))
        thread.start()
        thread.join()
    answers.append(process.ask("read", file, {}))
    assert answers == [b"strange bytes"] * 3


def test_another_thread_can_end_it(process: BoundedProcess, file: Path) -> None:
    process.start()
    caught: list[str] = []

    def ask() -> None:
        try:
            process.ask("sleep", file, {})
        except DecoderError as problem:
            caught.append(problem.reason)

    thread = threading.Thread(target=ask)
    thread.start()
    while thread.is_alive():  # once may be before it was asked
        process.kill()
        thread.join(0.05)
    assert caught == ["crash"]
    assert process.ask("read", file, {}) == b"strange bytes"
