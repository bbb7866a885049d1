from __future__ import annotations

from pathlib import Path

from tests.site.plans import make_plan
from usbkit.site.search_data import search_entries
from usbkit.site.slides import read_decks, read_documents


def test_everything_that_is_not_a_transcript_can_be_found(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    found = search_entries(plan, read_decks(plan, None))
    entries = [(e["k"], e["l"], e["x"]) for e in found["entries"]]
    assert ("title", "es", "Registro civil") in entries
    assert ("speaker", "en", "A. Sample") in entries
    assert ("chapter", "en", "Issuing it") in entries
    assert ("photo", "en", "The hall") in entries
    assert ("document", "es", "Una nota") in entries
    assert ("title", "en", "At the counter") in entries
    assert [r["stem"] for r in found["recordings"]] == [r.stem for r in plan.recordings]


def test_an_entry_leads_to_the_moment(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    entries = search_entries(plan, read_decks(plan, None))["entries"]
    question = next(e for e in entries if e["k"] == "question")
    assert (question["r"], question["a"]) == (0, 30_000)
    slide = next(e for e in entries if e["x"] == "Who may ask for one")
    assert (slide["r"], slide["a"], slide["u"]) == (0, 10_000, "slides/01-id-cards-1.pdf#page=2")


def test_the_text_of_documents_is_found_page_by_page(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    entries = search_entries(plan, read_documents(plan, None))["entries"]
    page = next(e for e in entries if e["k"] == "document" and e["x"] == "Who may ask for one")
    assert page["u"] == f"{plan.documents[0].path}#page=2"
    assert page["l"] == "es"


def test_languages_that_nobody_there_reads_are_left_out(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    entries = search_entries(plan, {})["entries"]
    assert "ko" not in {e["l"] for e in entries}
