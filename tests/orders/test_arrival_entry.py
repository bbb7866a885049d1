"""Recording a reported arrival: by reference, separate from checks."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import SEAL, begin_with_order, make_drive, named, open_ledger, order, send_drive, stick
from tests.support.cli import usbkit
from usbkit.core.errors import Place
from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.events import ArrivalTold, DriveMarked, DriveVoided
from usbkit.ledger.merging import merge, visiting
from usbkit.ledger.reporting import By, report
from usbkit.ledger.selecting import Choice
from usbkit.ledger.tracking import Telling as Marking
from usbkit.ledger.tracking import mark_drives
from usbkit.orders.arrival_entry import (
    Answer,
    Arriving,
    Telling,
    find_named,
    find_sender,
    find_tellings,
    plain_name,
    plain_reference,
    tell_arrival,
)
from usbkit.orders.receipt_entry import Coming, enter_receipt
from usbkit.trust.receipt_code import Found, Report, make_code, show_code
from usbkit.trust.references import ALPHABET


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return begin_with_order(tmp_path)


@pytest.fixture
def drive(ledger: Ledger) -> str:
    """A drive that was sent."""
    return send_drive(ledger)


def tell(ledger: Ledger, reference: str, plays: bool | None = True, *, again: bool = False) -> Arriving:
    return tell_arrival(ledger, Telling(reference, plays), Coming("the embassy", "e-mail"), note="thanks", again=again)


def test_a_drive_that_does_not_play_is_among_those_to_call_about(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    def calls() -> list[dict[str, object]]:
        found: list[dict[str, object]] = call("--json", "--ledger", named(tmp_path), "receipt", "calls").json["calls"]
        return found

    tell(ledger, drive)
    assert calls() == []
    tell(ledger, drive, plays=False, again=True)
    (one,) = calls()
    assert (one["drive"], one["from"], one["way"], one["plays"]) == (drive, "the embassy", "e-mail", False)
    assert "does not play" in call("--ledger", named(tmp_path), "receipt", "calls").out


def test_a_telling_is_kept_apart_from_what_was_checked(ledger: Ledger, drive: str) -> None:
    assert tell(ledger, drive.lower()).answer is Answer.TOLD
    journey = ledger.read().journeys[drive]
    assert journey.where is Where.ARRIVED and journey.receipts == ()
    (kept,) = journey.arrivals
    assert (kept.plays, kept.sender, kept.way, kept.note, kept.by) == (True, "the embassy", "e-mail", "thanks", "kim")
    counted = report(ledger.read(), By.COUNTRY, Choice(), ledger.now()).total
    assert (counted.told, counted.whole, counted.out) == (1, 0, 0)
    code = make_code(Report(drive, Found.WHOLE), ledger.nonce_of(drive), SEAL)
    enter_receipt(ledger, code, Coming())
    assert ledger.read().journeys[drive].where is Where.RECEIVED
    counted = report(ledger.read(), By.COUNTRY, Choice(), ledger.now()).total
    assert (counted.told, counted.whole) == (0, 1)
    assert tell(ledger, drive).answer is Answer.KNOWN, "what was checked is more than what is told"
    assert audit(ledger.entries(), ledger.secrets(), ledger.heads()).is_anchored


def test_what_was_told_is_not_late(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    later = open_ledger(tmp_path, now=lambda: dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    assert [j.drive for j in report(later.read(), By.COUNTRY, Choice(), later.now()).late] == [drive]
    tell(ledger, drive)
    assert report(later.read(), By.COUNTRY, Choice(), later.now()).late == ()


def test_the_same_twice_is_no_news_but_another_word_is(ledger: Ledger, drive: str) -> None:
    tell(ledger, drive)
    before = len(list(ledger.entries()))
    found = tell(ledger, drive, None)
    assert found.answer is Answer.KNOWN and "the embassy" in str(found.why)
    assert len(list(ledger.entries())) == before
    assert tell(ledger, drive, plays=False).answer is Answer.TOLD
    assert [j.drive for j in report(ledger.read(), By.COUNTRY, Choice(), ledger.now()).unplayed] == [drive]
    assert tell(ledger, drive, plays=False, again=True).answer is Answer.TOLD
    assert len(ledger.read().journeys[drive].arrivals) == 3


def test_a_drive_that_does_not_count_is_told_and_stays_void(ledger: Ledger, drive: str) -> None:
    ledger.append(DriveMarked(drive=drive, mark=Mark.REPLACED))
    assert tell(ledger, drive).answer is Answer.VOID
    journey = ledger.read().journeys[drive]
    assert journey.where is Where.REPLACED and len(journey.arrivals) == 1


def test_a_void_one_says_why(ledger: Ledger, drive: str) -> None:
    ledger.append(DriveVoided(drive=drive, reason="its order was cancelled"))
    assert str(tell(ledger, drive).why) == "it does not count: its order was cancelled"
    stands = make_drive(ledger, 1, stick("B1"))
    said = f"it does not count: its order was cancelled; drive {stands} stands in its place"
    assert str(tell(ledger, drive).why) == said


@pytest.mark.parametrize("outcome", [None, Outcome.DAMAGED])
def test_one_that_was_never_whole_says_so(ledger: Ledger, outcome: Outcome | None) -> None:
    if outcome is None:
        with ledger.write() as writing:
            made = writing.mint("guatemala-1", 1)
    else:
        made = make_drive(ledger, 1, stick(), outcome)
    assert str(tell(ledger, made).why) == "it does not count: it was not finished"


def test_before_dispatch(ledger: Ledger) -> None:
    made = make_drive(ledger, 2, stick("B2"))
    assert tell(ledger, made).answer is Answer.UNDISPATCHED
    assert ledger.read().journeys[made].where is Where.ARRIVED


def test_the_day_of_sending_is_said_after_the_arrival_as_the_answer_advises(ledger: Ledger, tmp_path: Path) -> None:
    made = make_drive(ledger, 2, stick("B2"))
    place = "--ledger", named(tmp_path), "--lang", "en"
    said = usbkit(*place, "receipt", "enter", made).expect(1).out
    assert f"usbkit ledger mark sent {made} --on DAY" in said
    day = ledger.read().journeys[made].minted_at.date().isoformat()
    usbkit(*place, "ledger", "mark", "sent", made, "--on", day).expect(0)
    journey = ledger.read().journeys[made]
    assert journey.where is Where.ARRIVED and journey.sent is not None


def test_lost_and_sent_again_come_after_and_the_day_of_sending_may_be_said_late(ledger: Ledger) -> None:
    now = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
    ledger.now = lambda: now
    lost, again, late = (make_drive(ledger, n, stick(f"S{n}")) for n in (1, 2, 3))
    for made in (lost, again, late):
        tell(ledger, made)
    now = dt.datetime(2027, 3, 9, 9, tzinfo=dt.UTC)
    mark_drives(ledger, Mark.LOST, [lost], (), Marking())
    mark_drives(ledger, Mark.SENT, [again], (), Marking(), again=True)
    mark_drives(ledger, Mark.SENT, [late], (), Marking(day=dt.date(2027, 3, 1)), again=True)
    journeys = ledger.read().journeys
    assert [journeys[d].where for d in (lost, again, late)] == [Where.LOST, Where.SENT, Where.ARRIVED]


def test_sending_what_arrived_is_asked_about(ledger: Ledger, drive: str) -> None:
    from usbkit.core.errors import RefusedError

    tell(ledger, drive)
    with pytest.raises(RefusedError, match="was sent already"):
        mark_drives(ledger, Mark.SENT, [drive], (), Marking())


def test_a_wrong_reference_names_what_is_near(ledger: Ledger, drive: str) -> None:
    other = ALPHABET[(ALPHABET.index(drive[2]) + 1) % 32]
    for typed in (drive[:2] + other + drive[3:], drive[:4], drive + "0", drive[1] + drive[0] + drive[2:]):
        if typed == drive:
            continue
        found = tell(ledger, typed)
        assert found.answer is Answer.UNKNOWN and [j.drive for j in found.near] == [drive], typed
    assert len(list(ledger.entries())) == 5
    far = tell(ledger, "?????")
    assert far.near == () and "five characters" in str(far.why)


def test_what_another_chain_tells_is_kept_as_told(ledger: Ledger, drive: str) -> None:
    from usbkit.ledger.entry_body import EntryBody
    from usbkit.ledger.events import ChainAdopted, Role

    with ledger.write() as writing:
        writing.append(ChainAdopted(chain="far", role=Role.STATION, sequence=0, hash="0" * 64))
        event = ArrivalTold(drive=drive, drive_origin=ledger.origin, plays=True)
        writing.state.apply(EntryBody(ledger.now(), "they", event), "far", 1)
        journey = writing.state.journeys[drive]
    assert journey.where is Where.SENT and journey.arrivals == ()
    assert [(t.origin, t.arrival and t.arrival.plays) for t in journey.told] == [("far", True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Re: [USB 7K3QF plays] forum-2020 GT\n> [USB 7K3QF plays]\nGracias", [Telling("7K3QF", True)]),
        ("[usb 7k3qf trouble]", [Telling("7K3QF", False)]),
        ("［ＵＳＢ 7K3QF plays］", [Telling("7K3QF", True)]),
        ("> yes: [USB\n> 7K3QF plays]", [Telling("7K3QF", True)]),
        ("<p>[USB&nbsp;<b>7K3QF</b> plays]</p>", [Telling("7K3QF", True)]),
        ("[USB 7K3QF pl=\r\nays]", [Telling("7K3QF", True)]),
        ("[USB 7K3QF plays] [USB ABCDE]", [Telling("7K3QF", True), Telling("ABCDE", None)]),
        ("[USB _____ plays]", [Telling("_____", True)]),
        ("our USB drive GRAND arrived", []),
    ],
)
def test_the_mark_is_found_in_a_mail(text: str, found: list[Telling]) -> None:
    assert find_tellings(text) == found


def test_references_forgive_what_is_misread() -> None:
    assert plain_reference(" 7k3qo ") == "7K3Q0"
    assert plain_reference("I2L45") == "12145"
    assert plain_reference("7K3U5") is None and plain_reference("7K3Q") is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" 7k3qo ", "7K3Q0"),
        ("7k3qf@VM-25df286d", "7K3QF@vm-25df286d"),
        ("guatemala-1:1", "guatemala-1:1"),
        ("guatemala-1@vm-2#20", "guatemala-1@vm-2#20"),
        ("7k3uf@vm-1", None),
        ("guatemala-1:", None),
        ("guatemala-1:1000", None),
        ("see: 7k3qf@vm-1", None),
        ("../x:1 ", None),
        ("", None),
    ],
)
def test_names_of_drives(typed: str, name: str | None) -> None:
    assert plain_name(typed) == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("From: Embassy <a@example.org>\nTo: b", "Embassy <a@example.org>"),
        ("Hi\n보낸사람: 대사관\n", "대사관"),
        ("From: " + "x" * 200, ""),
        ("The drive is here", ""),
    ],
)
def test_who_sent_a_mail(head: str, name: str) -> None:
    assert find_sender(head) == name


def test_a_text_without_a_mark_offers_the_drives_that_it_names(ledger: Ledger, drive: str) -> None:
    here, failed = make_drive(ledger, 2, stick("B2")), make_drive(ledger, 3, stick("B3"), Outcome.DAMAGED)
    state, text = ledger.read(), f"GRAND news: {drive.lower()} and {here} play, {failed} [USB 00000 plays]"
    assert [j.drive for j in find_named(state, text)] == [drive, here]


def two_of_one_reference(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Ledger, list[str]]:
    """A ledger with two drives that were sent under one reference, ours and another station's: their names in full."""
    for module in ("appending", "merging"):
        monkeypatch.setattr(f"usbkit.ledger.{module}.reference_of", lambda nonce: "0000A")
    made = list[Ledger]()
    for name in ("other", "ours"):
        (folder / name).mkdir()
        made.append(begin_with_order(folder / name))
        made[-1].append(DriveMarked(drive=make_drive(made[-1], 1, stick(name)), mark=Mark.SENT))
    other, ours = made
    with visiting(other.place) as visited:
        merge(ours, visited, Place("other"))
    return ours, [f"0000A@{one.origin}" for one in (ours, other)]


def test_of_two_drives_with_one_reference_each_can_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that was printed was the one that had just failed."""
    ledger, names = two_of_one_reference(tmp_path, monkeypatch)
    place = "--ledger", named(tmp_path / "ours"), "--lang", "en", "receipt", "enter"
    said = usbkit(*place, "0000a").expect(1).out
    lines = re.findall(r"→ if they say so: usbkit receipt enter (.*)", said)
    assert "MORE THAN ONE DRIVE" in said and lines == names
    for line in lines:
        assert "told arrived" in usbkit(*place, line.lower()).expect(0).out
    assert [j.where for j in ledger.read().references("0000A")] == [Where.ARRIVED] * 2
    assert "there is no drive 0000A@nobody" in usbkit(*place, "0000A@nobody").expect(1).out


def test_what_is_advised_of_one_of_two_names_it_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, (ours, _other) = two_of_one_reference(tmp_path, monkeypatch)
    place = "--ledger", named(tmp_path / "ours"), "--lang", "en"
    usbkit(*place, "ledger", "mark", "returned", ours).expect(0)
    said = usbkit(*place, "receipt", "enter", ours).expect(1).out
    assert f"usbkit ledger mark sent {ours} --on DAY" in said and f"usbkit receipt enter {ours} --again" in said
    code = make_code(Report("0000A", Found.DAMAGED, 1), ledger.nonce_of("0000A"), SEAL)
    line = f"usbkit order add guatemala --replaces {ours}"
    assert line in usbkit(*place, "receipt", "enter", code).expect(0).out


def test_a_drive_is_told_by_its_number(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    place = "--ledger", named(tmp_path), "--lang", "en", "receipt", "enter"
    assert "guatemala-1, 1 of 3" in usbkit(*place, "guatemala-1:1", "--by", "telephone").expect(0).out
    assert ledger.read().journeys[drive].where is Where.ARRIVED
    assert "there is no drive guatemala-1:9" in usbkit(*place, "guatemala-1:9").expect(1).out
    ledger.append(DriveVoided(drive=drive, reason="its order was cancelled"))
    said = usbkit(*place, "guatemala-1:1").expect(1).out
    assert "no drive has the number guatemala-1:1 now" in said and f"perhaps {drive}: guatemala-1, 1 of 3, void" in said


def test_what_a_mail_says_of_other_drives_is_not_lost(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    """A code in it was answered, and all else dropped in silence."""
    others = [make_drive(ledger, n, stick(f"S{n}")) for n in (2, 3)]
    for other in others:
        ledger.append(DriveMarked(drive=other, mark=Mark.SENT))
    code = show_code(make_code(Report(drive, Found.WHOLE), ledger.nonce_of(drive), SEAL))
    place = "--ledger", named(tmp_path), "--lang", "en"
    mail = f"drive {others[0]} arrived. {others[1].lower()} does not play. Drive {drive}: {code}"
    before = len(list(ledger.entries()))
    for line, typed in (("-", mail), (mail, "")):
        said = usbkit(*place, "receipt", "enter", line, stdin=typed).expect(1).out
        assert f"not entered: {others[0]} (guatemala-1 2/3), {others[1]} (guatemala-1 3/3)" in said
        assert f"usbkit receipt enter {others[0]} {others[1]}\n" in said
    assert len(list(ledger.entries())) == before + 1, "the code, once"
    marked = f"[USB {others[0]} plays] but not {others[1]}, nor {drive}"
    found = usbkit(*place, "--json", "receipt", "enter", "-", stdin=marked).expect(1).json
    assert (found["arrivals"][0]["drive"], found["left"]) == (others[0], [others[1], drive])
    usbkit(*place, "receipt", "enter", *others).expect(0)
    assert "not entered" not in usbkit(*place, "receipt", "enter", "-", stdin=f"{drive}: {code}").expect(0).out


def test_a_drive_that_was_replaced_names_the_one_in_its_place(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    code = make_code(Report(drive, Found.WHOLE), ledger.nonce_of(drive), SEAL)
    ledger.append(DriveMarked(drive=drive, mark=Mark.REPLACED))
    assert str(tell(ledger, drive).why) == "it does not count: it was replaced"
    stands = make_drive(ledger, 1, stick("B1"))
    said = f"it does not count: it was replaced; drive {stands} stands in its place"
    assert str(tell(ledger, drive).why) == said
    assert str(enter_receipt(ledger, code, Coming()).why) == f"the drive made it, but {said}"
    ledger.append(DriveMarked(drive=stands, mark=Mark.REPLACED))
    last = make_drive(ledger, 1, stick("C1"))
    assert f"drive {last} stands in its place" in str(tell(ledger, drive).why)


def test_the_command_line(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    def run(*arguments: object, code: int = 0, typed: str = "") -> str:
        return usbkit("--ledger", named(tmp_path), "--lang", "en", *arguments, stdin=typed).expect(code).out

    mail = f"From: Embajada <e@example.org>\nSubject: [USB {drive} plays] forum-test GT\n\nHola"
    said = run("receipt", "enter", "-", typed=mail)
    assert f"{drive}: told arrived" in said and "guatemala-1, 1 of 3" in said and "told, not checked" in said
    shown = usbkit("--ledger", named(tmp_path), "--json", "ledger", "show", drive).expect(0).json
    assert shown["where"] == "arrived" and shown["arrivals"][0]["from"] == "Embajada <e@example.org>"
    assert "told arrived" in run("ledger", "list", "--where", "arrived")
    assert "known already" in run("receipt", "enter", drive)
    answer = usbkit("--ledger", named(tmp_path), "--json", "receipt", "enter", drive, "--trouble").expect(0).json
    assert answer["receipts"] == [] and answer["arrivals"][0] | {"why": ""} == {
        "reference": drive, "answer": "told", "why": "", "plays": False, "drive": drive, "order": "guatemala-1",
        "number": 1, "near": [],
    }  # fmt: skip
    assert f"told arrived, and does not play: {drive}" in run("ledger", "report")
    near = run("receipt", "enter", drive[:-1], code=1)
    assert "NO SUCH DRIVE" in near and f"perhaps {drive}" in near
    blank = run("receipt", "enter", "-", typed="[USB _____ plays]", code=1)
    assert "five characters on the drive's label" in blank
    gone = make_drive(ledger, 2, stick("B2"))
    ledger.append(DriveMarked(drive=gone, mark=Mark.SENT))
    done = usbkit("--ledger", named(tmp_path), "--lang", "en", "receipt", "enter", "-", stdin=f"{gone} is here")
    assert f"It names {gone} (guatemala-1 2/3)" in done.expect(2).err
    csv = run("ledger", "export")
    assert csv.splitlines()[0].endswith(",told_arrived,plays,told_by")
    run("ledger", "check")


def test_a_telling_that_was_a_mistake_is_taken_back(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    tell(ledger, drive)
    arrival = ledger.read().journeys[drive].arrivals[0]
    entry = f"{arrival.chain}:{arrival.sequence}"
    undo = ("ledger", "mark", "undo", entry, "--note", "another drive")
    usbkit("--ledger", named(tmp_path), "--lang", "en", *undo).expect(0)
    later = open_ledger(tmp_path)
    assert later.read().journeys[drive].where is Where.SENT
    assert tell(later, drive).answer is Answer.TOLD
    assert audit(later.entries(), later.secrets(), later.heads()).is_anchored


def test_a_drive_that_came_back_has_not_arrived(ledger: Ledger) -> None:
    now = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
    ledger.now = lambda: now
    made = make_drive(ledger, 1, stick("R1"))
    mark_drives(ledger, Mark.SENT, [made], (), Marking())
    tell(ledger, made)
    now = dt.datetime(2027, 3, 9, 9, tzinfo=dt.UTC)
    mark_drives(ledger, Mark.RETURNED, [made], (), Marking())
    assert ledger.read().journeys[made].where is Where.RETURNED


def test_reports_count_by_programme_and_by_year(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    values = {**order("guatemala-2").model_dump(), "programme": "forum-next"}
    from usbkit.ledger.events import OrderAdded

    later = open_ledger(tmp_path, now=lambda: dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    later.append(OrderAdded.model_validate(values))
    state, now = later.read(), later.now()
    counted = {by: report(state, by, Choice(), now).groups for by in (By.PROGRAMME, By.YEAR)}
    assert {name: g.ordered for name, g in counted[By.PROGRAMME].items()} == {"forum-test": 3, "forum-next": 3}
    assert {name: (g.ordered, g.made) for name, g in counted[By.YEAR].items()} == {"2026": (3, 1), "2027": (3, 0)}
    assert report(state, By.ORDER, Choice(programmes=("forum-next",)), now).total.ordered == 3
    assert report(state, By.ORDER, Choice(years=("2026",)), now).total.made == 1
