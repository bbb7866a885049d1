"""From bytes to text, with a word on how sure we are."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from usbkit.subtitles.model import Certainty

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, the encoding it was read in, and how sure that is."""

    text: str
    encoding: str
    certainty: Certainty


def decode(data: bytes, language: str, stated: str | None = None) -> Decoded | None:
    """The text of ``data``, which should be in ``language``; None where no encoding fits."""
    if stated is not None:
        return Decoded(data.decode(stated), stated, Certainty.STATED)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(encoding), encoding, Certainty.CERTAIN)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", Certainty.CERTAIN)
    except UnicodeDecodeError:
        return None
