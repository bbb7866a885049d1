"""Old encodings are told apart even from one sentence, whatever language the file's name claims."""

from __future__ import annotations

import codecs
import unicodedata

import pytest

from tests.sources.subtitles.declaration import FILES, TEXTS
from tests.sources.subtitles.words import LANGUAGES, LEGACY, encode, sentences, srt
from usbkit.sources.subtitles import Certainty, parse_track
from usbkit.sources.subtitles.encodings import UndecodableError, decode

_SUBJECTS = ("opening", "promotion", "civil-registration", "elections", "government-24", "information-sharing")


@pytest.mark.parametrize("language", [x for x in LANGUAGES if x != "en"])
@pytest.mark.parametrize("subject", _SUBJECTS)
def test_whole_files_are_likely(language: str, subject: str) -> None:
    data = encode(srt(sentences(language, subject)), LEGACY[language])
    decoded = decode(data, language)
    assert decoded is not None
    assert (decoded.encoding, decoded.certainty) == (LEGACY[language], Certainty.LIKELY)


@pytest.mark.parametrize("language", [x for x in LANGUAGES if x != "en"])
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("claimed", ["en", "ru", "ko", "zh"])
def test_a_wrong_claim_misleads_nobody_silently(language: str, count: int, claimed: str) -> None:
    """Never another text than the right one with more than a guess."""
    for subject in _SUBJECTS:
        text = srt(sentences(language, subject)[:count])
        decoded = decode(encode(text, LEGACY[language]), claimed)
        assert decoded is not None
        if decoded.certainty is not Certainty.GUESS and decoded.encoding != "utf-8":
            assert decoded.encoding == LEGACY[language], (subject, decoded.rival)


def test_a_stated_encoding_is_taken_at_its_word() -> None:
    decoded = decode("Привет".encode("koi8-r"), "ru", "KOI8-R")
    assert decoded is not None
    assert (decoded.text, decoded.encoding, decoded.certainty) == ("Привет", "koi8-r", Certainty.STATED)


def test_broken_utf8_is_not_taken_for_an_old_encoding() -> None:
    data = "и".encode() * 40 + b"\xd0" + "и".encode() * 40
    with pytest.raises(UndecodableError) as raised:
        decode(data, "ru")
    assert (raised.value.encoding, raised.value.position) == ("utf-8", 80)


@pytest.mark.parametrize(("language", "encoding", "data"), FILES, ids=lambda x: x if isinstance(x, str) else "")
def test_the_declaration_is_read_rightly_in_every_encoding(language: str, encoding: str, data: bytes) -> None:
    decoded = decode(data, language)
    assert decoded is not None
    assert (TEXTS[language][0] in unicodedata.normalize("NFC", decoded.text)) is True, (decoded.encoding, decoded.rival)
    assert decoded.certainty is Certainty.LIKELY, decoded.rival


@pytest.mark.parametrize(("language", "encoding", "data"), FILES, ids=lambda x: x if isinstance(x, str) else "")
def test_no_wrong_claim_gives_other_words_as_likely(language: str, encoding: str, data: bytes) -> None:
    for claimed in ("es", "pl", "ru", "el", "ar", "th", "ko", "zh"):
        decoded = decode(data, claimed)
        assert decoded is not None
        if decoded.certainty is Certainty.LIKELY:
            assert TEXTS[language][0] in unicodedata.normalize("NFC", decoded.text), (claimed, decoded.encoding)


@pytest.mark.parametrize(
    ("language", "stated"),
    [("es", "cp1252"), ("es", "mac-roman"), ("ru", "cp866"), ("ru", "koi8-r"), ("ko", "gb18030")],
)
def test_a_stated_encoding_that_does_not_read_is_doubted(language: str, stated: str) -> None:
    really = {"es": "cp850", "ru": "cp1251", "ko": "cp949"}[language]
    text = f"1\n00:00:01,000 --> 00:00:20,000\n{TEXTS[language][0]}\n"
    track = parse_track(text.encode(really), language, "x.srt", encoding=stated)
    (finding,) = [f for f in track.findings if f.is_error]
    assert finding.id == "subtitle-encoding-stated"
    assert really in str(finding.what)
    assert not [f for f in parse_track(text.encode(really), language, "x.srt", encoding=really).findings if f.is_error]


@pytest.mark.parametrize("language", TEXTS)
def test_utf8_is_never_refused(language: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:20,000\n{TEXTS[language][0]}\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        track = parse_track(text.encode(encoding), language, "x.srt")
        assert not [f for f in track.findings if f.is_error and f.id != "subtitle-language"]


@pytest.mark.parametrize("misread", ["cp1252", "latin-1", "cp1251", "cp850", "mac-roman"])
@pytest.mark.parametrize("language", TEXTS)
def test_mojibake_in_utf8_is_an_error(language: str, misread: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:20,000\n{TEXTS[language][0]}\n"
    for really in ("utf-8", *TEXTS[language][1][:2]):
        wrong = encode(text, really).decode(misread, "replace")
        if wrong == text or codecs.lookup(really) == codecs.lookup(misread):
            continue
        track = parse_track(wrong.encode(), language, "x.srt")
        ids = {f.id for f in track.findings if f.is_error}
        if wrong.encode().decode() != text and TEXTS[language][0] not in wrong:
            assert ids & {"subtitle-mojibake", "subtitle-lost-characters", "subtitle-garbage"}, (really, wrong[:60])


def test_one_letter_does_not_decide_between_two_words() -> None:
    """ű in the Macintosh's encoding is ő in Windows', and both make words of Hungarian."""
    decoded = decode("1\n00:00:01,000 --> 00:00:02,000\n7 nem tűnik annak.\n".encode("mac-latin2"), "hu")
    assert decoded is not None
    assert decoded.certainty is Certainty.GUESS
