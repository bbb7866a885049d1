"""What waits, on a screen of 80 columns: text is folded, commands are never broken."""

from __future__ import annotations

import pytest

from usbkit.cli.output.columns import width
from usbkit.cli.output.status_view import MOST_LINES, say_waiting, waiting_json
from usbkit.core.messages import _, use_language
from usbkit.orders.waiting import Kind, Waiting


def wait(country: str, what: str = "3 drives", whom: str = "", kind: Kind = Kind.SEND) -> Waiting:
    return Waiting(kind, country, 3, _("{list}", list=what), f"usbkit dispatch {country}-1 --verification note", whom)


def say(capsys: pytest.CaptureFixture[str], *found: Waiting, is_all: bool = False) -> list[str]:
    use_language("en")
    say_waiting(found, is_all=is_all)
    return capsys.readouterr().out.splitlines()


def test_a_line_holds_country_what_whom_and_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert say(capsys, wait("peru")) == [
        "",
        "To send: 3 drives",
        "  peru          3 drives  → usbkit dispatch peru-1 --verification note",
    ]


def test_what_does_not_fit_is_folded_and_the_command_stays_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = say(capsys, wait("cote-divoire-and-more", "자막 " * 40, "translators"))
    assert max(map(width, lines)) <= 80 and len(lines) > 4
    assert lines[2].startswith("  cote-divoire-and-more ")
    assert lines[-1].strip() == "→ usbkit dispatch cote-divoire-and-more-1 --verification note"


def test_many_lines_of_a_kind_are_cut_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    many = [wait(f"country-{n}") for n in range(9)]
    lines = say(capsys, *many)
    assert sum("→" in line for line in lines) == MOST_LINES
    assert "and 5 more lines: usbkit status country-4" in "\n".join(lines)
    assert sum("→" in line for line in say(capsys, *many, is_all=True)) == 9


def test_nothing_is_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert say(capsys) == ["Nothing waits for anybody."]


def test_as_json() -> None:
    assert waiting_json(wait("peru", whom="the station")) == {
        "kind": "send",
        "country": "peru",
        "count": 3,
        "what": "3 drives",
        "whom": "the station",
        "command": "usbkit dispatch peru-1 --verification note",
    }
