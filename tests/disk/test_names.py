"""Names: which are usable on a drive, which are refused and why, and FAT32's short names."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disk.strategies import names
from usbkit.disk.names import ShortNames, check_label, check_paths, encode, find_fault, fold, suggest_name

SURVIVES = [
    "a",
    "README.TXT",
    "index.html",
    "안내 자료.pdf",
    unicodedata.normalize("NFD", "안내 자료.pdf"),
    "选举管理.mp4",
    "Удостоверение.pdf",
    unicodedata.normalize("NFD", "présentación.mp4"),
    "🇬🇹 presentación 🎬.mp4",
    "𠀀𠀁.txt",
    ".hidden",
    "two  spaces",
    "a.b.c.d",
    "console.txt",
    "com10.txt",
    "+,;=[].txt",
    "x" * 255,
    "한" * 255,
    "𝔸" * 127 + "x",
]
REFUSED = {
    "": "no name",
    ".": "no name",
    "..": "no name",
    "a:b": "forbid",
    "a?": "forbid",
    'a"b': "forbid",
    "a\\b": "forbid",
    "a\nb": "forbid",
    "a\x00b": "forbid",
    "a\x7fb": "forbid",
    "name.": "dot or a space",
    "name ": "dot or a space",
    " name": "begins with a space",
    "CON": "device",
    "con.txt": "device",
    "nul .tar.gz": "device",
    "LPT9.pdf": "device",
    "com¹": "device",
    "CONIN$": "device",
    "x" * 256: "256 UTF-16 units",
    "𝔸" * 128: "256 UTF-16 units",
    "half \ud83d": "surrogate",
}


@pytest.mark.parametrize("name", SURVIVES)
def test_name_survives(name: str) -> None:
    assert find_fault(name) is None
    assert suggest_name(name) == name


@pytest.mark.parametrize("name", REFUSED)
def test_name_is_refused_with_the_reason(name: str) -> None:
    assert REFUSED[name] in str(find_fault(name))


@given(st.text(max_size=300))
def test_suggestion_always_survives(name: str) -> None:
    assert find_fault(suggest_name(name)) is None


def test_refusal_names_the_path_and_a_way_out() -> None:
    (finding,) = check_paths(["slides/what?.pdf"])
    assert finding.place is not None
    assert finding.place.file == "slides/what?.pdf"
    assert "slides/what_.pdf" in str(finding.todo)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Index.html", "index.HTML"),
        ("ПЛАН.pdf", "план.pdf"),
        ("Ünal", "ünal"),
        ("é", unicodedata.normalize("NFD", "é")),
        ("한국", unicodedata.normalize("NFD", "한국")),
        ("same", "same"),
        ("ǆ", "Ǆ"),
        ("folder/a", "FOLDER/b"),
        ("name", "name/below"),
        ("NAME", "name/below"),
    ],
)
def test_twins_are_refused(one: str, other: str) -> None:
    assert [f.id for f in check_paths([one, other])] == ["name-twin"]


@pytest.mark.parametrize(("one", "other"), [("ß", "ss"), ("a/x", "b/x"), ("x", "x.x"), ("𐐀", "𐐨"), ("e", "é")])
def test_names_that_only_look_alike_may_stand_together(one: str, other: str) -> None:
    assert check_paths([one, other]) == []


def test_path_longer_than_windows_opens() -> None:
    fits = "/".join(["f" * 63] * 4)
    assert check_paths([fits + "x"]) == []
    (finding,) = check_paths([fits + "xx"])
    assert finding.id == "path-too-long"
    assert "257" in str(finding.what)


@pytest.mark.parametrize("label", ["FORUM2020", "A", "forum 2020", "A-B_C!"])
def test_label_is_good_for_both(label: str) -> None:
    assert check_label(label, "fat32") is None
    assert check_label(label, "exfat") is None


@pytest.mark.parametrize("label", ["", "TWELVE CHARS", " A", "A ", "A.B", "A/B", "A+B", "A\tB", "🎬🎬🎬🎬🎬🎬"])
def test_label_is_refused_by_both(label: str) -> None:
    assert check_label(label, "fat32") is not None
    assert check_label(label, "exfat") is not None


def test_label_beyond_ascii_is_for_exfat_alone() -> None:
    assert check_label("공공행정포럼", "exfat") is None
    assert "code page" in str(check_label("공공행정포럼", "fat32"))


def shorten(names: list[str]) -> dict[str, str]:
    """Short names as people write them, given in order."""
    short = ShortNames(names)
    given_names = {}
    for name in names:
        data = short.give(name)[0].decode("ascii")
        given_names[name] = f"{data[:8].rstrip()}.{data[8:].rstrip()}".rstrip(".")
    return given_names


def test_short_names() -> None:
    """As `FAT 7.4` describes and Windows makes them, but for Windows' hash from the fifth collision on."""
    assert shorten(
        [
            "README.TXT",
            "readme.md",
            "index.html",
            "The quick brown fox.txt",
            "The quick grey fox.txt",
            "a.b.c",
            ".profile",
            "안내 자료.pdf",
            "a+b.txt",
        ]
    ) == {
        "README.TXT": "README.TXT",
        "readme.md": "README.MD",
        "index.html": "INDEX~1.HTM",
        "The quick brown fox.txt": "THEQUI~1.TXT",
        "The quick grey fox.txt": "THEQUI~2.TXT",
        "a.b.c": "AB~1.C",
        ".profile": "PROFIL~1",
        "안내 자료.pdf": "____~1.PDF",
        "a+b.txt": "A_B~1.TXT",
    }


def test_made_up_short_name_takes_no_other_entrys_name() -> None:
    names = ["long name one.txt", "LONGNA~1.TXT", "longna~2.txt"]
    assert shorten(names) == {
        "LONGNA~1.TXT": "LONGNA~1.TXT",
        "longna~2.txt": "LONGNA~2.TXT",
        "long name one.txt": "LONGNA~3.TXT",
    }


def test_thousands_of_collisions() -> None:
    names = [f"{n:05} photograph of the forum.jpeg" for n in range(12_000)] + [
        f"보고서 {n}.jpeg" for n in range(12_000)
    ]
    short = shorten(names)
    assert len(set(short.values())) == len(names)
    assert short["00000 photograph of the forum.jpeg"] == "00000P~1.JPE"
    assert max(len(s.partition(".")[0]) for s in short.values()) <= 8


@settings(deadline=None)
@given(st.lists(names(), min_size=1, max_size=40, unique_by=fold))
def test_short_names_are_legal_and_differ(found: list[str]) -> None:
    short = ShortNames(found)
    given_names = [short.give(name) for name in found]
    assert len({s for s, _ in given_names}) == len(found)
    for name, (data, is_whole) in zip(found, given_names, strict=True):
        assert re.fullmatch(rb"[A-Z0-9!#$%&'()@^_`{}~-]{1,8} *", data[:8])
        assert re.fullmatch(rb"[A-Z0-9!#$%&'()@^_`{}~-]{0,3} *", data[8:])
        assert is_whole == short.is_short(name)


def test_fold_is_the_formats_own() -> None:
    """The table maps no character outside the Basic Multilingual Plane, and none to two."""
    assert fold("ß") == encode("ß")
    assert fold("ÿ") == encode("Ÿ")
    assert fold("𐐨") == encode("𐐨")
