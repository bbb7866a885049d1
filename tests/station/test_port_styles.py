"""The states of a port, as the document lists them."""

from __future__ import annotations

import re

from tests.support.cli import TOP
from usbkit.station.messages import PortState
from usbkit.station.port_styles import PORT_STYLES


def test_the_document_lists_every_state_with_its_word_and_sign() -> None:
    text = (TOP / "docs/station.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| ([\w ]+) \| (\S) \|", text, re.MULTILINE)
    assert rows == [(str(state), str(PORT_STYLES[state].word), PORT_STYLES[state].symbol) for state in PortState]
