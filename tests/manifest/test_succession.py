"""The next year's programme: structure, contacts and keys of the old one, and nothing of its event."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.support.cli import TOP, Done, usbkit
from usbkit.manifest.load import Manifests, load_programme

OLD = TOP / "manifests" / "forum-2020"


@pytest.fixture
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk with one programme, and a library for the next; no ledger of this computer's is looked into."""
    import shutil

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    shutil.copytree(OLD, tmp_path / "manifests" / "forum-2020")
    folder = tmp_path / "manifests" / "forum-2020"
    (folder / "approvals").mkdir(exist_ok=True)
    (folder / "approvals" / "guatemala.toml").write_text("# of the old year\n")
    for name in ("Keynote.mp4", "Keynote.es.srt"):
        (tmp_path / "library-forum-2021").mkdir(exist_ok=True)
        (tmp_path / "library-forum-2021" / name).touch()
    return tmp_path / "manifests"


def begin(manifests: Path, *more: object, cwd: Path | None = None) -> Done:
    told = ("--title", "The next forum", "--date", "2021-09-23")
    where = () if cwd else ("--manifests", manifests)
    return usbkit(
        *where, "--lang", "en", "new", "programme", "forum-2021", "--from", "forum-2020", *told, *more, cwd=cwd
    )


def test_what_is_kept_and_what_is_not(manifests: Path) -> None:
    said = begin(manifests).expect(0).out
    old, new = load_programme(manifests / "forum-2020"), load_programme(manifests / "forum-2021")
    assert (new.programme.id, new.programme.edition, new.programme.event.date.year) == ("forum-2021", 1, 2021)
    assert new.programme.date != old.programme.date
    assert new.programme.organisers == old.programme.organisers and new.programme.contact == old.programme.contact
    assert new.programme.key == old.programme.key and new.programme.responsible == old.programme.responsible
    assert [r.id for r in new.programme.recording] == ["keynote"] and new.programme.question == []
    assert list(new.countries) == list(old.countries)
    assert f"{len(old.countries)} countries" in said and "status" in said
    _require_countries(old, new)
    text = (manifests / "forum-2021" / "programme.toml").read_text(encoding="utf-8")
    assert "Cornerstones" not in text and "2020-09-24" not in text
    assert (
        not (manifests / "forum-2021" / "approvals").exists() and not (manifests / "forum-2021" / "guatemala").exists()
    )
    samples = tomllib.loads(text)["sample"]
    assert "contact" in samples and "edition" not in samples


def _require_countries(old: Manifests, new: Manifests) -> None:
    for stem, before in old.countries.items():
        after = new.countries[stem]
        for name in (
            "code",
            "name",
            "interface",
            "subtitles",
            "delivery",
            "route",
            "addressee",
            "drives",
            "minimum_size",
        ):
            assert getattr(after, name) == getattr(before, name), (stem, name)
        assert after.recordings == ["keynote"] and after.document == [] and after.requested == []
        assert before.label is None or after.label != before.label


def test_from_inside_the_old_programme_s_folder(manifests: Path) -> None:
    begin(manifests, cwd=manifests / "forum-2020").expect(0)
    assert (manifests / "forum-2021" / "programme.toml").is_file()


def test_told_options_stand_before_what_was(manifests: Path) -> None:
    begin(manifests, "--email", "next@example.org", "--organiser", "An office", "--spoken", "en").expect(0)
    new = load_programme(manifests / "forum-2021").programme
    assert new.contact.email == "next@example.org" and new.organisers == [{"en": "An office"}]
    assert {r.spoken for r in new.recording} == {"en"}


def test_one_that_is_there_stays_and_one_that_is_not_is_named(manifests: Path) -> None:
    begin(manifests).expect(0)
    before = (manifests / "forum-2021" / "programme.toml").read_bytes()
    assert "it exists already" in begin(manifests).expect(2).err
    assert (manifests / "forum-2021" / "programme.toml").read_bytes() == before
    told = ("--title", "x", "--date", "2021-09-23")
    wrong = usbkit("--manifests", manifests, "--lang", "en", "new", "programme", "x", "--from", "forum-2019", *told)
    assert "There are: forum-2020, forum-2021" in wrong.expect(2).err


def test_two_side_by_side_need_no_option_inside_one_and_are_named_outside(manifests: Path) -> None:
    begin(manifests).expect(0)
    outside = usbkit("--lang", "en", "status", cwd=manifests.parent).expect(2).err
    assert "found several programmes" in outside and "forum-2021" in outside and "work in its folder" in outside
    inside = usbkit("--lang", "en", "status", cwd=manifests / "forum-2021").expect(0).out
    assert inside.startswith("forum-2021, edition 1")
    assert usbkit("status", "--manifests", "manifests/forum-2020", cwd=manifests.parent).expect(0)


def test_two_ledgers_are_asked_about_and_one_that_is_shared_is_not(manifests: Path) -> None:
    begin(manifests).expect(0)
    for name in ("forum-2020", "forum-2021"):
        path = manifests / name / "programme.toml"
        path.write_text('ledger = "../ledger.sqlite"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert usbkit("ledger", "report", "--by", "programme", cwd=manifests.parent).expect(0)
    path.write_text(path.read_text(encoding="utf-8").replace("../ledger.sqlite", "ledger.sqlite", 1), encoding="utf-8")
    wrong = usbkit("--lang", "en", "ledger", "report", cwd=manifests.parent).expect(2).err
    assert "different ledgers" in wrong and "manifests/forum-2021" in wrong
