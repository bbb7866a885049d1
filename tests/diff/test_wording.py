"""Which words changed."""

from __future__ import annotations

from usbkit.diff.wording import SHOWN, compare_cues, compare_passages
from usbkit.sources.subtitles import Cue, Track


def track(*cues: tuple[int, str]) -> Track:
    return Track("es", tuple(Cue(at * 1000, at * 1000 + 900, text) for at, text in cues), "utf-8", cues_in=len(cues))


def said(before: Track, after: Track) -> list[str]:
    found = compare_cues(before, after)
    assert found is not None
    return [str(detail) for detail in found.details]


def test_cues_are_shown_with_their_moment() -> None:
    old = track((0, "uno"), (1, "dos"), (2, "tres"), (75, "cuatro"))
    assert said(old, track((0, "uno"), (1, "DOS\nlines"), (2, "tres"), (75, "cuatro"))) == [
        "0:01: “dos” is now “DOS lines”"
    ]
    assert said(old, track((0, "uno"), (1, "dos"), (2, "tres"), (76, "cuatro"))) == [
        "1:16: “cuatro” is shown at another time"
    ]
    assert said(old, track((0, "uno"), (1, "dos"), (2, "tres"))) == ["1:15: gone: “cuatro”"]
    assert said(old, track((0, "uno"), (1, "dos"), (2, "tres"), (75, "cuatro"), (80, "cinco"))) == [
        "1:20: new: “cinco”"
    ]
    assert said(old, old) == []


def test_counts_and_the_first_of_many() -> None:
    old, new = (track(*((n, f"{word} {n}") for n in range(SHOWN + 5))) for word in ("old", "new"))
    found = compare_cues(old, new)
    assert found is not None
    assert (found.changed, found.added, found.gone) == (SHOWN + 5, 0, 0)
    assert len(found.details) == SHOWN + 1 and str(found.details[-1]) == "and 5 more"
    assert len(
        said(old, track(*((n, f"new {n}") for n in range(SHOWN)), *((n, f"old {n}") for n in range(20, 25))))
    ) == (SHOWN), "no word about none"


def test_long_words_are_cut() -> None:
    (line,) = said(track((0, "a")), track((0, "b" * 1000)))
    assert len(line) < 200 and "…" in line


def test_two_long_texts_are_cut_where_they_differ() -> None:
    same = "the same words " * 40
    (line,) = said(track((0, f"{same}before{same}")), track((0, f"{same}after{same}")))
    assert "before" in line and "after" in line and len(line) < 400
    (passage,) = compare_passages([([f"{same}a"], [f"{same}b"])])
    old, new = str(passage).split(" is now ")
    assert old != new and old.startswith("“…") and new.startswith("“…")


def test_a_passage_is_told_once_however_many_pages_say_it() -> None:
    page = (["Home", "Registro civil", "1"], ["Home", "El registro civil", "1"])
    other = (["Registro civil", "foot"], ["El registro civil", "foot", "more"])
    assert [str(detail) for detail in compare_passages([page, other, page])] == [
        "“Registro civil” is now “El registro civil”",
        "new: “more”",
    ]
    assert [str(detail) for detail in compare_passages([(["a", "b"], ["a"])])] == ["gone: “b”"]
    assert compare_passages([]) == () == compare_passages([(["a"], ["a"])])


def test_what_takes_too_long_is_counted_and_not_told() -> None:
    (one,) = compare_passages([(["a"] * 5000, ["b", *(["a"] * 4000), "c"])])
    assert (str(one),) == ("pages that could not be compared word by word: 1",)
    assert compare_cues(track(*((0, str(n)) for n in range(5000))), track(*((1, str(n)) for n in range(5000)))) is None


def test_pages_that_nobody_compared_are_counted_first() -> None:
    said = [str(detail) for detail in compare_passages([(["a"], ["b"])], unread=2)]
    assert said == ["pages that could not be compared word by word: 2", "“a” is now “b”"]
