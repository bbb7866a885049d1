"""TTML and its older name DFXP: XML in which each ``<p>`` has two times (W3C TTML1).

pysubs2 reads one namespace and times in seconds. Equivalent forms are converted to that first: the namespaces of the
drafts, times in frames and ticks (TTML1 8.3.2, by the rates that the document states), and ``dur``.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fractions import Fraction

from usbkit.core.messages import _
from usbkit.sources.subtitles.model import Cue
from usbkit.sources.subtitles.others.spoken import Spoken, pysubs2_errors, refuse, words_of
from usbkit.sources.subtitles.others.ttml_styles import mark_styles, to_tags

_TT = "http://www.w3.org/ns/ttml"
#: The drafts of 2004 and 2006 call the same elements so; behind it may stand ``#parameter`` and the like.
_DRAFTS = re.compile(r"http://www\.w3\.org/20\d\d/(?:\d\d/)?ttaf1")

_FRAMES = re.compile(r"(\d{2,}):(\d{2}):(\d{2}):(\d{2,})", re.ASCII)
_COUNT = re.compile(r"(\d+(?:\.\d+)?)(f|t)", re.ASCII)

#: Attributes of other timing than that of whole paragraphs, which nothing here carries.
_TIMES = ("begin", "end", "dur")


def read_ttml(text: str, name: str) -> Spoken:
    """Return the cues of a TTML document. Raises InputError if it is invalid or a sentence would be lost."""
    text = _DRAFTS.sub(_TT, re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    try:
        root = ET.fromstring(text)
    except ET.ParseError as problem:
        what = _("the XML is broken at character {column} of this line", column=problem.position[1] + 1)
        raise refuse(name, what, problem.position[0]) from problem
    body = root.find(f"{{{_TT}}}body")
    if body is None:
        raise refuse(name, _("there is no text in it"))
    words = words_of([*_texts(body)])
    _plain(root, body, name)
    mark_styles(root, body)
    with pysubs2_errors(name) as pysubs2:
        read = pysubs2.SSAFile.from_string(ET.tostring(root, encoding="unicode"), "ttml")
        cues = [Cue(e.start, e.end, to_tags(e.text.replace("\\N", "\n"))) for e in read.events if e.text.strip()]
    return Spoken(tuple(cues), words)


def _texts(element: ET.Element) -> Iterator[str]:
    """All that stands between the tags, but for metadata: words go on over a ``span``, and end at a line or ``p``."""
    yield " ".join("".join(_runs(element)).split())


def _runs(element: ET.Element) -> Iterator[str]:
    kind = element.tag.rpartition("}")[2]
    if "#metadata" in element.tag or kind == "metadata":
        return
    ends = "" if kind == "span" else " "
    yield ends + (element.text or "")
    for child in element:
        yield from _runs(child)
        yield child.tail or ""
    yield ends


def _plain(root: ET.Element, body: ET.Element, name: str) -> None:
    """Bring the times into pysubs2's form. Raises InputError for times inside a paragraph or of an unknown clock."""
    rates = _Rates(root, name)
    for element in body.iter():
        kind = element.tag.rpartition("}")[2]
        if kind in ("span", "br") and any(time in element.attrib for time in _TIMES):
            raise refuse(name, _("words inside a cue have times of their own: {found}", found=element.get("begin")))
        for time in _TIMES:
            if time in element.attrib:
                element.set(time, rates.to_seconds(element.attrib[time].strip()))
        if "dur" in element.attrib and "end" not in element.attrib:
            element.set("duration", element.attrib["dur"])


class _Rates:
    """A document's frames and ticks a second (TTML1 6.2)."""

    def __init__(self, root: ET.Element, name: str) -> None:
        def stated(key: str) -> str | None:
            return root.get(f"{{{_TT}#parameter}}{key}")

        self.name = name
        if stated("timeBase") not in (None, "media") and stated("markerMode") == "discontinuous":
            raise refuse(name, _("its times are marks on a tape, not moments of the video"))
        try:
            over, under = map(int, (stated("frameRateMultiplier") or "1 1").replace(":", " ").split())
            rate = stated("frameRate")
            self.frames = None if rate is None else Fraction(rate) * over / under
            ticks = stated("tickRate")
            self.ticks = None if ticks is None else Fraction(ticks)
        except (ValueError, ZeroDivisionError) as problem:
            raise refuse(name, _("its rates of frames cannot be read: {reason}", reason=problem)) from problem

    def to_seconds(self, time: str) -> str:
        """``time`` in seconds where it is in frames or ticks, else as it is."""
        if match := _FRAMES.fullmatch(time):
            hours, minutes, seconds, frames = map(int, match.groups())
            whole = (hours * 60 + minutes) * 60 + seconds
            return _write(whole + frames / self._require(self.frames, time))
        if match := _COUNT.fullmatch(time):
            rate = self.frames if match.group(2) == "f" else self.ticks
            return _write(Fraction(match.group(1)) / self._require(rate, time))
        return time

    def _require(self, rate: Fraction | None, time: str) -> Fraction:
        if not rate or rate <= 0:
            raise refuse(
                self.name, _("{time} counts frames or ticks, and the file does not say how long one is", time=time)
            )
        return rate


def _write(seconds: Fraction) -> str:
    milliseconds = round(seconds * 1000)
    return f"{milliseconds // 1000}.{milliseconds % 1000:03}s"
