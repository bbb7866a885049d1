"""How a port's state looks from across the room: a word, a symbol and a colour, none of them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from usbkit.core.messages import Text, _
from usbkit.station.messages import PortState


@dataclass(frozen=True, slots=True)
class Look:
    """``colour`` is a colour that click knows; ``calls``: the bell rings, somebody is wanted."""

    word: Text
    symbol: str
    colour: str | None
    calls: bool = False


LOOKS: Mapping[PortState, Look] = {
    PortState.EMPTY: Look(_("empty"), "·", None),
    PortState.LOOKING: Look(_("LOOKING"), "…", "cyan"),
    PortState.ASKING: Look(_("ASKS"), "?", "yellow", calls=True),
    PortState.WAITING: Look(_("WAITING"), "…", "cyan"),
    PortState.WRITING: Look(_("WRITING"), "▶", "blue"),
    PortState.PROVING: Look(_("PROVING"), "◀", "blue"),
    PortState.CHECKING: Look(_("CHECKING"), "◀", "blue"),
    PortState.WHOLE: Look(_("WHOLE"), "✔", "green", calls=True),
    PortState.BAD: Look(_("BAD"), "✘", "red", calls=True),
    PortState.LEFT: Look(_("LEFT ALONE"), "–", "white", calls=True),
    PortState.STOPPED: Look(_("STOPPED"), "■", "magenta", calls=True),
}
