"""Accessibility in words: recordings with equal results share lines, folded to the terminal."""

from __future__ import annotations

from usbkit.cli.output.accessibility_lines import accessibility_lines
from usbkit.cli.output.columns import width
from usbkit.core.messages import use_language
from usbkit.orders.readiness.accessibility import Accessibility, Standing

NONE = {"1.2.1": Standing.NOT_MEANT, "1.2.2": Standing.PARTLY, "1.2.6": Standing.ABSENT, "1.2.8": Standing.ABSENT}


def lines(*found: Accessibility, columns: int = 80) -> list[str]:
    use_language("en")
    return list(accessibility_lines(found, columns))


def test_all_that_have_the_same_are_one_group() -> None:
    assert lines(Accessibility("opening", NONE), Accessibility("elections", dict(NONE))) == [
        "Accessibility (WCAG 2.2) of all recordings:",
        "  in part: captions (1.2.2)",
        "  not there: sign language (1.2.6), all of it as text (1.2.8)",
    ]


def test_those_that_differ_are_named() -> None:
    said = lines(
        Accessibility("opening", {**NONE, "1.2.2": Standing.THERE}),
        Accessibility("elections", NONE),
        Accessibility("id-cards", NONE),
    )
    assert said[0] == "Accessibility (WCAG 2.2) of opening:"
    assert said[1] == "  there: captions (1.2.2)"
    assert said[3] == "Accessibility (WCAG 2.2) of elections, id-cards:"


def test_no_line_is_wider_than_the_terminal() -> None:
    every = {f"1.2.{number}": Standing.ABSENT for number in (1, 2, 3, 5, 6, 7, 8)}
    folded = lines(Accessibility("opening", every), columns=60)
    assert max(map(width, folded)) <= 60
    assert " ".join(" ".join(folded).split()).count("(1.2.") == 7


def test_without_recordings_nothing_is_said() -> None:
    assert lines() == []
