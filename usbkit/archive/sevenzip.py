"""Read a 7z archive's listing ourselves, within ``limits``, before any library sees the archive.

The format is 7-Zip's own (DOC/7zFormat.txt). We accept what 7-Zip and py7zr write and refuse the rest: external
streams, anti-items, methods with several streams.
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from usbkit.archive.coders import AES, Folder, decode, read_coders
from usbkit.archive.cursor import START_SIZE, Cursor, read_start
from usbkit.archive.errors import UnfitError, wrong_form
from usbkit.archive.limits import MAX_CONTENT, MAX_ENCRYPTED_FOLDERS, MAX_FILES, MAX_FOLDERS, MAX_PACKED_HEADER
from usbkit.archive.passphrase import Passphrase
from usbkit.core.messages import _
from usbkit.core.units import format_size


class Id(IntEnum):
    """Property ids (7zFormat.txt)."""

    END = 0x00
    HEADER = 0x01
    MAIN_STREAMS = 0x04
    FILES = 0x05
    PACK_INFO = 0x06
    UNPACK_INFO = 0x07
    SUBSTREAMS = 0x08
    SIZE = 0x09
    CRC = 0x0A
    FOLDER = 0x0B
    UNPACK_SIZE = 0x0C
    STREAM_COUNT = 0x0D
    EMPTY_STREAM = 0x0E
    EMPTY_FILE = 0x0F
    ANTI = 0x10
    NAMES = 0x11
    CREATED = 0x12
    ACCESSED = 0x13
    MODIFIED = 0x14
    ATTRIBUTES = 0x15
    ENCODED_HEADER = 0x17
    DUMMY = 0x19


# Windows' attributes; 7-Zip keeps a Unix mode in the upper half behind UNIX.
_DIRECTORY = 0x10
_REPARSE = 0x400
_UNIX = 0x8000


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """One item in an archive. ``is_link`` is anything that is neither a file nor a folder."""

    path: str
    size: int
    is_folder: bool
    is_link: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """The contents an archive lists. ``packed`` and ``size`` in bytes, before and after unpacking."""

    entries: tuple[ArchiveEntry, ...]
    packed: int
    size: int
    dictionary: int
    is_encrypted: bool
    hides_names: bool


@dataclass(frozen=True, slots=True)
class _Stream:
    size: int
    crc: int | None


@dataclass(frozen=True, slots=True)
class _Streams:
    position: int
    packed: tuple[int, ...]
    folders: tuple[Folder, ...]
    files: tuple[_Stream, ...]


def read_listing(file: BinaryIO, size: int, passphrase: Passphrase | None = None) -> Listing:
    """Return the listing of the archive in ``file`` of ``size`` bytes. Raises UnfitError."""
    data, room = _read_header(file, size)
    hides = False
    if data[:1] == bytes([Id.ENCODED_HEADER]):
        data, hides = _decode_header(file, data, room, passphrase)
    cursor = Cursor(data)
    cursor.expect(Id.HEADER, "a header")
    return _parse_header(cursor, room, hides)


def _read_header(file: BinaryIO, size: int) -> tuple[bytes, int]:
    """The header's bytes as they stand, and the bytes of packed streams before it."""
    file.seek(0)
    start = file.read(START_SIZE)
    found = read_start(start)
    if found is None:
        if start[:2] != b"7z":
            raise UnfitError("archive-not-7z", _("this is not a 7z archive"))
        raise UnfitError("archive-damaged", _("its first 32 bytes are damaged"))
    offset, length, crc = found
    if length > MAX_PACKED_HEADER:
        what = _("its header has {size}, more than {most}", size=length, most=MAX_PACKED_HEADER)
        raise UnfitError("header-too-large", what)
    if not length:
        raise UnfitError("archive-empty", _("there is nothing in it"))
    end = START_SIZE + offset + length
    if end > size:
        raise UnfitError("archive-cut-short", _("its last {count} bytes are missing", count=end - size))
    if end < size:
        raise UnfitError("archive-too-long", _("{count} bytes stand behind its end", count=size - end))
    file.seek(START_SIZE + offset)
    data = file.read(length)
    if zlib.crc32(data) != crc:
        raise UnfitError("archive-damaged", _("its header is damaged"))
    return data, offset


def _decode_header(file: BinaryIO, data: bytes, room: int, passphrase: Passphrase | None) -> tuple[bytes, bool]:
    cursor = Cursor(data)
    cursor.expect(Id.ENCODED_HEADER, "an encoded header")
    streams = _read_streams(cursor)
    if len(streams.folders) != 1 or len(streams.packed) != 1:
        raise wrong_form("an encoded header of several streams")
    folder, length = streams.folders[0], streams.packed[0]
    if length > MAX_PACKED_HEADER or streams.position + length > room:
        raise wrong_form("an encoded header that lies elsewhere")
    file.seek(START_SIZE + streams.position)
    packed = file.read(length)
    if not folder.is_encrypted:
        header = decode(folder, packed, None)
        if folder.crc is not None and zlib.crc32(header) != folder.crc:
            raise UnfitError("archive-damaged", _("its header is damaged"))
        return header, False
    return _decrypt_header(folder, packed, passphrase), True


def _decrypt_header(folder: Folder, packed: bytes, passphrase: Passphrase | None) -> bytes:
    wrong = UnfitError(
        "passphrase-wrong", _("this is not its passphrase"), _("Type the words as they were given, in their order.")
    )
    try:
        header = decode(folder, packed, passphrase)
    except UnfitError as problem:
        raise wrong if problem.id == "header-form" else problem from None
    is_right = zlib.crc32(header) == folder.crc if folder.crc is not None else _begins_as_header(header)
    if not is_right:
        raise wrong
    return header


def _begins_as_header(data: bytes) -> bool:
    """py7zr keeps no CRC of a header: what a wrong key makes of it begins so once in 32,768 times."""
    return data[:1] == bytes([Id.HEADER]) and data[1:2] in (bytes([Id.MAIN_STREAMS]), bytes([Id.FILES]))


def _parse_header(cursor: Cursor, room: int, hides_names: bool) -> Listing:
    id = cursor.byte()
    streams = _Streams(0, (), (), ())
    if id == Id.MAIN_STREAMS:
        streams = _read_streams(cursor)
        id = cursor.byte()
    if streams.position + sum(streams.packed) > room:
        raise wrong_form("streams that lie beyond their end")
    entries: tuple[ArchiveEntry, ...] = ()
    if id == Id.FILES:
        entries = tuple(_read_files(cursor, streams.files))
        id = cursor.byte()
    if id != Id.END or cursor.left:
        raise wrong_form(f"something unknown in it (0x{id:02x})")
    return Listing(
        entries=entries,
        packed=sum(streams.packed),
        size=sum(f.size for f in streams.folders),
        dictionary=max((f.dictionary for f in streams.folders), default=0),
        is_encrypted=any(f.is_encrypted for f in streams.folders),
        hides_names=hides_names,
    )


def _read_streams(cursor: Cursor) -> _Streams:
    position, packed, folders = 0, tuple[int, ...](), tuple[Folder, ...]()
    files: tuple[_Stream, ...] | None = None
    while (id := cursor.byte()) != Id.END:
        if id == Id.PACK_INFO:
            position, packed = _read_pack_info(cursor)
        elif id == Id.UNPACK_INFO:
            folders = _read_unpack_info(cursor)
        elif id == Id.SUBSTREAMS:
            files = _read_substreams(cursor, folders)
        else:
            raise wrong_form(f"something unknown among its streams (0x{id:02x})")
    if len(packed) != len(folders):
        raise wrong_form("as many packed streams as there are folders expected")
    return _Streams(position, packed, folders, _whole(folders) if files is None else files)


def _whole(folders: tuple[Folder, ...]) -> tuple[_Stream, ...]:
    return tuple(_Stream(f.size, f.crc) for f in folders)


def _read_pack_info(cursor: Cursor) -> tuple[int, tuple[int, ...]]:
    position = cursor.count(MAX_CONTENT, "bytes before its streams")
    count = cursor.count(min(MAX_FOLDERS, cursor.left), "packed streams")
    sizes: tuple[int, ...] = ()
    while (id := cursor.byte()) != Id.END:
        if id == Id.SIZE:
            sizes = tuple(cursor.count(MAX_CONTENT, "bytes in a stream") for _stream in range(count))
        elif id == Id.CRC:
            cursor.digests(count)
        else:
            raise wrong_form(f"something unknown among its packed streams (0x{id:02x})")
    if len(sizes) != count:
        raise wrong_form("packed streams without sizes")
    return position, sizes


def _read_unpack_info(cursor: Cursor) -> tuple[Folder, ...]:
    cursor.expect(Id.FOLDER, "folders")
    count = cursor.count(min(MAX_FOLDERS, cursor.left), "folders")
    cursor.expect(0, "folders in the header itself")
    coders = [read_coders(cursor) for _folder in range(count)]
    if sum(any(c.method == AES for c in chain) for chain in coders) > MAX_ENCRYPTED_FOLDERS:
        what = _("it has more than {most} encrypted streams, each with a key to derive", most=MAX_ENCRYPTED_FOLDERS)
        raise UnfitError("too-many-streams", what, _("Pack it as one solid stream."))
    cursor.expect(Id.UNPACK_SIZE, "sizes")
    sizes = [tuple(_unpack_size(cursor) for _coder in chain) for chain in coders]
    digests: list[int | None] = [None] * count
    while (id := cursor.byte()) != Id.END:
        if id != Id.CRC:
            raise wrong_form(f"something unknown among its folders (0x{id:02x})")
        digests = cursor.digests(count)
    return tuple(Folder(*parts) for parts in zip(coders, sizes, digests, strict=True))


def _unpack_size(cursor: Cursor) -> int:
    size = cursor.number()
    if size > MAX_CONTENT:
        what = _(
            "it would unpack to {size}, more than any bundle of ours ({most})",
            size=format_size(size),
            most=format_size(MAX_CONTENT),
        )
        raise UnfitError("bomb-size", what)
    return size


def _read_substreams(cursor: Cursor, folders: tuple[Folder, ...]) -> tuple[_Stream, ...]:
    counts = [1] * len(folders)
    id = cursor.byte()
    if id == Id.STREAM_COUNT:
        counts = [_file_count(cursor) for _folder in folders]
        id = cursor.byte()
    if sum(counts) > MAX_FILES:
        raise _too_many(sum(counts))
    sizes: list[list[int]] = []
    for folder, count in zip(folders, counts, strict=True):
        given = [cursor.number() for _file in range(count - 1)] if id == Id.SIZE else []
        rest = folder.size - sum(given)
        if rest < 0 or (count > 1 and id != Id.SIZE):
            raise wrong_form("files that do not fit their stream")
        sizes.append([*given, rest] if count else [])
    if id == Id.SIZE:
        id = cursor.byte()
    known = [f.crc is not None and n == 1 for f, n in zip(folders, counts, strict=True)]
    if id == Id.CRC:
        cursor.digests(sum(n for n, has in zip(counts, known, strict=True) if not has))
        id = cursor.byte()
    if id != Id.END:
        raise wrong_form(f"something unknown among its files' streams (0x{id:02x})")
    return tuple(_Stream(size, None) for group in sizes for size in group)


def _file_count(cursor: Cursor) -> int:
    count = cursor.number()
    if count > MAX_FILES:
        raise _too_many(count)
    return count


def _too_many(count: int) -> UnfitError:
    what = _("it lists {count} files, more than any bundle of ours ({most})", count=count, most=MAX_FILES)
    return UnfitError("bomb-count", what)


def _read_files(cursor: Cursor, streams: tuple[_Stream, ...]) -> Iterator[ArchiveEntry]:
    count = _file_count(cursor)
    if count * 3 > cursor.left:
        raise wrong_form(f"{count} files in {cursor.left} bytes")
    facts = _FileFacts(count)
    while (id := cursor.byte()) != Id.END:
        facts.take(id, Cursor(cursor.take(cursor.count(cursor.left, "bytes in a property"))))
    if len(facts.names) != count or facts.empty.count(False) != len(streams):
        raise wrong_form("files without names, or names without files")
    sizes = iter(streams)
    empties = iter([*facts.empty_files, *[False] * count])
    for name, is_empty, attributes in zip(facts.names, facts.empty, facts.attributes, strict=True):
        is_folder = is_empty and not next(empties)
        size = 0 if is_empty else next(sizes).size
        yield ArchiveEntry(name, size, is_folder, _is_special(attributes, is_folder=is_folder))


class _FileFacts:
    """The properties of an archive's files, as they come."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.names: list[str] = []
        self.empty = [False] * count
        self.empty_files: list[bool] = []
        self.attributes: list[int | None] = [None] * count

    def take(self, id: int, cursor: Cursor) -> None:
        if id == Id.EMPTY_STREAM:
            self.empty = cursor.bits(self._count)
        elif id == Id.EMPTY_FILE:
            self.empty_files = cursor.bits(self.empty.count(True))
        elif id == Id.NAMES:
            cursor.expect(0, "names in the header itself")
            self.names = [cursor.name() for _file in range(self._count)]
        elif id == Id.ATTRIBUTES:
            defined = cursor.optional_bits(self._count)
            cursor.expect(0, "attributes in the header itself")
            self.attributes = [cursor.uint32() if is_defined else None for is_defined in defined]
        elif id == Id.ANTI:
            if any(cursor.bits(self.empty.count(True))):
                raise UnfitError("entry-deletes", _("it would delete files instead of bringing them"))
        elif id not in (Id.CREATED, Id.ACCESSED, Id.MODIFIED, Id.DUMMY):
            raise wrong_form(f"a property of files that is unknown (0x{id:02x})")


def _is_special(attributes: int | None, *, is_folder: bool) -> bool:
    if attributes is None:
        return False
    kind = stat.S_IFMT(attributes >> 16) if attributes & _UNIX else 0
    is_link = bool(attributes & _REPARSE) or kind not in (0, stat.S_IFREG, stat.S_IFDIR)
    if not is_link and bool(attributes & _DIRECTORY or kind == stat.S_IFDIR) != is_folder:
        raise wrong_form("a file that is called a folder, or the other way round")
    return is_link
