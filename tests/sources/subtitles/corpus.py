"""Broken and odd subtitle files, each made from a real-world pattern, with the expected result.

``cases()`` gives every case; nothing is stored. A well-formed case names no error; for it other people's libraries must
count as many cues as we do.
"""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from tests.sources.subtitles.words import LANGUAGES, LEGACY, encode, sentences, srt, time, vtt

#: Milliseconds: the length of the video that the cases belong to.
VIDEO = 28_000

#: Cues of the ordinary file.
CUES = 8


@dataclass(frozen=True)
class Case:
    """``cues`` that come out and ``lost`` ones; ``errors`` are all ids of errors, ``remarks`` ids that must be said.

    ``fatal`` is the id of the InputError where nothing can be read. ``is_plain`` files are counted by others too.
    """

    name: str
    data: bytes
    language: str = "en"
    suffix: str = ".srt"
    cues: int = CUES
    lost: int = 0
    errors: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset()
    fatal: str | None = None
    encoding: str | None = None
    stated: str | None = None
    is_plain: bool = False
    texts: dict[int, str] = field(default_factory=dict)


def cases() -> Iterator[Case]:
    """The whole corpus."""
    yield from _encodings()
    for language in ("en", "ru", "ko"):
        yield from _srt_patterns(language)
    for language in ("es", "zh"):
        yield from _vtt_patterns(language)
    yield from _contents()
    yield from _garbled()
    yield from _other_files()


def _encodings() -> Iterator[Case]:
    """Every language in every encoding that it comes in, as SRT and WebVTT, with all line ends."""
    for language in LANGUAGES:
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", LEGACY[language]):
            for suffix, write in ((".srt", srt), (".vtt", vtt)):
                text = write(sentences(language))
                data = encode(text, encoding)
                is_ascii = text.isascii() and encoding == LEGACY[language]
                remarks = {"subtitle-encoding-likely"} if encoding[-2:] in ("le", "be") else set()
                if encoding == LEGACY[language] and not is_ascii:
                    remarks.add("subtitle-encoding-likely")
                yield Case(
                    f"{language}-{encoding}{suffix}",
                    data,
                    language,
                    suffix,
                    remarks=frozenset(remarks),
                    encoding="utf-8" if is_ascii else encoding,
                    is_plain=True,
                )
        for name, end in (("crlf", "\r\n"), ("cr", "\r")):
            data = srt(sentences(language)).replace("\n", end).encode()
            yield Case(f"{language}-{name}.srt", data, language, is_plain=name == "crlf")
        stated = encode(srt(sentences(language)), LEGACY[language])
        yield Case(f"{language}-stated.srt", stated, language, stated=LEGACY[language], encoding=LEGACY[language])


def _srt_patterns(language: str) -> Iterator[Case]:
    lines = sentences(language)
    base = srt(lines)

    def case(name: str, text: str, **expected: object) -> Case:
        for key in ("errors", "remarks"):
            expected[key] = frozenset(str(expected.get(key, "")).split())
        return Case(f"{language}-{name}.srt", text.encode(), language, **expected)  # type: ignore[arg-type]

    def timing(found: str, replacement: str) -> str:
        assert found in base
        return base.replace(found, replacement, 1)

    first = f"{time(3000)} --> {time(5500)}"
    third = f"{time(9000)} --> {time(11500)}"
    lost = {"cues": CUES - 1, "lost": 1, "errors": "subtitle-timing"}
    for name, line in {
        "arrow-only-start": "00:00:09,000 -->",
        "arrow-missing": "00:00:09,000",
        "no-milliseconds": "00:00:09 --> 00:00:11",
        "two-digits": "00:00:09,00 --> 00:00:11,50",
        "one-digit": "00:00:09,0 --> 00:00:11,5",
        "four-digits": "00:00:09,0000 --> 00:00:11,5000",
        "minute-60": "00:60:09,000 --> 00:60:11,500",
        "second-75": "00:00:75,000 --> 00:00:77,500",
        "letter-o": "OO:00:09,000 --> 00:00:11,500",
        "negative": "-00:00:09,000 --> 00:00:11,500",
    }.items():
        yield case(f"timing-{name}", timing(third, line), **lost)
    for name, line in {
        "arrow-short": "00:00:09,000 -> 00:00:11,500",
        "arrow-unicode": "00:00:09,000 → 00:00:11,500",
        "arrow-dashes": "00:00:09,000 -- 00:00:11,500",
        "arrow-double": "00:00:09,000 => 00:00:11,500",
        "arrow-long-dash": "00:00:09,000 –> 00:00:11,500",
        "wide-colon": "00：00：09，000 --> 00：00：11，500",
        "semicolon": "00:00:09;000 --> 00:00:11;500",
        "spaces-inside": "00 : 00 : 09 , 000 --> 00 : 00 : 11 , 500",
        "no-break-spaces": "00:00:09,000\u00a0-->\u00a000:00:11,500",
        "full-width-digits": "００:００:０９,０００ --> 00:00:11,500",
        "dots": "00:00:09.000 --> 00:00:11.500",
        "no-hours": "00:09,000 --> 00:11,500",
        "one-digit-hour": "0:00:09,000 --> 0:00:11,500",
        "tight-arrow": "00:00:09,000-->00:00:11,500",
    }.items():
        yield case(f"form-{name}", timing(third, line), remarks="subtitle-timing-form")
    yield case("trailing-spaces", timing(third, third + "   \t"), is_plain=True)
    coordinates = timing(third, third + " X1:100 X2:600 Y1:400 Y2:450")
    yield case("coordinates", coordinates, remarks="subtitle-position")

    yield case("number-missing", timing(f"3\n{third}", third), remarks="subtitle-number-missing")
    yield case("number-wrong", timing(f"3\n{third}", f"7\n{third}"), remarks="subtitle-number-order")
    yield case("number-twice", timing(f"3\n{third}", f"2\n{third}"), remarks="subtitle-number-order")
    yield case("numbers-from-0", _renumber(base, -1), remarks="subtitle-number-order")
    yield case("numbers-from-101", _renumber(base, 100), remarks="subtitle-number-order")
    yield case("blank-after-number", timing(f"3\n{third}", f"3\n\n{third}"))
    yield case("blank-missing", base.replace("\n\n3\n", "\n3\n"), remarks="subtitle-blank-missing")
    yield case("blanks-doubled", base.replace("\n\n", "\n\n\n"), is_plain=True)
    yield case("blank-with-spaces", base.replace("\n\n", "\n  \n"))
    yield case("blank-inside", timing(lines[3], lines[3].replace("\n", "\n\n")), remarks="subtitle-blank-inside")
    yield case("leading-blanks", "\n\n" + base, is_plain=True)
    yield case("stray-text-first", "Forum 2020\n\n" + base, errors="subtitle-stray-text")
    yield case("no-last-break", base.rstrip("\n"), is_plain=True)
    yield case("mixed-breaks", base.replace("\n", "\r\n", 9), is_plain=True)
    yield case("bom-in-the-middle", base.replace("\n3\n", "\n\ufeff3\n", 1))

    yield case("cut-in-timing", base[: base.index("00:00:20")], cues=5, lost=1, errors="subtitle-cut-off")
    yield case("cut-in-text", base[: base.index(lines[4]) + 9], cues=5, errors="subtitle-cut-off")
    yield case("cut-behind-number", base[: base.index("\n6\n") + 3], cues=5, lost=1, errors="subtitle-cut-off")
    yield case("cut-at-a-cue", base[: base.index("\n6\n")], cues=5, remarks="subtitle-ends-early")
    behind = base.index(f"{time(18000)} --> {time(20500)}") + 29
    yield case("cut-behind-timing", base[:behind] + "\n", cues=6, errors="subtitle-empty")

    empty = timing(lines[2] + "\n", "\n")
    yield case("empty-cue", empty, errors="subtitle-empty")
    yield case("blank-cue", timing(lines[2], "   "), errors="subtitle-empty")
    yield case("tags-only-cue", timing(lines[2], "<i></i>"), errors="subtitle-empty")
    yield case("backwards", timing(third, f"{time(11500)} --> {time(9000)}"), errors="subtitle-backwards")
    yield case("no-length", timing(third, f"{time(9000)} --> {time(9000)}"), errors="subtitle-backwards")
    yield case("order", timing(third, f"{time(2000)} --> {time(2900)}"), errors="subtitle-order")
    yield case("overlap", timing(first, f"{time(3000)} --> {time(6500)}"), remarks="subtitle-overlap")
    past = timing(f"{time(24000)} --> {time(26500)}", f"{time(84000)} --> {time(86500)}")
    yield case("past-end", past, errors="subtitle-past-end")
    late = timing(f"{time(24000)} --> {time(26500)}", f"{time(24000)} --> {time(33000)}")
    yield case("late-end", late, remarks="subtitle-late-end")
    flash = timing(third, f"{time(9000)} --> {time(9200)}")
    yield case("flash", flash, remarks="subtitle-flash")
    yield case("fast", timing(third, f"{time(9000)} --> {time(9500)}"), remarks="subtitle-fast")
    yield case("many-lines", timing(lines[2], "\n".join(lines[2:5])), remarks="subtitle-many-lines")
    yield case("wide", timing(lines[2], lines[2] * 4), remarks="subtitle-wide")
    twice = base + f"\n9\n{time(24000)} --> {time(26500)}\n{lines[7]}\n"
    yield case("twice", twice, cues=9, remarks="subtitle-twice")

    def marked(name: str, text: str, **expected: object) -> Case:
        return case(f"markup-{name}", timing(lines[2], text), **expected)

    yield marked("bold", f"<b>{lines[2]}</b>", texts={2: f"<b>{lines[2]}</b>"}, is_plain=True)
    yield marked("upper-case", f"<I>{lines[2]}</I>", texts={2: f"<i>{lines[2]}</i>"}, is_plain=True)
    unclosed = {"remarks": "subtitle-tag-unclosed", "texts": {2: f"<i>{lines[2]}</i>"}}
    yield marked("unclosed", f"<i>{lines[2]}", **unclosed)
    yield marked("stray-close", f"{lines[2]}</i>", remarks="subtitle-tag-stray", texts={2: lines[2]})
    crossed = f"<b><i>{lines[2]}</b></i>"
    yield marked("crossed", crossed, texts={2: f"<b><i>{lines[2]}</i></b>"})
    font = f'<font color="#ffff00">{lines[2]}</font>'
    yield marked("font", font, remarks="subtitle-style-dropped", texts={2: lines[2]})
    unknown = {"remarks": "subtitle-unknown-tag", "texts": {2: f"&lt;Applause&gt; {lines[2]}"}}
    yield marked("unknown", f"<Applause> {lines[2]}", **unknown)
    yield marked("broken-tag", f"{lines[2]} <i", remarks="subtitle-tag-broken", texts={2: f"{lines[2]} &lt;i"})
    yield marked("heart", f"{lines[2]} <3", texts={2: f"{lines[2]} &lt;3"})
    yield marked("top", f"{{\\an8}}{lines[2]}", texts={2: lines[2]}, is_plain=True)
    yield marked("pos", f"{{\\pos(10,20)}}{lines[2]}", remarks="subtitle-style-dropped", texts={2: lines[2]})
    yield marked("curly", f"{{i}}{lines[2]}{{/i}}", texts={2: f"<i>{lines[2]}</i>"})
    yield marked("ass-break", f"A\\N{lines[2]}", remarks="subtitle-line-break-tag", texts={2: f"A\n{lines[2]}"})
    for number, path in enumerate(("C:\\Notas", "\\\\servidor\\hoja", "D:\\hoy\\Nuevo", "casa\\sub\\Nota")):
        yield marked(f"path-{number}", f"{path} {lines[2]}", texts={2: f"{path} {lines[2]}"})
    yield marked("br", f"A<br/>{lines[2]}", remarks="subtitle-line-break-tag", texts={2: f"A\n{lines[2]}"})
    yield marked("entity", f"A &amp; {lines[2]}", remarks="subtitle-entity", texts={2: f"A &amp; {lines[2]}"})
    yield marked("ampersand", f"A & {lines[2]}", texts={2: f"A &amp; {lines[2]}"}, is_plain=True)
    yield marked("number-in-text", f"{lines[2]}\n2020", texts={2: f"{lines[2]}\n2020"}, is_plain=True)
    yield from _words_like_times(marked, lines[2], third)


def _words_like_times(marked: Callable[..., Case], line: str, timing: str) -> Iterator[Case]:
    """Times and arrows that people speak of, in the middle of a text."""
    for name, words in {
        "arrow": "A --> B",
        "arrow-first": "--> A",
        "arrow-alone": "-->",
        "clock": "10:30:00,000",
        "clock-and-words": "00:00:09.000 or so",
        "clock-and-arrow": "00:00:09,000 -->",
        "score": "12:30 -> 14:30",
    }.items():
        expected = words.replace(">", "&gt;")
        yield marked(f"{name}-in-text", f"{line}\n{words}\n{line}", texts={2: f"{line}\n{expected}\n{line}"})
        yield marked(f"{name}-above-text", f"{words}\n{line}", texts={2: f"{expected}\n{line}"})
        blank = {"remarks": "subtitle-blank-inside", "texts": {2: f"{line}\n{expected}\n{line}"}}
        yield marked(f"{name}-below-blank", f"{line}\n\n{words}\n{line}", **blank)
    whole = {"errors": "subtitle-timing-in-text", "texts": {2: f"{line}\n{timing.replace('>', '&gt;')}\n{line}"}}
    yield marked("timing-in-text", f"{line}\n{timing}\n{line}", **whole)


def _renumber(text: str, by: int) -> str:
    lines = text.split("\n")
    for i, line in enumerate(lines[1:]):
        if "-->" in line:
            lines[i] = str(int(lines[i]) + by)
    return "\n".join(lines)


def _vtt_patterns(language: str) -> Iterator[Case]:
    lines = sentences(language)
    base = vtt(lines)
    third = f"{time(9000, '.')} --> {time(11500, '.')}"

    def case(name: str, text: str, **expected: object) -> Case:
        for key in ("errors", "remarks"):
            expected[key] = frozenset(str(expected.get(key, "")).split())
        return Case(f"{language}-{name}.vtt", text.encode(), language, ".vtt", **expected)  # type: ignore[arg-type]

    def put(found: str, replacement: str) -> str:
        assert found in base
        return base.replace(found, replacement, 1)

    yield case("header-text", put("WEBVTT", "WEBVTT - Forum 2020"), is_plain=True)
    yield case("header-metadata", put("WEBVTT", "WEBVTT\nKind: captions\nLanguage: x"), is_plain=True)
    yield case("header-lower", put("WEBVTT", "webvtt"), errors="subtitle-header-refused")
    yield case("header-spelling", put("WEBVTT", "WEB VTT"), errors="subtitle-header-refused")
    yield case("header-late", "\n" + base, errors="subtitle-header-refused")
    yield case(
        "header-map", put("WEBVTT", "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0"), remarks="subtitle-header"
    )
    yield case("header-joined", put("WEBVTT\n\n", "WEBVTT\n"), remarks="subtitle-blank-missing")
    missing = base.removeprefix("WEBVTT\n\n")
    yield case("header-missing", missing, errors="subtitle-header-refused", remarks="subtitle-timing-form")
    yield case("identifiers", put(third, f"three\n{third}"), is_plain=True)
    yield case("identifier-two-lines", put(third, f"one\ntwo\n{third}"), errors="subtitle-stray-text")
    yield case("note", put(third, f"NOTE checked\n\n{third}"), is_plain=True)
    yield case("note-block", put(third, f"NOTE\nchecked by\nthe desk\n\n{third}"), is_plain=True)
    yield case("cue-named-note", put(third, f"NOTE\n{third}"))
    for name, block in {
        "note": "NOTE\nwords",
        "style": "STYLE\n::cue { color: red }",
        "region": "REGION\nid:a",
    }.items():
        yield case(f"cue-below-{name}", put(third, f"{block}\n{third}"), remarks="subtitle-blank-missing")
    sentence = {"errors": "subtitle-stray-text"}
    yield case("sentence-as-name", put(third, f"{lines[3]}\n{third}"), **sentence)
    yield case("header-sentence", put("WEBVTT\n\n", f"WEBVTT\n{lines[3]}\n\n"), **sentence)
    spaces = put(lines[2], f" \n{lines[2]}\n \n\t\n{lines[3]}")
    yield case("lines-of-spaces", spaces, texts={2: f"{lines[2]}\n{lines[3]}"})
    arrow = put(lines[2], f"{lines[2]}\nA --> B\n{lines[3]}")
    yield case("arrow-in-text", arrow, errors="subtitle-arrow", texts={2: f"{lines[2]}\nA --&gt; B\n{lines[3]}"})
    yield case("clock-in-text", put(lines[2], f"{lines[2]}\n10:30:00.000"), texts={2: f"{lines[2]}\n10:30:00.000"})
    style = put("WEBVTT\n\n", "WEBVTT\n\nSTYLE\n::cue { color: red }\n\n")
    yield case("style", style, remarks="subtitle-style-dropped")
    region = put("WEBVTT\n\n", "WEBVTT\n\nREGION\nid:a\nwidth:40%\n\n")
    yield case("region", region, remarks="subtitle-style-dropped")
    yield case("region-setting", put(third, f"{third} region:a"), remarks="subtitle-position")
    yield case("stray-text", put(third, f"A lost sentence.\n\n{third}"), errors="subtitle-stray-text")
    second = lines[1] + "\n\n"
    yield case("blank-missing", put(second, lines[1] + "\n"), remarks="subtitle-blank-missing")
    shown = {"errors": "subtitle-number-shown", "texts": {1: f"{lines[1]}\n3"}}
    yield case("blank-missing-number", put(second, lines[1] + "\n3\n"), **shown)
    skipped = {"errors": "subtitle-browsers-skip"}
    yield case("comma", put(third, third.replace(".", ",")), **skipped)
    yield case("one-digit-hour", put(third, "0:00:09.000 --> 0:00:11.500"), remarks="subtitle-timing-form")
    yield case("no-hours", put(third, "00:09.000 --> 00:11.500"), is_plain=True)
    lost = {"cues": 7, "lost": 1, "errors": "subtitle-timing"}
    yield case("arrow-short", put(third, third.replace("-->", "->")), **skipped)
    yield case("two-digits", put(third, "00:00:09.00 --> 00:00:11.50"), **lost)
    yield case("second-75", put(third, "00:00:75.000 --> 00:00:77.500"), **lost)
    yield case("start-only", put(third, "00:00:09.000 -->"), **lost)
    placed = put(third, f"{third} align:start position:10% line:0")
    yield case("settings", placed, remarks="subtitle-position")
    yield case("settings-top", put(third, f"{third} line:0"), is_plain=True)
    yield case("settings-old", put(third, f"{third} align:middle"), remarks="subtitle-position")
    yield case("settings-wrong", put(third, f"{third} line=0 color:red"), remarks="subtitle-position")

    def marked(name: str, text: str, expected: str, **more: object) -> Case:
        return case(f"markup-{name}", put(lines[2], text), texts={2: expected}, **more)

    rich = {"remarks": "subtitle-rich"}
    yield marked("voice", f"<v Ana>{lines[2]}", f"Ana: {lines[2]}", **rich)
    yield marked("voice-closed", f"<v.loud Ana>{lines[2]}</v>", f"Ana: {lines[2]}", **rich)
    yield marked("voices", f"<v Ana>A</v>\n<v Bo>{lines[2]}</v>", f"Ana: A\nBo: {lines[2]}", **rich)
    yield marked("ruby", f"<ruby>漢<rt>han</rt></ruby> {lines[2]}", f"漢(han) {lines[2]}", **rich)
    yield marked("ruby-open", f"<ruby>漢<rt>han</ruby> {lines[2]}", f"漢(han) {lines[2]}", **rich)
    yield marked("class", f"<c.yellow>{lines[2]}</c>", lines[2], **rich)
    yield marked("lang", f"<lang es>{lines[2]}</lang>", lines[2], **rich)
    yield marked("karaoke", f"A <00:00:10.000>{lines[2]}", f"A {lines[2]}", **rich)
    yield marked("entities", f"&lt;A&gt; &amp; {lines[2]}", f"&lt;A&gt; &amp; {lines[2]}", is_plain=True)
    yield marked("raw-ampersand", f"A & {lines[2]}", f"A &amp; {lines[2]}", is_plain=True)
    hidden = {"errors": "subtitle-browsers-hide"}
    yield marked("unknown", f"<Aplausos> {lines[2]}", f"&lt;Aplausos&gt; {lines[2]}", **hidden)
    yield marked("less-than", f"1 < 2 {lines[2]}", f"1 &lt; 2 {lines[2]}", **hidden)
    yield marked("heart", f"{lines[2]} <3", f"{lines[2]} &lt;3", **hidden)
    yield marked("break", f"A<br>{lines[2]}", f"A\n{lines[2]}", **hidden)
    yield marked("upper-case", f"<I>{lines[2]}</I>", lines[2], remarks="subtitle-style-dropped")
    yield marked("entity-open", f"A &amp B {lines[2]}", f"A &amp; B {lines[2]}")
    yield marked("curly", f"{{i}} {lines[2]}", f"{{i}} {lines[2]}", is_plain=True)
    yield case("empty-cue", put(lines[2] + "\n", ""), errors="subtitle-empty")
    yield case("cut-in-text", base[: base.index(lines[4]) + 5], cues=5, errors="subtitle-cut-off")
    yield (
        case("named-srt", base)
        if False
        else Case(
            f"{language}-webvtt-named.srt", base.encode(), language, remarks=frozenset({"subtitle-wrong-extension"})
        )
    )


def _contents() -> Iterator[Case]:
    """Files that are well made, and not what their names claim."""
    for claimed in LANGUAGES:
        for real in LANGUAGES:
            if real != claimed:
                yield Case(
                    f"{real}-named-{claimed}.srt",
                    srt(sentences(real)).encode(),
                    claimed,
                    errors=frozenset({"subtitle-language"}),
                )
    gap = srt(sentences("en")).replace(f"{time(24000)} --> {time(26500)}", f"{time(424000)} --> {time(426500)}")
    yield Case("gap.srt", gap.encode(), errors=frozenset({"subtitle-past-end"}), remarks=frozenset({"subtitle-gap"}))
    long = srt(sentences("en")).replace(time(26500), time(59000))
    remarks = frozenset({"subtitle-long", "subtitle-late-end"})
    yield Case("long.srt", long.encode(), remarks=remarks)
    shifted = "\n".join(
        f"{n}\n01:{time(n * 3000)[3:]} --> 01:{time(n * 3000 + 2500)[3:]}\n{line}\n"
        for n, line in enumerate(sentences("en"), start=1)
    )
    yield Case("television-timecode.srt", shifted.encode(), errors=frozenset({"subtitle-past-end"}))
    traditional = srt(
        ("這段錄像是論壇的開幕，論壇的主題是公共服務創新。", "我們來說說這個國家的選舉管理與實際經驗。") * 4
    )
    yield Case("zh-traditional.srt", traditional.encode(), "zh", remarks=frozenset({"subtitle-traditional"}))
    decomposed = unicodedata.normalize("NFD", srt(sentences("vi")))
    yield Case("vi-decomposed.srt", decomposed.encode(), "vi", texts={0: sentences("vi")[0]}, is_plain=True)


def _garbled() -> Iterator[Case]:
    """Damage done on the way: misread and saved again, characters lost, bytes broken."""
    garbled: list[tuple[str, str, Callable[[str], str]]] = [
        ("utf8-as-cp1252", "es", lambda t: t.encode().decode("cp1252", "replace").replace("\ufffd", "\x9d")),
        ("utf8-as-latin1", "vi", lambda t: t.encode().decode("latin-1")),
        ("utf8-as-cp1251", "ru", lambda t: t.encode().decode("cp1251", "replace").replace("\ufffd", "\x98")),
        ("cp949-as-latin1", "ko", lambda t: encode(t, "cp949").decode("latin-1")),
        ("gb18030-as-latin1", "zh", lambda t: t.encode("gb18030").decode("latin-1")),
        ("cp1251-as-latin1", "ru", lambda t: t.encode("cp1251").decode("latin-1")),
    ]
    for name, language, garble in garbled:
        data = garble(srt(sentences(language))).encode()
        yield Case(f"{name}.srt", data, language, errors=frozenset({"subtitle-mojibake"}))
    for language in ("ru", "zh", "ko", "vi"):
        questioned = srt(sentences(language)).encode("ascii", "replace")
        yield Case(f"{language}-questions.srt", questioned, language, errors=frozenset({"subtitle-lost-characters"}))
        replaced = srt(sentences(language)).encode()
        at = replaced.index(sentences(language)[2].encode()) + 4
        broken = replaced[:at] + b"\xff" + replaced[at:]
        yield Case(f"{language}-broken-byte.srt", broken, language, fatal="subtitle-encoding-broken")
        cut = srt(sentences(language)).encode("utf-16")[:-1]
        yield Case(f"{language}-cut-utf16.srt", cut, language, fatal="subtitle-encoding-broken")
        marked = srt(sentences(language)).replace(sentences(language)[2], sentences(language)[2] + "\ufffd").encode()
        yield Case(f"{language}-replacement.srt", marked, language, errors=frozenset({"subtitle-lost-characters"}))
    for name, char in (("null", "\0"), ("control", "\x07"), ("private", "\ue000"), ("c1", "\x85")):
        text = srt(sentences("en")).replace(sentences("en")[2], sentences("en")[2] + char)
        found = "subtitle-mojibake" if name == "c1" else "subtitle-garbage"  # U+0085 is CP1252's … read as Latin-1
        yield Case(f"garbage-{name}.srt", text.encode(), errors=frozenset({found}))
    mixed = srt(sentences("es")).encode() + f"\n9\n{time(27000)} --> {time(27900)}\ninnovación\n".encode("cp1252")
    yield Case("mixed-encodings.srt", mixed, "es", fatal="subtitle-encoding-broken")
    wrong = srt(sentences("ko")).encode("cp949")
    yield Case("stated-wrongly.srt", wrong, "ko", stated="utf-8", fatal="subtitle-encoding-broken")
    yield Case("stated-unknown.srt", wrong, "ko", stated="cp9499", fatal="subtitle-encoding-unknown")
    for encoding in ("koi8-r", "cp866"):
        data = encode(srt(sentences("ru")).replace("—", "-"), encoding)
        yield Case(f"ru-{encoding}.srt", data, "ru", encoding=encoding, remarks=frozenset({"subtitle-encoding-likely"}))


def _other_files() -> Iterator[Case]:
    """What arrives under a subtitle's name and is something else."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("subtitles.srt", srt(sentences("en")))
    ass = "[Script Info]\nTitle: x\n\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hello\n"
    sami = "<SAMI><BODY><SYNC Start=1000><P Class=KRCC>안녕하세요</BODY></SAMI>"
    ttml = '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>'
    for name, data, fatal in (
        ("nothing", b"", "subtitle-empty-file"),
        ("bom-only", b"\xef\xbb\xbf", "subtitle-empty-file"),
        ("blanks", b"\r\n\r\n  ", "subtitle-empty-file"),
        ("zeros", bytes(5000), "subtitle-empty-file"),
        ("zip", archive.getvalue(), "subtitle-format"),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "subtitle-format"),
        ("hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "subtitle-format"),
        ("video", b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "subtitle-format"),
        ("picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "subtitle-format"),
        ("plain-text", "\n".join(sentences("en")).encode(), "subtitle-format"),
        ("ass", ass.encode(), "subtitle-format"),
        ("sami", sami.encode("cp949"), "subtitle-format"),
        ("ttml", ttml.encode(), "subtitle-format"),
        ("xml", b"<?xml version='1.0'?><subs/>", "subtitle-format"),
        ("html", b"<!DOCTYPE html><title>Log in</title>", "subtitle-format"),
        ("microdvd", b"{100}{160}Hello|there\n", "subtitle-format"),
        ("sbv", b"0:00:01.000,0:00:02.500\nHello\n", "subtitle-format"),
        ("lrc", b"[00:01.00]Hello\n", "subtitle-format"),
        ("json", b'{"cues": []}', "subtitle-format"),
        ("rtf", b"{\\rtf1 Hello}", "subtitle-format"),
        ("scc", b"Scenarist_SCC V1.0\n\n00:00:01:00\t9420\n", "subtitle-format"),
        ("lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "subtitle-format"),
    ):
        yield Case(f"{name}.srt", data, fatal=fatal)
    yield Case("header-only.vtt", b"WEBVTT\n\n", suffix=".vtt", cues=0, errors=frozenset({"subtitle-none"}))
    notes = b"WEBVTT\n\nNOTE nothing yet\n"
    yield Case("notes-only.vtt", notes, suffix=".vtt", cues=0, errors=frozenset({"subtitle-none"}))
