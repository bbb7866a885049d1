"""Approvals: kept readable, valid for one seal, and required by orders."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from tests.orders.readiness.forum import country, manifests
from tests.support import plans
from usbkit.core.errors import InputError, RefusedError
from usbkit.manifest.load import Manifests
from usbkit.orders import approval
from usbkit.orders.approval import (
    Decision,
    Decisions,
    Standing,
    judge_approval,
    load_decisions,
    record_decision,
    require_orderable,
)

SEAL, OTHER = "a" * 64, "b" * 64
CONTACT = {"office": {"en": "An office"}}
INVENTED_ANSWER = {"recording": "opening", "at": "0:01", "sample": True}


def decision(what: str = "approved", seal: str = SEAL, **changes: object) -> Decision:
    values = {"decision": what, "by": "Kim", "at": dt.datetime(2020, 10, 30, 9, tzinfo=dt.UTC), "edition": 3}
    return Decision.model_validate({**values, "seal": seal, "inputs": "c" * 64, **changes})


def true_forum(folder: Path) -> Manifests:
    """Nothing in it is a sample."""
    return manifests(folder, plans.programme(contact=CONTACT))


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    forum = true_forum(tmp_path)
    first = decision(by='Kim "the \\ desk"', note="김 사무관\nseen")
    second = decision("withdrawn")
    for entry in (first, second):
        path = record_decision(forum, "guatemala", entry)
    assert load_decisions(forum, "guatemala").decision == [first, second]
    assert path == tmp_path / "approvals/guatemala.toml"
    assert path.read_text(encoding="utf-8").startswith("# Who released what")
    assert [p.name for p in path.parent.iterdir()] == ["guatemala.toml"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forum = true_forum(tmp_path)
    path = record_decision(forum, "guatemala", decision())
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        record_decision(forum, "guatemala", decision("withdrawn"))
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["guatemala.toml"]


def test_an_edited_file_is_an_error_with_its_line(tmp_path: Path) -> None:
    forum = true_forum(tmp_path)
    path = record_decision(forum, "guatemala", decision())
    path.write_text(path.read_text(encoding="utf-8").replace(SEAL, "short"), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_decisions(forum, "guatemala")
    finding = raised.value.findings[0]
    assert str(finding.what) == 'found "short", expected 64 hexadecimal digits in small letters'
    assert finding.place is not None
    assert (finding.place.line, finding.place.field) == (9, "decision[1].seal")


@pytest.mark.parametrize("edition", ['"3"', "true", "3.0"])
def test_an_edition_is_a_number_and_nothing_that_looks_like_one(tmp_path: Path, edition: str) -> None:
    forum = true_forum(tmp_path)
    path = record_decision(forum, "guatemala", decision())
    path.write_text(path.read_text(encoding="utf-8").replace("edition = 3", f"edition = {edition}"), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_decisions(forum, "guatemala")
    place = raised.value.findings[0].place
    assert place is not None and (place.line, place.field) == (8, "decision[1].edition")


def test_a_file_that_is_no_toml_is_an_error_with_its_line(tmp_path: Path) -> None:
    forum = true_forum(tmp_path)
    path = record_decision(forum, "guatemala", decision())
    path.write_text(path.read_text(encoding="utf-8").replace('by = "Kim"', "by = Kim"), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_decisions(forum, "guatemala")
    place = raised.value.findings[0].place
    assert place is not None and (place.file, place.line) == (str(path), 6)


def test_colleagues_may_read_the_file_whoever_wrote_it(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        path = record_decision(true_forum(tmp_path), "guatemala", decision())
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("decisions", "standing"),
    [
        ([], Standing.NONE),
        ([decision()], Standing.APPROVED),
        ([decision(seal=OTHER)], Standing.CHANGED),
        ([decision(seal=OTHER), decision()], Standing.APPROVED),
        ([decision(), decision(seal=OTHER)], Standing.CHANGED),
        ([decision(), decision("withdrawn")], Standing.WITHDRAWN),
    ],
)
def test_the_last_decision_counts(decisions: list[Decision], standing: Standing) -> None:
    assert judge_approval(approval.Decisions(decision=decisions), SEAL) is standing


def refusals(forum: Manifests, *decisions: Decision, demo: bool = False) -> list[str]:
    try:
        require_orderable(forum, "guatemala", SEAL, approval.Decisions(decision=list(decisions)), demo=demo)
    except RefusedError as refused:
        return [f.id for f in refused.findings]
    return []


def test_an_order_takes_what_is_approved_and_unchanged(tmp_path: Path) -> None:
    forum = true_forum(tmp_path)
    assert refusals(forum, decision()) == []
    assert refusals(forum) == ["order-not-approved"]
    assert refusals(forum, decision(seal=OTHER)) == ["order-changed"]
    assert refusals(forum, decision(), decision("withdrawn")) == ["order-withdrawn"]


SAMPLES = {
    "contact": (plans.programme(), country()),
    "field of the programme": (plans.programme(contact=CONTACT, sample=["edition"]), country()),
    "field of the country": (plans.programme(contact=CONTACT), country(sample=["drives"])),
    "recording": (
        plans.programme(
            contact=CONTACT, recording=[plans.recording("opening"), plans.recording("id-cards", sample=True)]
        ),
        country(),
    ),
    "addressee": (
        plans.programme(contact=CONTACT),
        country(addressee={"name": "The Ambassador", "office": "An embassy", "sample": True}),
    ),
    "document": (
        plans.programme(contact=CONTACT),
        country(document=[{"file": "a.pdf", "title": {"en": "A"}, "sample": True}]),
    ),
    "own question": (
        plans.programme(contact=CONTACT),
        country(question=[{"id": "q2", "text": {"en": "?"}, "sample": True}]),
    ),
    "answer": (
        plans.programme(
            contact=CONTACT,
            question=[{"id": "q1", "text": {"en": "?"}, "answers": [INVENTED_ANSWER]}],
        ),
        country(),
    ),
    "demo key": (
        plans.programme(contact=CONTACT, key=[{"name": "Demo", "public": "RW" + "A" * 54, "insecure_demo": True}]),
        country(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_no_sample_is_ever_sent(tmp_path: Path, name: str) -> None:
    programme, to = SAMPLES[name]
    forum = manifests(tmp_path, programme, guatemala=to)
    assert refusals(forum, decision()) == ["order-sample"]
    assert refusals(forum, decision(), demo=True) == []
    assert refusals(forum, demo=True) == ["order-not-approved"], "a demo is approved like anything else"


def test_samples_that_a_country_does_not_get_are_no_obstacle(tmp_path: Path) -> None:
    recordings = [plans.recording("opening"), plans.recording("id-cards", sample=True)]
    forum = manifests(
        tmp_path,
        plans.programme(contact=CONTACT, recording=recordings),
        guatemala=country(recordings=["opening"], questions=[]),
    )
    assert refusals(forum, decision()) == []


def test_only_a_demo_is_a_demo(tmp_path: Path) -> None:
    folder = tmp_path / "manifests/forum-2020"
    folder.mkdir(parents=True)
    assert not approval.is_demo(true_forum(folder))
    (tmp_path / approval.DEMO_MARKER).touch()
    assert approval.is_demo(true_forum(folder))


def test_an_approval_is_of_one_seal_and_of_no_other() -> None:
    for other in ("0" * 64, OTHER, "f" * 64):
        assert judge_approval(Decisions(decision=[decision()]), other) is Standing.CHANGED
        assert judge_approval(Decisions(decision=[decision(seal=other)]), SEAL) is Standing.CHANGED
    assert judge_approval(Decisions(decision=[decision()]), SEAL) is Standing.APPROVED


def test_staff_read_names_as_they_are_written_and_nothing_is_added(tmp_path: Path) -> None:
    forum = true_forum(tmp_path)
    path = record_decision(forum, "guatemala", decision(by="김 사무관", note="확인함"))
    text = path.read_text(encoding="utf-8")
    assert 'by = "김 사무관"' in text and 'note = "확인함"' in text and "allow" not in text
    last = load_decisions(forum, "guatemala").last
    assert last is not None and (last.allow_missing, last.allow_untranslated) == ([], False)
    made = decision(allow_missing=["es"], allow_untranslated=True)
    record_decision(forum, "guatemala", made)
    assert load_decisions(forum, "guatemala").last == made


def test_a_marker_further_up_makes_no_demo(tmp_path: Path) -> None:
    folder = tmp_path / "above/manifests/forum-2020"
    folder.mkdir(parents=True)
    (tmp_path / approval.DEMO_MARKER).touch()
    assert not approval.is_demo(true_forum(folder))
