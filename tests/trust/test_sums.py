"""``SHA256SUMS``: one valid form; anything else is no seal."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from usbkit.core.errors import InputError
from usbkit.trust import sums
from usbkit.trust.sums import fingerprint, fingerprint_rows, format_sums, parse_digest, parse_fingerprint, parse_sums

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
    assert caught.value.findings[0].todo


#: What is no seal, by its bytes: the finding and the line that it names.
NO_SEALS: dict[str, tuple[bytes, str, int | None]] = {
    "empty": (b"", "sums-empty", None),
    "no line feed at the end": (f"{ZEROS}  a\n{ZEROS}  b".encode(), "sums-end", 2),
    "an empty line": (f"{ZEROS}  a\n\n".encode(), "sums-line", 2),
    "carriage return": (f"{ZEROS}  a\r\n".encode(), "sums-line", 1),
    "capital digits": (f"{'A' * 64}  a\n".encode(), "sums-line", 1),
    "63 digits": (f"{'0' * 63}  a\n".encode(), "sums-line", 1),
    "65 digits": (f"{'0' * 65}  a\n".encode(), "sums-line", 1),
    "one space": (f"{ZEROS} a\n".encode(), "sums-line", 1),
    "a star": (f"{ZEROS} *a\n".encode(), "sums-line", 1),
    "no path": (f"{ZEROS}  \n".encode(), "sums-line", 1),
    "bytes that are no ASCII": (f"{ZEROS}  a\n".encode() + f"{ZEROS}  b".encode() + b"\xe4\n", "sums-line", 2),
    "a path of 201": (f"{ZEROS}  {'x' * 201}\n".encode(), "sums-path", 1),
    "a name that ends in a dot": (f"{ZEROS}  a.\n".encode(), "sums-path", 1),
    "the way up": (f"{ZEROS}  a/../b\n".encode(), "sums-path", 1),
    "a file twice": (f"{ZEROS}  a\n{ONES}  a\n".encode(), "sums-twin", 2),
    "a file in two cases": (f"{ZEROS}  A\n{ONES}  a\n".encode(), "sums-twin", 2),
    "a file that is a folder": (f"{ZEROS}  a\n{ONES}  a/b\n".encode(), "sums-twin", 2),
    "a folder that is a file": (f"{ZEROS}  A/b/c\n{ONES}  a/B\n".encode(), "sums-twin", 2),
    "a folder's folder that is a file": (f"{ZEROS}  A/b\n{ONES}  a/B/c/d\n".encode(), "sums-twin", 2),
    "not sorted": (f"{ZEROS}  b\n{ONES}  a\n".encode(), "sums-order", 2),
    "the seal itself": (f"{ZEROS}  SHA256SUMS\n".encode(), "sums-unsealed", 1),
    "the passport": (f"{ZEROS}  Passport.json\n".encode(), "sums-unsealed", 1),
    "the drive's script": (f"{ZEROS}  drive.js\n".encode(), "sums-unsealed", 1),
    "the signature": (f"{ZEROS}  SHA256SUMS.minisig\n".encode(), "sums-unsealed", 1),
}


@pytest.mark.parametrize(("data", "id", "line"), NO_SEALS.values(), ids=NO_SEALS.keys())
def test_what_is_no_seal_is_said_with_its_line(data: bytes, id: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        parse_sums(data)
    (finding,) = caught.value.findings
    assert (finding.id, finding.place and finding.place.line) == (id, line)
    assert finding.place is not None and finding.place.file == "SHA256SUMS"
    assert finding.todo


@pytest.mark.parametrize(
    "paths",
    [
        ["x" * 200],
        ["a/passport.json", "b/drive.js"],  # in a folder they are files as any other
        ["a", "ab", "b/a", "b/c/a", "b/c/b"],
        ["A-b_c.d/e"],
    ],
)
def test_what_is_one(paths: list[str]) -> None:
    sums = "".join(f"{ONES}  {path}\n" for path in paths).encode()
    assert list(parse_sums(sums)) == paths


@pytest.mark.parametrize("number", ["1", "2:", "3.", "4)"])
def test_the_number_of_a_row_is_forgiven_and_no_other(number: str) -> None:
    assert parse_fingerprint(f"{number} {ONES}") == ONES
    for wrong in (f"5 {ONES}", f"0 {ONES}", f"11 {ONES}", f"{number}x {ONES}"):
        with pytest.raises(InputError):
            parse_fingerprint(wrong)


@pytest.mark.parametrize("typed", [f" {ONES}\n", "ABCDEF0123456789" * 4])
def test_a_digest_as_somebody_pasted_it(typed: str) -> None:
    assert parse_digest(typed) == typed.strip().lower()


@pytest.mark.parametrize("typed", ["", "0" * 63, "0" * 65, "g" * 64, " ".join(["0" * 32] * 2), "x" * 500])
def test_what_is_no_digest_is_said(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_digest(typed)
    (finding,) = caught.value.findings
    assert finding.id == "digest-form"
    assert len(str(finding.what)) < 160
