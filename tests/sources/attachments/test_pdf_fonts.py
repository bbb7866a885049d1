"""Fonts that a PDF wants: wherever they stand in it, those that neither it nor every reader has are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.attachments.test_pdf import page_in_font, write
from usbkit.sources.attachments.pdf import examine_pdf, read_pages

_TEXT = b"BT /F 24 Tf 20 60 Td (AB) Tj ET"


def named(path: Path) -> str:
    """What is said to be missing; no picture is made of what lacks it."""
    found = examine_pdf(path)
    assert all(f.id == "pdf-fonts-missing" and not f.is_error for f in found)
    assert [p.picture is None for p in read_pages(path, True)] == [bool(found)]
    return "".join(str(f.what).partition("the fonts ")[2].partition(":")[0] for f in found)


def page(
    path: Path, content: bytes, *objects: bytes, resources: bytes = b"/Font<</F 5 0 R>>", more: bytes = b""
) -> Path:
    """One page; ``objects`` are numbered from 5."""
    return write(
        path,
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 120]/Contents 4 0 R/Resources<<%b>>%b>>" % (resources, more),
            stream(content),
            *objects,
        ],
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n" % (len(content), entries) + content + b"\nendstream"


def font(name: bytes, kind: bytes = b"TrueType", more: bytes = b"") -> bytes:
    return b"<</Type/Font/Subtype/" + kind + b"/BaseFont/" + name + more + b">>"


def composite(name: bytes) -> tuple[bytes, ...]:
    """A font of two bytes a letter that says what letters they are: Ж and ж. The objects 5 to 8."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000>"
        b" <FFFF> endcodespacerange 2 beginbfchar <0041> <0416> <0042> <0436> endbfchar endcmap end end"
    )
    return (
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>" % name,
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/FontDescriptor 8 0 R/DW 600>>" % name,
        stream(cmap),
        b"<</Type/FontDescriptor/FontName/%b/Flags 32/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200"
        b"/CapHeight 700/StemV 80>>" % name,
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (b"Arial-BoldItalicMT", ""),
        (b"ABCDEF+Arial,Bold", ""),
        (b"CourierNewPS-ItalicMT", ""),
        (b"TimesNewRomanPSMT", ""),
        (b"ArialNarrow", "ArialNarrow"),
        (b"Arial-Black", "Arial-Black"),
        (b"ArialUnicodeMS", "ArialUnicodeMS"),
        (b"TimesTen-Roman", "TimesTen-Roman"),
        (b"HelveticaNeue-Light", "HelveticaNeue-Light"),
        (b"Malgun#20Gothic,Bold", "MalgunGothic,Bold"),
        (b"@Batang", "Batang"),
        (b"#B9#D9#C5#C1", "바탕"),
        (b"#EB#B0#94#ED#83#95", "바탕"),
        (b"Schr#F6der", "Schröder"),
        (b"Wingdings-Regular", "Wingdings-Regular"),
        (b"Symbol", "Symbol"),
    ],
)
def test_only_the_standard_fonts_may_be_left_out(tmp_path: Path, name: bytes, said: str) -> None:
    """A name that begins like one of theirs is another font."""
    assert named(page_in_font(tmp_path / "a.pdf", name)) == said


@pytest.mark.parametrize("name", [b"Symbol", b"ZapfDingbats"])
def test_the_standard_fonts_of_signs_may_be_left_out(tmp_path: Path, name: bytes) -> None:
    assert named(page(tmp_path / "a.pdf", _TEXT, font(name, b"Type1"))) == ""


@pytest.mark.parametrize(
    ("letters", "said"), [(b"lslash/Zcaron/Euro", ""), (b"afii10024/afii10072", "ArialMT"), (b"alpha/beta", "ArialMT")]
)
def test_letters_that_a_standard_font_lacks_are_not_left_out_of_the_picture(
    tmp_path: Path, letters: bytes, said: str
) -> None:
    more = b"/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[65/" + letters + b"]>>"
    assert named(page(tmp_path / "a.pdf", _TEXT, font(b"ArialMT", more=more))) == said


def test_texts_behind_one_in_a_font_that_is_carried_are_looked_at_too(tmp_path: Path) -> None:
    """Words with spaces between them, first in a font whose letters are drawings."""
    drawings = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 65"
        b"/Widths[1000]/Encoding<</Differences[65/a]>>/CharProcs<</a 6 0 R>>>>"
    )
    words = b"BT /F 9 Tf 20 60 Td (A) Tj /G 9 Tf (A B) Tj /H 9 Tf (A B) Tj ET"
    cyrillic = b"/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[65/afii10024]>>"
    for last, said in ((font(b"Helvetica"), ""), (font(b"Batang"), "Batang"), (font(b"Arial", more=cyrillic), "Arial")):
        fonts = b"/Font<</F 5 0 R/G 7 0 R/H 8 0 R>>"
        objects = (drawings, stream(b"1000 0 d0 0 0 9 9 re f"), font(b"Arial"), last)
        assert named(page(tmp_path / "a.pdf", words, *objects, resources=fonts)) == said


def test_letters_of_two_bytes_in_a_standard_font_are_not_left_out_either(tmp_path: Path) -> None:
    shown = b"BT /F 24 Tf 20 60 Td <00410042> Tj ET"
    assert named(page(tmp_path / "a.pdf", shown, *composite(b"ArialMT"))) == "ArialMT"


def test_koreas_own_collection_of_letters_is_not_in_a_standard_font(tmp_path: Path) -> None:
    korean = (
        b"<</Type/Font/Subtype/Type0/BaseFont/ArialMT/Encoding/UniKS-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/ArialMT/CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)"
        b"/Supplement 1>>/FontDescriptor 7 0 R/DW 1000>>",
        composite(b"ArialMT")[3],
    )
    assert "ArialMT" in named(page(tmp_path / "a.pdf", b"BT /F 24 Tf 20 60 Td <AC00B098> Tj ET", *korean))


def test_the_words_behind_a_scan_need_no_font(tmp_path: Path) -> None:
    """Programs that read scans put them behind the picture, unseen, in any font."""
    unseen = b"BT 3 Tr /F 24 Tf 20 60 Td (AB) Tj ET"
    assert named(page(tmp_path / "a.pdf", unseen, font(b"Batang"))) == ""
    assert (
        named(page(tmp_path / "b.pdf", unseen + b" BT 0 Tr /F 24 Tf 20 20 Td (C) Tj ET", font(b"Batang"))) == "Batang"
    )


@pytest.mark.parametrize(
    "annotation", [b"/Subtype/FreeText/Contents(x)", b"/Subtype/Stamp", b"/Subtype/Widget/FT/Tx/T(a)"]
)
def test_comments_and_stamps_are_looked_at_too(tmp_path: Path, annotation: bytes) -> None:
    for drawn, fonts in ((b"(AB)", (font(b"Batang"),)), (b"<00410042>", composite(b"ArialMT"))):
        look = stream(
            b"BT /F 24 Tf 5 20 Td " + drawn + b" Tj ET",
            b"/Type/XObject/Subtype/Form/BBox[0 0 160 60]/Resources<</Font<</F 5 0 R>>>>",
        )
        note = b"<</Type/Annot%b/Rect[20 20 180 80]/F 4/AP<</N %d 0 R>>>>" % (annotation, 5 + len(fonts))
        path = page(tmp_path / "a.pdf", b"", *fonts, look, note, more=b"/Annots[%d 0 R]" % (6 + len(fonts)))
        assert named(path) == ("Batang" if len(fonts) == 1 else "ArialMT")


def test_patterns_are_looked_at_too(tmp_path: Path) -> None:
    tile = stream(
        _TEXT,
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 60 90]/XStep 60/YStep 90"
        b"/Resources<</Font<</F 5 0 R>>>>",
    )
    path = page(
        tmp_path / "a.pdf",
        b"/Pattern cs /P scn 0 0 200 120 re f",
        font(b"Batang"),
        tile,
        resources=b"/Pattern<</P 6 0 R>>",
    )
    assert named(path) == "Batang"


def test_letters_that_are_drawn_with_another_fonts_are_looked_at_too(tmp_path: Path) -> None:
    """A Type 3 font, whose letters are small drawings (ISO 32000-1, 9.6.5)."""
    drawings = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 66"
        b"/Widths[1000 1000]/Encoding<</Differences[65/a/b]>>/CharProcs<</a 6 0 R/b 6 0 R>>"
        b"/Resources<</Font<</G 7 0 R>>>>>>"
    )
    letter = stream(b"1000 0 d0 BT /G 900 Tf (Q) Tj ET")
    assert named(page(tmp_path / "a.pdf", _TEXT, drawings, letter, font(b"Batang"))) == "Batang"
