"""Texts that decoded well and are wrong all the same: the damage was done before the file reached us."""

from __future__ import annotations

import re
from collections.abc import Iterator

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.sources.subtitles.letters import WRITINGS, is_garbage, plausibility
from usbkit.sources.subtitles.raw import split_lines
from usbkit.sources.subtitles.rules import find

_ASK_AGAIN = _("Ask for the file again, saved as UTF-8.")

#: A text of which more than this part is question marks has lost what stood there.
_QUESTIONS = 0.15

#: Characters that are looked at to tell a garbled text.
_SAMPLE = 20_000

#: Encodings in which bytes are misread first, and the ones they are really in.
_MISREAD_AS = ("cp1252", "latin-1", "cp1251", "koi8-r")
_REALLY = ("utf-8", "cp949", "gb18030", "cp1251", "cp1258")


def check_text(text: str, language: str, name: str) -> Iterator[Finding]:
    """Traces of a wrong conversion in the whole text of a file."""
    way = find_mojibake(text, language)
    if way is None:
        yield from _check_characters(text, name)
    else:
        misread, really = way
        what = _(
            "garbled: {really} was read as {misread} and saved again, as in {sample}",
            really=really.upper(),
            misread=misread.upper(),
            sample=_first_strange(text),
        )
        yield find("subtitle-mojibake", what, Place(name), _ASK_AGAIN)
    letters = sum(not c.isspace() and not c.isdigit() for c in _without_times(text))
    if letters and text.count("?") > max(8, letters * _QUESTIONS):
        what = _("{count} question marks: characters were lost when it was saved", count=text.count("?"))
        yield find("subtitle-lost-characters", what, Place(name), _ASK_AGAIN)


def find_mojibake(text: str, language: str) -> tuple[str, str] | None:
    """The encoding that the text was wrongly read in and the one it was really in; None when it is as meant."""
    words = _without_times(text)[:_SAMPLE]
    strange = "".join(c for c in words if ord(c) > 0x7F)
    if len(strange) < 6:
        return None
    is_mostly_strange = len(strange) > sum(c.isascii() and c.isalpha() for c in words)
    for misread in _MISREAD_AS:
        data = _back(strange, misread)
        for really in _REALLY:
            is_likely = really == "utf-8" or (is_mostly_strange and really != misread)
            if data is not None and is_likely and _is_meant(data, really, strange, language):
                return misread, really
    return None


def _back(strange: str, misread: str) -> bytes | None:
    try:
        return strange.encode(misread)
    except UnicodeEncodeError:
        return None


def _is_meant(data: bytes, really: str, strange: str, language: str) -> bool:
    try:
        meant = data.decode(really)
    except UnicodeDecodeError:
        return False
    if really == "utf-8":
        return len(meant) < len(strange)  # that bytes make UTF-8 by chance is next to impossible
    has_own_script = language in WRITINGS and WRITINGS[language].share[0] >= 0.5
    return has_own_script and plausibility(meant, language) > 0.5 and plausibility(strange, language) < 0.2


def _check_characters(text: str, name: str) -> Iterator[Finding]:
    suspects = {c for c in set(text) if c == "\ufffd" or is_garbage(c)}
    if not suspects:
        return
    for number, line in enumerate(split_lines(text), start=1):
        strange = next((c for c in line if c in suspects), None)
        if strange == "\ufffd":
            what = _("the character U+FFFD stands where another was lost: {line}", line=line.strip()[:60])
            yield find("subtitle-lost-characters", what, Place(name, number), _ASK_AGAIN)
        elif strange is not None:
            what = _("a character that no text has, U+{code}", code=f"{ord(strange):04X}")
            yield find("subtitle-garbage", what, Place(name, number), _ASK_AGAIN)


def _without_times(text: str) -> str:
    return "\n".join(line for line in split_lines(text) if "-->" not in line)


def _first_strange(text: str) -> str:
    match = re.search(r"\S*[^\x00-\x7f]\S*", _without_times(text))
    return match.group()[:24] if match else ""
