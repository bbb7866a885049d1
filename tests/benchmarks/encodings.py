"""Decode sentences in old encodings: language by encoding, each sentence as a separate file.

    python -m tests.benchmarks.encodings FOLDER [LANGUAGE...]

FOLDER holds catalogues of translations by others (``**/LANGUAGE/LC_MESSAGES/*.po``); ``run`` installs those of
``CATALOGUES`` in one. Every second sentence of a catalogue is used: the letters' order in
``usbkit.sources.subtitles.letters`` was counted in the others.

right: the original sentence. refused: an error. said: other words, with a remark that doubts them. wrong: other words
without a remark.
"""

from __future__ import annotations

import html
import io
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from usbkit.core.errors import InputError
from usbkit.sources.subtitles import parse_track

_WESTERN = ("cp1252", "iso8859-15", "cp850", "cp437", "mac-roman")
_CENTRAL = ("cp1250", "iso8859-2", "cp852", "mac-latin2")
_CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "cp866", "mac-cyrillic", "iso8859-5")

#: The languages measured, the names that their catalogues have, and the encodings that offices of theirs use.
LANGUAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **{x: ((x,), _WESTERN) for x in ("es", "fr", "de", "it", "nl", "sv", "fi", "ca", "gl", "nb")},
    "pt": (("pt", "pt_BR", "pt_PT"), (*_WESTERN, "cp860")),
    "da": (("da", "da_DK"), _WESTERN),
    "en": (("en_GB", "en_AU"), _WESTERN),
    "id": (("id", "id_ID"), _WESTERN),
    "is": (("is", "is_IS"), ("cp1252", "cp850")),
    **{x: ((x,), _CENTRAL) for x in ("pl", "cs", "hu", "ro", "sl")},
    "hr": (("hr", "hr_HR"), _CENTRAL),
    "sk": (("sk", "sk_SK"), _CENTRAL),
    **{x: ((x,), _CYRILLIC) for x in ("ru", "uk", "bg", "mn", "ky", "be", "mk", "tg")},
    "sr": (("sr", "sr_RS"), _CYRILLIC),
    "tr": (("tr", "tr_TR"), ("cp1254", "cp857", "mac-turkish")),
    "az": (("az",), ("cp1254",)),
    "el": (("el",), ("cp1253", "iso8859-7", "cp737", "mac-greek")),
    "he": (("he", "he_IL"), ("cp1255", "cp862")),
    "ar": (("ar",), ("cp1256", "iso8859-6")),
    "fa": (("fa",), ("cp1256",)),
    "lt": (("lt",), ("cp1257", "iso8859-13")),
    "lv": (("lv",), ("cp1257", "iso8859-13")),
    "et": (("et",), ("cp1257", "cp1252", "cp850")),
    "vi": (("vi",), ("cp1258",)),
    "th": (("th",), ("cp874",)),
    "ko": (("ko",), ("euc-kr", "cp949", "johab")),
    "zh": (("zh_Hans", "zh_CN"), ("gb18030", "gbk")),
    "zh-hant": (("zh_Hant", "zh_TW"), ("big5", "gb18030")),
    "ja": (("ja",), ("cp932", "euc_jp")),
}

#: Distributions whose catalogues are used.
CATALOGUES = ("django", "wagtail", "djangorestframework", "django-oscar", "django-allauth")

#: Errors about how a file was decoded; others concern one-sentence files alone.
_ABOUT_ENCODING = re.compile(r"subtitle-(encoding|mojibake|garbage|lost)")

_UNBROKEN = ("ja", "zh", "zh-hant", "th", "ko")


@dataclass(slots=True)
class Row:
    """The outcomes of one language in one encoding."""

    language: str
    encoding: str
    outcomes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, outcome: str, sentence: str) -> None:
        self.outcomes[outcome] += 1
        self.examples.setdefault(outcome, []).append(sentence)

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())


def sentences(folder: Path, language: str) -> list[str]:
    """Every second sentence of the catalogues of ``language`` in ``folder`` that is not ASCII alone."""
    found: dict[str, None] = {}
    for name in LANGUAGES[language][0]:
        for path in sorted(folder.rglob(f"{name}/LC_MESSAGES/*.po")):
            found.update(dict.fromkeys(_read(path, language)))
    return list(found)[1::2]


def _read(path: Path, language: str) -> Iterator[str]:
    try:
        with path.open("rb") as file, redirect_stdout(io.StringIO()):
            catalogue = read_po(file)
    except (PoFileError, ValueError, UnicodeDecodeError):
        return
    for message in catalogue:
        if not message.id:
            continue  # the catalogue's head
        for form in message.string if isinstance(message.string, (tuple, list)) else (message.string,):
            text = html.unescape(re.sub(r"<[^>]+>", "", form or ""))
            text = unicodedata.normalize("NFC", re.sub(r"%\(\w+\)[a-z]|%[sd]|\{[^}]*\}", "7", text))
            text = " ".join(text.split())
            is_long = len(text) >= 9 if language in _UNBROKEN else len(text) >= 18 and len(text.split()) >= 3
            if is_long and not set(text) & set("<>&{}\\"):
                yield text


def outcome(data: bytes, language: str, meant: str, stated: str | None = None) -> str:
    """What becomes of a file of one cue."""
    try:
        track = parse_track(data, language.partition("-")[0], "x.srt", encoding=stated)
    except InputError:
        return "refused"
    if any(f.is_error and _ABOUT_ENCODING.match(f.id) for f in track.findings):
        return "refused"
    if [c.plain for c in track.cues] == [meant]:
        return "right"
    return "said" if {f.id for f in track.findings} & {"subtitle-strange", "subtitle-language"} else "wrong"


def as_file(sentence: str) -> str:
    return f"1\r\n00:00:01,000 --> 00:00:05,000\r\n{sentence}\r\n"


def measure(language: str, encoding: str, texts: Iterable[str], most: int) -> Row:
    """``encoding`` may be ``utf-8``, an old one, or ``A read as B``: saved as UTF-8 after that mistake."""
    row = Row(language, encoding)
    for sentence in texts:
        data = _encode(as_file(sentence), encoding)
        if data is not None and row.total < most:
            row.add(outcome(data, language, sentence), sentence)
    return row


def _encode(text: str, encoding: str) -> bytes | None:
    """None where the encoding does not have the text, or leaves it ASCII."""
    really, _read, misread = encoding.partition(" read as ")
    try:
        data = text.encode(really) if really != "cp1258" else _encode_cp1258(text)
        if not misread:
            return None if data.isascii() else data
        wrong = data.decode(misread)
    except UnicodeError:
        return None
    return None if wrong == text else wrong.encode()


def _encode_cp1258(text: str) -> bytes:
    """Python's codec has no precomposed letters with tone marks; Windows writes the letter, then its mark."""
    data = bytearray()
    for char in text:
        try:
            data += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = next((c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"), None)
            if tone is None:
                raise
            letter = unicodedata.normalize("NFC", parts.replace(tone, ""))
            data += (letter + tone).encode("cp1258")
    return bytes(data)


def run(runs: int, quick: bool) -> None:
    """For ``make bench``: the table, of some languages where it is to be quick."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, *CATALOGUES]
        subprocess.run(command, check=True)
        main([folder, *(("es", "ru", "ky", "tr", "ko") if quick else ())])


def main(arguments: list[str]) -> int:
    folder, *languages = arguments
    most = 250
    rows: list[Row] = []
    print(f"{'language':9}{'encoding':28}{'files':>6}{'right':>7}{'refused':>9}{'said':>6}{'wrong':>7}")
    for language in languages or LANGUAGES:
        texts = sentences(Path(folder), language)
        garbled = [f"utf-8 read as {x}" for x in ("cp1252", "latin-1", "cp1251", "cp850", "mac-roman")]
        garbled += [f"{LANGUAGES[language][1][0]} read as {x}" for x in ("latin-1", "cp1251", "cp850")]
        for encoding in ("utf-8", *LANGUAGES[language][1], *garbled):
            row = measure(language, encoding, texts, most)
            rows.append(row)
            counts = row.outcomes
            print(
                f"{language:9}{encoding:28}{row.total:6}{counts['right']:7}{counts['refused']:9}{counts['said']:6}"
                f"{counts['wrong']:7}   {' | '.join(row.examples.get('wrong', [])[:1])}",
                flush=True,
            )
    _sum_up(rows)
    return sum(row.outcomes["wrong"] for row in rows) > 0


def _sum_up(rows: list[Row]) -> None:
    """The three figures that matter: old encodings, UTF-8, and what was garbled before it came to us."""
    for name, chosen in {
        "old encodings": [r for r in rows if r.encoding != "utf-8" and "read as" not in r.encoding],
        "utf-8": [r for r in rows if r.encoding == "utf-8"],
        "garbled, then utf-8": [r for r in rows if "read as" in r.encoding],
    }.items():
        total = sum(r.total for r in chosen)
        shares = ((o, sum(r.outcomes[o] for r in chosen)) for o in ("right", "refused", "said", "wrong"))
        figures = ", ".join(f"{o} {count} ({count / max(1, total):.2%})" for o, count in shares)
        print(f"{name}: {total} files: {figures}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
