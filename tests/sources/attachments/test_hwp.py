"""HWP documents laid out by Hancom's description of the format, and the findings on each."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.sources.attachments.compounds import make_compound
from usbkit.sources.attachments import hwp
from usbkit.sources.attachments.compound import Compound, CompoundError

COMPRESSED, PASSWORD, DISTRIBUTED = 1, 2, 4
NO_STREAMS: Mapping[str, bytes] = {}

#: What Hancom's program writes into every document.
NAMES = "var Documents = XHwpDocuments;\r\nvar Document = Documents.Active_XHwpDocument;\r\n"
HANDLERS = "function OnDocument_New()\r\n{\r\n\t//todo : \r\n}\r\n\r\n"
FIELD = 'var ComboBox1 = Document.XHwpFormComboBoxs.ItemFromName("ComboBox1");\r\n'
ACTING = "function OnDocument_Open()\r\n{\r\n\tComboBox1.InsertString('x', 0);\r\n}\r\n"


def record(kind: int, data: bytes) -> bytes:
    """4.1: ten bits of the kind, ten of the level, twelve of the size; a longer one's follows."""
    if len(data) < 0xFFF:
        return struct.pack("<I", len(data) << 20 | kind) + data
    return struct.pack("<II", 0xFFF << 20 | kind, len(data)) + data


def scripts(*texts: str) -> bytes:
    parts = [struct.pack("<I", len(text)) + text.encode("utf-16-le") for text in texts]
    return b"".join(parts) + b"\xff\xff\xff\xff"


TEXT = record(0x42, bytes(22)) + record(0x43, "주민등록증\r".encode("utf-16-le") * 900)


def make_hwp(flags: int = COMPRESSED, text: bytes = TEXT, streams: Mapping[str, bytes] = NO_STREAMS) -> bytes:
    """A document of one section; ``streams`` are more of them, or what stands in place of the usual ones."""

    def pack(data: bytes) -> bytes:
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(data) + packer.flush() if flags & COMPRESSED else data

    usual = {
        "FileHeader": b"HWP Document File".ljust(32, b"\0") + struct.pack("<II216x", 0x05000304, flags),
        "DocInfo": pack(record(0x10, bytes(26))),
        "BodyText/Section0": pack(text),
        "Scripts/DefaultJScript": pack(scripts(NAMES, HANDLERS, "", "")),
    }
    return make_compound({k: v for k, v in {**usual, **streams}.items() if v})


@pytest.mark.parametrize("flags", [0, COMPRESSED, 0x21])
def test_a_whole_document_is_whole(flags: int) -> None:
    document = Compound(make_hwp(flags))
    assert hwp.is_hwp(document)
    hwp.require_whole(document)
    assert not hwp.is_locked(document) and not hwp.has_scripts(document)


def test_another_compound_file_is_no_hwp() -> None:
    assert not hwp.is_hwp(Compound(make_compound({"WordDocument": b"x"})))
    assert not hwp.is_hwp(Compound(make_compound({"FileHeader": b"another program's"})))


@pytest.mark.parametrize("flags", [1 << 1, 1 << 4, 1 << 8, 1 << 10])
def test_what_asks_for_a_right_is_locked(flags: int) -> None:
    assert hwp.is_locked(Compound(make_hwp(COMPRESSED | flags)))


@pytest.mark.parametrize(
    "hurt",
    [
        make_hwp(text=TEXT + bytes(8)),
        make_hwp(text=TEXT[:-1]),
        make_hwp(0, text=TEXT[:26] + bytes(900)),
        make_hwp(streams={"BodyText/Section0": b"\x07 no deflate"}),
        make_hwp(streams={"BodyText/Section0": zlib.compress(TEXT, wbits=-15)[:-4]}),
        make_hwp(streams={"DocInfo": b"\0" * 40}),
        make_hwp(streams={"BodyText/Section0": b""}),
    ],
    ids=["zeros behind", "short", "zeros", "no deflate", "cut", "no DocInfo", "no section"],
)
def test_a_text_that_is_not_all_there_is_said(hurt: bytes) -> None:
    with pytest.raises(CompoundError, match=r"BodyText|DocInfo"):
        hwp.require_whole(Compound(hurt))


def test_a_text_that_unpacks_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hwp, "_MOST", 1000)
    with pytest.raises(CompoundError, match="BodyText/Section0"):
        hwp.require_whole(Compound(make_hwp()))


def test_a_document_for_distribution_is_taken_as_it_is() -> None:
    """Its text is in another place, by a cipher: what stands in the usual one is no text, and its scripts are none."""
    data = make_hwp(
        COMPRESSED | DISTRIBUTED, streams={"BodyText/Section0": b"\x07 x", "Scripts/DefaultJScript": b"\x07 x"}
    )
    document = Compound(data)
    hwp.require_whole(document)
    assert not hwp.has_scripts(document)


@pytest.mark.parametrize(
    ("texts", "acts"),
    [
        ((NAMES, HANDLERS, "", ""), False),
        ((NAMES + FIELD, HANDLERS * 2, "", ""), False),
        (("", "", "", ""), False),
        (("/* of 2020\r\n */", "\ufeff", "", ""), False),
        ((NAMES + FIELD, ACTING, "", ""), True),
        ((NAMES, HANDLERS, "run();", ""), True),
        (("var x = open('a');", "", "", ""), True),
    ],
)
def test_only_scripts_that_act_count(tmp_path: Path, texts: tuple[str, ...], acts: bool) -> None:
    for flags in (0, COMPRESSED):
        packer = zlib.compressobj(wbits=-15)
        data = scripts(*texts)
        stream = packer.compress(data) + packer.flush() if flags else data
        assert hwp.has_scripts(Compound(make_hwp(flags, streams={"Scripts/DefaultJScript": stream}))) is acts
    path = tmp_path / "a.hwpx"
    with zipfile.ZipFile(path, "w") as archive:
        for number, text in enumerate(texts):
            archive.writestr(f"Scripts/{number}.js", text.encode("utf-16-le"))
        archive.writestr("Contents/section0.xml", "<run/>")
    with zipfile.ZipFile(path) as archive:
        assert hwp.has_scripts_in_archive(archive) is acts


def test_a_document_without_scripts_has_none() -> None:
    assert not hwp.has_scripts(Compound(make_hwp(streams={"Scripts/DefaultJScript": b""})))


def test_scripts_cut_short_are_read_as_far_as_they_go() -> None:
    stream = scripts(ACTING)[:40]
    assert not hwp.has_scripts(Compound(make_hwp(0, streams={"Scripts/DefaultJScript": stream})))
    assert hwp.has_scripts(Compound(make_hwp(0, streams={"Scripts/DefaultJScript": scripts(ACTING)[:-4]})))


def test_the_format_before_is_known() -> None:
    assert hwp.is_old_hwp(b"HWP Document File V3.00 \x1a\1\2\3\4\5")
    assert not hwp.is_old_hwp(b"HWP Document")
