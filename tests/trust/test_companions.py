"""Signature, passport and ``drive.js``: edited, swapped between countries, or left over from another edition."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.folders import FILES, OTHER_KEY, make_sealed
from usbkit.trust.verdict import Content, Trouble, Verdict
from usbkit.verify import verify_directory


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    return make_sealed(tmp_path / "guatemala")


def named(verdict: Verdict) -> dict[str, str]:
    return {t.path: str(t.trouble) for t in verdict.troubles}


def edit(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def befall(root: Path) -> None:
        data = (root / name).read_bytes()
        assert old in data
        (root / name).write_bytes(data.replace(old, new))

    return befall


def test_what_a_signed_drive_says_it_is(sealed: Path) -> None:
    claims = verify_directory(sealed).claims
    assert claims is not None
    assert (claims.country, claims.edition, claims.date, claims.is_signed) == ("GT", 3, "2020-11-02", True)


def test_an_unsigned_drive_is_whole_and_says_so(tmp_path: Path) -> None:
    verdict = verify_directory(make_sealed(tmp_path / "drive", key=None))
    assert verdict.content is Content.WHOLE
    assert verdict.claims is not None and not verdict.claims.is_signed


@pytest.mark.parametrize(
    ("befall", "expected"),
    [
        (edit("passport.json", b'"GT"', b'"HN"'), {"passport.json", "drive.js"}),
        (edit("passport.json", b'"edition": 3', b'"edition": 4'), {"passport.json", "drive.js"}),
        (edit("passport.json", b'"corps"', b'"mission"'), {"drive.js"}),
        (edit("passport.json", b"  ", b" "), {"passport.json", "drive.js"}),
        (edit("passport.json", b'"nonce": null', b'"nonce": null, "more": 1'), {"passport.json", "drive.js"}),
        (lambda root: (root / "passport.json").write_bytes(b"[" * 100_000), {"passport.json", "drive.js"}),
        (edit("drive.js", b"GT", b"HN"), {"drive.js"}),
        (edit("drive.js", b";\n", b";alert(1);\n"), {"drive.js"}),
        (edit("drive.js", b"true", b"false"), {"drive.js"}),
        (lambda root: (root / "SHA256SUMS.minisig").unlink(), {"drive.js"}),
        (edit("SHA256SUMS.minisig", b"seal v1", b"head v1"), {"SHA256SUMS.minisig"}),
        (edit("SHA256SUMS.minisig", b"files=5", b"files=6"), {"SHA256SUMS.minisig"}),
        (edit("SHA256SUMS.minisig", b"country=GT", b"country=HN"), {"passport.json"}),
        (edit("SHA256SUMS.minisig", b"\n", b"\r\n"), {"SHA256SUMS.minisig"}),
        (lambda root: (root / "SHA256SUMS.minisig").write_bytes(b"\n" * 10**6), {"SHA256SUMS.minisig"}),
    ],
)
def test_what_was_edited_is_found_without_any_key(
    sealed: Path, befall: Callable[[Path], None], expected: set[str]
) -> None:
    befall(sealed)
    verdict = verify_directory(sealed)
    assert verdict.content is Content.DAMAGED and verdict.exit_code == 1
    assert named(verdict) == dict.fromkeys(expected, Trouble.DAMAGED)


@pytest.mark.parametrize("name", ["passport.json", "SHA256SUMS.minisig"])
def test_a_companion_of_another_country_is_named(sealed: Path, tmp_path: Path, name: str) -> None:
    files = {**FILES, "README.txt": b"Honduras\n"}
    other = make_sealed(tmp_path / "honduras", files, country="HN", key=OTHER_KEY)
    shutil.copy(other / name, sealed / name)
    verdict = verify_directory(sealed)
    assert named(verdict)[name] == Trouble.DAMAGED
    if name == "passport.json":
        assert "HN" in str(next(t.detail for t in verdict.troubles if t.path == name))
