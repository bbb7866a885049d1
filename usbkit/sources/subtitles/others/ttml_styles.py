"""Bold, italic and underlined words of TTML, by styles that elements have, refer to, or inherit (W3C TTML1 8.2, 8.4).

pysubs2 reads the words alone. So each run of words is put between two characters that no text has, which it hands on.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from usbkit.sources.subtitles.markup import escape_text

BOLD, ITALIC, UNDERLINE = 1, 2, 4
_TAGS = ((UNDERLINE, "u"), (ITALIC, "i"), (BOLD, "b"))

#: What the values of an attribute turn on and off, others leave as it is (TTML1 8.2.11, 8.2.12, 8.2.25).
_VALUES: Mapping[str, tuple[int, frozenset[str], frozenset[str]]] = {
    "fontWeight": (BOLD, frozenset({"bold"}), frozenset({"normal"})),
    "fontStyle": (ITALIC, frozenset({"italic", "oblique", "reverseOblique"}), frozenset({"normal"})),
    "textDecoration": (UNDERLINE, frozenset({"underline"}), frozenset({"none", "noUnderline"})),
}

#: Noncharacters (Unicode 23.7): before a run, by what is on, and behind it.
_FIRST, _END = 0xFDD0, "\ufdd8"
_MARK = re.compile("([\ufdd0-\ufdd8])")

_ID = "{http://www.w3.org/XML/1998/namespace}id"


def mark_styles(root: ET.Element, body: ET.Element) -> None:
    """Put marks around the styled words in each paragraph of ``body``; none where the text has such characters."""
    if not any(_MARK.search(text) for text in body.itertext()):
        _Styles(root).mark(body, ())


def to_tags(text: str) -> str:
    """Return ``text``, with its marks, as a cue's text with ``<b>``, ``<i>`` and ``<u>``."""
    return "".join(
        _tagged("".join(run for run, _on in group), is_on) for is_on, group in groupby(_runs(text), lambda run: run[1])
    )


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """The runs of ``text``, each with what is on."""
    is_on = 0
    for part in _MARK.split(text):
        if _MARK.fullmatch(part):
            is_on = 0 if part == _END else ord(part) - _FIRST
        elif part:
            yield part, is_on


def _tagged(text: str, is_on: int) -> str:
    words = escape_text(text)
    for style, tag in _TAGS:
        if is_on & style and words.strip():
            words = f"<{tag}>{words}</{tag}>"
    return words


@dataclass(frozen=True, slots=True)
class _Change:
    """What a style turns on, and what off."""

    on: int = 0
    off: int = 0

    def then(self, other: _Change) -> _Change:
        return _Change(other.apply(self.on), (self.off & ~other.on) | other.off)

    def apply(self, is_on: int) -> int:
        return (is_on & ~self.off) | self.on


class _Styles:
    """A document's styles and regions, by their ids."""

    def __init__(self, root: ET.Element) -> None:
        self._styles = {e.get(_ID, e.get("id", "")): e for e in root.iter() if _kind(e) == "style"}
        self._regions = {e.get(_ID, e.get("id", "")): e for e in root.iter() if _kind(e) == "region"}
        self._known: dict[str, _Change] = {}

    def mark(self, element: ET.Element, above: tuple[ET.Element, ...]) -> None:
        """Mark the paragraphs in ``element``, which stands in the elements ``above``, the outermost first."""
        chain = (*above, element)
        if _kind(element) != "p":
            for child in element:
                self.mark(child, chain)
            return
        region = next((e.get("region", "") for e in reversed(chain) if e.get("region")), "")
        change = self._change_of(self._regions[region]) if region in self._regions else _Change()
        for one in chain:
            change = change.then(self._change_of(one))
        self._mark_words(element, change.on)

    def _mark_words(self, element: ET.Element, is_on: int) -> None:
        element.text = _marked(element.text, is_on)
        for child in element:
            if _kind(child) == "span":
                self._mark_words(child, self._change_of(child).apply(is_on))
            child.tail = _marked(child.tail, is_on)

    def _change_of(self, element: ET.Element) -> _Change:
        """By the styles that ``element`` refers to, those that stand in a region, and its own, in this order."""
        change = _Change()
        for name in element.get("style", "").split():
            change = change.then(self._change_of_style(name))
        if _kind(element) == "region":
            for child in element:
                change = change.then(self._change_of(child))
        for key, value in element.attrib.items():
            space, _brace, name = key.rpartition("}")
            if "#styl" in space and name in _VALUES:
                style, on, off = _VALUES[name]
                words = set(value.split())
                change = change.then(
                    _Change(on=style) if words & on else _Change(off=style) if words & off else _Change()
                )
        return change

    def _change_of_style(self, name: str) -> _Change:
        """Found once; one that refers to itself adds nothing there."""
        if name in self._styles and name not in self._known:
            self._known[name] = _Change()
            self._known[name] = self._change_of(self._styles[name])
        return self._known.get(name, _Change())


def _kind(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _marked(text: str | None, is_on: int) -> str | None:
    return f"{chr(_FIRST + is_on)}{text}{_END}" if is_on and text and text.strip() else text
