"""Each cell of the table, the space, and times past a video's end."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.orders.readiness.forum import country, look, manifests, without
from tests.orders.readiness.forum import inventory as everything
from tests.support import plans
from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.manifest.models import Responsible
from usbkit.orders.readiness import CellKind, State, assess


def test_everything_there_is_ready(tmp_path: Path) -> None:
    readiness = look(tmp_path)
    assert readiness.is_ready
    assert readiness.count(State.MISSING) == readiness.count(State.WRONG) == 0
    assert [row.id for row in readiness.rows] == ["id-cards", "opening", ""]


@pytest.mark.parametrize(
    ("name", "kind", "language"),
    [
        ("videos/id-cards.mp4", CellKind.VIDEO, None),
        ("subtitles/id-cards.es.srt", CellKind.SUBTITLES, "es"),
        ("slides/id-cards.pdf", CellKind.SLIDES, None),
        ("photos/id-cards.JPG", CellKind.PHOTOS, None),
        ("guatemala/Nota de cortesía.pdf", CellKind.DOCUMENTS, None),
    ],
)
def test_what_is_missing_is_missing_in_its_cell_alone(
    tmp_path: Path, name: str, kind: CellKind, language: str | None
) -> None:
    readiness = look(tmp_path, name)
    assert not readiness.is_ready
    missing = [cell for cell in readiness.cells() if cell.state is not State.READY and cell.state is not State.NONE]
    assert [(c.kind, c.language, c.state) for c in missing] == [(kind, language, State.MISSING)]
    assert [str(f.what) for f in missing[0].findings] == ["there is no such file"]
    assert readiness.findings == ()


def test_a_video_that_cannot_be_read_is_wrong(tmp_path: Path) -> None:
    forum = manifests(tmp_path)
    inventory = everything(tmp_path, forum)
    inventory = without(inventory, "videos/opening.mp4", tmp_path, id="media-cut-off")
    cell = assess(forum, "guatemala", inventory, tmp_path).rows[1].cell(CellKind.VIDEO)
    assert cell is not None
    assert cell.state is State.WRONG


@pytest.mark.parametrize(("is_error", "state"), [(True, State.WRONG), (False, State.READY)])
def test_errors_make_wrong_and_remarks_do_not(tmp_path: Path, is_error: bool, state: State) -> None:
    forum = manifests(tmp_path)
    inventory = everything(tmp_path, forum)
    name = "subtitles/opening.en.srt"
    finding = Finding("subtitle-overlap", _("they overlap"), Place(str(tmp_path / name), 7), is_error=is_error)
    track = dataclasses.replace(inventory.tracks[name], findings=(finding,))
    inventory = dataclasses.replace(inventory, tracks={**inventory.tracks, name: track})
    readiness = assess(forum, "guatemala", inventory, tmp_path)
    cell = readiness.rows[1].cell(CellKind.SUBTITLES, "en")
    assert cell is not None
    assert cell.state is state
    assert readiness.is_ready is not is_error
    assert cell.findings == (finding,)


def test_a_language_that_no_file_is_named_for(tmp_path: Path) -> None:
    forum = manifests(tmp_path, guatemala=country(subtitles=["es", "fr"]))
    readiness = look(tmp_path, of=forum)
    assert [str(f.what) for f in readiness.all_findings()] == [
        "id-cards has no subtitles in fr",
        "opening has no subtitles in fr",
    ]
    assert readiness.count(State.MISSING) == 2


def test_a_library_that_is_not_there_is_said_once(tmp_path: Path) -> None:
    forum = manifests(tmp_path, guatemala=country(document=[]))
    gone = Finding("library-missing", _("there is no media library"), Place(str(tmp_path)))
    inventory = dataclasses.replace(
        everything(tmp_path, forum),
        files={}, media={}, tracks={}, findings=(gone,) * 9,
    )  # fmt: skip
    readiness = assess(forum, "guatemala", inventory, tmp_path)
    assert readiness.findings == (gone,)
    assert {cell.state for cell in readiness.cells()} <= {State.MISSING, State.NONE}


def test_who_is_to_deliver(tmp_path: Path) -> None:
    who = Responsible(video="Camera", subtitles={"es": "Ana"})
    readiness = look(tmp_path, of=manifests(tmp_path, plans.programme(responsible=who)))
    cells = {(c.kind, c.language): c.responsible for c in readiness.rows[0].cells}
    assert cells[CellKind.VIDEO, None] == "Camera"
    assert cells[CellKind.SUBTITLES, "es"] == "Ana"
    assert cells[CellKind.SUBTITLES, "en"] is None


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"chapters": [{"at": "0:00", "title": {"en": "A"}}, {"at": "0:20", "title": {"en": "B"}}]}, "found 0:20"),
        ({"slides": [{"file": "slides/id-cards.pdf", "shown": ["0:00", "1:00:00"]}]}, "found 1:00:00"),
    ],
)
def test_a_moment_past_the_end(tmp_path: Path, change: dict[str, object], what: str) -> None:
    programme = plans.programme(
        recording=[plans.recording("opening"), plans.recording("id-cards", **change)], session=[]
    )
    readiness = look(tmp_path, of=manifests(tmp_path, programme))
    assert [f.id for f in readiness.findings] == ["moment-past-end"]
    assert str(readiness.findings[0].what) == f"{what}, but the video of id-cards ends at 0:20"
    assert not readiness.is_ready


@pytest.mark.parametrize("own", [True, False])
def test_a_question_past_the_end(tmp_path: Path, own: bool) -> None:
    question = {"id": "q9", "text": {"en": "Why?"}, "answers": [{"recording": "opening", "at": "0:21"}]}
    forum = manifests(
        tmp_path,
        plans.programme(question=[] if own else [question]),
        guatemala=country(questions=[] if own else ["q9"], question=[question] if own else []),
    )
    findings = look(tmp_path, of=forum).findings
    assert [f.id for f in findings] == ["moment-past-end"]
    assert findings[0].place is not None
    assert Path(findings[0].place.file).name == ("guatemala.toml" if own else "programme.toml")


def test_room_is_what_the_files_take(tmp_path: Path) -> None:
    forum = manifests(tmp_path)
    inventory = everything(tmp_path, forum)
    readiness = assess(forum, "guatemala", inventory, tmp_path)
    named = [n.size for c in readiness.cells() for n in c.needs if n.size]
    assert readiness.space.content == sum(named)
    assert readiness.space.smallest is not None
    assert readiness.space.smallest > readiness.space.content
    assert readiness.space.shop == 10**9


def test_drives_that_the_shop_sells_too_small(tmp_path: Path) -> None:
    forum = manifests(tmp_path, guatemala=country(minimum_size="16GB"))
    inventory = everything(tmp_path, forum)
    video = inventory.files["videos/opening.mp4"]
    for size, ready in ((14_000_000_000, True), (14_900_000_000, False)):
        big = dataclasses.replace(
            inventory, files={**inventory.files, "videos/opening.mp4": dataclasses.replace(video, size=size)}
        )
        readiness = assess(forum, "guatemala", big, tmp_path)
        assert readiness.is_ready is ready
        assert [f.id for f in readiness.findings] == ([] if ready else ["drive-too-small"])
        assert readiness.space.shop == (16 if ready else 32) * 10**9


def test_a_file_too_large_for_the_file_system_asked_for(tmp_path: Path) -> None:
    forum = manifests(tmp_path, guatemala=country(filesystem="fat32"))
    inventory = everything(tmp_path, forum)
    video = dataclasses.replace(inventory.files["videos/opening.mp4"], size=5 * 10**9)
    inventory = dataclasses.replace(inventory, files={**inventory.files, "videos/opening.mp4": video})
    readiness = assess(forum, "guatemala", inventory, tmp_path)
    assert not readiness.is_ready
    assert readiness.space.smallest is None


def test_no_drives_no_drive(tmp_path: Path) -> None:
    forum = manifests(tmp_path, guatemala=country(delivery="website", route=None, drives=0))
    assert look(tmp_path, of=forum).space.smallest is None


def test_what_is_not_translated_is_a_remark(tmp_path: Path) -> None:
    readiness = look(tmp_path, of=manifests(tmp_path, guatemala=country(interface=["en", "km"])))
    assert [(f.id, f.is_error) for f in readiness.findings] == [("text-untranslated", False)]
    assert readiness.is_ready
