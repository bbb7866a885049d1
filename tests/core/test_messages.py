from usbkit.core.messages import Text, _, escape


def test_values_from_outside_cannot_steer_a_terminal() -> None:
    assert str(_("{name} is empty", name="a\x1b[2Jb\u202ec\nd")) == "a\\x1b[2Jb\\u202ec\\x0ad is empty"


def test_scripts_stay_as_they_are() -> None:
    assert escape("ភាសាខ្មែរ Côte 한국어 👩‍🌾") == "ភាសាខ្មែរ Côte 한국어 👩‍🌾"


def test_messages_nest() -> None:
    assert str(_("outer {inner}", inner=_("in {x}", x=1))) == "outer in 1"


def test_a_message_without_values_may_hold_what_its_file_holds() -> None:
    assert str(Text("100 %")) == "100 %"
