"""Every message of the command line can be filled in, and has a Korean translation with the same names in it.

New messages: run ``python -m tests.support.messages``, then fill the empty translations in ``usbkit/*/ko.po``.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tests.support.cli import usbkit
from tests.support.messages import OF_THE_PAGES, TOP, extract_messages, read_catalogue
from usbkit.core import messages
from usbkit.core.messages import LANGUAGES, Text, use_language

CATALOGUES = {language: read_catalogue(language) for language in LANGUAGES if language != "en"}
EXTRACTED = extract_messages()
MESSAGES = sorted(str(message.id) for catalogue in EXTRACTED.values() for message in catalogue if message.id)


def names_in(message: str) -> list[str]:
    """The names in braces, each as often as it stands there; ValueError for braces that are no name."""
    fields = [name for _text, name, _spec, _conversion in string.Formatter().parse(message) if name is not None]
    for name in fields:
        if not name.isidentifier():
            raise ValueError(f"{name!r} in braces in {message!r}: give an example as a value instead")
    return sorted(fields)


def test_there_are_messages() -> None:
    assert len(MESSAGES) > 1000


def test_every_message_can_be_filled_in() -> None:
    for message in MESSAGES:
        assert str(Text(message, dict.fromkeys(names_in(message), "value")))


@pytest.mark.parametrize(("language", "catalogue"), CATALOGUES.items())
def test_no_message_lacks_its_translation(language: str, catalogue: Catalog) -> None:
    missing = [m for m in MESSAGES if (known := catalogue.get(m)) is None or not known.string or known.fuzzy]
    assert missing == [], f"{len(missing)} messages; see the head of this test"


@pytest.mark.parametrize(("language", "catalogue"), CATALOGUES.items())
def test_no_translation_is_of_a_message_that_is_gone(language: str, catalogue: Catalog) -> None:
    assert {str(m.id) for m in catalogue if m.id} - set(MESSAGES) == set()


@pytest.mark.parametrize(("language", "catalogue"), CATALOGUES.items())
def test_translations_have_the_same_names_and_edges(language: str, catalogue: Catalog) -> None:
    for message in catalogue:
        original, translation = str(message.id), str(message.string)
        if original and translation:
            assert names_in(translation) == names_in(original), original
            assert _edges(translation) == _edges(original), original
            assert "�" not in translation


def _edges(message: str) -> tuple[int, int]:
    """Spaces before, which align tables, and line ends behind."""
    return len(message) - len(message.lstrip(" ")), len(message) - len(message.rstrip("\n"))


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Where, which message and which values, for every ``_(…)`` in a function whose values are spelt out.

    Constants of a module may be filled in later.
    """
    for path in sorted((TOP / "usbkit").rglob("*.py")):
        if path.relative_to(TOP).as_posix() in OF_THE_PAGES:
            continue
        functions = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)]
        for node in {n: None for function in functions for n in ast.walk(function) if isinstance(n, ast.Call)}:
            if isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
                where = f"{path.relative_to(TOP)}:{node.lineno}"
                message = node.args[0]
                assert isinstance(message, ast.Constant), f"{where}: extraction sees only messages that are spelt out"
                if all(keyword.arg for keyword in node.keywords):
                    yield where, str(message.value), {str(keyword.arg) for keyword in node.keywords}


def test_every_message_gets_the_values_it_names() -> None:
    found = list(calls())
    assert len(found) > 500
    for where, message, values in found:
        assert set(names_in(message)) == values, where


def test_help_and_errors_speak_korean(tmp_path: Path) -> None:
    shown = usbkit("--lang", "ko", "--help").expect(0).out
    assert "행사의 녹화를 담은 USB 드라이브" in shown
    refused = usbkit("--manifests", tmp_path / "none", "check", environ={"LC_ALL": "ko_KR.UTF-8"}).expect(2).err
    assert "매니페스트 폴더" in refused
    assert str(tmp_path / "none") in refused


def test_a_language_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_active", {})
    use_language("ko")
    assert str(Text("ready")) == "준비됨"
    use_language("en")
    assert str(Text("ready")) == "ready"
