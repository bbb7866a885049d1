"""The same two sentences in each of the other formats."""

from __future__ import annotations

_COLOURS = "&H00FFFFFF,&H000000FF,&H00000000,&H00000000"
STYLE = f"Style: {{name}},Arial,20,{_COLOURS},0,{{italic}},0,0,100,100,0,0,1,2,2,{{place}},10,10,10,1"

ASS = rf"""[Script Info]
; made by hand
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
{STYLE.format(name="Default", italic=0, place=2)}
{STYLE.format(name="Top", italic=-1, place=8)}

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:03.50,Default,,0,0,0,,Good morning, {{\i1}}Minister{{\i0}}.\NHow are you?
Dialogue: 0,0:00:05.00,0:00:07.20,Top,,0,0,0,,Thank you & welcome.
"""  # noqa: E501

SSA = r"""[Script Info]
ScriptType: v4.00

[V4 Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, TertiaryColour, BackColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, AlphaLevel, Encoding
Style: Default,Arial,20,16777215,255,0,0,0,0,1,2,2,2,10,10,10,0,1

[Events]
Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: Marked=0,0:00:01.00,0:00:03.50,Default,,0,0,0,,Good morning, {\i1}Minister{\i0}.\NHow are you?
Dialogue: Marked=0,0:00:05.00,0:00:07.20,Default,,0,0,0,,Thank you & welcome.
"""  # noqa: E501

TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
    xmlns:ttm="http://www.w3.org/ns/ttml#metadata" ttp:frameRate="25" ttp:tickRate="1000" xml:lang="en">
  <head/>
  <body><div>
    <p begin="00:00:01.000" end="00:00:03.500">Good morning, <span>Minis</span>ter.<br/>How
       are you?</p>
    <p begin="00:00:05.000" end="00:00:07.200">Thank you &amp; welcome.</p>
  </div></body>
</tt>
"""

SBV = """0:00:01.000,0:00:03.500
Good morning, Minister.
How are you?

0:00:05.000,0:00:07.200
Thank you & welcome.
"""

ALL = {"talk.en.ass": ASS, "talk.en.ssa": SSA, "talk.en.ttml": TTML, "talk.en.sbv": SBV}

#: What they say: milliseconds, and lines without markup.
SAID = [(1000, 3500, "Good morning, Minister.\nHow are you?"), (5000, 7200, "Thank you & welcome.")]
