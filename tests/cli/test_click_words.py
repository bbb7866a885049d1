"""A usage error appears in our words, in the active language, and as JSON if requested."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import click
import pytest

from tests.cli.calls import call
from tests.support.cli import usbkit
from usbkit.cli.click_words import WORDS
from usbkit.core.messages import read_catalogue

#: What click says to programmers, in other shells and systems, or of kinds of options that we have none of.
UNUSED = re.compile(
    r"Deprecat|deprecated|defined twice|Could not determine name|No options defined|exactly one parameter declaration"
    r"|Boolean option|iterable|Windows error|Editing failed|Bash|stream|colou?r|UUID|boolean|format|executable"
    r"|env var|dynamic|prog|version|Aborted|Confirm the action|entered values|Repeat for|any key|unknown error"
    r"|Could not open|No such command|start character|Choice\(|^file$|^directory$|^path$|^d$|Missing parameter:"
    r"|Missing \{|values are required|but 1 was given|but \{len_value\}"
    r"|Try '"
)


def _said_by_click() -> set[str]:
    found = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                found |= set(texts[-1:])
    return found


def test_every_sentence_of_click_that_somebody_can_read_is_ours() -> None:
    said = _said_by_click()
    assert not {one for one in said if one not in WORDS and not UNUSED.search(one)} - {
        "Try '{command} {option}' for help."
    }
    assert set(WORDS) - said <= {"Did you mean {possibility}?"}, "gone from click"


def test_ours_fill_in_no_more_than_click_has_and_are_translated() -> None:
    korean = read_catalogue("ko")
    for sentence, ours in WORDS.items():
        has = set(re.findall(r"\{(\w+)", sentence)) | ({"possibility"} if "possibilities" in sentence else set())
        for text in (ours, korean.get(ours, "")):
            assert set(re.findall(r"\{(\w+)\}", text)) <= has, sentence
        assert re.fullmatch(r"[{}\w: ]*\}", ours) or ours in korean, sentence


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--nope"), "there is no option --nope\n    → See: usbkit check --help"),
        (("check", "--wach"), "there is no option --wach. Did you mean --watch?"),
        (("order", "add"), "missing: COUNTRY\n    → See: usbkit order add --help"),
        (("order", "add", "gt", "x"), "COUNT: found x, expected a number"),
        (("order", "add", "gt", "1", "2"), "too many arguments: 2"),
        (("image", "gt", "--size"), "the option --size needs a value"),
        (("image", "gt", "--size", "12"), '--size: found "12", expected a size'),
        (("check", "--watch=1"), "the option --watch takes no value"),
        (("station", "--foreign", "maybe"), "--foreign: found maybe, expected one of: 'ask', 'leave', 'overwrite'"),
        (("preview", "gt", "--port", "70000"), "found 70000, expected a number in this range: 0<=x<=65535"),
        (("dispatch", "gt-1"), "missing option: --verification. Choose one of: corps, mission, note"),
        (("order", "take", "nowhere.json"), "FILE: there is no nowhere.json"),
    ],
)
def test_a_fault_is_said_with_what_to_do(arguments: tuple[str, ...], said: str) -> None:
    done = call(*arguments).expect(2)
    assert said in done.err and "Error:" not in done.err and "Try '" not in done.err and done.out == ""


def test_a_group_alone_shows_its_commands_line_by_line() -> None:
    helped = call("order", "--help").expect(0)
    alone = call("order").expect(2)
    assert (alone.out, alone.err) == ("", helped.out)
    (finding,) = json.loads(call("--json", "order").expect(2).out)["error"]["findings"]
    assert (finding["what"], finding["todo"]) == ("No command is named.", "See: usbkit order --help")


def test_it_is_json_where_that_was_asked_for() -> None:
    done = call("--json", "order", "add").expect(2)
    (finding,) = json.loads(done.out)["error"]["findings"]
    assert finding["id"] == "usage" and finding["what"] == "missing: COUNTRY"


def test_no_korean_sentence_of_click_shows_two_particles() -> None:
    """click fills these in itself, so that nothing chooses between them."""
    korean = read_catalogue("ko")
    for ours in WORDS.values():
        assert not re.search(r"\}['”]?(?:이|가|을|를|은|는|와|과|\(으\)로)[( ]", korean.get(ours, "")), ours
    said = call("--lang", "ko", "order", "take", "nowhere.json").expect(2).err
    assert "(가)" not in said and "'FILE'" not in said


@pytest.mark.parametrize("typed", [("order", "ad"), ("help", "chek")])
def test_that_a_command_is_not_there_is_said_once(typed: tuple[str, ...]) -> None:
    assert "There is no" not in call(*typed).expect(2).err
    assert call("--lang", "ko", *typed).expect(2).err.count("없습니다") == 1


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_sentence_about_a_command_is_cut(language: str) -> None:
    for group in ("order", "ledger", "ledger mark", "receipt", "hub", "key", "seal", "station", "letter"):
        said = call("--lang", language, *group.split(), "--help").expect(0).out
        assert not re.search(r"[^\]A-Z]\.\.\.", said), group


def test_in_korean_no_word_of_it_is_english() -> None:
    typed = r"usbkit(?: [a-z]+)*|--[a-z-]+|\[?[A-Z]{2,}\]?|'[^']*'|maybe|nowhere\.json|0<=x<=65535|JSON"
    for arguments in (("check", "--nope"), ("order", "add"), ("image", "gt", "--size"), ("check", "--watch=1")):
        said = call("--lang", "ko", *arguments).expect(2).err
        assert not re.search("[A-Za-z]{2,}", re.sub(typed, "", said)), said
    helped = usbkit("--lang", "ko", "order", "add", "--help").expect(0).out
    assert helped.startswith("사용법:") and "옵션:" in helped and "Show this" not in helped
