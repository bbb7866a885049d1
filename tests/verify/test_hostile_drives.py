"""Deceptive drives: the genuine bundle, and something else that firmware or a system would show."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verify.drives import PARTITION, make_drive
from tests.verify.folders import FILES, KEY, make_companions
from usbkit.disk.reader import examine
from usbkit.disk.structures import exfat
from usbkit.trust.passport import Passport
from usbkit.trust.sums import fingerprint
from usbkit.trust.verdict import Content, Structure, Trouble
from usbkit.verify import Trust, verify_device

SMALL = 64 * 10**6
ENTRY = 446
EVIL = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", 0x0E, b"\xfe\xff\xff", 2**20, 2**17)
TRUST = Trust(fingerprint(make_companions(FILES)["SHA256SUMS"]), (KEY.public,))


@pytest.fixture(params=["fat32", "exfat"])
def drive(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    make_drive(tmp_path / "drive.img", filesystem=request.param, capacity=SMALL)
    return tmp_path / "drive.img"


def edit(path: Path, *changes: tuple[int, bytes]) -> None:
    with path.open("r+b") as file:
        for offset, data in changes:
            file.seek(offset)
            file.write(data)


def second_partition(path: Path) -> None:
    edit(path, (ENTRY + 16, EVIL))


def hidden_and_second(path: Path) -> None:
    kind = path.read_bytes()[ENTRY + 4]
    edit(path, (ENTRY + 4, bytes([kind | 0x10])), (ENTRY + 16, EVIL))


def boot_code(path: Path) -> None:
    edit(path, (0, b"\xeb\xfe" + b"\x90" * 400), (ENTRY, b"\x80"))


def superfloppy(path: Path) -> None:
    """The volume moved to the first sector, and in the same sector a table that leads elsewhere."""
    volume = path.read_bytes()[PARTITION:]
    path.write_bytes(volume + bytes(2**20))
    edit(path, (ENTRY, EVIL), (6 * 512 + ENTRY, EVIL))


@pytest.mark.parametrize("befall", [second_partition, hidden_and_second, boot_code, superfloppy])
def test_another_face_is_broken_though_the_content_is_whole(drive: Path, befall: Callable[[Path], None]) -> None:
    befall(drive)
    claim_it_is_untouched(drive)
    verdict = verify_device(drive, TRUST)
    assert (verdict.content, verdict.origin) == (Content.WHOLE, "proven")
    assert verdict.structure is Structure.BROKEN and verdict.structure_troubles
    assert verdict.exit_code == 1


def claim_it_is_untouched(path: Path) -> None:
    """The passport's own digest made anew, which is why it counts for nothing."""
    data = path.read_bytes()

    def read_at(offset: int, length: int) -> bytes:
        return data[offset : offset + length]

    found = examine(read_at, len(data))
    if not found.metadata_digest:  # the volume's own checksums tell already
        return
    entry = next(e for e in found.entries if e.path == "passport.json")
    (run,) = entry.runs
    passport = Passport.from_json(read_at(run.offset, run.length))
    edit(path, (run.offset, replace(passport, metadata=found.metadata_digest).to_json()))


def find_set(data: bytes | bytearray, name: str) -> int:
    """Where the exFAT entries of a name of at most fifteen units begin."""
    return data.index(b"\xc1\x00" + name.encode("utf-16-le").ljust(30, b"\0"), PARTITION) - 64


def change_stream(path: Path, *names: str, **fields: int) -> None:
    data = bytearray(path.read_bytes())
    for name in names:
        at = find_set(data, name)
        stream = replace(exfat.StreamEntry.from_bytes(bytes(data[at + 32 : at + 64])), **fields)
        data[at + 32 : at + 64] = stream.to_bytes()
        length = 32 * (1 + data[at + 1])
        data[at + 2 : at + 4] = exfat.checksum_set(bytes(data[at : at + length])).to_bytes(2, "little")
    path.write_bytes(data)


def test_zeros_behind_what_was_written_are_hashed(tmp_path: Path) -> None:
    """A system shows zeros behind the sealed bytes: another file than was sealed."""
    path = tmp_path / "drive.img"
    make_drive(path, filesystem="exfat", capacity=SMALL)
    change_stream(path, "README.txt", length=4096, valid_length=len(FILES["README.txt"]))
    verdict = verify_device(path, TRUST)
    assert verdict.content is Content.DAMAGED
    assert [(t.path, t.trouble) for t in verdict.troubles] == [("README.txt", Trouble.DAMAGED)]


def test_zeros_that_were_sealed_are_whole(tmp_path: Path) -> None:
    """A file that ends in zeros may be stored without them."""
    path = tmp_path / "drive.img"
    files = {**FILES, "zeros.bin": b"begin" + bytes(3 * 2**20)}
    make_drive(path, files, filesystem="exfat", capacity=SMALL)
    change_stream(path, "zeros.bin", valid_length=5)
    verdict = verify_device(path)
    assert (verdict.content, verdict.structure) == (Content.WHOLE, Structure.OPENED)
    assert verdict.bytes == sum(map(len, files.values()))


def test_files_that_share_clusters_are_read_for_none_of_them(tmp_path: Path) -> None:
    """A thousand files on one file's clusters would be a thousand times the drive to read."""
    path = tmp_path / "drive.img"
    small = {f"x/F{n:03}.BIN": f"{n:08}".encode() for n in range(50)}
    make_drive(path, {**small, "x/ZBIG.BIN": b"z" * 2**20}, filesystem="exfat", capacity=SMALL)
    data = path.read_bytes()
    at = find_set(data, "ZBIG.BIN")
    big = exfat.StreamEntry.from_bytes(data[at + 32 : at + 64])
    names = [name.removeprefix("x/") for name in small]
    change_stream(path, *names, first_cluster=big.first_cluster, length=2**20, valid_length=2**20)
    verdict = verify_device(path)
    assert verdict.structure is Structure.BROKEN
    assert {t.path for t in verdict.troubles if t.trouble is Trouble.UNREADABLE} == {*small, "x/ZBIG.BIN"}


def test_a_size_beyond_the_clusters_is_never_whole(drive: Path) -> None:
    """Whatever is hashed is as long as what a system would show."""
    data = drive.read_bytes()
    name = b"README  TXT"
    if name in data:
        at = data.index(name, PARTITION)
        edit(drive, (at + 28, (len(FILES["README.txt"]) + 2**16).to_bytes(4, "little")))
    else:
        change_stream(drive, "README.txt", length=2**40, valid_length=len(FILES["README.txt"]))
    verdict = verify_device(drive)
    assert verdict.structure is Structure.BROKEN
    assert [(t.path, t.trouble) for t in verdict.troubles] == [("README.txt", Trouble.UNREADABLE)]


def test_a_drives_own_words_do_not_stand_inside_the_answer(drive: Path) -> None:
    said = b"PROVEN BY THE MINISTRY"
    edit(drive, (PARTITION + 3, said[:8]), (PARTITION + 11, said))
    verdict = verify_device(drive)
    assert verdict.structure is Structure.BROKEN
    assert not any("PROVEN" in line or "MINISTRY" in line for line in verdict.structure_troubles)
