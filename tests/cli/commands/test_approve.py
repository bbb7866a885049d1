"""``usbkit approve`` on the forum's demo material."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import make_drive, open_ledger, stick
from tests.support.cli import TOP, Done
from usbkit.core import package_data
from usbkit.ledger.hub.standing import HubStanding, note_reached


@pytest.fixture(scope="module")
def forum(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("approve")
    shutil.copytree(package_data.manifests(), folder / "manifests")
    shutil.copytree(demo / "library", folder / "library")
    return folder


def run(forum: Path, *arguments: object) -> Done:
    ledger = () if "--ledger" in arguments else ("--ledger", forum / "none.sqlite")
    return call("--manifests", forum / "manifests", "--cache", forum / "cache", *ledger, *arguments)


@pytest.mark.parametrize("more", [["--yes"], ["--withdraw"]])
def test_a_name_that_no_ledger_takes_is_refused_before_anything_is_kept(forum: Path, more: list[str]) -> None:
    before = sorted(forum.rglob("approvals/*"))
    said = run(forum, "approve", "gt", "--by", "N" * 130, *more).expect(2)
    assert "--by: found" in said.err and "120" in said.err
    assert sorted(forum.rglob("approvals/*")) == before


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
    assert "→ usbkit approve guatemala" in run(forum, "check", "gt").expect(0).out, "what comes next"
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
        "guatemala has no approval to withdraw"
        in run(forum, "approve", "gt", "--withdraw", "--by", "Lee").expect(2).err
    )


def approval(forum: Path) -> tuple[str, str]:
    done = run(forum, "--json", "check", "gt").json["countries"][0]["approval"]
    return done["standing"], done["by"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gt", "--yes"], "no name of the approver"),
        (["gt", "--by", " ", "--yes"], "no name of the approver"),
        (["gt", "--by", "Kim"], "approval was not confirmed"),
        (["gt", "--by", "Kim"], "usbkit preview guatemala"),
        (["gtt"], "Did you mean gt?"),
    ],
)
def test_not_without_a_name_and_a_yes(forum: Path, arguments: list[str], said: str) -> None:
    before = sorted((forum / "manifests").rglob("*"))
    assert said in run(forum, "approve", *arguments).expect(2).err
    assert sorted((forum / "manifests").rglob("*")) == before


def test_what_may_not_be_ordered_begins_no_ledger(forum: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    done = call("--manifests", forum / "manifests", "--cache", forum / "cache", "order", "add", "kh", 1).expect(2)
    assert "new ledger" not in done.err and not list(tmp_path.rglob("*.sqlite"))


def test_a_station_of_a_hub_approves_nothing(forum: Path, tmp_path: Path) -> None:
    """It would be a truth of its own: what the desk calls outdated would be current there."""
    ledger = open_ledger(tmp_path)
    note_reached(ledger, HubStanding(hub="ab", name="busan", role="station"))
    named = "--ledger", ledger.place.path
    done = run(forum, *named, "approve", "gt", "--by", "Park", "--yes").expect(2)
    assert "this computer is the station busan of a hub" in done.err and "Approve at the desk" in done.err
    note_reached(ledger, HubStanding(hub="ab", name="seoul", role="desk"))
    run(forum, *named, "approve", "gt", "--by", "Park", "--yes").expect(0)
    run(forum, *named, "approve", "gt", "--withdraw", "--by", "Park").expect(0)


def test_what_is_not_ready_is_not_approved(forum: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(forum / "library", tmp_path / "library"))
    (library / "videos/opening.mp4").unlink()
    done = call(
        "--manifests", forum / "manifests", "--library", library, "approve", "kh", "--by", "Kim", "--yes"
    ).expect(2)
    assert "there is no such file" in done.err


@pytest.fixture
def season(tmp_path: Path, forum: Path) -> Path:
    """A programme of one's own, released once: the demo's, so that drives of it are ordered."""
    shutil.copytree(forum / "manifests", tmp_path / "manifests")
    (tmp_path / "DEMO.txt").touch()
    shutil.copytree(forum / "library", tmp_path / "library")
    shutil.rmtree(tmp_path / "manifests/forum-2020/approvals", ignore_errors=True)
    run(tmp_path, "approve", "gt", "--by", "Kim", "--yes").expect(0)
    return tmp_path


def change_subtitle(season: Path) -> None:
    subtitle = season / "library/subtitles/id-cards.es.srt"
    text = subtitle.read_text(encoding="utf-8")
    subtitle.write_text(text.replace("\n\n2\n", " ¡Sí!\n\n2\n", 1), encoding="utf-8")


def test_what_changed_since_is_said_in_words(season: Path) -> None:
    change_subtitle(season)
    programme = season / "manifests/forum-2020/programme.toml"
    text = programme.read_text(encoding="utf-8")
    programme.write_text(text.replace('es = "Registro civil"', 'es = "El registro civil"'), encoding="utf-8")
    for command in (("--show",), ("--by", "Lee", "--yes")):
        done = run(season, "approve", "gt", *command)
        assert "Changed since Kim decided on" in done.out
        assert "subtitles of recording 7: 1 cue changed, 0 new, 0 gone" in done.out
        assert "¡Sí!”" in done.out and "“Registro civil” is now “El registro civil”" in done.out
    assert "Nothing changed since Lee decided" in run(season, "approve", "gt", "--by", "Lee", "--yes").expect(0).out
    shown = run(season, "--json", "approve", "gt", "--show").expect(0).json
    assert (shown["changes"], shown["proposed_edition"]) == ([], 1)


def test_an_edition_rises_for_one_country_and_takes_no_other_s_approval(season: Path) -> None:
    run(season, "approve", "kh", "--by", "Kim", "--yes").expect(0)
    ledger = "--ledger", season / "ledger.sqlite"
    run(season, *ledger, "order", "add", "gt", 2, "--yes").expect(0)
    make_drive(open_ledger(season), 1, stick())
    change_subtitle(season)
    held = run(season, *ledger, "approve", "gt", "--by", "Lee", "--yes").expect(0).out
    assert "It ought to be edition 2: 1 drive of edition 1 was made, and hold something else." in held
    raised = run(season, *ledger, "approve", "gt", "--by", "Lee", "--edition", 2, "--date", "2021-03-01", "--yes")
    assert "edition 2 of 2021-03-01" in raised.expect(0).out and "in the ledger" in raised.out
    assert "edition = 2\ndate = 2021-03-01\n" in (season / "manifests/forum-2020/guatemala.toml").read_text("utf-8")
    for country in ("gt", "kh"):
        run(season, "approve", country, "--show").expect(0)
    found = open_ledger(season).read().released("forum-2020", "guatemala")
    assert found is not None and (found.event.edition, found.event.approved_by) == (2, "Lee")
    made = run(season, "--json", "build", "gt", "kh", "-o", season / "out").expect(0).json["bundles"]
    assert found.event.fingerprint == made[0]["fingerprint"]
    passports = [
        json.loads((season / "out" / stem / "passport.json").read_bytes()) for stem in ("guatemala", "cambodia")
    ]
    assert [(p["edition"], p["date"]) for p in passports] == [(2, "2021-03-01"), (1, "2020-10-30")]
    ordered = run(season, *ledger, "--json", "order", "add", "gt", 1, "--yes").expect(0).json
    assert ordered["edition"] == 2


def test_a_release_is_kept_whole_and_locked(season: Path) -> None:
    done = run(season, "--json", "approve", "gt", "--by", "Kim", "--yes").expect(0).json
    assert Path(done["release"]).is_file() and Path(done["lock"]).name == "guatemala.json" and done["ledger"] is False
    assert not list(season.glob("**/*.sqlite")), "approving begins no ledger"
    run(season, "build", "gt", "--locked", "-o", season / "locked").expect(0)
    assert "hold the same" in run(season, "diff", done["release"], season / "locked/guatemala").expect(0).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--edition", "2"], "expected one above the programme's: 3"),
        (["--date", "2021-03-01"], "--date needs --edition"),
        (["--edition", "2", "--date", "tomorrow"], "is not a day"),
    ],
)
def test_an_edition_that_cannot_be(season: Path, arguments: list[str], said: str) -> None:
    programme = season / "manifests/forum-2020/programme.toml"
    text = programme.read_text(encoding="utf-8")
    programme.write_text(text.replace("\nedition = 1\n", "\nedition = 3\n"), encoding="utf-8")
    before = (season / "manifests/forum-2020/guatemala.toml").read_bytes()
    assert said in run(season, "approve", "gt", "--by", "Lee", "--yes", *arguments).expect(2).err
    assert (season / "manifests/forum-2020/guatemala.toml").read_bytes() == before


def test_what_it_was_made_with_is_remembered(season: Path) -> None:
    """`check` looks at what was approved, and not at what would be without those options."""
    programme = season / "manifests/forum-2020/programme.toml"
    text = programme.read_text(encoding="utf-8")
    programme.write_text(text.replace('es = "subtitles/opening.es.srt"\n', ""), encoding="utf-8")
    assert programme.read_text(encoding="utf-8") != text
    run(season, "approve", "gt", "--by", "Lee", "--yes").expect(2)
    run(season, "approve", "gt", "--by", "Lee", "--yes", "--allow-missing", "es").expect(0)
    assert approval(season) == ("approved", "Lee")


def test_a_ledger_that_cannot_be_written_stops_it_before_anything_is_kept(season: Path) -> None:
    (season / "ledger.sqlite").write_text("no ledger")
    approvals = season / "manifests/forum-2020/approvals"
    before = sorted((p, p.stat().st_mtime_ns) for p in approvals.rglob("*"))
    run(season, "--ledger", season / "ledger.sqlite", "approve", "gt", "--by", "Lee", "--yes").expect(2)
    assert sorted((p, p.stat().st_mtime_ns) for p in approvals.rglob("*")) == before


@pytest.fixture
def outdated(season: Path) -> Path:
    """A drive of edition 1 was made, and a subtitle was corrected since: edition 2 is proposed."""
    run(season, "--ledger", season / "ledger.sqlite", "order", "add", "gt", 1, "--yes").expect(0)
    make_drive(open_ledger(season), 1, stick())
    change_subtitle(season)
    return season


def answer(season: Path, typed: bytes, *arguments: str) -> Done:
    """``usbkit approve`` in a terminal, where somebody types."""
    shared = ("--manifests", season / "manifests", "--cache", season / "cache", "--ledger", season / "ledger.sqlite")
    command = [sys.executable, "-m", "usbkit", *map(str, shared), "--lang", "en", "approve", "gt", *arguments]
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed)
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": str(TOP)},
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return Done(done.returncode, done.stdout, done.stderr)


def manifest_of(season: Path) -> str:
    return (season / "manifests/forum-2020/guatemala.toml").read_text("utf-8")


def decisions(season: Path) -> list[tuple[str, int]]:
    found = tomllib.loads((season / "manifests/forum-2020/approvals/guatemala.toml").read_text("utf-8"))["decision"]
    return [(one["by"], one["edition"]) for one in found]


def test_a_yes_takes_the_proposed_edition_and_releases_it(outdated: Path) -> None:
    done = answer(outdated, b"Lee\ny\ny\n").expect(0)
    assert "It ought to be edition 2: 1 drive of edition 1 was made, and hold something else." in done.out
    assert "Make it edition 2 in the manifest of guatemala?" in done.out + done.err
    assert "Approve it in the name of Lee?" in done.out + done.err
    assert (done.out.count("SAMPLE:"), done.out.count("¡Sí!”")) == (1, 1), "what was said once is not said again"
    assert "and what is said above" in done.out and "    programme.recording  " in done.out
    assert decisions(outdated) == [("Kim", 1), ("Lee", 2)] and "\nedition = 2\n" in manifest_of(outdated)


def test_a_no_keeps_the_edition_and_may_release_it_still(outdated: Path) -> None:
    before = manifest_of(outdated)
    answer(outdated, b"n\ny\n", "--by", "Lee").expect(0)
    assert decisions(outdated) == [("Kim", 1), ("Lee", 1)] and manifest_of(outdated) == before


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (b"\nn\n", 1, "Nothing was approved."),
        (b"y\n\n", 1, "Nothing was approved."),
        (b"perhaps\n3\ny\nno\n", 1, "Nothing was approved."),
        (b"y\n\x04", 130, "Interrupted."),
        (b"\x04", 130, "Interrupted."),
    ],
)
def test_without_a_last_yes_nothing_is_changed(outdated: Path, typed: bytes, code: int, said: str) -> None:
    before = manifest_of(outdated)
    done = answer(outdated, typed, "--by", "Lee").expect(code)
    assert said in done.err and "Approved by" not in done.out
    assert (done.out + done.err).count("expected y for yes") == (2 if b"perhaps" in typed else 0), "asked again"
    assert decisions(outdated) == [("Kim", 1)] and manifest_of(outdated) == before


def test_an_edition_that_cannot_be_built_is_put_back(outdated: Path) -> None:
    (outdated / "library/videos/opening.mp4").unlink()
    before = manifest_of(outdated)
    run(outdated, "approve", "gt", "--by", "Lee", "--edition", 2, "--yes").expect(2)
    assert manifest_of(outdated) == before
