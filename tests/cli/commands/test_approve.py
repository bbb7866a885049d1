"""``usbkit approve`` on the forum's demo material."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.cli import Done, usbkit
from usbkit.core import package_data
from usbkit.core.progress import Silence
from usbkit.demo import make_library


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("approve")
    shutil.copytree(package_data.manifests(), folder / "manifests")
    make_library(folder / "library", Silence())
    return folder


def run(forum: Path, *arguments: object) -> Done:
    return usbkit("--manifests", forum / "manifests", "--cache", forum / "cache", *arguments)


def test_a_change_withdraws_an_approval_by_itself(forum: Path) -> None:
    run(forum, "approve", "gt", "--show").expect(1)
    made = run(forum, "--json", "approve", "gt", "--by", "Kim", "--note", "seen", "--yes").expect(0).json
    built = run(forum, "--json", "build", "gt", "--dry-run").expect(0).json
    assert made["seal"] == built["bundles"][0]["fingerprint"]
    assert run(forum, "--json", "approve", "gt", "--show").expect(0).json["standing"] == "approved"
    assert approval(forum) == ("approved", "Kim")

    programme = forum / "manifests/forum-2020/programme.toml"
    text = programme.read_text(encoding="utf-8")
    programme.write_text(text.replace('ru = "Регистрация населения"', 'ru = "Учёт населения"'), encoding="utf-8")
    assert approval(forum)[0] == "approved", "Guatemala's pages have no Russian, so its seal is what it was"
    programme.write_text(text.replace('es = "Registro civil"', 'es = "El registro civil"'), encoding="utf-8")
    assert approval(forum)[0] == "changed"
    run(forum, "approve", "gt", "--show").expect(1)
    programme.write_text(text, encoding="utf-8")
    assert approval(forum)[0] == "approved"

    subtitles = forum / "library/subtitles/opening.es.srt"
    kept = subtitles.read_bytes()
    subtitles.write_bytes(kept.replace(b"1\r\n", b"1\r\n", 1) + b"\n9\n00:00:25,500 --> 00:00:26,000\nFin\n")
    assert approval(forum)[0] == "changed"
    subtitles.write_bytes(kept)

    run(forum, "approve", "gt", "--withdraw", "--by", "Lee").expect(0)
    assert approval(forum) == ("withdrawn", "Lee")
    assert (
        "no approval of guatemala to take back"
        in run(forum, "approve", "gt", "--withdraw", "--by", "Lee").expect(2).err
    )


def approval(forum: Path) -> tuple[str, str]:
    done = run(forum, "--json", "check", "gt").json["countries"][0]["approval"]
    return done["standing"], done["by"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gt", "--yes"], "nobody is named"),
        (["gt", "--by", " ", "--yes"], "nobody is named"),
        (["gt", "--by", "Kim"], "nobody confirmed"),
        (["gtt"], "Did you mean gt?"),
    ],
)
def test_not_without_a_name_and_a_yes(forum: Path, arguments: list[str], said: str) -> None:
    before = sorted((forum / "manifests").rglob("*"))
    assert said in run(forum, "approve", *arguments).expect(2).err
    assert sorted((forum / "manifests").rglob("*")) == before


def test_what_is_not_ready_is_not_approved(forum: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(forum / "library", tmp_path / "library"))
    (library / "videos/opening.mp4").unlink()
    done = usbkit(
        "--manifests", forum / "manifests", "--library", library, "approve", "kh", "--by", "Kim", "--yes"
    ).expect(2)
    assert "there is no such file" in done.err
