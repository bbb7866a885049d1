"""Other formats become SubRip with every sentence, or nothing is written and the error says where."""

from __future__ import annotations

import random
from collections.abc import Callable

import pysubs2
import pytest
import srt  # type: ignore[import-untyped]

from tests.sources.subtitles.others.documents import ALL, ASS, SAID, SBV, SSA, TTML
from usbkit.core.errors import InputError
from usbkit.sources.subtitles import parse_track
from usbkit.sources.subtitles.others.conversion import convert
from usbkit.sources.subtitles.others.sbv import read_sbv
from usbkit.sources.subtitles.others.spoken import Spoken, words_of
from usbkit.sources.subtitles.others.substation import read_substation
from usbkit.sources.subtitles.others.ttml import read_ttml


def made(text: str, name: str = "talk.en.ass") -> list[tuple[int, int, str]]:
    """What another program's reader finds in what we make."""
    data = convert(text.encode(), name, "en").data.decode("utf-8-sig").replace("\r\n", "\n")
    read = list(srt.parse(data))
    assert [s.index for s in read] == list(range(1, len(read) + 1))
    found = pysubs2.SSAFile.from_string(data, "srt").events
    return [(e.start, e.end, e.plaintext.strip()) for e in found]


def refused(text: str | bytes, name: str = "talk.en.ass", language: str | None = "en") -> str:
    with pytest.raises(InputError) as caught:
        convert(text.encode() if isinstance(text, str) else text, name, language)
    (finding,) = caught.value.findings
    return f"{finding.id}: {finding.what}"


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_sentence_is_kept_in_every_format(name: str, breaks: str, encoding: str) -> None:
    converted = convert(ALL[name].replace("\n", breaks).encode(encoding), name, "en")
    assert [(c.start, c.end, c.plain) for c in parse_track(converted.data, "en", "x.srt").cues] == SAID
    assert (converted.cues, converted.left_out, converted.findings) == (2, (), ())
    assert made(ALL[name], name) == SAID


def test_bold_italic_and_places_are_kept() -> None:
    first, second = parse_track(convert(ASS.encode(), "a.en.ass", "en").data, "en", "x.srt").cues
    assert first.text == "Good morning, <i>Minister</i>.\nHow are you?"
    assert (second.text, second.settings) == ("<i>Thank you &amp; welcome.</i>", "line:0")
    bold = ASS.replace(r"{\i1}", r"{\an7\b1\u1}").replace(r"{\i0}", r"{\b0\u0}")
    first = parse_track(convert(bold.encode(), "a.en.ass", "en").data, "en", "x.srt").cues[0]
    assert first.text == "Good morning, <b><u>Minister</u></b>.\nHow are you?"
    assert first.settings == "line:0 align:left"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"a < b --> c {\fad(1,2)}\hd", "a < b --> c d"),
        (r"<b>no tag</b> of ours", "<b>no tag</b> of ours"),
        (r"{\k20}Ka{\k30}ra{\k10}o{\k40}ke", "Karaoke"),
        (r"soft\nbreak", "soft\nbreak"),
        (r"{\p1}m 0 0 l 9 9{\p0}after a drawing", "after a drawing"),
        (r"one, two, three", "one, two, three"),
        (r"an open { brace", "an open { brace"),
        (r"Use \{braces\} {\b1}always{\b0}", "Use {braces} always"),
        (r"\{\an8\} is no tag", r"{\an8} is no tag"),
        ("7", "7"),
        ("00:00:01,000 --> 00:00:02,000", "00:00:01,000 --> 00:00:02,000"),
    ],
)
def test_what_is_spoken_is_kept_whatever_it_looks_like(text: str, said: str) -> None:
    data = convert(ASS.replace("Thank you & welcome.", text).encode(), "a.en.ass", "en").data
    assert parse_track(data, "en", "x.srt").cues[1].plain == said


def test_what_no_player_shows_is_named() -> None:
    text = ASS.replace("welcome.", "welcome.{ask him}{}") + "Comment: 0,0:00:01.00,0:00:02.00,,,0,0,0,,a note\n"
    text += "Dialogue: 0,0:00:09.00,0:00:09.50,Default,,0,0,0,,{\\p1}m 0 0 l 9 9\n"
    converted = convert(text.encode(), "a.en.ass", "en")
    assert converted.cues == 2
    assert converted.left_out == ("{ask him}", "Comment: 0,0:00:01.00,0:00:02.00,,,0,0,0,,a note")


def test_a_style_that_cannot_be_read_costs_no_sentence() -> None:
    for colour in ("&HWHITE", "", "-1"):
        assert made(ASS.replace("&H00FFFFFF", colour)) == SAID


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0:00:05.00", "0:00:05", "a dialogue without two times"),
        ("0:00:05.00", "-0:00:05.00", "a dialogue without two times"),
        ("Dialogue: 0,0:00:05.00", "Dialog: 0,0:00:05.00", "a line that is no dialogue"),
        ("Dialogue: 0,0:00:05.00", "dialogue: 0,0:00:05.00", "do not agree on the times"),
        ("Top,,0,0,0,,Thank you &", "Top,0,0,0,,Thank you, &", "a dialogue whose fields are not where"),
        ("Effect, Text", "Text, Effect", "do not agree on the times"),
        ("Thank you & welcome.", "Thank you\nand welcome.", "a line that is no dialogue"),
    ],
)
def test_ass_that_would_lose_a_sentence_is_refused(old: str, new: str, said: str) -> None:
    assert old in ASS
    assert f"subtitle-not-kept: {said}" in refused(ASS.replace(old, new)).replace("two readings of it ", "")


def test_ssa_without_its_text_is_refused() -> None:
    assert "there is no text in it" in refused(SSA[: SSA.index("Dialogue:")], "a.en.ssa")
    assert "two times" in refused(SSA.replace(",,0,0,0,,Thank you & welcome.", ""), "a.en.ssa")


@pytest.mark.parametrize(
    "time",
    ["00:00:05:00", "5s", "5000ms", "125f", "5000t", "00:05.000", "0.08333333333333333m"],
)
def test_every_way_to_write_a_time_in_ttml(time: str) -> None:
    text = TTML.replace('begin="00:00:05.000"', f'begin="{time}"')
    assert made(text, "a.en.ttml") == SAID
    relative = TTML.replace("<div>", '<div begin="1s">').replace("00:00:01.000", "0s").replace("00:00:03.500", "2.5s")
    relative = relative.replace("00:00:05.000", "4s").replace('end="00:00:07.200"', 'dur="2.2s"')
    assert made(relative, "a.en.ttml") == SAID


@pytest.mark.parametrize(
    "space", ["http://www.w3.org/2006/10/ttaf1", "http://www.w3.org/2006/04/ttaf1", "http://www.w3.org/2004/11/ttaf1"]
)
def test_drafts_of_ttml_are_read(space: str) -> None:
    assert made(TTML.replace("http://www.w3.org/ns/ttml", space), "a.en.dfxp") == SAID


def test_metadata_of_ttml_is_not_spoken() -> None:
    text = TTML.replace("<div>", "<div><ttm:desc>about it</ttm:desc><metadata>more</metadata>")
    assert made(text, "a.en.ttml") == SAID


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<div>", "<div><div>", "the XML is broken at character "),
        ("</body>", "<p begin='8s' end='9s'>Outside.</p></body>", "a sentence would be lost"),
        ("<span>", '<span begin="1s">', "times of their own"),
        ("<br/>", "<ruby>and</ruby>", "a sentence would be lost"),
        ('ttp:tickRate="1000"', "", ""),
        ('begin="00:00:05.000"', 'begin="about five"', "it cannot be converted"),
        (' end="00:00:07.200"', "", "'end' is missing"),
        ("<div>", '<div timeContainer="seq">', "it cannot be converted"),
        ('ttp:frameRate="25"', 'ttp:frameRate="fast"', "rates of frames"),
        ('ttp:frameRate="25"', 'ttp:timeBase="smpte" ttp:markerMode="discontinuous"', "marks on a tape"),
        ("<tt ", '<!DOCTYPE tt [<!ENTITY x "y">]><tt ', "this is XML, which is not converted"),
        ("<body>", "<other>", "the XML is broken at character "),
    ],
)
def test_ttml_that_would_lose_a_sentence_is_refused(old: str, new: str, said: str) -> None:
    assert old in TTML
    text = TTML.replace(old, new)
    if said:
        assert said in refused(text, "a.en.ttml")
        return
    for time in ("5000t", "125f"):
        text = TTML.replace(old, new).replace('ttp:frameRate="25"', "").replace("00:00:05.000", time)
        assert "does not say how long one is" in refused(text, "a.en.ttml")


def test_ttml_without_a_body_is_refused() -> None:
    body = TTML[TTML.index("<body>") : TTML.index("</body>") + 7]
    assert "there is no text in it" in refused(TTML.replace(body, ""), "a.en.ttml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0:00:05.000,0:00:07.200", "0:00:05.00,0:00:07.20", "the timing line cannot be read"),
        ("0:00:05.000,0:00:07.200", "0:00:75.000,0:00:77.200", "the timing line cannot be read"),
        ("0:00:05.000,0:00:07.200", "0:00:05.f00,0:00:07.200", "the timing line cannot be read"),
        ("0:00:05.000,0:00:07.200\n", "", "text that belongs to no cue"),
        ("0:00:05.000,0:00:07.200\n", "0:00:05.000,0:00:07.200\n\n", ""),
        ("0:00:01.000,0:00:03.500\n", "A title\n0:00:01.000,0:00:03.500\n", "text without times"),
        ("0:00:01.000,0:00:03.500\n", "0:00:01.000,0:00:03.500 \n", ""),
    ],
)
def test_sbv_that_would_lose_a_sentence_is_refused(old: str, new: str, said: str) -> None:
    if said:
        assert said in refused(SBV.replace(old, new), "a.en.sbv")
    else:
        assert made(SBV.replace(old, new), "a.en.sbv") == SAID


def test_an_old_encoding_is_sure_or_refused() -> None:
    korean = ASS.replace(
        "Thank you & welcome.", "안녕하십니까, 장관님. 오늘 와 주셔서 대단히 감사합니다. 회의를 시작하겠습니다."
    )
    data = korean.encode("cp949")
    assert "감사합니다" in convert(data, "a.ko.ass", "ko").data.decode()
    assert "subtitle-encoding-guess" in refused(data, "a.ass", None)
    assert "감사합니다" in convert(data, "a.ass", None, "cp949").data.decode()
    assert "subtitle-encoding-guess" in refused(data, "a.ass", "es")


def test_other_formats_are_not_converted() -> None:
    assert "JSON" in refused('[{"start": 1}]', "a.json")
    assert "text without times" in refused("only words", "a.txt")


def test_cut_anywhere_no_sentence_is_changed_in_silence() -> None:
    """Whatever is cut off or overwritten: what is made says what a plain look for the words finds, or it is refused."""
    draw = random.Random(20)
    for name, text in ALL.items():
        for _round in range(150):
            at = draw.randrange(len(text))
            hurt = text[:at] + draw.choice(["", "\n", "{", "<", "0", "X"]) + text[at + draw.randrange(3) :]
            try:
                converted = convert(hurt.encode(), name, "en")
            except InputError:
                continue
            said = " ".join(c.plain for c in parse_track(converted.data, "en", "x.srt").cues)
            for word in ("morning", "How", "Thank", "welcome"):
                assert word in said or word not in hurt or any(word in x for x in converted.left_out), (name, hurt)


@pytest.mark.parametrize(
    ("read", "text"), [(read_substation, ASS), (read_substation, SSA), (read_ttml, TTML), (read_sbv, SBV)]
)
def test_each_reader_hands_on_cues_and_a_count_of_the_words(read: Callable[[str, str], Spoken], text: str) -> None:
    spoken = read(text, "x")
    assert spoken.words == words_of(said for _start, _end, said in SAID)
    assert [(c.start, c.end, c.plain) for c in spoken.cues] == SAID
