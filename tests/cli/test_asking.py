"""A question takes the answers that people type, in either language, and says what it does not take; not for ever."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

import usbkit
from usbkit.cli.asking import MOST_TIMES, ask_line, ask_yes_no, is_number_typed
from usbkit.core.messages import use_language


def _type(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


@pytest.mark.parametrize(
    ("word", "meant"),
    [("y", True), ("Yes", True), ("예", True), ("네", True), ("n", False), ("아니오", False), (" 아니요 ", False)],
)
def test_yes_and_no_in_either_language(monkeypatch: pytest.MonkeyPatch, word: str, meant: bool) -> None:
    for default in (True, False):
        _type(monkeypatch, word)
        assert ask_yes_no("Well?", default=default) is meant


def test_nothing_typed_is_what_is_usual(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for default, shown in ((True, "[Y/n]"), (False, "[y/N]")):
        _type(monkeypatch, "")
        assert ask_yes_no("Well?", default=default) is default
        assert shown in capsys.readouterr().err


@pytest.mark.parametrize("language", ["en", "ko"])
def test_another_answer_is_told_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    use_language(language)
    try:
        _type(monkeypatch, "maybe", "y")
        assert ask_yes_no("Well?")
        said = capsys.readouterr().err
    finally:
        use_language("en")
    assert "maybe" in said and re.search(r"\by\b.*\bn\b", said.split("maybe")[1].replace("은", " ").replace("는", " "))


def test_where_nobody_answers_it_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    _type(monkeypatch)
    with pytest.raises(click.Abort):
        ask_yes_no("Well?")


def test_an_empty_line_is_not_asked_again_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _type(monkeypatch, "", "  ", "Our office")
    assert ask_line("Who?") == "Our office"
    assert capsys.readouterr().out.count("nothing was typed") == 2


def test_every_question_is_asked_here() -> None:
    """click's own takes no Korean answer, and asks again in silence where nothing was typed."""
    for path in Path(usbkit.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "click.confirm(" not in text, path
        if path.name != "asking.py":
            for found in re.findall(r"click\.prompt\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", text):
                assert 'default=""' in found, path


def typing(*answers: str) -> Callable[..., Any]:
    left = list(answers)
    return lambda *arguments, **options: left.pop(0)


@pytest.mark.parametrize("answers", [["3"], ["2", " 3 "], ["y", "", "3"]])
def test_a_wrong_answer_is_asked_about_again(
    answers: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(click, "prompt", typing(*answers))
    assert is_number_typed(3)
    assert capsys.readouterr().err.count("expected 3: so many drives") == len(answers) - 1


def test_three_wrong_ones_are_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click, "prompt", typing(*["2"] * MOST_TIMES))
    assert not is_number_typed(3)
