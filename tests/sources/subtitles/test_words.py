"""Parts of common words by language: each has a letter that ASCII does not have at its place, and none stands twice."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles import words
from usbkit.sources.subtitles.fitness import judge
from usbkit.sources.subtitles.letters import ALPHABETS


@pytest.mark.parametrize("language", sorted(words._WORDS))
def test_each_part_has_a_letter_of_the_language_at_its_second_place(language: str) -> None:
    text = words._WORDS[language]
    found = [text[i : i + 4] for i in range(0, len(text), 4)]
    assert all(len(part) == 4 and part[1] in ALPHABETS[language] for part in found)
    assert len(set(found)) == len(found)
    assert words.WORDS[language] == set(found)


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("et", "kas või mitte", "kas väi mitte"),
        ("et", "Või", "Väi"),
        ("et", "või7", "väi7"),
        ("pt", "Endereço de email", "Endereáo de email"),
        ("hr", "Unesite kôd uređaja", "Unesite kød uređaja"),
        ("ro", "Scrie în acest chenar", "Scrie ţn acest chenar"),
    ],
)
def test_a_common_word_reads_well_ahead_of_what_another_encoding_makes_of_it(
    language: str, right: str, wrong: str
) -> None:
    assert judge(right, language).score - judge(wrong, language).score >= 3.5
