"""Bold, italic and underlined words of TTML become tags, wherever their style is stated."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.sources.subtitles.others.documents import SAID, TTML
from usbkit.sources.subtitles import parse_track
from usbkit.sources.subtitles.others.conversion import convert
from usbkit.sources.subtitles.others.ttml_styles import BOLD, ITALIC, mark_styles, to_tags

_SPACE = 'xmlns:tts="http://www.w3.org/ns/ttml#styling" '


def texts(head: str = "", space: str = _SPACE, **changed: str) -> list[str]:
    """The cues of `TTML` with ``head`` in its head, and with the attributes ``changed`` of the elements so called."""
    source = TTML.replace("<tt ", f"<tt {space}").replace("<head/>", f"<head>{head}</head>")
    for name, attributes in changed.items():
        source = source.replace(f"<{name}>", f"<{name} {attributes}>").replace(
            "<p begin", f"<p {changed.get('p', '')} begin"
        )
    cues = parse_track(convert(source.encode(), "a.en.ttml", "en").data, "en", "x.srt").cues
    assert [(c.start, c.end, c.plain) for c in cues] == SAID
    return [c.text for c in cues]


@pytest.mark.parametrize(
    ("attribute", "tag"),
    [
        ('tts:fontStyle="italic"', "i"),
        ('tts:fontStyle="oblique"', "i"),
        ('tts:fontWeight="bold"', "b"),
        ('tts:textDecoration="underline"', "u"),
        ('tts:textDecoration="noLineThrough underline"', "u"),
    ],
)
def test_a_style_of_its_own(attribute: str, tag: str) -> None:
    first, second = texts(span=attribute)
    assert first == f"Good morning, <{tag}>Minis</{tag}>ter.\nHow are you?"
    assert second == "Thank you &amp; welcome."
    assert texts(body=attribute)[1] == texts(div=attribute)[1] == f"<{tag}>Thank you &amp; welcome.</{tag}>"


@pytest.mark.parametrize(
    "head",
    [
        '<styling><style xml:id="a" tts:fontStyle="italic"/></styling>',
        '<styling><style id="a" tts:fontStyle="italic"/></styling>',
        '<styling><style xml:id="b" tts:fontStyle="italic"/><style xml:id="a" style="b"/></styling>',
        '<styling><style id="b" tts:fontStyle="normal"/><style id="a" style="b" tts:fontStyle="italic"/></styling>',
        '<styling><style xml:id="a" style="a" tts:fontStyle="italic"/></styling>',
    ],
)
def test_a_style_that_is_referred_to(head: str) -> None:
    assert texts(head, span='style="none a"')[0] == "Good morning, <i>Minis</i>ter.\nHow are you?"
    assert texts(head, p='style="a"')[1] == "<i>Thank you &amp; welcome.</i>"


def test_styles_that_refer_to_each_other_end() -> None:
    """Each of 60 refers to all behind it twice: followed one by one that would be more ways than there are atoms."""
    names = [f"s{n}" for n in range(60)]
    styles = [f'<style id="{name}" style="{" ".join(names[n + 1 :] * 2)}"/>' for n, name in enumerate(names[:-1])]
    styles.append('<style id="s59" style="s0" tts:fontStyle="italic"/>')
    assert texts(f"<styling>{''.join(styles)}</styling>", p='style="s0"')[1] == "<i>Thank you &amp; welcome.</i>"


def test_a_region_hands_its_style_down() -> None:
    for inside in (' tts:fontWeight="bold"/>', '><style tts:fontWeight="bold"/></region>', ' style="s"/>'):
        head = (
            f'<styling><style xml:id="s" tts:fontWeight="bold"/></styling><layout><region xml:id="r"{inside}</layout>'
        )
        assert texts(head, div='region="r"')[1] == "<b>Thank you &amp; welcome.</b>"
        assert texts(head)[1] == texts(head, div='region="other"')[1] == "Thank you &amp; welcome."


def test_what_stands_further_inside_counts() -> None:
    first, second = texts(div='tts:fontStyle="italic" tts:fontWeight="bold"', span='tts:fontStyle="normal"')
    assert first == "<b><i>Good morning, </i></b><b>Minis</b><b><i>ter.</i></b>\n<b><i>How are you?</i></b>"
    assert second == "<b><i>Thank you &amp; welcome.</i></b>"
    assert texts(p='tts:textDecoration="underline"', span='tts:textDecoration="none"')[0].count("Minis</u>") == 0
    assert texts(p='tts:fontStyle="italic"', span='tts:fontStyle="inherit"')[0].startswith(
        "<i>Good morning, Minister.</i>"
    )


def test_styles_of_a_draft() -> None:
    source = TTML.replace("<span>", '<span tts:fontStyle="italic">').replace("<tt ", f"<tt {_SPACE}")
    draft = source.replace("ns/ttml#styling", "2006/10/ttaf1#style").replace("ns/ttml", "2006/10/ttaf1")
    assert "<i>Minis</i>ter" in convert(draft.encode(), "a.en.dfxp", "en").data.decode()
    other = source.replace("http://www.w3.org/ns/ttml#styling", "urn:other")
    assert "<i>" not in convert(other.encode(), "a.en.ttml", "en").data.decode()


def test_a_text_with_the_marks_in_it_stays_as_it_is() -> None:
    """They are none of Unicode's characters, and nothing is read into them."""
    source = TTML.replace("<span>", '<span tts:fontStyle="italic">').replace("<tt ", f"<tt {_SPACE}")
    root = ET.fromstring(source.replace("welcome", "wel\ufdd2come").partition("?>")[2])
    before = ET.tostring(root)
    mark_styles(root, root)
    assert ET.tostring(root) == before


def test_marks_become_tags() -> None:
    on = chr(0xFDD0 + ITALIC), chr(0xFDD0 + ITALIC + BOLD)
    assert to_tags(f"a {on[0]}b\ufdd8{on[0]} c\ufdd8 {on[1]}< \ufdd8") == "a <i>b c</i> <b><i>&lt; </i></b>"
    assert to_tags(f"{on[0]} \ufdd8") == " "
