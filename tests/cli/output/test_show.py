"""Printed text: harmless on a terminal, with its own line breaks kept."""

from __future__ import annotations

import pytest

from usbkit.cli.output import show
from usbkit.cli.output.columns import width
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import Text


@pytest.mark.parametrize("text", ["a,b\r\n1,2", "one\ntwo", "a\tb", "", "\n\n"])
def test_ends_of_lines_and_tabs_stay(text: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    show.answer(text)
    assert capsysbinary.readouterr().out == text.encode() + b"\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [("a\x1b[31mb", "a\\x1b[31mb"), ("a\rb", "a\\x0db"), ("a\u2028b", "a\\u2028b"), ("a\u202eb", "a\\u202eb")],
)
def test_what_steers_a_terminal_is_shown(text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    show.say(text)
    assert capsys.readouterr().err == said + "\n"


def test_a_label_stands_before_what_is_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    show.answer("  내용       every sealed file is there, unchanged")
    assert capsys.readouterr().out.splitlines() == [
        "  내용       every sealed file",
        "             is there,",
        "             unchanged",
    ]
    show.answer("→ usbkit order add guatemala 3 --replaces 7TR0H")
    assert capsys.readouterr().out == "→ usbkit order add guatemala 3 --replaces 7TR0H\n"


def test_sentences_and_findings_fit_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    words = "이 국가의 드라이브는 이미 두 개를 주문했으며 매니페스트에 적힌 수량보다 많습니다 " * 3
    show.sentence(words)
    finding = Finding("order-twice", Text("{w}", {"w": words}), None, Text("{w}", {"w": words}))
    show.error(InputError(finding), as_json=False)
    said = capsys.readouterr()
    for line in (said.out + said.err).splitlines():
        assert width(line) <= 60
    assert " ".join(said.out.split()) == " ".join(words.split())


def test_a_command_is_never_broken_in_two(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    command = "Run: usbkit order correct guatemala-3 --route mission --note WORDS --reason WORDS"
    show.error(InputError(Finding("x", Text("short"), None, Text(command))), as_json=False)
    assert f"→ {command}\n" in capsys.readouterr().err
