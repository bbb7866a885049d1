import sys
import unicodedata

from usbkit.core.messages import Text, _, escape


def test_values_from_outside_cannot_steer_a_terminal() -> None:
    assert str(_("{name} is empty", name="a\x1b[2Jb\u202ec\nd")) == "a\\x1b[2Jb\\u202ec\\x0ad is empty"


def test_scripts_stay_as_they_are() -> None:
    assert escape("ភាសាខ្មែរ Côte 한국어 👩‍🌾") == "ភាសាខ្មែរ Côte 한국어 👩‍🌾"


def test_messages_nest() -> None:
    assert str(_("outer {inner}", inner=_("in {x}", x=1))) == "outer in 1"


def test_a_message_without_values_may_hold_what_its_file_holds() -> None:
    assert str(Text("100 %")) == "100 %"


def test_of_every_character_only_those_that_steer_are_escaped() -> None:
    bidi = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    escaped = {chr(n) for n in range(sys.maxunicode + 1) if escape(chr(n)) != chr(n)}
    steering = {c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    assert escaped == steering | set(bidi)
    assert escape("\x1b\u202e\ud800") == "\\x1b\\u202e\\ud800"
