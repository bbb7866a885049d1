"""A drive is opened exclusively and, where possible, past the caches."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.loop import loop_device
from usbkit.core.errors import BrokenOffError, RefusedError, UsbkitError
from usbkit.drives import opening
from usbkit.drives.buffers import make_buffer
from usbkit.drives.device import DriveKind, Identity
from usbkit.drives.linux import identify
from usbkit.drives.opening import Reach, open_drive
from usbkit.drives.target import DriveIOError, Failure, vanished
from usbkit.drives.usage import loop_backing


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "stick.img"
    path.write_bytes(bytes(2**20))
    return path


def _takes_direct(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_DIRECT))
    except OSError as problem:
        assert problem.errno == errno.EINVAL
        return False
    return True


def test_an_image_file_is_read_past_the_caches_where_its_disk_does_that(image: Path) -> None:
    with open_drive(identify(image), 512) as drive:
        assert drive._is_direct == _takes_direct(image)


def test_where_the_disk_refuses_that_it_is_opened_all_the_same(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = os.open

    def refuse(path: Path, flags: int) -> int:
        if flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, "no such flag here")
        return plain(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    with open_drive(identify(image), 512) as drive:
        assert not drive._is_direct


def test_where_its_sectors_do_not_fit_it_is_opened_all_the_same(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_takes_direct", lambda fd, sector_size: False)
    with open_drive(identify(image), 512) as drive:
        assert not drive._is_direct


@pytest.mark.parametrize(
    ("number", "id"),
    [
        (errno.EBUSY, "drive-in-use"),
        (errno.EACCES, "drive-not-allowed"),
        (errno.EROFS, "drive-read-only"),
        (errno.ENOMEDIUM, "drive-missing"),
        (errno.EIO, "drive-not-opened"),
        (errno.EINVAL, "drive-not-opened"),
    ],
)
def test_each_refusal_is_named(image: Path, monkeypatch: pytest.MonkeyPatch, number: int, id: str) -> None:
    identity = identify(image)
    monkeypatch.setattr(os, "open", lambda path, flags: _raise(number))
    with pytest.raises(UsbkitError) as found, open_drive(identity, 512):
        pass
    assert found.value.findings[0].id == id


def _raise(number: int) -> int:
    raise OSError(number, os.strerror(number))


def test_two_never_have_it_at_once(image: Path) -> None:
    identity = identify(image)
    with open_drive(identity, 512), pytest.raises(RefusedError), open_drive(identity, 512):
        pass


def test_another_file_in_its_place_is_refused(image: Path) -> None:
    identity = identify(image)
    image.rename(image.with_name("old.img"))
    image.write_bytes(bytes(2**20))
    with pytest.raises(RefusedError), open_drive(identity, 512):
        pass


# ---- what an open drive does ----


@pytest.fixture(params=["file", pytest.param("loop", marks=pytest.mark.needs("loop"))])
def node(image: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """An image file, and a loop device over one."""
    if request.param == "file":
        yield image
        return
    with loop_device(image) as found:
        yield found


def page(data: bytes) -> memoryview:
    """As drives are read and written past the caches: memory that begins with a page."""
    buffer = make_buffer(len(data))
    buffer[:] = data
    return buffer


PATTERN = bytes(range(256)) * 32


def test_bytes_go_to_their_place_and_come_from_it(node: Path) -> None:
    with open_drive(identify(node), 512) as drive:
        assert (drive.node, drive.size, drive.sector_size) == (node, 2**20, 512)
        drive.write_from(page(PATTERN), 16384)
        drive.flush()
        buffer = page(bytes(3 * 8192))
        drive.read_into(buffer, 8192)
        assert bytes(buffer) == bytes(8192) + PATTERN + bytes(8192)


def test_what_the_system_does_in_part_is_gone_on_with(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sector by sector, as the system may: each at its own place."""
    preadv, pwrite, asked = os.preadv, os.pwrite, list[int]()

    def read_some(fd: int, buffers: list[memoryview], offset: int) -> int:
        asked.append(offset)
        return preadv(fd, [buffers[0][:4096]], offset)

    def write_some(fd: int, data: memoryview, offset: int) -> int:
        asked.append(offset)
        return pwrite(fd, data[:4096], offset)

    with open_drive(identify(node), 512) as drive:
        monkeypatch.setattr(os, "pwrite", write_some)
        drive.write_from(page(PATTERN), 16384)
        monkeypatch.setattr(os, "preadv", read_some)
        buffer = page(bytes(8192))
        drive.read_into(buffer, 16384)
        monkeypatch.undo()
    assert bytes(buffer) == PATTERN
    assert asked == [16384, 20480, 16384, 20480]


def _failing(*results: int) -> Callable[..., int]:
    """A system call that does so many bytes, one number a call, and then fails with the last one."""
    left = list(results)

    def call(*given: object) -> int:
        if len(left) == 1:
            _raise(left[0])
        return left.pop(0)

    return call


@pytest.mark.parametrize(("call", "failure"), [("preadv", Failure.READ_ERROR), ("pwrite", Failure.WRITE_ERROR)])
def test_an_error_is_the_drive_s_with_its_place(
    image: Path, monkeypatch: pytest.MonkeyPatch, call: str, failure: Failure
) -> None:
    with open_drive(identify(image), 512) as drive:
        monkeypatch.setattr(os, call, _failing(4096, errno.EIO))
        with pytest.raises(DriveIOError) as found:
            (drive.read_into if call == "preadv" else drive.write_from)(page(bytes(8192)), 16384)
        monkeypatch.undo()
    assert (found.value.failure, found.value.offset) == (failure, 20480)


def test_a_flush_that_fails_is_the_drive_s(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_drive(identify(image), 512) as drive:
        monkeypatch.setattr(os, "fdatasync", _failing(errno.EIO))
        with pytest.raises(DriveIOError) as found:
            drive.flush()
        monkeypatch.undo()
    assert (found.value.failure, found.value.offset) == (Failure.FLUSH_ERROR, None)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_an_error_of_one_that_is_gone_is_its_going(image: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    with open_drive(identify(image), 512) as drive:
        image.unlink()
        monkeypatch.setattr(os, "pwrite", _failing(number))
        with pytest.raises(BrokenOffError) as found:
            drive.write_from(page(bytes(4096)), 0)
        monkeypatch.undo()
    assert found.value.findings == vanished(image, 0).findings


def test_a_read_that_gives_nothing_is_its_going(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_drive(identify(image), 512) as drive:
        monkeypatch.setattr(os, "preadv", lambda *given: 0)
        with pytest.raises(BrokenOffError) as found:
            drive.read_into(page(bytes(4096)), 8192)
        monkeypatch.undo()
    assert found.value.findings == vanished(image, 8192).findings


@pytest.mark.parametrize(("stays", "has_gone"), [(100, False), (3, True), (0, True)])
def test_a_pulled_disk_is_given_a_moment_to_go(
    image: Path, monkeypatch: pytest.MonkeyPatch, stays: int, has_gone: bool
) -> None:
    """What was in flight fails before the kernel takes its name away. The clock here goes by what is slept."""
    clock, looks = [100.0], iter([True] * stays)
    identity = replace(identify(image), kind=DriveKind.DISK)
    drive = opening.OpenDrive(identity, 512, -1, is_direct=False)
    monkeypatch.setattr(opening, "is_present", lambda one: one == identity and next(looks, False))
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds + 0.001))
    assert drive._has_gone() is has_gone
    assert clock[0] < 100 + 2 * opening._GOING_PATIENCE


def test_discarding_is_asked_for_and_may_be_refused(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_drive(identify(node), 512) as drive:
        drive.write_from(page(PATTERN), 0)
        if drive.identity.kind is DriveKind.FILE:
            assert not drive.discard(0, 8192)
        elif drive.discard(0, 8192):
            buffer = page(bytes(8192))
            drive.read_into(buffer, 0)
            assert not any(buffer)
        monkeypatch.setattr(fcntl, "ioctl", _failing(errno.EIO))
        with pytest.raises(DriveIOError):
            drive.discard(512, 8192)
        monkeypatch.undo()


def test_a_table_that_is_not_read_again_is_said_and_no_more(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_drive(identify(node), 512) as drive:
        assert drive.reread_table() is None  # a file has none, and this loop device no partitions
        monkeypatch.setattr(fcntl, "ioctl", _failing(errno.EBUSY))
        said = drive.reread_table()
        monkeypatch.undo()
    assert (said is None) == (node.parent != Path("/dev"))
    assert said is None or os.strerror(errno.EBUSY) in str(said)


@pytest.mark.needs("loop")
def test_the_kernel_is_asked_by_its_own_numbers(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """linux/fs.h: BLKRRPART is _IO(0x12, 95), BLKDISCARD _IO(0x12, 119) with the first byte and their number."""
    asked = list[tuple[object, ...]]()
    with loop_device(image) as node, open_drive(identify(node), 512) as drive:
        monkeypatch.setattr(fcntl, "ioctl", lambda fd, *given: asked.append(given))
        drive.reread_table()
        assert drive.discard(4096, 8192)
        monkeypatch.undo()
    assert asked == [(0x1200 + 95,), (0x1200 + 119, struct.pack("=QQ", 4096, 8192))]


@pytest.mark.needs("loop")
@pytest.mark.parametrize("change", ["size", "diskseq"])
def test_what_the_kernel_says_of_the_open_device_counts(
    image: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Its name may be another's by now: the device itself is asked."""
    with loop_device(image) as node:
        identity = identify(node)
        if identity.diskseq is None and change == "diskseq":
            pytest.skip("this kernel counts no disks")
        other = replace(identity, **{change: (getattr(identity, change) or 0) + 512})  # type: ignore[arg-type]
        monkeypatch.setattr(opening, "identify", lambda path: other)
        with pytest.raises(RefusedError) as found, open_drive(other, 512):
            pass
        assert found.value.findings[0].id == "drive-changed"
        monkeypatch.setattr(opening, "identify", lambda path: replace(identity, diskseq=None))
        with open_drive(replace(identity, diskseq=None), 512):
            pass


@pytest.mark.needs("loop")
def test_a_device_that_is_read_only_is_refused(image: Path) -> None:
    with (
        loop_device(image, None, "--read-only") as node,
        pytest.raises(UsbkitError) as found,
        open_drive(identify(node), 512),
    ):
        pass
    assert found.value.findings[0].id in ("drive-read-only", "drive-not-allowed")


@pytest.mark.needs("loop")
def test_udev_is_waited_for_and_nobody_for_a_file(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept = list[float]()
    with loop_device(image) as node, node.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 3:
                fcntl.flock(other, fcntl.LOCK_UN)

        monkeypatch.setattr(time, "sleep", sleep)
        with open_drive(identify(node), 512):
            pass
        assert len(slept) == 3
        fcntl.flock(other, fcntl.LOCK_SH)
        clock = iter(range(0, 1000, 2))
        monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
        with pytest.raises(RefusedError), open_drive(identify(node), 512):
            pass
        assert 3 < len(slept) < 9
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("problem", "lacks_it"),
    [
        (OSError(errno.EMFILE, "x"), True),
        (OSError(errno.ENFILE, "x"), True),
        (OSError(errno.ENOMEM, "x"), True),
        (OSError(errno.EAGAIN, "x"), True),
        (OSError(errno.EIO, "x"), False),
        (MemoryError(), True),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("zzz"), False),
        (RuntimeError("a"), False),
    ],
)
def test_what_is_this_computer_s_lack(problem: BaseException, lacks_it: bool) -> None:
    assert opening.lacks_resources(problem) is lacks_it
    said = opening.out_of_resources(Path("x"), problem).findings[0]
    assert said.id == "out-of-resources" and str(said.what).strip(": ")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM])
def test_an_open_that_this_computer_fails_is_not_the_drive_s(
    image: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    identity = identify(image)
    monkeypatch.setattr(os, "open", lambda path, flags: _raise(number))
    with pytest.raises(BrokenOffError) as found, open_drive(identity, 512):
        pass
    assert found.value.findings[0].id == "out-of-resources"


# ---- what a read-back reads ----


def test_a_file_in_memory_is_called_that() -> None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.truncate(2**20)
        with open_drive(identify(Path(file.name)), 512) as drive:
            assert drive.leave_caches() is Reach.MEMORY


@pytest.mark.parametrize(
    ("is_direct", "is_cached", "reach"),
    [
        (True, True, Reach.FILE),
        (True, False, Reach.FILE),
        (False, False, Reach.FILE),
        (False, True, Reach.CACHE),
    ],
)
def test_what_a_read_of_a_file_reaches(
    image: Path, monkeypatch: pytest.MonkeyPatch, is_direct: bool, is_cached: bool, reach: Reach
) -> None:
    monkeypatch.setattr(opening, "_is_in_memory", lambda fd: False)
    monkeypatch.setattr(opening, "_is_cached", lambda fd: is_cached)
    monkeypatch.setattr(opening, "_takes_direct", lambda fd, sector_size: is_direct)
    with open_drive(identify(image), 512) as drive:
        if drive._is_direct is is_direct:
            assert drive.leave_caches() is reach


@pytest.mark.needs("loop")
def test_behind_a_loop_device_its_file_s_cache_is_left_too(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = list[Path]()

    def drop(path: Path) -> Reach:
        dropped.append(path)
        return Reach.FILE

    monkeypatch.setattr(opening, "_drop_file", drop)
    for option, reach, files in (("off", Reach.FILE, [image]), ("on", Reach.DEVICE, [])):
        with loop_device(image, None, f"--direct-io={option}") as node, open_drive(identify(node), 512) as drive:
            if (backing := loop_backing(node)) is None or backing.is_direct is not (option == "on"):
                continue
            dropped.clear()
            assert drive.leave_caches() is reach
            assert dropped == files


def test_a_cache_that_cannot_be_left_is_said(tmp_path: Path, image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert opening._drop_file(tmp_path / "none") is Reach.CACHE
    monkeypatch.setattr(os, "fdatasync", _failing(errno.EIO))
    assert opening._drop_file(image) is Reach.CACHE


def test_an_identity_on_one_line() -> None:
    stick = Identity(Path("/dev/sdb"), DriveKind.DISK, 1024, "1-2", "Maker", "Stick", "S1", 7)
    assert opening.describe(stick) == "Maker Stick, serial S1, port 1-2, 1024 bytes, diskseq 7"
    assert opening.describe(Identity(Path("x"), DriveKind.FILE, 5)) == "file, 5 bytes"
    assert "diskseq 0" in opening.describe(replace(stick, diskseq=0))
