"""``usbkit verify``: what is asked, what is answered, and with which exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.support.cli import TOP
from tests.verify.drives import make_drive
from tests.verify.folders import FILES, KEY, OTHER_KEY, flip, make_sealed
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
    call("verify", sealed, tmp_path / "nowhere").expect(2)


def test_an_image(tmp_path: Path) -> None:
    image = make_drive(tmp_path / "drive.img")
    digest = ("--metadata-digest", image.metadata_digest())
    assert call("--json", "verify", tmp_path / "drive.img", *digest).expect(0).json["structure"] == "untouched"
    assert "as it says of itself" in call("verify", tmp_path / "drive.img").expect(0).out
    assert call("--json", "verify", tmp_path / "drive.img").expect(0).json["structure"] == "as it says of itself"
    (tmp_path / "empty").write_bytes(b"")
    assert call("--json", "verify", tmp_path / "empty").expect(1).json["structure"] == "broken"


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
