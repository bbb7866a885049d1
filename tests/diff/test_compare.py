"""What changed, in words."""

from __future__ import annotations

import json
import mmap
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.cli import usbkit
from usbkit.core.messages import use_language
from usbkit.diff.compare import State, compare
from usbkit.manifest.values import LANGUAGE_NAMES, LANGUAGES_SAID
from usbkit.sources.subtitles import Cue, Track

FILES = {
    "index.html": "p1",
    "assets/site.css": "c1",
    "videos/01-opening.mp4": "v1",
    "videos/01-opening.es.srt": "s1",
    "videos/02-id-cards.mp4": "v2",
    "videos/02-id-cards-demo-1.mp4": "d2",
    "slides/02-id-cards-1.pdf": "l2",
    "photos/02-id-cards-1.jpg": "f2",
    "documents/01-note.pdf": "n1",
}


def said(after: Mapping[str, str], before: Mapping[str, str] = FILES) -> list[str]:
    return [str(c.what) for c in compare(State("a", before), State("b", after))]


def without(*paths: str) -> dict[str, str]:
    return {p: d for p, d in FILES.items() if p not in paths}


def test_the_same_is_nothing() -> None:
    assert said(FILES) == []


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("videos/01-opening.mp4", "video of recording 1: changed"),
        ("videos/01-opening.es.srt", "Spanish subtitles of recording 1: changed"),
        ("videos/02-id-cards-demo-1.mp4", "demo video 1 of recording 2: changed"),
        ("slides/02-id-cards-1.pdf", "slides 1 of recording 2: changed"),
        ("photos/02-id-cards-1.jpg", "photo 1 of recording 2: changed"),
        ("documents/01-note.pdf", "document note.pdf: changed"),
        ("index.html", "pages that differ: 1"),
        ("assets/site.css", "files of the pages that differ: 1"),
    ],
)
def test_each_kind_of_file_is_named(path: str, what: str) -> None:
    assert said({**FILES, path: "other"}) == [what]


def test_captions_and_versions_are_named() -> None:
    one, signed = "videos/01-opening.es.sdh.srt", "videos/02-id-cards-sign-language"
    assert said({**FILES, one: "c"}) == ["Spanish captions of recording 1: new"]
    assert said({**FILES, f"{signed}.mp4": "v"}) == ["sign-language version of recording 2: new"]
    assert said({**FILES, f"{signed}-2.mp4": "v"}) == ["sign-language-2 version of recording 2: new"]
    # Beside a version lies what lies beside the recording.
    assert said({**FILES, f"{signed}.es.srt": "s"}) == ["files of the pages that differ: 1"]


def test_what_is_gone_and_what_is_new() -> None:
    assert said(without("videos/01-opening.es.srt")) == ["Spanish subtitles of recording 1: gone"]
    assert said(FILES, without("documents/01-note.pdf")) == ["document note.pdf: new"]


def test_a_recording_is_named_once_and_not_by_each_of_its_files() -> None:
    gone = without(*(p for p in FILES if "02-id-cards" in p))
    assert said(gone) == ["recording 2 is gone: id-cards"]
    assert said(FILES, gone) == ["recording 2 is new: id-cards"]


def test_another_order_is_no_other_video() -> None:
    swapped = {
        p.replace("01-opening", "XX").replace("02-id-cards", "01-id-cards").replace("XX", "02-opening"): d
        for p, d in FILES.items()
    }
    assert said(swapped) == ["id-cards was recording 2 and is 1", "opening was recording 1 and is 2"]


def test_cues_are_counted() -> None:
    old = Track("es", tuple(Cue(n * 1000, n * 1000 + 900, f"cue {n}") for n in range(20)), "utf-8", cues_in=20)
    new = Track("es", (*old.cues[:3], Cue(3000, 3900, "other"), *old.cues[4:19]), "utf-8", cues_in=19)
    before = State("a", FILES, read_track=lambda _path, _language: old)
    after = State("b", {**FILES, "videos/01-opening.es.srt": "s9"}, read_track=lambda _path, _language: new)
    assert [str(c.what) for c in compare(before, after)] == [
        "Spanish subtitles of recording 1: 1 cue changed, 0 new, 1 gone"
    ]


def test_the_command_on_folder_lock_and_country(demo: Path, tmp_path: Path) -> None:
    for name in ("manifests", "library"):
        shutil.copytree(demo / name, tmp_path / name)
    words = ("--cache", tmp_path / "cache", "--manifests", tmp_path / "manifests")
    usbkit(*words, "build", "guatemala", "-o", tmp_path / "out").expect(0)
    usbkit(*words, "lock", "guatemala").expect(0)
    lock = next(tmp_path.glob("manifests/*/locks/guatemala.json"))
    folder = tmp_path / "out/guatemala"
    assert "hold the same" in usbkit(*words, "diff", folder, "guatemala").expect(0).out
    assert "hold the same" in usbkit(*words, "diff", lock, folder).expect(0).out
    subtitle = tmp_path / "library/subtitles/id-cards.es.srt"
    text = subtitle.read_text(encoding="utf-8")
    subtitle.write_text(text.replace("\n\n2\n", " ¡Sí!\n\n2\n", 1), encoding="utf-8")
    done = usbkit(*words, "diff", folder, "guatemala", "--json").expect(1)
    said = [c["what"] for c in json.loads(done.out)["changes"]]
    assert any(s.startswith("Spanish subtitles of recording 7: 1 cue changed, 0 new, 0 gone") for s in said)
    assert any("pages" in s for s in said)
    assert "no bundle, no lock" in usbkit(*words, "diff", tmp_path, folder).expect(2).err


def make_image(demo: Path, folder: Path, name: str) -> Path:
    usbkit(
        *("--cache", folder / "cache", "--manifests", demo / "manifests", "--library", folder / "library"),
        *("image", "guatemala", "--size", "100MB", "-o", folder / name),
    ).expect(0)
    return folder / name


def test_images_beside_folders_and_each_other(demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo / "library", tmp_path / "library")
    before = make_image(demo, tmp_path, "before.img")
    assert "hold the same" in usbkit("diff", before, demo / "guatemala").expect(0).out
    subtitle = tmp_path / "library/subtitles/id-cards.es.srt"
    text = subtitle.read_text(encoding="utf-8")
    subtitle.write_text(text.replace("\n\n2\n", " ¡Sí!\n\n2\n", 1), encoding="utf-8")
    after = make_image(demo, tmp_path, "after.img")
    said = usbkit("diff", before, after).expect(1).out
    assert "Spanish subtitles of recording 7: 1 cue changed, 0 new, 0 gone" in said
    os.truncate(after, 5 * 2**20)  # the folders are behind
    assert "its structure is broken" in usbkit("diff", before, after).expect(2).err


def spoil(image: Path, what: bytes, by: bytes) -> None:
    """Overwrite the first ``what`` in ``image``."""
    with image.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        at = memory.find(what)
        assert at >= 0
        memory[at : at + len(by)] = by


def test_an_image_that_lies_is_answered(demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo / "library", tmp_path / "library")
    image = make_image(demo, tmp_path, "guatemala.img")
    sums = (demo / "guatemala/SHA256SUMS").read_bytes()[:64]
    spoil(image, sums, b"../../etc/passwd")
    assert usbkit("diff", image, demo / "guatemala").expect(2).err
    for name, content in (("zeros", bytes(2**20)), ("empty", b""), ("noise", b"\x55\xaa" * 5000)):
        (tmp_path / name).write_bytes(content)
        assert "no bundle, no lock and no image" in usbkit("diff", tmp_path / name, image).expect(2).err


def test_cues_beyond_counting_are_not_matched() -> None:
    """Equal cues without end take a matcher the square of their number."""
    old = Track("es", tuple(Cue(0, n % 2, "a") for n in range(20_000)), "utf-8", cues_in=20_000)
    new = Track("es", tuple(Cue(0, n % 3 % 2, "a") for n in range(20_000)), "utf-8", cues_in=20_000)
    before = State("a", FILES, read_track=lambda _path, _language: old)
    after = State("b", {**FILES, "videos/01-opening.es.srt": "s9"}, read_track=lambda _path, _language: new)
    assert [str(c.what) for c in compare(before, after)] == ["Spanish subtitles of recording 1: changed"]


def test_every_language_has_a_name_in_messages() -> None:
    assert LANGUAGES_SAID.keys() == LANGUAGE_NAMES.keys()
    use_language("ko")
    try:
        assert str(LANGUAGES_SAID["es"]) == "스페인어"
        assert all(re.fullmatch("[가-힣]+", str(name)) for name in LANGUAGES_SAID.values())
    finally:
        use_language("en")
