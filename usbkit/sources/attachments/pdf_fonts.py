"""Fonts that a PDF wants and does not carry.

pdfium is given no font of this computer: what it draws is the same everywhere, and each font that it asks for is
written down. That finds those of patterns, forms and comments too, which no list of a page's texts has.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

#: How pdfium asks for the fonts that every reader must have (ISO 32000-1, 9.6.2.2) and that it brings itself; those of
#: signs it takes without asking.
_STANDARD = frozenset(
    (
        *(
            f"{family}{style}"
            for family in ("Helvetica", "Courier")
            for style in ("", "-Bold", "-Oblique", "-BoldOblique")
        ),
        *(f"Times-{style}" for style in ("Roman", "Bold", "Italic", "BoldItalic")),
    )
)
_SIGNS = ("symbol", "zapfdingbats")

#: The letters that those have (ISO 32000-1, D.2).
_LATIN = frozenset(bytes(range(ord(" "), 256)).decode("cp1252", "ignore")) | frozenset(
    "ŁłıŸ˘ˇ˙˝˛˚⁄−ﬁﬂ\ufb00\ufb03\ufb04"
)

#: What pdfium asks for in place of a font that it knows, and of its own accord for letters that a form's own font does
#: not have; those it draws in one of its own, or leaves out.
_RENAMED = {"LiberationSansNarrow": "ArialNarrow"}
_OF_ITS_OWN = ("", "ArialUnicodeMS", "ChromeSansMM", "ChromeSerifMM")

_DEEPEST = 15


@dataclass(slots=True)
class _System:
    """What pdfium is told of this computer's fonts: that there are none. ``asked`` grows with each that it wants."""

    info: Any
    asked: list[str] = field(default_factory=list)


@functools.cache
def hide_system_fonts() -> _System:
    """Give pdfium no font of this computer for the rest of the process."""
    from pypdfium2 import raw

    system = _System(raw.FPDF_SYSFONTINFO(version=1))

    def map_font(_this: Any, _weight: int, _italic: int, _charset: int, _pitch: int, face: Any, _exact: Any) -> None:
        system.asked.append(_decode(ctypes.string_at(face)) if face else "")

    system.info.MapFont = type(system.info.MapFont)(map_font)
    raw.FPDF_SetSystemFontInfo(system.info)  # it keeps the address; the cache keeps what is there
    return system


@dataclass(slots=True)
class Fonts:
    """The fonts of some pages of a document, from its opening on, and rare letters that are filled into its forms."""

    shown: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    lacking: set[str] = field(default_factory=set)
    filled_in: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        hide_system_fonts().asked.clear()

    def look_at(self, document: Any, index: int) -> None:
        """Note the fonts of the texts of page ``index`` that the PDF does not carry.

        It must have been drawn: then forms have their letters. Afterwards its forms and comments are a part of it.
        """
        from pypdfium2 import raw

        page = document[index]
        self.filled_in |= _rare("".join(_values(raw, document, page)))
        if raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
            page.close()
            page = document[index]
        self._look_at_texts(page)
        page.close()

    def _look_at_texts(self, page: Any) -> None:
        from pypdfium2 import raw

        texts = page.get_textpage()
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEEPEST):
            font = raw.FPDFTextObj_GetFont(item.raw)
            if not font or raw.FPDFFont_GetIsEmbedded(font) != 0:
                continue
            name, text = _name_of(raw, font), _text_of(raw, item.raw, texts)
            if raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                self.unseen.add(name)  # the words of a scan, behind its picture
            elif name not in _OF_ITS_OWN or name == "ArialUnicodeMS":
                self.shown.add(name)
                self.lacking |= {name} if _rare(text) and not name.lower().startswith(_SIGNS) else set()

    def missing(self) -> set[str]:
        """The names of the fonts that were wanted so far and that neither the PDF nor every reader has."""
        asked = set(hide_system_fonts().asked)
        is_of_form = self.filled_in and any(face in _OF_ITS_OWN and not self._shown(face) for face in asked)
        letters = {f"? ({''.join(sorted(self.filled_in))[:12]})"} if is_of_form else set()
        return {name for name in map(self._name, asked) if name} | self.lacking | letters

    def _name(self, face: str) -> str:
        """The name to tell of a font that was asked for; "" where nobody misses it."""
        shown = self._shown(face)
        if face in _STANDARD or (face in _OF_ITS_OWN and not shown):
            return ""
        if not shown and any(name.startswith(face) for name in self.unseen):
            return ""
        return shown or _RENAMED.get(face, face)

    def _shown(self, face: str) -> str:
        """The first of the fonts of texts that ``face`` was asked for, "" where there is none."""
        return min((name for name in self.shown if face and name.startswith(face)), default="")


def _rare(text: str) -> set[str]:
    """The letters of ``text`` that a standard font lacks."""
    return {c for c in text if c not in _LATIN and c.isprintable()}


def _values(raw: Any, document: Any, page: Any) -> Iterator[str]:
    """What is filled into the fields of ``page``."""
    for number in range(raw.FPDFPage_GetAnnotCount(page.raw) if document.formenv else 0):
        note = raw.FPDFPage_GetAnnot(page.raw, number)
        yield read_string(functools.partial(raw.FPDFAnnot_GetFormFieldValue, document.formenv.raw, note))
        raw.FPDFPage_CloseAnnot(note)


def _name_of(raw: Any, font: Any) -> str:
    """The name of ``font`` without the mark of a subset and without spaces, as pdfium asks for it."""
    length = raw.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFFont_GetBaseFontName(font, buffer, length)
    name = _decode(buffer.value)
    return (name.partition("+")[2] or name).replace(" ", "").removeprefix("@") or "?"


def _text_of(raw: Any, item: Any, texts: Any) -> str:
    return read_string(functools.partial(raw.FPDFTextObj_GetText, item, texts.raw))


def read_string(read: Callable[[Any, int], int]) -> str:
    """What ``read``, one of pdfium's functions, puts into a buffer of so many bytes."""
    buffer = (ctypes.c_ushort * (read(None, 0) // 2))()
    read(buffer, ctypes.sizeof(buffer))
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def _decode(name: bytes) -> str:
    """A font's name: PDFs have it in UTF-8 (ISO 32000-1, 7.3.5), and Korean programs in their own encoding."""
    for encoding in ("utf-8", "cp949"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("latin-1")
