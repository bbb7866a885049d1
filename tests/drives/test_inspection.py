"""The first look at a drive: what it says of itself, and nothing where it is another's, cannot be read or has gone."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drives.layouts import put
from tests.verify.drives import make_drive
from usbkit.core.errors import Finding
from usbkit.drives import inspection
from usbkit.drives.device import OURS
from usbkit.drives.inspection import CHANGED, Inspection, inspect_drive
from usbkit.drives.jobrecord import JobRecord
from usbkit.drives.linux import Heard, look_at, nobody
from usbkit.trust.passport import DriveNumber

SIZE = 64 * 10**6
RECORD = JobRecord(5, SIZE, b"\x1f" * 32, b"\2" * 32, "guatemala", b"\xff\xff")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "stick.img"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    make_drive(tmp_path / "finished.img", capacity=SIZE, nonce="0a" * 16)
    return tmp_path / "finished.img"


@pytest.fixture(autouse=True)
def _descriptors(tmp_path: Path) -> Iterator[None]:
    """Whatever comes of a look, what it opened is closed."""
    yield
    assert [name for name in map(_target, Path("/proc/self/fd").iterdir()) if name.startswith(str(tmp_path))] == []


def _target(descriptor: Path) -> str:
    """What is open, unless it has been closed meanwhile by somebody else in this process."""
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""


def look(node: Path) -> Inspection:
    found = inspect_drive(node)
    assert isinstance(found, Inspection), found
    return found


def refused(node: Path, heard: Heard = nobody) -> Finding:
    found = inspect_drive(node, heard=heard)
    assert not isinstance(found, Inspection), found
    (finding,) = found
    return finding


def test_a_blank_one_says_nothing(image: Path) -> None:
    found = look(image)
    assert (found.facts.content, found.passport, found.job, found.stem, found.is_allowed) == (
        None,
        None,
        None,
        None,
        True,
    )


def test_an_unfinished_one_says_its_job(image: Path) -> None:
    put(image, RECORD.slot, RECORD.to_bytes())
    found = look(image)
    assert (found.facts.content, found.job, found.stem) == (OURS, "1f" * 32, "guatemala")
    assert found.passport is None and found.is_allowed


def test_a_finished_one_shows_its_passport(finished: Path) -> None:
    found = look(finished)
    assert found.passport is not None and found.passport.drive == DriveNumber(1, 3)
    assert (found.facts.content, found.job, found.stem, found.is_allowed) == (OURS, None, None, True)


def test_a_finished_one_that_a_refresh_was_begun_of_is_unfinished(finished: Path) -> None:
    put(finished, RECORD.slot, RECORD.to_bytes())
    found = look(finished)
    assert (found.job, found.passport) == ("1f" * 32, None)


def test_what_stands_on_another_s_is_not_believed(finished: Path) -> None:
    """Our passport and our record, and a mark of ext4 before them."""
    put(finished, RECORD.slot, RECORD.to_bytes())
    put(finished, 1024 + 56, b"\x53\xef")
    found = look(finished)
    assert found.facts.content not in (None, OURS)
    assert (found.passport, found.job, found.stem) == (None, None, None)


def test_one_that_we_may_not_read_says_nothing(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.W_OK)
    found = look(finished)
    assert (found.passport, found.is_allowed) == (None, False)
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.R_OK)
    found = look(finished)
    assert found.passport is not None and not found.is_allowed


def test_each_read_is_heard(finished: Path) -> None:
    answers = list[int]()
    found = inspect_drive(finished, heard=lambda: answers.append(1))
    assert isinstance(found, Inspection) and len(answers) > 20


def test_one_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path / "none").id == "drive-missing"
    assert refused(Path("/dev/null")).id == "drive-unfit"


def test_who_looks_through_others_eyes_may_write_unless_it_is_said(image: Path) -> None:
    """As listings of drives are made by tests and by the guide."""
    assert Inspection(look(image).facts).is_allowed


def test_one_that_is_exchanged_meanwhile_is_no_drive_any_more(image: Path, finished: Path) -> None:
    def exchange() -> None:
        if finished.exists():
            finished.replace(image)

    assert refused(image, exchange).id == CHANGED


def test_one_that_goes_meanwhile_is_no_drive_any_more(image: Path) -> None:
    assert refused(image, lambda: image.unlink(missing_ok=True)).id == "drive-missing"


def test_one_that_stops_answering_behind_the_first_look_is_said(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its facts could be read, and then what it says of itself could not."""

    def look_once(*given: object) -> object:
        facts = look_at(*given)  # type: ignore[arg-type]
        monkeypatch.setattr(os, "pread", _fail)
        return facts

    monkeypatch.setattr(inspection, "look_at", look_once)
    finding = refused(finished)
    assert finding.id == "drive-unreadable" and os.strerror(errno.EIO) in str(finding.what)


def _fail(fd: int, length: int, offset: int) -> bytes:
    raise OSError(errno.EIO, os.strerror(errno.EIO))
