"""Letters that were lost before the file came, and what only looks like it."""

from __future__ import annotations

import unicodedata

import pytest

from tests.sources.subtitles.words import LANGUAGES, sentences, srt
from usbkit.core.errors import Finding
from usbkit.sources.subtitles import parse_track

QUESTIONS = {"subtitle-lost-characters", "subtitle-strange"}


def said(text: str, language: str = "es", claims: set[str] = QUESTIONS) -> list[Finding]:
    track = parse_track(srt(tuple(text.split("\n"))).encode(), language, "x.srt")
    return [f for f in track.findings if f.id in claims]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "La reuni?n del a?o sobre la\ntransformaci?n de la administraci?n p?blica"),
        ("es", "?ltima sesi?n de hoy, y muchas gracias a todos"),
        ("es", "LA REUNI?N SOBRE LA ADMINISTRACI?N DE CADA PAIS"),
        ("fr", "L?accueil et l?entretien des citoyens du pays"),
        ("ar", "ا?دوات وا?زرار في هذا المكان من الصفحة"),
        ("vi", "cu?c h?p và nh?ng người dân của thành phố này"),
    ],
)
def test_question_marks_in_two_words_are_lost_letters(language: str, text: str) -> None:
    (finding,) = said(text, language)
    assert finding.id == "subtitle-lost-characters" and finding.is_error
    assert finding.place is not None and finding.place.line == 3
    assert "inside" in str(finding.what) and "Ask for the file again" in str(finding.todo)


def test_one_in_a_long_file_is_a_remark_and_two_are_an_error() -> None:
    lines = "\n".join(["Buenas tardes a todos."] * 50)
    (finding,) = said(f"{lines}\nLa reuni?n")
    assert (finding.id, finding.is_error) == ("subtitle-strange", False)
    assert "reuni?n" in str(finding.what)
    assert [f.is_error for f in said(f"{lines}\nLa reuni?n del a?o")] == [True]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Really?Yes. Is it so?No.\nWhat?That is why."),
        ("en", "See https://www.youtube.com/watch?v=abc and example.org/a?b=c\nwatch?v=xyz www.mois.go.kr?lang=en"),
        ("en", "Is it? yes? no?\nWho (me?) and why?"),
        ("fr", "Vraiment ?Oui, bien entendu.\nPourquoi ?Parce que."),
        ("es", "¿Qué?¿Cómo? ¿Y ahora?\n?Qué pasa? ?Y luego?"),
        ("zh", "你好吗?我很好。他呢?他也好。"),
        ("th", "สบายดีไหม?สบายดี อะไรนะ?ไม่มีอะไร"),
        ("en", "(?P<name>x) and (?Rest) or a??b"),
    ],
)
def test_other_question_marks_are_text(language: str, text: str) -> None:
    assert said(text, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_with_their_marks_apart_are_judged_as_whole_ones(language: str) -> None:
    for subject in ("opening", "elections"):
        lines = unicodedata.normalize("NFD", "\n".join(x.replace("\n", " ") for x in sentences(language, subject)))
        assert said(lines, language) == []


@pytest.mark.parametrize("text", ["Buenos días\u00a0a\u00a0todos", "El\u00a0señor Pérez", "Muy\u00a0bien"])
def test_a_no_break_space_is_no_letter(text: str) -> None:
    assert said(text, claims={"subtitle-strange", "subtitle-mojibake"}) == []


def test_a_no_break_space_where_a_letter_was_is_still_said() -> None:
    """CP850's á is Latin-1's no-break space."""
    assert said("La situaci\u00a2n de la administraci\u00a2n p\u00a3blica m\u00a0s", claims={"subtitle-mojibake"})


def test_what_is_doubted_is_named() -> None:
    (finding,) = said("Buenos días a todos.\u2028Otra")
    assert "U+2028" in str(finding.what)
