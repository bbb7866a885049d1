import pytest

from usbkit.core.portable_names import slug, twins, why_unfit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nota de cortesía", "nota-de-cortesia"),
        ("Đường  sắt", "duong-sat"),
        ("한국어", "file"),
        ("..\\..//x", "x"),
        ("A" * 99, "a" * 40),
    ],
)
def test_slug_is_short_ascii(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize("path", ["index.html", "videos/01-opening.es.srt", "README.txt", "SHA256SUMS.minisig"])
def test_our_own_names_are_fit(path: str) -> None:
    assert why_unfit(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "autorun.inf",
        "videos/AUTORUN.INF",
        "documents/con.pdf",
        "documents/LPT1",
        "a/b.exe",
        "x.LNK",
        "a//b",
        "../x",
        ".hidden",
        "ends.",
        "with space.pdf",
        "é.pdf",
        "a\\b",
        "x" * 65,
    ],
)
def test_unfit_names_are_refused_with_a_reason(path: str) -> None:
    reason = why_unfit(path)
    assert reason is not None
    assert repr(path.rsplit("/", maxsplit=1)[-1]) in reason or "''" in reason or "'..'" in reason


def test_twins_are_found_whatever_their_case() -> None:
    assert twins(["a/b.pdf", "A/B.PDF", "c"]) == [("a/b.pdf", "A/B.PDF")]


def test_our_own_icon_is_fit_and_no_other_picture_that_may_hold_scripts() -> None:
    assert why_unfit("assets/icon.svg") is None
    assert why_unfit("documents/icon.svg") is not None
