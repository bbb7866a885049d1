"""Old encodings are told apart even from one sentence, whatever language the file's name claims."""

from __future__ import annotations

import pytest

from tests.sources.subtitles.words import LANGUAGES, LEGACY, encode, sentences, srt
from usbkit.sources.subtitles import Certainty
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
