"""Old encodings are distinguished even by one sentence, whatever language the file's name claims."""

from __future__ import annotations

import codecs
import unicodedata

import pytest

from tests.sources.subtitles.declaration import FILES, TEXTS
from tests.sources.subtitles.words import LANGUAGES, LEGACY, encode, sentences, srt
from usbkit.core.errors import InputError
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


def test_a_sentence_behind_a_long_text_without_accents_tells_the_encoding() -> None:
    """What is looked at of a long file are the lines that say something of its encoding."""
    plain = srt(tuple(f"line {number} of the English speeches before it" for number in range(3_000)))
    decoded = decode(plain.encode() + f"\n{TEXTS['ru'][0]}\n".encode("cp1251"), "ru")
    assert decoded is not None
    assert (decoded.encoding, decoded.certainty) == ("cp1251", Certainty.LIKELY)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["abcd", "a" * 9 + "\u6100\u6100", "1\n00:00:01,000 --> 00:00:02,000\n여러분 안녕하십니까\n"]
)
def test_utf16_without_its_mark_shows_in_zeros(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding), "ko")
    assert decoded is not None
    assert (decoded.text, decoded.encoding, decoded.certainty) == (text, encoding, Certainty.LIKELY)


@pytest.mark.parametrize(
    "data",
    [
        "abc".encode("utf-16-le"),
        b"\0a\0\0b\0c\0d\0e\0",
        b"a\0\0b" * 9,
        b"0123456789" * 9 + b"a\0" * 4 + b"ab",
        b"\0" + b"a" * 9 + b"b\0" * 4,
        b"a\0" + b"a" * 8 + b"\0b" * 4,
    ],
)
def test_zeros_that_are_few_or_at_both_places_are_no_utf16(data: bytes) -> None:
    """Fewer than a tenth of the bytes, or not five times as many at one place as at the other."""
    decoded = decode(data, "en")
    assert decoded is not None
    assert (decoded.encoding, decoded.text) == ("utf-8", data.decode())


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
    ("language", "encoding", "text"),
    [
        ("it", "cp1252", "Riavvio dopo l'installazione degli aggiornamenti…"),  # cp850: à
        ("tr", "mac-turkish", "Modüle özgü veri yok"),  # cp857: Modşle Üzgş
        ("ar", "iso8859-6", "فشل فتح '7' لكتابة: 7"),  # cp1256: other letters, all of them Arabic
    ],
)
def test_few_letters_prove_little(language: str, encoding: str, text: str) -> None:
    """Where another reading of one sentence is words too, it is a guess."""
    decoded = decode(text.encode(encoding), language)
    assert decoded is not None and decoded.certainty is Certainty.GUESS


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


def test_a_stated_encoding_in_which_hardly_a_letter_reads_is_doubted_though_no_other_is_known() -> None:
    decoded = decode(f"{TEXTS['ru'][0]}\n".encode("cp1251"), "es", "cp1252")
    assert decoded is not None
    assert (decoded.is_doubtful, decoded.rival) == (True, None)


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
    lines = ("7 nem tűnik annak.", TEXTS["hu"][0])
    decoded = decode(srt(lines).encode("mac-latin2"), "hu")
    assert decoded is not None
    assert (decoded.encoding, decoded.certainty) == ("mac-latin2", Certainty.LIKELY), "all lines are asked"


@pytest.mark.parametrize(
    ("language", "garbled"),
    [("zh", "会议¿始"), ("en", "a naï¿ve word"), ("hr", "PoĹˇaljite"), ("it", "speciale 7ÔÅÄ"), ("hu", "Üdv¨zlet")],
)
def test_what_no_known_mistake_explains_is_at_least_said(language: str, garbled: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:04,000\n{garbled}\n"
    found = {f.id: f for f in parse_track(text.encode(), language, "x.srt").findings}
    assert "subtitle-mojibake" in found or "subtitle-strange" in found
    if finding := found.get("subtitle-strange"):
        assert not finding.is_error
        assert next(word for word in garbled.split() if not word.isascii()) in str(finding.what)


@pytest.mark.parametrize(
    ("language", "text", "really", "misread"),
    [
        ("es", "¡Gracias por usar esto!", "cp1252", "cp850"),
        ("fr", "Vous êtes sur le point de vous connecter.", "cp1252", "cp850"),
        ("gl", "Asegure que este valor é maior ou igual a 7.", "cp1252", "cp850"),
        ("it", "Salvali adesso — non verranno mostrati.", "cp1252", "cp850"),
        ("da", "App ID, eller konsumer nøgle", "cp1252", "cp850"),
        ("en", "Enter a valid “slug” of letters.", "cp1252", "cp850"),
        ("cs", "Potvrďte prosím svou e-mailovou adresu", "cp1250", "latin-1"),
        ("hu", "A belépési kódod alább található. Add meg a böngészőablakban.", "cp1250", "latin-1"),
        ("sk", "Uveďte jednu hodnotu na riadok, povolených typov.", "cp1250", "latin-1"),
        ("tr", "İki faktörlü kimlik doğrulama ile korunan bir hesap", "cp1254", "latin-1"),
        ("vi", "Tiếng Khoa học Quốc tế", "cp1258", "latin-1"),
        ("et", "Vautšer on sisestatud pärast", "cp1257", "latin-1"),
    ],
)
def test_few_letters_that_another_reading_explains_are_said(
    language: str, text: str, really: str, misread: str
) -> None:
    """Saved as UTF-8 after that mistake, they look like rare letters of the language; right ones are not doubted."""
    wrong = encode(text, really).decode(misread)
    found = {f.id for f in parse_track(srt((wrong,)).encode(), language, "x.srt").findings}
    assert found & {"subtitle-mojibake", "subtitle-garbage", "subtitle-strange"}, wrong
    right = {f.id for f in parse_track(srt((text,)).encode(), language, "x.srt").findings}
    assert not right & {"subtitle-mojibake", "subtitle-garbage", "subtitle-strange"}


def test_a_rare_word_among_right_ones_is_not_doubted() -> None:
    """Undoing the mistake that explains it would spoil the others."""
    odd = "Vive el Úxito."
    for lines, is_said in (((odd,), True), ((odd, "La opinión del público, según él."), False)):
        ids = {f.id for f in parse_track(srt(lines).encode(), "es", "x.srt").findings}
        assert ("subtitle-strange" in ids) is is_said, lines


@pytest.mark.parametrize("encoding", ["cp1253", "cp737"])
def test_one_letter_of_an_own_script_is_no_proof(encoding: str) -> None:
    """ή is ε in one encoding and ι in another, all of them common letters."""
    decoded = decode("1\n00:00:01,000 --> 00:00:02,000\nOAuth1 ή access token\n".encode(encoding), "el")
    assert decoded is not None
    assert decoded.certainty is Certainty.GUESS


def test_a_letter_that_another_encoding_makes_a_sign_is_not_dropped_in_silence() -> None:
    decoded = decode("1\n00:00:01,000 --> 00:00:02,000\nХвала вам што користите 7! 7\n".encode("cp1251"), "sr")
    assert decoded is not None
    assert decoded.certainty is Certainty.GUESS or "Хвала" in decoded.text


@pytest.mark.parametrize("text", ["Kullanıcı adı veya telefon numarası", "Tanımlı kurtarma kodu bulunmamakta."])
def test_one_letter_at_many_places_decides(text: str) -> None:
    decoded = decode(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode("cp857"), "tr")
    assert decoded is not None
    assert (decoded.encoding, decoded.certainty) == ("cp857", Certainty.LIKELY)


@pytest.mark.parametrize(
    ("language", "text", "encoding"),
    [
        ("et", "Kasutajanimi või e-post", "cp850"),
        ("et", "Palun kinnitage kõige rohkem 7 vormi.", "cp850"),
        ("et", "Sisesta korrektne väärtus.", "cp1257"),
        ("pt", "Introduza um valor válido.", "mac-roman"),
        ("pt", "Visualizar notas de lançamento", "cp860"),
        ("pl", "Twoje konto nie posiada hasła.", "cp852"),
        ("ca", "Correu electrònic", "cp850"),
        ("tr", "sosyal medya uygulaması", "cp857"),
        ("hr", "Autorizacijski kôd token", "mac-latin2"),
        ("ro", "Scrie în acest chenar", "cp1250"),
        ("de", "Fälle", "cp1252"),
        ("es", "Seúl", "mac-roman"),
    ],
)
def test_a_common_word_decides_what_its_letters_leave_open(language: str, text: str, encoding: str) -> None:
    decoded = decode(srt((text,)).encode(encoding), language)
    assert decoded is not None
    assert (text in decoded.text, decoded.certainty) == (True, Certainty.LIKELY)


@pytest.mark.parametrize("text", ["Mis võiks olla teie soov?", "kõrgem kui vaja", "Loomisest möödunud aeg"])
def test_a_word_that_is_not_so_common_is_not_misread_in_silence(text: str) -> None:
    """``väiks`` begins as ``väikseim``, and ”” stands in no word."""
    decoded = decode(srt((text,)).encode("cp850"), "et")
    assert decoded is not None
    assert text in decoded.text or decoded.certainty is Certainty.GUESS


@pytest.mark.parametrize(
    ("language", "text", "misread"),
    [
        ("sr", "Kreiraj novu listu želja", "cp1251"),
        ("sr", "Žao nam je ali nije dozvoljeno.", "cp1251"),
        ("it", "7 per poter usufruire dell'offerta speciale 7⏎", "mac-roman"),
    ],
)
def test_garbled_utf8_of_a_letter_or_two_is_said(language: str, text: str, misread: str) -> None:
    track = parse_track(srt((text.encode().decode(misread),)).encode(), language, "x.srt")
    assert {f.id for f in track.findings} & {"subtitle-mojibake", "subtitle-strange"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_one_foreign_name_is_not_doubted(language: str) -> None:
    text = srt((*sentences(language), "Müller, Łukasz"))
    assert "subtitle-strange" not in [f.id for f in parse_track(text.encode(), language, "x.srt").findings]


@pytest.mark.parametrize("sentence", ["Ho sentim, el registre està tancat.", "Máximo de veces por usuario"])
def test_a_neighbours_sentence_is_not_misread_in_silence(sentence: str) -> None:
    """Spanish in a file that claims to be Catalan: the one letter is a rare Catalan one in another encoding."""
    track = parse_track(srt((sentence,)).encode("mac-roman"), "ca", "x.srt")
    said = {f.id for f in track.findings if f.is_error}
    assert "subtitle-encoding-guess" in said or track.cues[0].plain == sentence


def test_utf8_saved_twice_is_known_by_its_signs_alone() -> None:
    """Letters that are not the language's own, but letters: a Spanish name in a Catalan file."""
    text = srt(("Les paraules d'Iv\u00c3\u00a1n i d'Andr\u00c3\u00ba",))
    assert "subtitle-mojibake" in {f.id for f in parse_track(text.encode(), "ca", "x.srt").findings}


def test_what_to_copy_is_the_encoding_that_was_found() -> None:
    text = f"1\n00:00:01,000 --> 00:00:20,000\n{TEXTS['ko'][0]}\n"
    track = parse_track(text.encode("cp949"), "es", "x.srt")
    (guess,) = [f for f in track.findings if f.id == "subtitle-encoding-guess"]
    assert track.encoding == "cp949", "by the language that it is in, and not by the one that it claims"
    assert track.encoding in str(guess.what) and f'encoding = "{track.encoding}"' in str(guess.todo)


def test_where_no_encoding_was_found_none_is_there_to_copy() -> None:
    with pytest.raises(InputError) as caught:
        parse_track(
            "1\n00:00:01,000 --> 00:00:20,000\nñandú y más\n".encode("cp949", "replace") + b"\xff\x81",
            "ko",
            "x.srt",
            encoding="cp949",
        )
    assert 'encoding = "…"' in str(caught.value.findings[0].todo)


_DAYS = "Buenos días a todos.\nLa reunión de mañana.\nLa cédula de identidad.\n"


@pytest.mark.parametrize("stated", [None, "cp1252", "iso8859-2", "utf-8"])
@pytest.mark.parametrize(
    ("data", "line", "found"),
    [
        (_DAYS.encode().replace(b"todos", b"to\xffdos"), 3, "ff"),
        (_DAYS.encode() + "Los niños también.\nUn número único.\n".encode("cp1252"), 6, "f1"),
        (("Доброе утро, уважаемые участники.\n" * 2).encode() + "Спасибо вам.".encode("cp1251"), 5, "d1"),
    ],
    ids=["a byte", "half", "Russian"],
)
def test_damaged_or_mixed_utf8_is_called_so(data: bytes, line: int, found: str, stated: str | None) -> None:
    language = "ru" if found == "d1" else "es"
    with pytest.raises(InputError) as caught:
        parse_track(b"1\n00:00:01,000 --> 00:00:20,000\n" + data, language, "x.srt", encoding=stated)
    (finding,) = caught.value.findings
    assert (finding.id, finding.place is not None and finding.place.line) == ("subtitle-encoding-broken", line)
    assert f"bytes {found}" in str(finding.what)
    assert "Ask for the file again" in str(finding.todo)


@pytest.mark.parametrize(("language", "encoding", "data"), FILES, ids=lambda x: x if isinstance(x, str) else "")
def test_no_old_encoding_is_taken_for_damaged_utf8(language: str, encoding: str, data: bytes) -> None:
    for claimed in (language, "en", "es", "ru", "km"):
        assert decode(data, claimed) is not None
