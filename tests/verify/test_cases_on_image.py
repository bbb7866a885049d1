"""Every case that a FAT32 drive can hold, on an image and a device, changed with mtools."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.loop import loop_device
from tests.verify.cases import CASES, Case, files_with, letter_of, make_case
from tests.verify.drives import befall_on_image, can_be_named, make_drive, take_out
from tests.verify.folders import KEY
from tests.verify.report import note
from usbkit.trust.verdict import Structure, Verdict
from usbkit.verify import Trust, verify_device, verify_directory

PAGE = b"<!doctype html><title>stands for verify.html</title>"
HOLDABLE = tuple(case for case in CASES if all(map(can_be_named, case.named)))

pytestmark = pytest.mark.needs("fat-tools")

#: Where the passport is of another seal: the volume that it stands on was made for no drive of that.
ANOTHER_S = {
    "all signed again with another key",
    "all made again, not signed",
    "an older edition than the letter's",
    "Honduras' drive, Guatemala's letter",
    "passport and drive.js of Honduras",
}


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``drive.img`` and, beside it, ``taken`` out of it."""
    top = tmp_path_factory.mktemp("genuine")
    make_drive(top / "drive.img", files_with(PAGE))
    take_out(top / "drive.img", top / "taken")
    return top


@pytest.fixture
def befallen(genuine: Path, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Case, Path]:
    case: Case = request.param
    image = tmp_path / "drive.img"
    subprocess.run(["cp", "--sparse=always", genuine / "drive.img", image], check=True)
    folder = tmp_path / "folder"
    subprocess.run(["cp", "-a", genuine / "taken", folder], check=True)
    case.befall(folder)
    befall_on_image(image, genuine / "taken", folder)
    return case, image


def agrees(case: Case, verdict: Verdict) -> bool:
    named = {t.path: str(t.trouble) for t in verdict.troubles}
    return (verdict.content, verdict.origin, named) == (case.content, case.origin, dict(case.named))


def trust() -> Trust:
    return Trust(letter_of(PAGE), (KEY.public,))


@pytest.mark.parametrize("befallen", HOLDABLE, ids=lambda case: case.name, indirect=True)
def test_image_and_what_is_taken_out_of_it(befallen: tuple[Case, Path], tmp_path: Path) -> None:
    case, image = befallen
    verdict = verify_device(image, trust())
    note(case.name, "image", verdict.content, verdict.origin, [t.path for t in verdict.troubles])
    assert agrees(case, verdict), verdict
    opened = Structure.BROKEN if case.name in ANOTHER_S else Structure.OPENED
    assert verdict.structure is (Structure.AS_IT_SAYS if case.name == "whole" else opened)
    assert agrees(case, verify_directory(take_out(image, tmp_path / "out"), trust()))


@pytest.mark.needs("loop")
@pytest.mark.parametrize("befallen", HOLDABLE, ids=lambda c: c.name, indirect=True)
def test_device(befallen: tuple[Case, Path]) -> None:
    case, image = befallen
    with loop_device(image) as node:
        verdict = verify_device(node, trust())
    note(case.name, "device", verdict.content, verdict.origin, [t.path for t in verdict.troubles])
    assert agrees(case, verdict), verdict


def test_make_case_is_the_same_as_what_is_taken_out(genuine: Path, tmp_path: Path) -> None:
    """The folder cases are of the same files, but for the passport's digest of the file system."""
    made = make_case(CASES[0], tmp_path / "made", PAGE)
    for path in sorted(p for p in made.rglob("*") if p.is_file() and p.name != "passport.json"):
        assert path.read_bytes() == (genuine / "taken" / path.relative_to(made)).read_bytes()
