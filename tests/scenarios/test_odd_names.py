"""Folders whose names are not UTF-8, or control a terminal: each command ends with a message of its own.

Untrusted text is shown escaped; ``--json`` is valid JSON; nothing ends as a bug of ours.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.desks import copy_demo
from tests.support.cli import Done, usbkit
from tests.support.sample import sample

#: Latin-1, what ends a line to Python only, what turns a line around, and a name that reads as an option.
NAMES = [os.fsdecode(b"caf\xe9 \xff"), "two\u2028lines\x0bthree", "\u202egpj\x1b[2J", "-o"]

#: All of it in one name; each by itself tells more, and takes as long again.
AT_ONCE = "".join(reversed(NAMES))


@pytest.fixture(params=[AT_ONCE, *NAMES][: sample("folders of odd names", 1, 1 + len(NAMES))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / str(request.param)
    folder.mkdir()
    return folder


def run(place: Path, *arguments: object, code: int = 0) -> Done:
    """A command with all its state in ``place``, in words and as JSON; what is printed is UTF-8 and steers nothing."""
    shared = ("--cache", place / "cache", "--ledger", place / "ledger.sqlite")
    done = usbkit(*shared, *arguments, environ={"HOME": str(place), "XDG_DATA_HOME": str(place / "data")})
    assert done.code == code, (arguments, done.out, done.err)
    said = done.out + done.err
    assert "Traceback" not in said and "our-mistake" not in said and "internal error" not in said
    assert not set(said) & {"\u2028", "\x0b", "\u202e", "\x1b"}, arguments
    return done


def documents(text: str) -> list[object]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text.rstrip()):
        document, at = decoder.raw_decode(text, at)
        found.append(document)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def test_from_check_to_archive(place: Path, demo: Path) -> None:
    manifests = copy_demo(demo, place)
    made = ("--manifests", manifests)
    assert documents(run(place, "--json", *made, "check", "guatemala").out)
    run(place, *made, "check", "guatemala", "--html", place / "page.html")
    page = (place / "page.html").read_text(encoding="utf-8")
    assert not set(page) & set("\u2028\x0b\x1b"), "shown as in a terminal"
    run(place, *made, "build", "guatemala", "--output", place / "built")
    (place / "built" / "guatemala").rename(place / "bundle")
    run(place, *made, "lock", "guatemala")
    run(place, *made, "library", "check")
    run(place, *made, "cache", "check")
    run(place, *made, "mend", place / "library/videos/opening.mp4")
    run(place, *made, "image", "guatemala", "--output", place / "drive.img", "--size", "128MB")
    for path in (place / "bundle", place / "drive.img"):
        assert documents(run(place, "--json", "verify", path).out)
        assert run(place, "verify", path).out
    run(place, "pack", place / "bundle", "--output", place / "packed")
    run(place, "unpack", place / "packed", "--output", place / "unpacked")
    run(place, "export", "bagit", place / "bundle", "--output", place / "bag")
    run(place, "diff", place / "bundle", place / "drive.img")


def test_orders_and_drives(place: Path, demo: Path) -> None:
    manifests = copy_demo(demo, place)
    made = ("--manifests", manifests)
    stick = place / "stick.img"
    with stick.open("wb") as file:
        file.truncate(128 * 10**6)
    run(place, *made, "approve", "guatemala", "--by", "Lee", "--yes")
    run(place, *made, "order", "add", "guatemala", 1)
    run(place, *made, "station", "--yes", "--once", "--drive", stick)
    found = documents(run(place, "--json", "verify", stick).out)
    assert isinstance(found[0], dict) and found[0]["structure"] == "untouched"
    run(place, *made, "letter", "verify", "guatemala-1", "--output", place / "letter.html")
    listed = json.loads(run(place, "--json", "ledger", "list").out)
    run(place, "ledger", "report", "--html", place / "report.html")
    run(place, "ledger", "check")
    run(place, "wipe", stick, "--yes", "--confirm", stick, "--free", listed["drives"][0]["reference"])
    bundle = shutil.copytree(demo / "guatemala", place / "bundle")
    run(place, "write", "--bundle", bundle, "--drive", stick, "--yes")


def test_what_is_not_there_is_said(place: Path) -> None:
    nothing = place / "nothing"
    for command in (
        ("verify", nothing),
        ("--manifests", nothing, "check", "--all"),
        ("write", "--bundle", nothing, "--drive", nothing, "--yes"),
        ("image", "--bundle", nothing, "--output", place / "x.img"),
        ("pack", nothing, "--output", place / "packed"),
        ("unpack", nothing, "--output", place / "unpacked"),
        ("diff", nothing, place),
        ("mend", nothing),
        ("--ledger", nothing, "ledger", "list"),
    ):
        words = usbkit(*command, environ={"HOME": str(place)}).expect(2)
        assert words.err.strip()
        assert "internal error" not in words.err
        assert documents(usbkit("--json", *command, environ={"HOME": str(place)}).expect(2).out)


def test_strangers_of_any_name_in_a_folder_that_is_checked(demo: Path, tmp_path: Path) -> None:
    bundle = shutil.copytree(demo / "guatemala", tmp_path / "bundle")
    for name in [*NAMES, os.fsdecode(b"bad\xff\xfe"), "x\nwhole: every sealed file is there.txt", "\U000e0041tag"]:
        (bundle / name).write_bytes(b"x")
    done = usbkit("verify", bundle, environ={"HOME": str(tmp_path)}).expect(1)
    assert not set(done.out) & {"\u2028", "\x0b", "\u202e", "\x1b"}
    assert not any(line.startswith("whole") for line in done.out.splitlines())
    (document,) = documents(usbkit("--json", "verify", bundle, environ={"HOME": str(tmp_path)}).expect(1).out)
    assert isinstance(document, dict)
    assert os.fsdecode(b"bad\xff\xfe") in {trouble["path"] for trouble in document["troubles"]}
