"""How a port's state is shown for readers across the room: a word, a symbol and a colour together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from usbkit.core.messages import Text, _
from usbkit.station.messages import PortState


@dataclass(frozen=True, slots=True)
class PortStyle:
    """``colour`` is a colour name of click; ``calls``: the bell rings, because a person is needed."""

    word: Text
    symbol: str
    colour: str | None
    calls: bool = False


PORT_STYLES: Mapping[PortState, PortStyle] = {
    PortState.EMPTY: PortStyle(_("empty"), "·", None),
    PortState.LOOKING: PortStyle(_("LOOKING"), "…", "cyan"),
    PortState.ASKING: PortStyle(_("ASKS"), "?", "yellow", calls=True),
    PortState.WAITING: PortStyle(_("WAITING"), "…", "cyan"),
    PortState.WRITING: PortStyle(_("WRITING"), "▶", "blue"),
    PortState.PROVING: PortStyle(_("PROVING"), "◀", "blue"),
    PortState.CHECKING: PortStyle(_("CHECKING"), "◀", "blue"),
    PortState.WHOLE: PortStyle(_("WHOLE"), "✔", "green", calls=True),
    PortState.BAD: PortStyle(_("BAD"), "✘", "red", calls=True),
    PortState.LEFT: PortStyle(_("LEFT ALONE"), "–", "white", calls=True),
    PortState.STOPPED: PortStyle(_("STOPPED"), "■", "magenta", calls=True),
}
