"""``usbkit dispatch`` as users run it: all papers in one folder, the verification letters apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import open_ledger

NAMES = {
    "dispatch-list",
    *(
        f"with-the-drives/{o}-{p}"
        for o in ("guatemala-1", "kyrgyzstan-1")
        for p in ("covering-letter", "acceptance-sheet")
    ),
    *(f"verification/{o}-verification-letter" for o in ("guatemala-1", "kyrgyzstan-1")),
}
BAGS = ("--bag", "G1=guatemala-1", "--bag", "K1=kyrgyzstan-1:1")


@pytest.mark.needs("browser")
def test_all_papers_of_two_orders(desk: Desk, here: Path) -> None:
    done = desk.run("dispatch", "guatemala-1", "kyrgyzstan-1", "--verification", "note", *BAGS).expect(0)
    assert "diplomatic note" in done.err
    assert "usbkit ledger mark sent --order guatemala-1 --order kyrgyzstan-1" in done.err
    made = {p.relative_to(here / "dispatch").as_posix() for p in here.glob("dispatch/**/*") if p.is_file()}
    assert made == {f"{name}.{ending}" for name in NAMES for ending in ("html", "pdf")}
    words = [open_ledger(desk.folder).letter_word(order) for order in ("guatemala-1", "kyrgyzstan-1")]
    assert not [word for word in words if word in done.out + done.err]
    for path in here.glob("dispatch/**/*.html"):
        is_apart = path.parent.name == "verification"
        text = path.read_text(encoding="utf-8")
        assert any(re.search(rf">{word}<", text) for word in words) is is_apart, path
        assert ("SAMPLE" in text) and (path.stat().st_mode & 0o777 == (0o600 if is_apart else 0o644))
    heads = [str(head) for head in open_ledger(desk.folder).heads()]
    listed = (here / "dispatch/dispatch-list.html").read_text(encoding="utf-8")
    assert all(head in listed for head in heads), "the heads of now, the letter words' entries included"
    (here / "heads").write_text(
        "\n".join(re.findall(r"usbkit head v1 origin=\S+ sequence=\d+ hash=[0-9a-f]{64}", listed))
    )
    assert "up to the 1 head given" in desk.run("ledger", "check", "--head", here / "heads").expect(0).out


def test_the_answer_as_json(desk: Desk, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = desk.run("--json", "dispatch", "guatemala-1", "--verification", "e-mail", "--bag", "B7", "-o", "out").expect(
        0
    )
    (order,) = done.json["orders"]
    assert (order["route"], order["missing"], done.json["one_route"]) == ("corps", [3], False)
    assert [(d["number"], d["of"], d["bag"]) for d in order["drives"]] == [(1, 3, "B7"), (2, 3, "B7")]
    assert {Path(file).suffix for file in done.json["files"]} == {".html"}, "no browser, no PDF, and no failure"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["guatemala-1", "--verification", "corps"], "both letters would go through the country's embassy"),
        (["guatemala-1", "--covering", "mission", "--verification", "note"], "goes by corps"),
        (["guatemala-1", "--verification", "note", "--bag", "A=guatemala-1:3"], "no whole drive with the number 3"),
        (["nobody-1", "--verification", "note"], "there is no order nobody-1"),
        (["guatemala-1"], "--verification"),
        (["--verification", "note"], "ORDER"),
    ],
)
def test_what_is_refused_leaves_nothing(
    desk: Desk, here: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done = desk.run("dispatch", *arguments).expect(2)
    assert said in done.err + capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_a_later_dispatch_takes_what_is_still_here_and_its_advice_can_be_followed(
    demo: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(demo, here / "desk")  # of its own: what it says has left would have left for every other test
    monkeypatch.setenv("PATH", "")
    desk.run("ledger", "mark", "sent", "guatemala-1:1").expect(0)
    done = desk.run("dispatch", "guatemala-1", "--verification", "note").expect(0)
    assert "guatemala-1: left before, and left out: 1" in done.err
    advice = done.err.partition("When they have left: usbkit ")[2].split()
    assert advice == ["ledger", "mark", "sent", "guatemala-1:2"]
    assert "2/3" in desk.run(*advice).expect(0).out
    again = desk.run("dispatch", "guatemala-1", "--verification", "note").expect(0)
    assert "When they have left" not in again.err, "all have left: the papers are printed again"


def test_a_dispatch_leaves_the_list_and_the_letters_of_another_alone(
    desk: Desk, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    for order, folder in (("guatemala-1", "dispatch"), ("kyrgyzstan-1", "dispatch-2"), ("guatemala-1", "dispatch")):
        desk.run("dispatch", order, "--verification", "note").expect(0)
        assert order in (here / folder / "dispatch-list.html").read_text(encoding="utf-8")
        assert {p.name.partition("-verif")[0] for p in (here / folder / "verification").iterdir()} == {order}
