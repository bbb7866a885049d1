import dataclasses
import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.bundle.write_folder import fill_folder
from usbkit.core.content import FileRange
from usbkit.core.errors import BrokenOffError, DeviceError, InputError, SourceError
from usbkit.core.progress import Silence

WHEN = 1_604_059_200


def _source(path: Path, data: bytes, target: str = "videos/a.mp4") -> PlannedFile:
    path.write_bytes(data)
    content = FileRange(path, 0, len(data), path.stat().st_mtime_ns)
    return dataclasses.replace(made(target, Role.VIDEO, data), content=content)


def _fill(files: list[PlannedFile], target: Path) -> None:
    fill_folder(files, target, WHEN, Silence(), key="x")


def _snapshot(top: Path) -> dict[str, tuple[bytes | None, int, float]]:
    return {
        str(p.relative_to(top)): (p.read_bytes() if p.is_file() else None, p.stat().st_mode, p.stat().st_mtime)
        for p in sorted(top.rglob("*"))
    }


def test_a_folder_holds_the_files_with_fixed_modes_and_times(tmp_path: Path) -> None:
    files = [_source(tmp_path / "src", b"v" * 10_000_000), made("SHA256SUMS", Role.SEAL, b"s")]
    snapshots = []
    for umask in (0o000, 0o077):
        old = os.umask(umask)
        try:
            _fill(files, tmp_path / f"out-{umask}")
        finally:
            os.umask(old)
        snapshots.append(_snapshot(tmp_path / f"out-{umask}"))
    assert snapshots[0] == snapshots[1]
    assert snapshots[0]["videos/a.mp4"][0] == b"v" * 10_000_000
    assert snapshots[0]["videos/a.mp4"][1:] == (0o100644, WHEN)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out-0", "out-63", "src"]


def test_an_earlier_bundle_is_replaced_whole(tmp_path: Path) -> None:
    _fill([made("SHA256SUMS", Role.SEAL, b"1"), made("old.txt", Role.PAGE, b"1")], tmp_path / "out")
    _fill([made("SHA256SUMS", Role.SEAL, b"2")], tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["SHA256SUMS"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ["folder", "file", "dangling"])
def test_what_is_not_ours_is_left_alone(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "out"
    if kind == "folder":
        target.mkdir()
        (target / "thesis.doc").write_text("precious")
    elif kind == "file":
        target.write_text("precious")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError) as caught:
        _fill([made("SHA256SUMS", Role.SEAL, b"2")], target)
    assert caught.value.findings[0].id == "target-not-ours"
    file = {"folder": target / "thesis.doc", "file": target}.get(kind)
    assert target.is_symlink() if file is None else file.read_text() == "precious"


def test_a_source_that_changed_is_named_and_the_old_folder_stays(tmp_path: Path) -> None:
    _fill([made("SHA256SUMS", Role.SEAL, b"1")], tmp_path / "out")
    file = _source(tmp_path / "src", b"before")
    (tmp_path / "src").write_bytes(b"after!")
    os.utime(tmp_path / "src", ns=(1, 1))
    with pytest.raises(SourceError) as caught:
        _fill([file, made("SHA256SUMS", Role.SEAL, b"2")], tmp_path / "out")
    assert caught.value.findings[0].id == "source-changed"
    assert _snapshot(tmp_path / "out")["SHA256SUMS"][0] == b"1"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "src"]


def test_a_source_with_other_bytes_and_the_same_time_is_named_and_the_old_folder_stays(tmp_path: Path) -> None:
    _fill([made("SHA256SUMS", Role.SEAL, b"1")], tmp_path / "out")
    file = _source(tmp_path / "src", bytes(20_000_000))
    status = (tmp_path / "src").stat()
    with (tmp_path / "src").open("r+b") as source:
        source.seek(9_000_000)
        source.write(b"\1")
    os.utime(tmp_path / "src", ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(SourceError) as caught:
        _fill([file, made("SHA256SUMS", Role.SEAL, b"2")], tmp_path / "out")
    (finding,) = caught.value.findings
    assert (finding.id, str(finding.place)) == ("source-changed", str(tmp_path / "src"))
    assert _snapshot(tmp_path / "out")["SHA256SUMS"][0] == b"1"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "src"]


def test_no_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    file = _source(tmp_path / "src", b"x")
    huge = dataclasses.replace(file, content=FileRange(tmp_path / "src", 0, 10**18))
    with pytest.raises(DeviceError) as caught:
        _fill([huge], tmp_path / "out")
    assert caught.value.findings[0].id == "no-room"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("number", "expected", "id"),
    [
        (errno.ENOSPC, BrokenOffError, "disk-full"),
        (errno.EROFS, DeviceError, "target-read-only"),
        (errno.EIO, BrokenOffError, "system-error"),
    ],
)
def test_the_system_s_refusals_have_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Exception], id: str
) -> None:
    def refuse(descriptor: int, data: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("usbkit.bundle.write_folder.os.write", refuse)
    with pytest.raises((BrokenOffError, DeviceError)) as caught:
        _fill([made("SHA256SUMS", Role.SEAL, b"1")], tmp_path / "out")
    assert type(caught.value) is expected
    assert caught.value.findings[0].id == id
    assert list(tmp_path.iterdir()) == []


_SLOW_FILL = """
    import sys
    from pathlib import Path
    from usbkit.bundle.write_folder import fill_folder
    from usbkit.bundle.plan import Role, made

    class Slow:
        def begin(self, *a): pass
        def end(self, *a): pass
        def remark(self, *a): pass
        def advance(self, key, amount):
            print("wrote", flush=True)
            sys.stdin.readline()

    files = [made(f"f{n}", Role.PAGE, b"x") for n in range(200)] + [made("SHA256SUMS", Role.SEAL, b"2")]
    fill_folder(files, Path(sys.argv[1]), 0, Slow(), key="x")
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_the_old_state_and_the_next_one_clears_up(tmp_path: Path, number: signal.Signals) -> None:
    target = tmp_path / "out"
    _fill([made("SHA256SUMS", Role.SEAL, b"1")], target)
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_SLOW_FILL), str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None and child.stdin is not None
    for _line in range(3):
        child.stdout.readline()
        child.stdin.write(b"go on\n")
        child.stdin.flush()
    child.send_signal(number)
    child.communicate()
    assert {p.name for p in target.iterdir()} == {"SHA256SUMS"}
    leftovers = [p for p in tmp_path.iterdir() if p != target]
    assert len(leftovers) == (1 if number == signal.SIGKILL else 0)
    _fill([made("SHA256SUMS", Role.SEAL, b"3")], target)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_another_run_s_work_is_not_cleared_away(tmp_path: Path) -> None:
    target = tmp_path / "out"
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_SLOW_FILL), str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None and child.stdin is not None
    child.stdout.readline()
    _fill([made("SHA256SUMS", Role.SEAL, b"mine")], target)
    beside = [p for p in tmp_path.iterdir() if p != target]
    assert len(beside) == 1 and any(beside[0].iterdir())
    child.kill()
    child.communicate()
