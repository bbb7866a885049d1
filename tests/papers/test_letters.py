"""Both letters, of both routes, in every language: what each must contain, and what the covering letter must not."""

from __future__ import annotations

import dataclasses
import re
from html import unescape
from pathlib import Path

import pytest

from tests.ledger.stories import make_drive, stick
from tests.papers.world import NASTY, filled, fonts_of, matter_of, printed, text_of
from tests.support import plans
from usbkit.core.errors import RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked
from usbkit.ledger.order_sheet import Signer
from usbkit.manifest.kinds import Route
from usbkit.manifest.values import LANGUAGE_NAMES
from usbkit.papers.letters import languages_of, make_acceptance_sheet, make_covering_letter, make_verification_letter
from usbkit.papers.order_facts import OrderFacts
from usbkit.papers.paper_templates import Paper, PaperTemplates
from usbkit.trust.demo_key import demo_key
from usbkit.trust.sums import fingerprint_rows

EVERY = tuple(LANGUAGE_NAMES)
ROUTES = tuple(Route)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return filled(tmp_path)


def cover(facts: OrderFacts, languages: tuple[str, ...] = ("en", "es")) -> Paper:
    return make_covering_letter(facts, languages, PaperTemplates())


def verification(facts: OrderFacts, ledger: Ledger, languages: tuple[str, ...] = ("en", "es")) -> Paper:
    word = ledger.letter_word(facts.order.id)
    return make_verification_letter(facts, word, ledger.heads(), languages, PaperTemplates())


def body_of(paper: Paper) -> str:
    """A paper's text, without what the eye does not see."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", paper.html.split("</head>")[1])))


@pytest.mark.parametrize("route", ROUTES)
def test_a_covering_letter_holds_nothing_to_check_by(ledger: Ledger, tmp_path: Path, route: Route) -> None:
    word = ledger.letter_word("guatemala-1")
    facts = matter_of(ledger, tmp_path, route)
    paper = cover(facts, EVERY)
    assert not paper.is_secret
    seal = facts.order.added.fingerprint
    squeezed = re.sub(r"[\s ]+", "", paper.html.split("</head>")[1]).lower()
    for secret in (seal, seal[:8], facts.page_digest, facts.page_digest[:8], ledger.heads()[0].hash[:8]):
        assert secret not in squeezed
    assert not re.search(rf"\b{word}\b", paper.html)
    assert not re.search(r"\bRW[A-Za-z0-9+/]{54}", body_of(paper)), "nor a key"
    for journey in facts.drives:
        assert ledger.nonce_of(journey.drive) not in paper.html


@pytest.mark.parametrize("route", ROUTES)
def test_a_covering_letter_holds_contents_numbers_and_instructions(
    ledger: Ledger, tmp_path: Path, route: Route
) -> None:
    facts = matter_of(ledger, tmp_path, route)
    said = body_of(cover(facts))
    for journey in facts.drives:
        assert f"{journey.number}/3 {journey.reference}" in said
    for expected in (
        *("Guatemala (GT)", "“ A forum ”", "Edition 3 of 30 October 2020", "guatemala-1", "An office"),
        *("Id-Cards", "Opening", "Español , English", "Number of drives: 3"),
        *("Compare the labels", "Never let the verification letter travel with the drives", "open verify.html"),
        *("names no fingerprint, on purpose", "call the number in your own directory", "receipt code", "Signature"),
    ):
        assert expected in said, expected
    assert ("We ask the embassy to forward" in said) is (route is Route.CORPS)
    for of_missions in ("We ask Korea's office", "Have the acceptance sheet signed", "Hand them over in person"):
        assert (of_missions in said) is (route is Route.MISSION)


def _in_order(said: str, *texts: str) -> bool:
    places = [said.index(text) for text in texts]
    return places == sorted(places)


def test_a_covering_letter_asks_to_open_and_to_tell_and_to_check_when_one_can(ledger: Ledger, tmp_path: Path) -> None:
    said = body_of(cover(matter_of(ledger, tmp_path), ("en",)))
    assert _in_order(said, "Open index.html on", "Tell us that it arrived", "Check the drive when you can")
    assert "Do not rely on a drive" not in said
    required = plans.programme().model_copy(update={"check_required": True})
    said = body_of(cover(matter_of(ledger, tmp_path, programme=required), ("en",)))
    assert _in_order(said, "Do not rely on a drive", "Then open index.html", "Tell us that it arrived")
    assert "when you can" not in said


def test_the_pages_that_a_mission_hands_over_speak_to_those_who_get_the_drives(ledger: Ledger, tmp_path: Path) -> None:
    ours, theirs = cover(matter_of(ledger, tmp_path, Route.MISSION), ("ko", "en")).html.split('lang="en" dir')
    assert "인수증에 서명을" in ours
    assert "Have the acceptance sheet signed" not in theirs and "For the office that uses a drive" in theirs
    assert "Have the acceptance sheet signed" in cover(matter_of(ledger, tmp_path, Route.MISSION), ("en", "es")).html


def test_a_verification_letter_holds_all_that_a_check_needs(ledger: Ledger, tmp_path: Path) -> None:
    facts = matter_of(ledger, tmp_path)
    paper = verification(facts, ledger, EVERY)
    assert paper.is_secret
    said = body_of(paper)
    rows = fingerprint_rows(facts.order.added.fingerprint)
    for expected in (
        *(f"{number} {row}" for number, row in enumerate(rows, start=1)),
        *(facts.page_digest, r"certutil -hashfile E:\verify.html SHA256", "shasum -a 256 verify.html"),
        *(ledger.letter_word("guatemala-1"), *map(str, ledger.heads())),
    ):
        assert said.count(expected) == len(EVERY), expected
    for expected in ("Edition 3 of", "number in your own directory", "The seal is not signed", "It cannot vouch"):
        assert expected in said
    assert "INSECURE" not in said


def test_a_signature_is_named_with_its_key_and_a_demo_s_key_with_a_warning(ledger: Ledger, tmp_path: Path) -> None:
    key = demo_key().public
    listed = Signer(name="Archive desk", key=key.to_base64())
    facts = dataclasses.replace(matter_of(ledger, tmp_path), signer=listed)
    said = body_of(verification(facts, ledger))
    assert f"The seal is signed with the key Archive desk, {key.name}" in said and key.to_base64() in said
    assert "not signed" not in said and "proves nothing. " not in said.split("It can tell")[0]
    demo = dataclasses.replace(facts, signer=listed.model_copy(update={"is_demo": True}))
    assert "Anyone can sign with it" in body_of(verification(demo, ledger))


@pytest.mark.parametrize("route", ROUTES)
def test_samples_are_loud_on_every_paper_and_absent_where_nothing_is_invented(
    ledger: Ledger, tmp_path: Path, route: Route
) -> None:
    stated = plans.programme(contact={"office": {"en": "An office"}})
    for programme, is_sample in ((plans.programme(), True), (stated, False)):
        facts = matter_of(ledger, tmp_path, route, programme=programme)
        papers = (
            cover(facts),
            verification(facts, ledger),
            make_acceptance_sheet(facts, {}, ("en", "es"), PaperTemplates()),
        )
        for paper in papers:
            assert paper.html.count("<b>SAMPLE</b>") == (2 if is_sample else 0)
            assert ("SAMPLE" in paper.html) is is_sample


def test_languages_are_those_of_the_country_behind_korean_or_english(ledger: Ledger, tmp_path: Path) -> None:
    corps = matter_of(ledger, tmp_path, Route.CORPS)
    mission = matter_of(ledger, tmp_path, Route.MISSION)
    assert languages_of(corps) == ("en", "es")
    assert languages_of(mission) == ("ko", "es", "en")
    assert languages_of(mission, "en") == ("en", "es")
    assert languages_of(corps, "ko", "km") == ("ko", "km")


def test_only_drives_that_are_whole_are_in_a_covering_letter(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 3, whole=2)
    facts = matter_of(ledger, tmp_path)
    assert facts.missing == (3,)
    assert "Number of drives: 2" in body_of(cover(facts))
    (tmp_path / "none").mkdir()
    nothing = matter_of(filled(tmp_path / "none", 2, whole=0), tmp_path)
    with pytest.raises(RefusedError, match="no drive of guatemala-1 is whole"):
        cover(nothing)
    with pytest.raises(RefusedError, match="no drive of guatemala-1 is whole"):
        make_acceptance_sheet(nothing, {}, ("en",), PaperTemplates())


def test_two_sticks_that_say_the_same_number_are_told_apart_on_every_paper(ledger: Ledger, tmp_path: Path) -> None:
    """Fault 5 of the issue: after a replacement two sticks may say 3/3."""
    old = ledger.read().holder("guatemala-1", 3)
    assert old is not None
    ledger.append(DriveMarked(drive=old.reference, mark=Mark.REPLACED))
    make_drive(ledger, 3, stick("Z"))
    facts = matter_of(ledger, tmp_path)
    sheet = make_acceptance_sheet(facts, {}, ("en", "es"), PaperTemplates())
    for paper in (cover(facts), verification(facts, ledger), sheet):
        assert f"in place of {old.reference}" in body_of(paper) and f"en lugar de {old.reference}" in body_of(paper)
        assert body_of(paper).count("in place of") == 1, "the other drives stand in nobody's place"


def test_what_comes_from_outside_is_text(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    ledger = filled(tmp_path / "home")
    country = plans.country(
        name={"en": NASTY}, addressee={"name": NASTY, "office": NASTY, "address": [NASTY], "sample": False}
    )
    programme = plans.programme(
        title={"en": NASTY}, organisers=[{"en": NASTY}], contact={"office": {"en": NASTY}, "telephone": NASTY}
    )
    facts = matter_of(ledger, tmp_path, country=country, programme=programme)
    acceptance = make_acceptance_sheet(facts, {1: NASTY}, ("en",), PaperTemplates())
    for paper in (cover(facts, ("en",)), verification(facts, ledger, ("en",)), acceptance):
        assert "<b onclick" not in paper.html
        assert paper.html.count("</style>") == 1
        assert "&lt;b onclick=1&gt;&amp;amp;{{ 7*7 }}" in paper.html


@pytest.mark.parametrize("language", EVERY)
def test_a_paper_asks_for_nothing_from_elsewhere(ledger: Ledger, tmp_path: Path, language: str) -> None:
    facts = matter_of(ledger, tmp_path)
    for paper in (cover(facts, (language,)), verification(facts, ledger, (language,))):
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in paper.html
        assert "<script" not in paper.html and "default-src 'none'" in paper.html
        assert not re.search(r"""(?:src|href)=|url\((?!data:)|https?://""", paper.html)


#: Scripts whose text poppler gives back in the order in which it was written.
_READ_BACK = tuple(language for language in EVERY if language != "ar")


def _squeeze(text: str) -> str:
    # Khmer and Burmese are broken between words without a space.
    return re.sub(r"[\s\u200b]+", "", text)


@pytest.mark.needs("browser", "poppler")
@pytest.mark.parametrize("kind", ["corps", "mission", "verification", "acceptance"])
def test_text_copied_out_of_the_pdf_is_right_in_every_script(ledger: Ledger, tmp_path: Path, kind: str) -> None:
    facts = matter_of(ledger, tmp_path, Route(kind) if kind in ROUTES else Route.CORPS)
    templates = PaperTemplates()
    if kind == "verification":
        paper = verification(facts, ledger, EVERY)
    elif kind == "acceptance":
        paper = make_acceptance_sheet(facts, {1: "B-17"}, EVERY, templates)
    else:
        paper = cover(facts, EVERY)
    pdf = printed(paper, tmp_path)
    copied = _squeeze(text_of(pdf, "-raw"))
    lost = []
    for part in paper.html.split('<section class="part" lang="')[1:]:
        language = part[:2]
        sentences = [unescape(re.sub(r"<[^>]*>", "", p)) for p in re.findall(r"<(?:p|li|h1|h2)\b[^>]*>(.*?)</", part)]
        wanted = [s for s in map(_squeeze, sentences) if len(s) > 12 and language in _READ_BACK]
        assert wanted or language == "ar"
        lost += [(language, s) for s in wanted if s not in copied]
    assert lost == []
    assert fonts_of(pdf) and all(is_embedded for _name, is_embedded in fonts_of(pdf))
    names = " ".join(name for name, _embedded in fonts_of(pdf))
    assert "NotoSansKhmer" in names and "NotoSansMyanmar" in names
