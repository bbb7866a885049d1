"""Labels: for whole drives only, with their number; their QR code is read back from the printed page."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from tests.ledger.stories import SEAL, make_drive, open_ledger, order, stick
from tests.papers.world import NASTY, codes_of, filled, fonts_of, labels_of, pictures_of, printed, text_of
from tests.support import plans
from usbkit.core.errors import RefusedError
from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.events import DriveVoided, OrderAdded
from usbkit.ledger.order_sheet import SheetWords
from usbkit.orders.order_sheets import words_of
from usbkit.papers.labels import NO_REFERENCE, Label, form_of, label_of, labels_of_order, make_labels
from usbkit.papers.paper_templates import Paper, PaperTemplates
from usbkit.papers.sheets import SHEETS, Sheet, parse_printer, place_labels

PROGRAMME = plans.programme(contact={"office": {"en": "An office"}})
WORDS = words_of(PROGRAMME, plans.country())
SAMPLE = words_of(plans.programme(), plans.country())


def labels(ledger: Ledger, words: SheetWords = WORDS, *, dry_run: bool = False) -> list[Label]:
    ledger_state = ledger.read()
    return labels_of_order(ledger_state, ledger_state.order("guatemala-1"), words, dry_run=dry_run)


def paper_of(made: list[Label], sheet: Sheet = SHEETS["a4-3x8"], language: str | None = None) -> Paper:
    return make_labels("labels", made, sheet, PaperTemplates(), language=language)


def test_a_label_says_which_drive_it_is_of(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    made = labels(ledger)
    assert [(one.number, one.of) for one in made] == [(1, 3), (2, 3), (3, 3)]
    assert [one.reference for one in made] == [j.reference for j in ledger.read().journeys_of("guatemala-1")]
    html = paper_of(made, language="en").html
    for expected in ("A forum", "Guatemala", "GT", "3/3", "Edition 3", f"{SEAL[:8]}…: for sorting only"):
        assert expected in html
    assert SEAL not in html and SEAL[:9] not in html
    assert "SAMPLE" not in html and "DRY RUN" not in html


def test_words_are_the_country_s_own_unless_somebody_chooses(tmp_path: Path) -> None:
    made = labels(filled(tmp_path))
    assert "Un foro" in paper_of(made).html and "solo para clasificar" in paper_of(made).html
    assert "A forum" in paper_of(made, language="en").html


def test_samples_and_dry_runs_are_loud(tmp_path: Path) -> None:
    ledger = filled(tmp_path, whole=1)
    assert paper_of(labels(ledger, SAMPLE)).html.count(">SAMPLE<") == 1
    trial = labels(ledger, dry_run=True)
    assert [one.reference for one in trial] == [NO_REFERENCE] * 3
    assert paper_of(trial).html.count(">DRY RUN<") == 3


def test_only_whole_drives_that_count_get_a_label(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order(count=3))
    with pytest.raises(RefusedError, match="no drive of guatemala-1 is whole"):
        labels(ledger)
    failed = make_drive(ledger, 1, stick("A"), Outcome.DAMAGED)
    whole, void = make_drive(ledger, 2, stick("B")), make_drive(ledger, 3, stick("C"))
    ledger.append(DriveVoided(drive=void, reason="fell into the sea"))
    ledger_state = ledger.read()
    assert [one.reference for one in labels(ledger)] == [whole]
    for drive in (failed, void):
        with pytest.raises(RefusedError, match="is not a whole drive"):
            label_of(ledger_state.journey(drive), ledger_state.order("guatemala-1"), WORDS)


def test_names_that_would_be_markup_are_text(tmp_path: Path) -> None:
    country = plans.country(name={"en": NASTY, "es": NASTY})
    html = paper_of(labels(filled(tmp_path, 1), words_of(PROGRAMME, country))).html
    assert "<b onclick" not in html
    assert html.count("</style>") == 1
    assert NASTY in unescape(html).replace("\u202c", "")
    assert "\u202c" in html, "the override is closed behind the name"


@pytest.mark.parametrize("name", [*SHEETS, "62x29", "32x17", "100x150"])
def test_a_label_s_parts_fit_into_it(name: str) -> None:
    sheet = SHEETS.get(name) or parse_printer(name)
    form = form_of(sheet)
    assert form.code >= 0.35 * 29, "a module of the QR code is at least 0.35 mm"
    assert form.code + form.reference + 2 * form.padding <= sheet.height
    assert form.code + 2 * form.padding <= 0.62 * sheet.width


@pytest.mark.needs("browser", "poppler", "zbar")
@pytest.mark.parametrize(("name", "count"), [("a4-2x7", 15), ("a4-5x13", 6), ("letter-3x10", 2), ("62x29", 2)])
def test_every_code_is_read_back_from_the_printed_page(tmp_path: Path, name: str, count: int) -> None:
    ledger = filled(tmp_path, count)
    made = labels(ledger, SAMPLE)
    sheet = SHEETS.get(name) or parse_printer(name)
    pdf = printed(paper_of(made, sheet), tmp_path)
    pages = pictures_of(pdf, 300)
    assert len(pages) == -(-count // sheet.count)
    cut = labels_of(pages, sheet, list(place_labels(sheet, count)), 300)
    assert codes_of(cut) == [one.reference for one in made], "each on its own label"
    text = text_of(pdf)
    assert all(one.reference in text and f"{one.number}/{count}" in text for one in made)
    assert text.count("SAMPLE") == count
    assert fonts_of(pdf) and all(is_embedded for _name, is_embedded in fonts_of(pdf))


@pytest.mark.needs("browser", "poppler")
@pytest.mark.parametrize(
    ("language", "font", "word"),
    [("km", "NotoSansKhmer", "សម្រាប់តម្រៀបប៉ុណ្ណោះ"), ("my", "NotoSansMyanmar", "ခွဲခြားရန်သာ"), ("ko", "", "분류용")],
)
def test_a_label_brings_its_script_s_font(tmp_path: Path, language: str, font: str, word: str) -> None:
    pdf = printed(paper_of(labels(filled(tmp_path, 1)), language=language), tmp_path)
    assert font in " ".join(name for name, _embedded in fonts_of(pdf))
    assert word in text_of(pdf)


def test_a_drive_in_place_of_another_says_so(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    lost = ledger.read().whole_numbers("guatemala-1")[1]
    replaced = ledger.read().holder("guatemala-1", lost)
    assert replaced is not None
    values = {**order("guatemala-2").model_dump(), "numbers": (lost,), "of": 3, "replaces": replaced.reference}
    ledger.append(OrderAdded.model_validate(values))
    make_drive(ledger, lost, stick("in its place"), id="guatemala-2")
    ledger_state = ledger.read()
    (label,) = labels_of_order(ledger_state, ledger_state.order("guatemala-2"), WORDS, dry_run=False)
    html = paper_of([label], language="en").html
    assert f"in place of {replaced.reference}" in html and f"{lost}/3" in html
    assert [one.number for one in labels(ledger)] == [n for n in (1, 2, 3) if n != lost]
