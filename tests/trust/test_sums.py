"""``SHA256SUMS``: one way to write it, and nothing else is a seal."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from usbkit.core.errors import InputError
from usbkit.trust.sums import fingerprint, fingerprint_rows, format_sums, parse_fingerprint, parse_sums

ZEROS, ONES = "0" * 64, "1" * 64


def test_what_is_written_is_read_back_sorted() -> None:
    digests = {"videos/01.mp4": ONES, "README.txt": ZEROS}
    sums = format_sums(digests)
    assert sums == f"{ZEROS}  README.txt\n{ONES}  videos/01.mp4\n".encode()
    assert list(parse_sums(sums).items()) == [("README.txt", ZEROS), ("videos/01.mp4", ONES)]


def test_sha256sum_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.txt").write_bytes(b"x")
    sums = format_sums({"a/b.txt": hashlib.sha256(b"x").hexdigest()})
    (tmp_path / "SHA256SUMS").write_bytes(sums)
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("path", ["../x", "a b", "SHA256SUMS", "ä", "a\udc80", ".hidden", "a/", "x" * 201])
def test_a_path_with_no_place_on_a_drive_is_not_written(path: str) -> None:
    with pytest.raises(InputError):
        format_sums({path: ZEROS})


def test_fingerprint_is_what_sha256sum_says_of_the_file() -> None:
    sums = format_sums({"a": ZEROS})
    assert fingerprint(sums) == hashlib.sha256(sums).hexdigest()


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
