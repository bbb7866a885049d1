from usbkit.core import package_data
from usbkit.site.fonts import FONTS, fonts_for


def test_only_scripts_that_old_computers_lack_need_a_font() -> None:
    assert fonts_for(["es", "km", "en"]) == ("noto-sans-khmer",)
    assert fonts_for(["my", "km"]) == ("noto-sans-khmer", "noto-sans-myanmar")
    assert fonts_for(["es", "zh", "ko"]) == ()


def test_each_font_has_its_files_and_its_licence() -> None:
    for folder in FONTS.values():
        there = {p.name for p in (package_data.templates() / "assets" / "fonts" / folder).iterdir()}
        assert there == {"400.woff2", "700.woff2", "LICENSE.txt", "font.css"}
