"""Words that people use when something happened to a drive lead to its command, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from tests.cli.calls import call
from usbkit.cli.help_topics import WAYS, find_way
from usbkit.cli.main import cli


def test_every_way_names_commands_that_there_are() -> None:
    for said, words in WAYS:
        lines = re.findall(r"usbkit ([a-z]+)(?: ([a-z]+))?", said.id)
        assert lines and words
        for name, below in lines:
            command = cli.get_command(click.Context(cli), name)
            assert command is not None, said.id
            if isinstance(command, click.Group):
                assert below in command.commands, said.id
            elif below:
                assert name in ("approve", "new"), said.id


def test_no_word_leads_two_ways() -> None:
    words = [word for _said, words in WAYS for word in words]
    assert len(words) == len(set(words))
    assert find_way("nonsense") is None and find_way("LOST") is find_way("lost")


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("lost", "usbkit ledger mark lost DRIVE"),
        ("분실", "usbkit ledger mark lost DRIVE"),
        ("도착", "usbkit receipt enter CODE"),
        ("abroad", "usbkit order split ORDER"),
        ("내년", "usbkit new programme ID --from PROGRAMME"),
        ("주문", "usbkit order add COUNTRY COUNT"),
        ("승인", "usbkit approve COUNTRY"),
        ("라벨", "usbkit label ORDER"),
        ("자막", "usbkit check COUNTRY"),
        ("오타", "usbkit check COUNTRY"),
        ("행낭", "usbkit dispatch ORDER"),
        ("엑셀", "usbkit receipt enter --batch FILE"),
        ("잃어버렸", "usbkit ledger mark lost DRIVE"),
    ],
)
def test_help_answers_a_word_in_the_language_in_use(word: str, line: str) -> None:
    assert line in call("help", word).expect(0).out
    assert line in call("--json", "help", word).expect(0).json["way"]
    korean = call("--lang", "ko", "help", word).expect(0).out
    assert line in korean and re.search("[가-힣]", korean)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("next year", "usbkit new programme ID --from PROGRAMME"),
        ("a drive was stolen", "usbkit ledger mark lost DRIVE"),
        ("드라이브가 도착", "usbkit receipt enter CODE"),
    ],
)
def test_help_answers_several_words_by_the_first_that_it_knows(words: str, line: str) -> None:
    assert line in call("help", *words.split()).expect(0).out


@pytest.mark.parametrize(
    ("inflected", "stem"),
    [
        ("잃어버렸어요", "분실"),
        ("분실했습니다", "분실"),
        ("자막에", "자막"),
        ("보냈는데", "발송"),
        ("되찾았다", "발견"),
        ("주문을?", "주문"),
    ],
)
def test_a_korean_word_is_known_with_what_stands_behind_its_stem(inflected: str, stem: str) -> None:
    assert find_way(inflected) is find_way(stem) is not None


def test_an_english_word_is_known_whole() -> None:
    assert find_way("lostness") is None and find_way("Lost!") is find_way("lost")


def test_help_of_a_command_takes_its_words_as_names() -> None:
    assert "Usage: usbkit ledger show" in call("help", "ledger", "show").expect(0).out
    assert "there is no command ledger lost" in call("help", "ledger", "lost").expect(2).err


def test_a_mistyped_command_is_led_there_too(here: Path) -> None:
    assert "usbkit ledger mark lost DRIVE" in call("lost").expect(2).err
    assert "usbkit ledger mark lost DRIVE" in call("ledger", "lost", "7K3QF").expect(2).err
    said = call("letter", "guatemala-1").expect(2).err
    assert "usbkit letter has no command guatemala-1" in said and "There are: cover, verify" in said
    assert "Did you mean report" in call("ledger", "reprt").expect(2).err
    assert "명령이 없습니다" in call("--lang", "ko", "letter", "guatemala-1").expect(2).err
