"""How well texts read: wrong decodings raise doubts, right texts raise none."""

from __future__ import annotations

import pytest

from tests.sources.subtitles.declaration import TEXTS
from tests.sources.subtitles.words import LANGUAGES, sentences
from usbkit.sources.subtitles.fitness import has_doubts, judge, script_of
from usbkit.sources.subtitles.letters import ALPHABETS
from usbkit.sources.subtitles.letters import LANGUAGES as KNOWN


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_reads_well_in_its_language(language: str) -> None:
    fitness = judge(TEXTS[language][0], language)
    assert (fitness.is_fit, fitness.doubts, fitness.hard) == (True, 0, 0)


@pytest.mark.parametrize("other", ["en", "es", "ru", "zh", "th", "xx"])
@pytest.mark.parametrize("language", TEXTS)
def test_the_first_doubt_is_enough(language: str, other: str) -> None:
    """In its own encoding and read in two wrong ones."""
    text = TEXTS[language][0]
    for read in (text, text.encode().decode("latin-1"), text.encode().decode("cp1251", "replace"), "", "ASCII"):
        assert has_doubts(read, other) == (judge(read, other).doubts > 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_sample_words_read_well(language: str) -> None:
    assert judge(" ".join(sentences(language)), language).is_fit


@pytest.mark.parametrize("language", [x for x in TEXTS if x not in ("zh", "ja", "ko")])
@pytest.mark.parametrize("other", ["ru", "el", "ar", "th", "ko", "zh"])
def test_another_script_never_reads(language: str, other: str) -> None:
    if script_of(language) != script_of(other):
        assert not judge(TEXTS[language][0], other).is_fit


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("electr¢nico", "es"),
        ("electr—nico", "es"),
        ("informaciуn", "es"),
        ("informaci\u00a0n", "es"),
        ("dom’nio¬", "pt"),
        ("CaÇado", "pt"),
        ("рТХМ", "ru"),
        ("v‘re", "da"),
        ("‚тo", "ru"),
        ("Priorit†", "it"),
        ("Þ", "it"),
        ("Ã©t", "fr"),
        ("¿", "fr"),
        ("a·b", "es"),
        ("x\u200by", "es"),
        ("pateikim°.", "lt"),
        ("→a", "es"),
        ("á\u0301б", "ru"),
        ("قلم،б", "ar"),
        ("٣", "es"),
        ("aªb", "es"),
        ("€uro", "es"),
        ("íGracias", "es"),
        ("este valor Ú maior", "gl"),
        ("adesso ù non", "it"),
        ("n°gle", "da"),
        ("a⌐b", "es"),
        ("a־b", "es"),
        ("m””dunud", "et"),
        ("offerta 7‚èé", "it"),
        ("Еѕelja", "sr"),
        ("ЕЅao", "sr"),
    ],
)
def test_doubts(text: str, language: str) -> None:
    assert judge(text, language).doubts >= 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Qué? ¡Sí!", "es"),
        ("l’été", "fr"),
        ("« oui »", "fr"),
        ("col·legi", "ca"),
        ("5 ≤ 7 → ♪", "es"),
        ("25 °C, Nº 5", "es"),
        ("„Würde“", "de"),
        ("”är”", "sv"),
        ("oʻzbek", "uz"),
        ("ÉCOLE", "fr"),
        ("qalam، ٣", "ar"),
        ("10 €", "es"),
        ("È vero. È così", "it"),
        ("prihlásený/á", "sk"),
        ("CARTA À MESA", "pt"),
        ("tôi ở đây", "vi"),
        ("7 ⏎ ↵ ↔", "it"),
        ("ב־7 ש״ח", "he"),
        ("n° 5, N°5", "da"),
        ("sa ütlesid „jah”.", "et"),
        ("”””", "sv"),
    ],
)
def test_what_is_at_home_raises_no_doubt(text: str, language: str) -> None:
    assert judge(text, language).doubts == 0


def test_a_letter_beside_one_of_another_script_is_no_foreign_name() -> None:
    """Whether the language has that letter or not: of such words half was read in another encoding."""
    assert judge("Еѕelja", "sr").hard == judge("Елja", "sr").hard == 1


def test_a_sign_that_opens_a_quotation_must_be_closed() -> None:
    """’ opens and closes in some languages; alone before a word it is a letter of another encoding."""
    assert judge("’вала вам", "sr").score < judge("вала вам", "sr").score - 3
    closed = judge("Ana’s och Bos’ bil, Lars’", "sv").score
    assert judge("Ana’s och ’Bos’ bil, Lars’", "sv").score == pytest.approx(closed - 0.3)


def test_a_language_that_we_do_not_know_is_fit_only_in_ascii() -> None:
    assert judge("words", "am").is_fit
    assert not judge("wörds", "am").is_fit


def test_alphabets_name_each_letter_once() -> None:
    for language, letters in ALPHABETS.items():
        assert len(set(letters)) == len(letters), language
    assert set(TEXTS) <= set(KNOWN)
