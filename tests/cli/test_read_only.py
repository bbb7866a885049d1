"""A ledger on a read-only medium: every reading command works, and none leaves a file there."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.desks import Desk
from tests.ledger.stories import open_ledger
from tests.support.cli import TOP
from usbkit.ledger.events import PortsNamed

pytestmark = pytest.mark.needs("mounts")

#: Runs command lines, with a folder that is read-only for it alone, and prints what each answered.
_RUN = """
import json, sys
from tests.cli.calls import call
done = [call(*words) for words in json.load(sys.stdin)]
print(json.dumps([(one.code, one.out, one.err) for one in done]))
"""

LOOKING = (
    *("order list", "order show guatemala-1", "order show kyrgyzstan-1"),
    *("ledger list", "ledger list --late", "ledger report", "ledger report --by seal", "ledger show {drive}"),
    *("ledger head", "ledger check", "ledger export", "ledger export --format entries", "ledger export --format json"),
    *("ledger backup {there}/copy.sqlite", "receipt calls", "status", "doctor", "station install --print"),
    *("label guatemala-1 -o {there}/label.html", "letter cover guatemala-1 -o {there}/letter.html"),
    "approve guatemala --show",
)

#: What would append: refused, and said why.
APPENDING = (
    *("ledger mark sent guatemala-1:1", "order add guatemala 1", "order correct guatemala-1 --note x"),
    *("order cancel kyrgyzstan-1 --yes", "station ports --forget", "letter verify kyrgyzstan-1 -o {there}/word.html"),
    "dispatch guatemala-1 --verification note -o {there}/list.html",
)


#: Makes a folder read-only; puts a full disk in its place, with what is in it.
_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ! touch "$1/x" 2>&-'
_FULL = """
cp -a "$1" "$1.kept" && mount -t tmpfs -o size=4m tmpfs "$1" && cp -a "$1.kept/." "$1" &&
! dd if=/dev/zero of="$1/filled" bs=4096 2>&- && ! dd if=/dev/zero of="$1/more" bs=1 count=1 2>&-
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [(_READ_ONLY, "cannot be written here"), (_FULL, "is full: it can be read")],
    ids=["read-only", "full"],
)
@pytest.mark.parametrize("has_log", [True, False], ids=["with its log", "without"])
def test_what_looks_can_look_and_nothing_is_made(
    desk: Desk, tmp_path: Path, script: str, said: str, has_log: bool
) -> None:
    medium, there = tmp_path / "medium", tmp_path / "there"
    medium.mkdir()
    there.mkdir()
    # With its log: a medium that somebody copied a ledger to while it was open.
    log = sqlite3.connect(desk.folder / "ledger.sqlite")
    log.execute("SELECT count(*) FROM entry").fetchone()
    if has_log:
        open_ledger(desk.folder).append(PortsNamed(ports=()))
        for suffix in ("", "-wal"):
            shutil.copy(desk.folder / f"ledger.sqlite{suffix}", medium)
    else:  # by SQLite itself: whoever has the ledger open may hold back what stands in its log
        with closing(sqlite3.connect(medium / "ledger.sqlite")) as copy:
            log.backup(copy)
    log.close()
    drive = open_ledger(desk.folder).read().holders("guatemala-1")[1].drive
    before = {p.name: p.read_bytes() for p in medium.iterdir()}
    where = ["--manifests", str(desk.folder / "manifests"), "--cache", str(tmp_path / "cache")]
    where += ["--ledger", str(medium / "ledger.sqlite")]
    commands = [[*where, *line.format(drive=drive, there=there).split()] for line in (*LOOKING, *APPENDING)]
    script = script.strip() + ' && "$2" -c "$3" && cp -a "$1" "$4"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", medium, sys.executable, _RUN, tmp_path / "after"],
        env={"PYTHONPATH": str(TOP), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "XDG_DATA_HOME": str(tmp_path / "data")},
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = dict(zip((*LOOKING, *APPENDING), json.loads(done.stdout), strict=True))
    refused = {line for line, (code, _out, err) in answers.items() if code == 3 and said in err}
    assert refused == set(APPENDING), {line: answers[line] for line in refused ^ set(APPENDING)}
    assert {line: answers[line] for line in LOOKING if answers[line][0] not in (0, 1)} == {}
    assert answers["ledger check"][0] == 0 and "guatemala-1" in answers["order list"][1]
    assert (there / "copy.sqlite").stat().st_size > 0 and (there / "label.html").exists()
    # On a full disk SQLite makes its log and index where there is room for their names, and gives up.
    assert {name: (tmp_path / "after" / name).read_bytes() for name in before} == before
