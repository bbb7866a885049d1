"""``usbkit verify``: options, answers and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger import stories
from tests.support.cli import TOP
from tests.verify.drives import make_drive, take_out
from tests.verify.folders import FILES, KEY, OTHER_KEY, flip, make_sealed
from usbkit.ledger.place import find_ledger
from usbkit.trust.sums import fingerprint, fingerprint_rows


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    return make_sealed(tmp_path / "drive")


def test_three_answers_in_words_and_as_json(sealed: Path) -> None:
    said = call("verify", sealed).expect(0)
    assert "whole" in said.out and "not checked" in said.out and "forum-2020, GT, edition 3" in said.out
    for row in fingerprint_rows(fingerprint((sealed / "SHA256SUMS").read_bytes())):
        assert row in said.out
    verdict = call("--json", "verify", sealed).expect(0).json
    assert (verdict["content"], verdict["structure"], verdict["origin"]) == ("whole", "not checked", "not checked")
    assert verdict["files"] == len(FILES) and verdict["claims"]["country"] == "GT"


def test_what_comes_from_outside(sealed: Path, tmp_path: Path) -> None:
    right = fingerprint((sealed / "SHA256SUMS").read_bytes())
    (tmp_path / "desk.pub").write_bytes(KEY.public.to_file())
    agreeing: list[tuple[object, ...]] = [
        ("--fingerprint", right),
        ("--fingerprint", "\n".join(f"{n}: {row.upper()}" for n, row in enumerate(fingerprint_rows(right), 1))),
        ("--key", tmp_path / "desk.pub"),
        ("--key", KEY.public.to_base64(), "--key", OTHER_KEY.public.to_base64()),
        ("--fingerprint", right, "--key", KEY.public.to_base64(), "--edition", 3),
    ]
    for trust in agreeing:
        assert call("--json", "verify", sealed, *trust).expect(0).json["origin"] == "proven"
    refusing: list[tuple[object, ...]] = [
        ("--fingerprint", "0" * 64),
        ("--key", OTHER_KEY.public.to_base64()),
        ("--fingerprint", right, "--edition", 4),
    ]
    for trust in refusing:
        verdict = call("--json", "verify", sealed, *trust).expect(1).json
        assert verdict["origin"] == "refused" and verdict["content"] == "whole" and verdict["exit"] == 1


@pytest.mark.parametrize(
    "trust",
    [
        ("--fingerprint", "12ab"),
        ("--key", "RWnothing"),
        ("--key", "/dev/null"),
        ("--edition", "three"),
        ("--metadata-digest", "12ab"),
    ],
)
def test_what_cannot_be_asked_by(sealed: Path, trust: tuple[str, str]) -> None:
    assert call("verify", sealed, *trust).expect(2).err


def test_several_places_and_the_worst_of_them(sealed: Path, tmp_path: Path) -> None:
    damaged = make_sealed(tmp_path / "damaged")
    flip(damaged / "videos/01-opening.mp4")
    said = call("verify", sealed, damaged).expect(1).out
    assert "damaged: videos/01-opening.mp4" in said
    assert f"unchanged    {len(FILES)} files" in said and f"unchanged    {len(FILES) - 1} files" in said
    korean = call("--lang", "ko", "verify", damaged).expect(1).out
    assert "봉인 당시" not in korean and f"봉인과 일치  파일 {len(FILES) - 1}개" in korean
    call("verify", sealed, tmp_path / "nowhere").expect(2)


def test_an_image(tmp_path: Path) -> None:
    image = make_drive(tmp_path / "drive.img")
    digest = ("--metadata-digest", image.metadata_digest())
    assert call("--json", "verify", tmp_path / "drive.img", *digest).expect(0).json["structure"] == "untouched"
    assert "as it says of itself" in call("verify", tmp_path / "drive.img").expect(0).out
    assert call("--json", "verify", tmp_path / "drive.img").expect(0).json["structure"] == "as it says of itself"
    (tmp_path / "empty").write_bytes(b"")
    assert call("--json", "verify", tmp_path / "empty").expect(1).json["structure"] == "broken"


@dataclass(frozen=True)
class Recorded:
    """A drive as an image, the ledger that has it, and its reference there."""

    image: Path
    ledger: Path
    drive: str


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ledger = stories.open_ledger(tmp_path)
    with ledger.write() as writing:
        writing.append(stories.order())
        drive = writing.mint("guatemala-1", 1)
    nonce = ledger.find_nonce(ledger.read().journey(drive))
    made = make_drive(tmp_path / "drive.img", nonce=nonce)
    begun = stories.begun(drive, stories.stick()).model_copy(update={"metadata": made.metadata_digest()})
    ledger.append(begun)
    ledger.append(stories.ended(drive))
    ledger.close()
    return Recorded(tmp_path / "drive.img", tmp_path / "ledger.sqlite", drive)


def test_the_ledger_knows_whether_a_drive_is_untouched(recorded: Recorded) -> None:
    plain = call("--json", "verify", recorded.image).expect(0).json
    assert (plain["structure"], plain["ledger"]) == ("as it says of itself", None)
    asked = call("--json", "--ledger", recorded.ledger, "verify", recorded.image).expect(0).json
    assert asked["structure"] == "untouched"
    known = {"drive": recorded.drive, "number": 1, "of": 3, "order": "guatemala-1", "state": "whole"}
    assert asked["ledger"] == known | {"where": "here"}
    said = call("--ledger", recorded.ledger, "verify", recorded.image).expect(0).out
    assert f"ledger       drive {recorded.drive}, 1 of 3 of order guatemala-1: WHOLE" in said
    wrong = ("--metadata-digest", "0" * 64)  # what was given on the command line comes first
    given = call("--json", "--ledger", recorded.ledger, "verify", recorded.image, *wrong).expect(1).json
    assert (given["structure"], given["exit"]) == ("denied from outside", 1)
    assert "DENIED" in call("verify", recorded.image, *wrong).expect(1).out


def test_a_drive_that_the_ledger_does_not_know_is_said_to_be_unknown(recorded: Recorded, tmp_path: Path) -> None:
    stories.open_ledger(tmp_path / "other").close()
    said = call("--ledger", tmp_path / "other" / "ledger.sqlite", "verify", recorded.image).expect(0).out
    assert "the one of this computer does not know this drive" in said
    assert "ledger  " not in call("verify", recorded.image).expect(0).out


def test_a_drive_on_the_table_says_where_the_ledger_has_it(recorded: Recorded) -> None:
    for mark in ("sent", "lost", "replaced"):
        call("--ledger", recorded.ledger, "ledger", "mark", mark, recorded.drive).expect(0)
        out = call("--ledger", recorded.ledger, "verify", recorded.image).expect(0).out
        assert f"1 of 3 of order guatemala-1: WHOLE, {mark}" in out


def test_what_was_changed_with_its_own_word_is_not_untouched_to_the_ledger(recorded: Recorded) -> None:
    """The drive is made again, larger by a file, with the same nonce and a passport that fits itself."""
    nonce = json.loads(take_out(recorded.image, recorded.image.parent / "out").joinpath("passport.json").read_text())
    make_drive(recorded.image, {**FILES, "videos/03-more.mp4": b"more" * 9000}, nonce=nonce["nonce"])
    assert call("--json", "verify", recorded.image).json["structure"] == "as it says of itself"
    asked = call("--json", "--ledger", recorded.ledger, "verify", recorded.image).expect(1).json
    assert asked["structure"] == "denied from outside"
    assert asked["ledger"]["drive"] == recorded.drive


def test_the_ledger_of_the_programme_or_of_the_user_is_found_by_itself(recorded: Recorded, tmp_path: Path) -> None:
    programme = tmp_path / "manifests"
    programme.mkdir()
    (programme / "programme.toml").write_text('ledger = "../ledger.sqlite"\n')
    assert call("--json", "verify", recorded.image).expect(0).json["structure"] == "untouched"
    shutil.rmtree(programme)
    place = find_ledger(None, os.environ).path
    place.parent.mkdir(parents=True, exist_ok=True)
    recorded.ledger.rename(place)
    assert call("--json", "verify", recorded.image).expect(0).json["structure"] == "untouched"


def test_a_ledger_that_cannot_be_read_is_passed_over_unless_it_was_named(recorded: Recorded, tmp_path: Path) -> None:
    broken = tmp_path / "manifests" / "ledger.sqlite"
    broken.parent.mkdir()
    (tmp_path / "manifests" / "programme.toml").write_text("")
    broken.write_bytes(b"a letter, and no database" * 100)
    done = call("--json", "verify", recorded.image).expect(0)
    assert (done.json["structure"], done.json["ledger"]) == ("as it says of itself", None)
    assert "the ledger is not asked" in done.err
    for named in (broken, tmp_path / "nowhere.sqlite"):
        assert call("--json", "--ledger", named, "verify", recorded.image).expect(2).json["error"]["findings"]


def test_no_ledger_is_made_and_none_is_asked_about_a_drive_without_a_number(
    recorded: Recorded, sealed: Path, tmp_path: Path
) -> None:
    make_drive(tmp_path / "plain.img")
    for path in (sealed, tmp_path / "plain.img"):
        assert call("--json", "--ledger", tmp_path / "nowhere.sqlite", "verify", path).expect(0).json["ledger"] is None
    call("verify", recorded.image).expect(0)
    assert not (tmp_path / "nowhere.sqlite").exists()
    assert not (tmp_path / "data").exists()


def test_names_from_a_drive_do_not_steer_the_terminal(sealed: Path) -> None:
    (sealed / "\x1b[2J\u202etxt.exe").write_bytes(b"MZ")
    said = call("verify", sealed).expect(1).out
    assert "\x1b" not in said and "\u202e" not in said
    assert r"not ours: \x1b[2J\u202etxt.exe" in said and "do not open it" in said


def test_a_hundred_troubles_do_not_bury_the_answer(sealed: Path) -> None:
    for n in range(100):
        (sealed / f"extra-{n:03}.txt").write_bytes(b"x")
    said = call("verify", sealed).expect(1).out
    assert "and 60 more" in said and len(said.splitlines()) < 60
    assert len(call("--json", "verify", sealed).expect(1).json["troubles"]) == 100


def test_it_works_without_what_only_making_drives_needs(sealed: Path) -> None:
    """As on a recipient's computer: none of these can be imported, and nothing of Linux alone is asked for."""
    blocked = ["pyudev", "av", "sqlalchemy", "PIL", "fpdf", "py7zr", "fcntl", "usbkit.drives", "usbkit.writing"]
    program = (
        f"import sys\nfor name in {blocked!r}: sys.modules[name] = None\n"
        "from usbkit.cli.main import run\n"
        f"sys.exit(run(['--json', 'verify', {str(sealed)!r}, '--key', {KEY.public.to_base64()!r}]))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert '"origin": "proven"' in ran.stdout
