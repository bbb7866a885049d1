"""Sentences in six languages for subtitle files: the demo's own."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from importlib import resources

LANGUAGES = ("en", "es", "ru", "zh", "vi", "ko")

#: The encoding that offices' old programs write each language in.
LEGACY = {"en": "cp1252", "es": "cp1252", "ru": "cp1251", "zh": "gb18030", "vi": "cp1258", "ko": "cp949"}

#: Tone marks of Vietnamese, which CP1258 keeps apart from their letters.
_TONES = "\u0300\u0301\u0303\u0309\u0323"


@functools.cache
def sentences(language: str, subject: str = "opening") -> tuple[str, ...]:
    """Eight sentences, some of two lines."""
    source = resources.files("usbkit.demo").joinpath("cues", f"{language}.toml")
    return tuple(tomllib.loads(source.read_text(encoding="utf-8"))[subject])


def encode(text: str, encoding: str) -> bytes:
    """``text`` as a program writes it in ``encoding``; quotation marks that it lacks become plain ones."""
    if encoding == "cp1258":
        text = "".join(_with_tone_behind(c) for c in unicodedata.normalize("NFC", text))
    return text.translate({0x201C: '"', 0x201D: '"'}).encode(encoding) if encoding == "cp949" else text.encode(encoding)


def _with_tone_behind(char: str) -> str:
    parts = unicodedata.normalize("NFD", char)
    tones = "".join(c for c in parts if c in _TONES)
    base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    return base + tones


def time(milliseconds: int, separator: str = ",") -> str:
    """A time as SRT writes it, independent of the code under test."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{separator}{rest:03}"


def srt(lines: tuple[str, ...]) -> str:
    """An ordinary SRT file: a cue every three seconds."""
    return "\n".join(
        f"{n}\n{time(n * 3000)} --> {time(n * 3000 + 2500)}\n{line}\n" for n, line in enumerate(lines, start=1)
    )


def vtt(lines: tuple[str, ...]) -> str:
    """An ordinary WebVTT file: a cue every three seconds."""
    cues = "\n".join(
        f"{time(n * 3000, '.')} --> {time(n * 3000 + 2500, '.')}\n{line}\n" for n, line in enumerate(lines, start=1)
    )
    return f"WEBVTT\n\n{cues}"
