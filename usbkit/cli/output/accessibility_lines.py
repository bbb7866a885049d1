"""Which criteria of WCAG 2.2, guideline 1.2 recordings meet, in words: recordings with equal results share lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from usbkit.cli.output.columns import fold
from usbkit.core.messages import Text, _
from usbkit.orders.readiness.accessibility import Accessibility, Standing

#: The criteria by what the reader would look for; the names are those of the guideline's headings.
_NAMES: dict[str, Text] = {
    "1.2.1": _("the picture in words or sound (1.2.1)"),
    "1.2.2": _("captions (1.2.2)"),
    "1.2.3": _("audio description or text (1.2.3)"),
    "1.2.5": _("audio description (1.2.5)"),
    "1.2.6": _("sign language (1.2.6)"),
    "1.2.7": _("extended audio description (1.2.7)"),
    "1.2.8": _("all of it as text (1.2.8)"),
}

_PARTS: dict[Standing, Text] = {
    Standing.THERE: _("there"),
    Standing.PARTLY: _("in part"),
    Standing.ABSENT: _("not there"),
}


def accessibility_lines(found: Sequence[Accessibility], columns: int) -> Iterator[str]:
    """Yield a heading for each group of recordings with equal results, then criteria met, partly met, and not met."""
    groups: dict[tuple[tuple[str, Standing], ...], list[str]] = {}
    for one in found:
        groups.setdefault(tuple(one.criteria.items()), []).append(one.recording)
    for criteria, recordings in groups.items():
        is_every = len(groups) == 1
        names = _("all recordings") if is_every else ", ".join(recordings)
        yield from fold(str(_("Accessibility (WCAG 2.2) of {recordings}:", recordings=names)), columns, "  ")
        for standing, word in _PARTS.items():
            listed = ", ".join(str(_NAMES[number]) for number, stands in criteria if stands is standing)
            if listed:
                yield from fold(str(_("{part}: {list}", part=word, list=listed)), columns, "    ", "  ")
