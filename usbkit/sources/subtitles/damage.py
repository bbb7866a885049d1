"""Text that decodes well but was damaged before the file reached us."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.sources.subtitles.encodings import usual_encodings
from usbkit.sources.subtitles.fitness import has_doubts, judge
from usbkit.sources.subtitles.letters import is_garbage
from usbkit.sources.subtitles.raw import split_lines
from usbkit.sources.subtitles.rules import find

#: What to do about a file whose letters are lost.
ASK_AGAIN = _("Ask for the file again, saved as UTF-8.")

#: A text of which more than this part is question marks has lost what stood there.
_QUESTIONS = 0.15

#: A question mark between two letters or before a word, in scripts with spaces between words.
_LETTER = "[^\\W\\d_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
_LOST_LETTER = re.compile(rf"(?:^[\"'(«“]*|({_LETTER}))\?({_LETTER}+)")
#: What has a question mark for other reasons: an address, a form's field, a pattern.
_ADDRESS = re.compile(r"://|www\.|[=/\\*|<>$&%#@~^]|\.\w+\?", re.IGNORECASE)

#: Characters of lines that are not ASCII that are looked at to tell a garbled text.
_SAMPLE = 2_000

#: Encodings in which bytes are misread first.
_MISREAD_AS = (
    "cp1252",
    "latin-1",
    "cp1251",
    "cp437",
    "cp850",
    "mac-roman",
    "koi8-r",
    "cp866",
    "cp1250",
    "cp1254",
    "cp1256",
)
#: The part of what is strange that must be out of the question as it is; from how many on the rest need not be perfect;
#: and what a letter must say for the other reading then, on average.
_ALL, _FEW, _MEAN = 0.8, 6, -0.4

#: How much better the other reading must be where that one is perfect (natural logarithm of a likelihood).
_LEAD = 3.5

#: The same to say so; it is looked for in so many characters.
_LEAD_TO_SAY, _SOME = 1.0, 400

#: Strange characters from which on bytes that make UTF-8 are no chance, in a language that we cannot judge.
_NO_CHANCE = 6


def check_text(text: str, language: str, name: str) -> Iterator[Finding]:
    """Yield findings about traces of a wrong conversion in a file's text."""
    way = find_mojibake(text, language)
    if way is None:
        yield from _check_characters(text, name)
        yield from _check_strange(text, language, name)
    else:
        misread, really = way
        what = _(
            "garbled: {really} was read as {misread} and saved again, as in {sample}",
            really=really.upper(),
            misread=misread.upper(),
            sample=first_strange(text),
        )
        yield find("subtitle-mojibake", what, Place(name), ASK_AGAIN)
    yield from _check_questions(text, name)


def _check_questions(text: str, name: str) -> Iterator[Finding]:
    """Question marks where letters were: in most of the text, or inside words."""
    inside = [
        (n, w) for n, line in enumerate(split_lines(text), start=1) if "-->" not in line for w in _broken_words(line)
    ]
    letters = sum(not c.isspace() and not c.isdigit() for c in _without_times(text))
    if letters and text.count("?") > max(8, letters * _QUESTIONS):
        what = _("{count} question marks: characters were lost when it was saved", count=text.count("?"))
        yield find("subtitle-lost-characters", what, Place(name), ASK_AGAIN)
    elif inside:
        number, sample = inside[0]
        if len(inside) > 1:
            what = _(
                "question marks stand inside {count} words, as in {sample}: letters were lost when it was saved",
                count=len(inside),
                sample=sample[:24],
            )
            yield find("subtitle-lost-characters", what, Place(name, number), ASK_AGAIN)
        else:
            what = _("a question mark stands inside the word {sample}", sample=sample[:24])
            yield find("subtitle-strange", what, Place(name, number), _("Was a letter lost? If so, ask for it again."))


def _broken_words(line: str) -> list[str]:
    """The words of a line in which a question mark stands where a letter was.

    Of 770,000 sentences of 33 languages in other projects' catalogues, ``FLD?VAL`` and the like have such a word, at
    most one a language, and else only texts that did lose letters or quotation marks: so two are an error.
    """
    words = [word for word in line.split() if "?" in word and not _ADDRESS.search(word)]
    return [w for w in words if any(_is_lost(m[1] or "", m[2]) for m in _LOST_LETTER.finditer(w))]


def _is_lost(before: str, after: str) -> bool:
    """Whether no sentence ends before the question mark and another begins behind it: ``Really?Yes``, ``Vrai ?Oui``."""
    if before:
        return not (before.islower() and after[0].isupper())
    return after[0].islower() or (len(after) > 1 and after.isupper())


def find_mojibake(text: str, language: str) -> tuple[str, str] | None:
    """Return the encoding in which the text was wrongly read and its true one; None if the text is right."""
    lines = _strange_lines(text)
    if not lines:
        return None
    now = judge("\n".join(lines), language)
    for misread in _MISREAD_AS:
        if (meant := _read_again(lines, misread, "utf-8")) is not None and _is_better(meant, language):
            return misread, "utf-8"
    if now.is_fit or not now.has_language:
        return None
    for misread in _MISREAD_AS:
        for really in usual_encodings(language):
            meant = _read_again(lines, misread, really) if codecs.lookup(really) != codecs.lookup(misread) else None
            if meant is not None and len(meant) * 2 > len(lines) and _is_meant(meant, language):
                return misread, really
    return None


def _strange_lines(text: str) -> list[str]:
    """Lines that are not ASCII and no timing lines, each once."""
    lines: dict[str, None] = {}
    size = 0
    for line in split_lines(text):
        if not line.isascii() and "-->" not in line and size <= _SAMPLE and line not in lines:
            lines[line] = None
            size += len(line)
    return list(lines)


def _read_again(lines: list[str], misread: str, really: str) -> list[tuple[str, str]] | None:
    """Lines that make a text when the mistake is undone, as they are and as they may have been meant."""
    found = []
    for line in lines:
        try:
            meant = unicodedata.normalize("NFC", _to_bytes(line, misread).decode(really))
        except UnicodeError:
            continue
        if meant != line and not any(is_garbage(c) for c in meant):
            found.append((line, meant))
    return found or None


def _to_bytes(line: str, encoding: str) -> bytes:
    try:
        return line.encode(encoding)
    except UnicodeEncodeError:
        return b"".join(_to_byte(c, encoding) for c in line)


def _to_byte(char: str, encoding: str) -> bytes:
    """``char`` in ``encoding``; programs pass bytes that it does not define through as controls."""
    try:
        return char.encode(encoding)
    except UnicodeEncodeError:
        if "\x80" <= char <= "\x9f":
            return char.encode("latin-1")
        raise


def _is_better(meant: list[tuple[str, str]], language: str) -> bool:
    """Whether lines that turn out to be UTF-8 were meant so: more than one such sequence is hardly a chance."""
    before, after = (judge("\n".join(column), language) for column in zip(*meant, strict=True))
    if not before.has_language:
        return before.strange >= _NO_CHANCE
    if before.strange >= 2 and before.hard == before.strange and after.hard == 0:
        return True  # nothing of it is a letter where it stands, and all of it is when the mistake is undone
    is_chance = before.doubts == 0 and after.strange < 2
    return (after.doubts == 0 or before.strange >= _NO_CHANCE) and not is_chance and after.doubts <= before.doubts


def _is_meant(meant: list[tuple[str, str]], language: str) -> bool:
    """Whether lines in which all that is strange is a doubt read well when the mistake is undone."""
    before, after = (judge("\n".join(column), language) for column in zip(*meant, strict=True))
    if after.doubts == 0 and after.is_fit and before.doubts:
        return after.score - before.score >= _LEAD and after.score >= -1
    if before.hard < before.strange * _ALL or after.strange < _FEW:
        return False
    return after.doubts * 10 <= after.strange and after.score >= after.letters * _MEAN


def _check_characters(text: str, name: str) -> Iterator[Finding]:
    suspects = {c for c in set(text) if c == "\ufffd" or is_garbage(c)}
    if not suspects:
        return
    for number, line in enumerate(split_lines(text), start=1):
        strange = next((c for c in line if c in suspects), None)
        if strange == "\ufffd":
            what = _("the character U+FFFD stands where another was lost: {line}", line=line.strip()[:60])
            yield find("subtitle-lost-characters", what, Place(name, number), ASK_AGAIN)
        elif strange is not None:
            what = _("a character that no text has, U+{code}", code=f"{ord(strange):04X}")
            yield find("subtitle-garbage", what, Place(name, number), ASK_AGAIN)


def _check_strange(text: str, language: str, name: str) -> Iterator[Finding]:
    """A remark where characters do not suit the language and no mistake is known that explains them."""
    lines = _strange_lines(text)
    now = judge(_spaced("\n".join(lines)), language)
    is_more_than_names = bool(now.hard) or now.doubts * 2 > now.strange
    is_strange = (is_more_than_names and not now.is_fit) or _reads_better(lines, language)
    if now.has_language and is_strange:
        words = (word for line in lines for word in line.split() if not word.isascii())
        space = next(
            (f"U+{ord(c):04X}" for line in lines for c in line if c.isspace() and c not in " \t\u00a0\u3000"), None
        )
        sample = next((w for w in words if judge(_spaced(w), language).doubts), space or first_strange(text))
        what = _(
            "{count} characters do not suit the language {language}, as in {sample}",
            count=max(1, now.doubts),
            language=language,
            sample=sample[:24],
        )
        yield find("subtitle-strange", what, Place(name), _("See whether it reads well; if not, ask for it again."))


def _reads_better(lines: list[str], language: str) -> bool:
    """Whether the first lines suit the language better when a mistake that is common is undone.

    That is no proof, since a name or a rare word may look so; but few letters may be all that a mistake left.
    """
    some, tried = list(_first(lines, _SOME)), set()
    for misread in _MISREAD_AS:
        for really in usual_encodings(language):
            meant = _read_again(some, misread, really) if codecs.lookup(really) != codecs.lookup(misread) else None
            if meant is None or len(meant) * 2 <= len(some) or tuple(meant) in tried:
                continue
            tried.add(tuple(meant))
            is_from, is_to = ("\n".join(column) for column in zip(*meant, strict=True))
            if has_doubts(is_to, language):
                continue
            before, after = judge(_spaced(is_from), language), judge(is_to, language)
            if before.doubts or after.score - before.score >= _LEAD_TO_SAY:
                return True
    return False


def _spaced(text: str) -> str:
    """``text`` with spaces for no-break spaces: they are no letters of a word, and no proof of damage."""
    return text.replace("\u00a0", " ")


def _first(lines: list[str], most: int) -> Iterator[str]:
    """Lines from the first on, up to ``most`` characters."""
    size = 0
    for line in lines:
        if size and size + len(line) > most:
            return
        size += len(line)
        yield line


def _without_times(text: str) -> str:
    return "\n".join(line for line in split_lines(text) if "-->" not in line)


def first_strange(text: str) -> str:
    """Return the first word of ``text`` that is not ASCII, for display."""
    match = re.search(r"\S*[^\x00-\x7f]\S*", _without_times(text))
    return match.group()[:24] if match else ""
