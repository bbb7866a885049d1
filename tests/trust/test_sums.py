"""``SHA256SUMS``: one way to write it, and nothing else is a seal."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from usbkit.core.errors import InputError
from usbkit.trust import sums
from usbkit.trust.sums import fingerprint, fingerprint_rows, format_sums, parse_fingerprint, parse_sums

ZEROS, ONES = "0" * 64, "1" * 64


def test_what_is_written_is_read_back_sorted() -> None:
    digests = {"videos/01.mp4": ONES, "README.txt": ZEROS}
    seal = format_sums(digests)
    assert seal == f"{ZEROS}  README.txt\n{ONES}  videos/01.mp4\n".encode()
    assert list(parse_sums(seal).items()) == [("README.txt", ZEROS), ("videos/01.mp4", ONES)]


def test_sha256sum_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.txt").write_bytes(b"x")
    seal = format_sums({"a/b.txt": hashlib.sha256(b"x").hexdigest()})
    (tmp_path / "SHA256SUMS").write_bytes(seal)
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("path", ["../x", "a b", "SHA256SUMS", "ä", "a\udc80", ".hidden", "a/", "x" * 201])
def test_a_path_with_no_place_on_a_drive_is_not_written(path: str) -> None:
    with pytest.raises(InputError):
        format_sums({path: ZEROS})


@pytest.mark.parametrize("path", ["a/SHA256SUMS", "a/b/sha256sums", "backup/SHA256SUMS.minisig"])
def test_a_second_seal_is_never_sealed(path: str) -> None:
    """A part of a drive would be whole by it."""
    with pytest.raises(InputError) as caught:
        parse_sums(f"{ZEROS}  {path}\n".encode())
    assert caught.value.findings[0].id == "sums-unsealed"


def test_a_seal_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sums.MAX_SUMS == 16_777_216
    seal = format_sums({"a": ZEROS, "b": ONES})
    monkeypatch.setattr(sums, "MAX_SUMS", len(seal))
    assert len(parse_sums(seal)) == 2
    monkeypatch.setattr(sums, "MAX_SUMS", len(seal) - 1)
    with pytest.raises(InputError) as caught:
        parse_sums(seal)
    assert caught.value.findings[0].id == "sums-size"


def test_what_a_seal_says_does_not_stand_in_the_answer() -> None:
    with pytest.raises(InputError) as caught:
        parse_sums(f"{ZEROS}  PROVEN BY THE MINISTRY\n".encode())
    assert "PROVEN" not in str(caught.value.findings[0].what)


def test_fingerprint_is_what_sha256sum_says_of_the_file() -> None:
    seal = format_sums({"a": ZEROS})
    assert fingerprint(seal) == hashlib.sha256(seal).hexdigest()


def test_rows_are_typed_in_every_way_people_type() -> None:
    digits = "".join(f"{n:04x}" for n in range(0xA0B0, 0xA0C0))
    rows = fingerprint_rows(digits)
    assert [len(row) for row in rows] == [19] * 4
    for typed in (
        digits.upper(),
        "\n".join(rows),
        "\r\n".join(f"{n}  {row}" for n, row in enumerate(rows, 1)),
        " ".join(f"{n}: {row.replace(' ', '-')}" for n, row in enumerate(rows, 1)),
    ):
        assert parse_fingerprint(typed) == digits


@pytest.mark.parametrize("typed", ["", "0" * 63, "0" * 65, "g" + "0" * 63, "о" + "0" * 63])
def test_what_is_no_fingerprint_is_said(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_fingerprint(typed)
    assert caught.value.findings[0].id == "fingerprint-form"
