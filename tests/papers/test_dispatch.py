"""Dispatches: each drive in one bag, two ways for two letters, and a list without anything that verifies a drive."""

from __future__ import annotations

import dataclasses
import re
from html import unescape
from pathlib import Path

import pytest

from tests.papers.world import NASTY, filled, matter_of, printed, text_of
from usbkit.core.errors import InputError, RefusedError
from usbkit.core.messages import use_language
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.tracking import Telling, mark_drives
from usbkit.manifest.kinds import Route
from usbkit.papers.dispatch import Dispatch, Way, assign_bags, make_dispatch_list, plan_dispatch
from usbkit.papers.order_facts import OrderFacts
from usbkit.papers.paper_templates import PaperTemplates


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return filled(tmp_path, 5, whole=4)


@pytest.fixture
def matters(ledger: Ledger, tmp_path: Path) -> tuple[OrderFacts, OrderFacts]:
    """The same drives as two orders of two routes."""
    corps = matter_of(ledger, tmp_path, Route.CORPS)
    mission = matter_of(ledger, tmp_path, Route.MISSION)
    return corps, dataclasses.replace(mission, order=dataclasses.replace(mission.order, id="guatemala-2"))


def plan(matters: tuple[OrderFacts, ...], way: Way = Way.NOTE, *bags: str, one_way: bool = False) -> Dispatch:
    return plan_dispatch(matters, None, way, bags, one_way=one_way)


@pytest.mark.parametrize("way", [Way.CORPS, Way.MISSION])
def test_one_route_for_both_letters_is_refused_and_printed_where_it_is_wanted(
    matters: tuple[OrderFacts, OrderFacts], ledger: Ledger, way: Way
) -> None:
    with pytest.raises(RefusedError, match="both letters would go") as caught:
        plan(matters, way)
    assert "--one-route" in str(caught.value.findings[0].todo)
    chosen = plan(matters, way, one_way=True)
    assert chosen.is_one_way
    assert "ONE ROUTE FOR BOTH LETTERS was chosen" in make_dispatch_list(chosen, [], "en", PaperTemplates()).html


@pytest.mark.parametrize("way", [w for w in Way if w not in (Way.CORPS, Way.MISSION)])
def test_another_way_is_taken_and_named(matters: tuple[OrderFacts, OrderFacts], way: Way) -> None:
    html = make_dispatch_list(plan(matters, way, one_way=True), [], "en", PaperTemplates()).html
    assert "ONE ROUTE" not in html and "The verification letters go another way: " in html


def test_drives_go_by_the_route_that_their_passports_name(matters: tuple[OrderFacts, OrderFacts]) -> None:
    assert [r for r, _matters in plan(matters).by_route()] == [Route.CORPS, Route.MISSION]
    with pytest.raises(InputError, match="guatemala-2 goes by mission"):
        plan_dispatch(matters, Route.CORPS, Way.NOTE, (), one_way=False)


def test_an_order_without_a_whole_drive_does_not_leave(tmp_path: Path) -> None:
    empty = matter_of(filled(tmp_path, 2, whole=0), tmp_path)
    with pytest.raises(RefusedError, match="no drive of guatemala-1 is whole"):
        plan((empty,))


@pytest.mark.parametrize(
    ("given", "bags"),
    [
        ([], ({}, {})),
        (["B 17"], (dict.fromkeys(range(1, 5), "B 17"), dict.fromkeys(range(1, 5), "B 17"))),
        (
            ["A=guatemala-1:1-2,4", "B=guatemala-1: 3", "C=guatemala-2"],
            ({1: "A", 2: "A", 3: "B", 4: "A"}, dict.fromkeys(range(1, 5), "C")),
        ),
    ],
)
def test_bags(
    matters: tuple[OrderFacts, OrderFacts], given: list[str], bags: tuple[dict[int, str], dict[int, str]]
) -> None:
    assert assign_bags(given, matters) == {"guatemala-1": bags[0], "guatemala-2": bags[1]}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["A=guatemala-1"], "in no bag: guatemala-2 1"),
        (["A", "B=guatemala-1:2"], "guatemala-1 2 is in two bags: A and B"),
        (["A=nobody-1"], "nobody-1 is not among"),
        (["A=guatemala-1:5"], "no whole drive with the number 5"),
        (["A=guatemala-1:1-900"], "no whole drive with the number 5, 6"),
        (["A=guatemala-1:3-1"], "found A=guatemala-1:3-1"),
        (["A=guatemala-1:,"], "found A="),
        (["=guatemala-1"], "found =guatemala-1"),
        ([""], "found"),
        (["A" * 41], "found A"),
        (["A=guatemala-1:x"], "found A"),
    ],
)
def test_bags_that_do_not_hold_each_drive_once(
    matters: tuple[OrderFacts, OrderFacts], given: list[str], why: str
) -> None:
    with pytest.raises(InputError, match=re.escape(why)):
        assign_bags(given, matters)


def test_the_list_names_drives_bags_and_heads_and_nothing_to_check_by(
    matters: tuple[OrderFacts, OrderFacts], ledger: Ledger
) -> None:
    word = ledger.letter_word("guatemala-1")
    planned = plan(matters, Way.NOTE, NASTY.replace("=", "")[:40])
    html = make_dispatch_list(planned, ledger.heads(), "en", PaperTemplates()).html
    said = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html.split("</head>")[1])))
    for drive in matters[0].drives:
        assert said.count(f"{drive.number}/5 {drive.reference}") == 2
    assert "Not in this dispatch, since no whole drive has them: 5" in said
    assert "SAMPLE" in said and str(ledger.heads()[0]) in said
    assert "<b onclick" not in html
    for secret in (matters[0].order.added.fingerprint[:8], matters[0].page_digest[:8], word):
        assert not re.search(rf"\b{secret}", html)


def test_the_list_speaks_korean(matters: tuple[OrderFacts, OrderFacts]) -> None:
    use_language("ko")
    try:
        html = make_dispatch_list(plan(matters), [], "ko", PaperTemplates()).html
    finally:
        use_language("en")
    assert "발송 목록" in html and "재외공관 경유" in html and '<html lang="ko"' in html


@pytest.mark.needs("browser", "poppler")
def test_the_printed_list_is_whole(matters: tuple[OrderFacts, OrderFacts], ledger: Ledger, tmp_path: Path) -> None:
    pdf = printed(make_dispatch_list(plan(matters, Way.NOTE, "B-17"), ledger.heads(), "en", PaperTemplates()), tmp_path)
    text = text_of(pdf)
    assert text.count("B-17") == 8 and "Handed to the courier by" in text
    assert str(ledger.heads()[0]).replace(" ", "") in text.replace(" ", "")


def test_what_left_before_is_no_part_of_a_later_dispatch(ledger: Ledger, tmp_path: Path) -> None:
    first, second, *rest = [journey.drive for journey in ledger.read().journeys_of("guatemala-1")]
    mark_drives(ledger, Mark.SENT, [first, second], [], Telling())
    (facts,) = plan((matter_of(ledger, tmp_path),)).matters
    assert [d.drive for d in facts.drives] == rest and facts.gone == (1, 2)
    with pytest.raises(InputError, match=r"guatemala-1: drives left before with the numbers 1"):
        plan_dispatch([matter_of(ledger, tmp_path)], None, Way.NOTE, ["A=guatemala-1:1-4"], one_way=False)


def test_papers_of_an_order_that_has_left_are_printed_again(ledger: Ledger, tmp_path: Path) -> None:
    mark_drives(ledger, Mark.SENT, [], ["guatemala-1"], Telling())
    (facts,) = plan((matter_of(ledger, tmp_path),)).matters
    assert len(facts.drives) == 4 and facts.gone == ()
