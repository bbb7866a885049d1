"""Hypothesis strategies for trees: names of every class found on drives, sizes around a cluster's."""

from __future__ import annotations

import unicodedata

from hypothesis import assume
from hypothesis import strategies as st

from tests.disk.trees import MIB, file
from usbkit.disk.image import TreeFile
from usbkit.disk.names import check_paths, find_fault

_ALPHABETS = {
    "ascii": "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789",
    "marks": "ab .,;=+[]!#$%&'()-@^_`{}~",
    "korean": "가나다라마바사아자차카타파하한국행정안전부",
    "chinese": "中华人民共和国选举管理身份证件网上政府",
    "cyrillic": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяІЇЄҐ",
    "accented": "áàâäãåçéèêëíìîïñóòôöõúùûüýÿÅØßŒœİıǅ",
    "khmer": "កខគឃងចឆជឈញដឋឌឍណតថទធន",
    "astral": "😀🎬📁🇰🇷🇬🇹𝔸𠀀𐐷",
}
_FORMS = ("NFC", "NFD")


def _text(alphabet: str) -> st.SearchStrategy[str]:
    return st.builds(
        unicodedata.normalize,
        st.sampled_from(_FORMS),
        st.text(st.sampled_from(_ALPHABETS[alphabet]), min_size=1, max_size=30),
    )


def _short_name() -> st.SearchStrategy[str]:
    return st.from_regex(r"\A[A-Z0-9_]{1,8}(\.[A-Z0-9]{1,3})?\Z")


def _longest_name() -> st.SearchStrategy[str]:
    """As many bytes of UTF-8 as Linux lets a mounted name have, or a few fewer.

    Names of 255 UTF-16 units have a test of their own: readers that work through Linux cannot say them.
    """

    def fill(char: str, less: int) -> str:
        return char * min((255 - less) // len(char.encode()), 100)

    return st.builds(fill, st.sampled_from("aé한𝔸"), st.integers(0, 1))


def names() -> st.SearchStrategy[str]:
    """One name that a drive can hold."""
    plain = st.one_of(*(_text(a) for a in _ALPHABETS), _short_name(), _longest_name())
    dotted = st.builds(lambda a, b: f"{a}.{b}", plain, st.sampled_from(["mp4", "es.srt", "한글", "x", "JPEG"]))
    return st.one_of(plain, dotted).filter(lambda n: find_fault(n) is None and len(n.encode()) <= 255)


def _sizes(cluster: int) -> st.SearchStrategy[int]:
    around = [0, 1, cluster - 1, cluster, cluster + 1, 3 * cluster, 511, 512, 513]
    return st.one_of(st.sampled_from(around), st.integers(0, 5 * cluster))


@st.composite
def trees(draw: st.DrawFn, cluster: int) -> list[TreeFile]:
    """A tree of up to 30 files in folders up to five deep, some of them videos; no two names the same to a reader."""
    folders = [""]
    for name in draw(st.lists(names(), max_size=6)):
        above = draw(st.sampled_from(folders))
        if above.count("/") < 5:
            folders.append(f"{above}{name}/")
    files: list[TreeFile] = []
    for name in draw(st.lists(names(), min_size=1, max_size=30)):
        path = draw(st.sampled_from(folders)) + name
        if not check_paths([*(f.path for f in files), path]):
            leads = draw(st.booleans())
            size = draw(_sizes(cluster))
            if leads and draw(st.integers(0, 9)) == 0:
                size += 4 * MIB
            files.append(file(path, draw(_bytes(size)), leads=leads))
    assume(files)
    return files


def _bytes(size: int) -> st.SearchStrategy[bytes]:
    """Bytes that differ from file to file and from place to place, from one drawn number."""
    return st.integers(1, 2**32 - 1).map(lambda seed: _fill(seed, size))


def _fill(seed: int, size: int) -> bytes:
    block = b"".join(
        (seed + i * 2654435761 & 0xFFFF_FFFF).to_bytes(4, "little") for i in range(min(1024, size // 4 + 1))
    )
    return (block * (size // len(block) + 1))[:size]
