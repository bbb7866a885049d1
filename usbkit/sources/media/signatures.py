"""Recognise a file's kind by its first bytes, whatever its name."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.core.messages import Text, mark

#: Bytes that `recognise` wants to see. MPEG transport streams show themselves by their second packet.
HEAD = 400


@dataclass(frozen=True, slots=True)
class Signature:
    """A kind of file: its name, in English, its suffixes, and whether it may hold a video."""

    name: str
    suffixes: tuple[str, ...]
    is_video: bool

    @property
    def said(self) -> Text:
        """The name for people, in their language."""
        return Text(self.name)


MP4 = Signature("MP4", (".mp4", ".m4v"), True)
QUICKTIME = Signature("QuickTime", (".mov", ".qt"), True)
MATROSKA = Signature("Matroska", (".mkv",), True)
WEBM = Signature("WebM", (".webm",), True)
AVI = Signature("AVI", (".avi",), True)
ASF = Signature("Windows Media", (".wmv", ".asf"), True)
FLASH = Signature("Flash Video", (".flv",), True)
TRANSPORT = Signature(mark("MPEG transport stream"), (".ts", ".mts", ".m2ts"), True)
PROGRAM = Signature(mark("MPEG program stream"), (".mpg", ".mpeg", ".vob"), True)
OGG = Signature("Ogg", (".ogv", ".ogg"), True)

#: Those whose index says where each frame is.
INDEXED = (MP4, QUICKTIME, MATROSKA, WEBM)

#: What names of videos end in.
_VIDEOS = (*INDEXED, AVI, ASF, FLASH, TRANSPORT, PROGRAM, OGG)
VIDEO_SUFFIXES = frozenset(suffix for kind in _VIDEOS for suffix in kind.suffixes)

_QUICKTIME_BRAND = b"qt  "

#: First bytes of what offices send by mistake, and the kinds of file they belong to.
_BEGINNINGS: tuple[tuple[bytes, Signature], ...] = (
    (b"%PDF-", Signature("PDF", (".pdf",), False)),
    (b"PK\x03\x04", Signature(mark("ZIP archive or Office document"), (".zip", ".pptx", ".docx", ".xlsx"), False)),
    (b"7z\xbc\xaf\x27\x1c", Signature(mark("7z archive"), (".7z",), False)),
    (b"Rar!\x1a\x07", Signature(mark("RAR archive"), (".rar",), False)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Signature(mark("old Office document"), (".ppt", ".doc", ".hwp"), False)),
    (b"\xff\xd8\xff", Signature(mark("JPEG picture"), (".jpg", ".jpeg"), False)),
    (b"\x89PNG\r\n\x1a\n", Signature(mark("PNG picture"), (".png",), False)),
    (b"GIF8", Signature(mark("GIF picture"), (".gif",), False)),
    (b"ID3", Signature(mark("MP3 sound"), (".mp3",), False)),
    (b"version https://git-lfs", Signature(mark("Git LFS pointer"), (), False)),
    (b"#EXTM3U", Signature(mark("playlist"), (".m3u8",), False)),
    (b"FLV\x01", FLASH),
    (b"OggS", OGG),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ASF),
    (b"\x00\x00\x01\xba", PROGRAM),
    (b"\x00\x00\x01\xb3", PROGRAM),
)

_WEB_PAGE = Signature(mark("web page"), (".html", ".htm"), False)
_TEXT = Signature(mark("text"), (".txt", ".srt", ".vtt"), False)
_WAVE = Signature(mark("WAV sound"), (".wav",), False)
_WEBP = Signature(mark("WebP picture"), (".webp",), False)
_MP3 = Signature(mark("MP3 sound"), (".mp3",), False)
_HEIF = Signature(mark("HEIF picture"), (".heic", ".heif", ".avif"), False)
_M4A = Signature(mark("MP4 sound"), (".m4a",), False)

#: Top-level boxes a file of the MP4 family may begin with; old QuickTime files have no ``ftyp``.
_MP4_BOXES = (b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"styp", b"sidx")


def recognise(head: bytes) -> Signature | None:
    """Return the kind of file that begins with ``head`` (``HEAD`` bytes of it), None if unknown."""
    for beginning, signature in _BEGINNINGS:
        if head.startswith(beginning):
            return signature
    return _recognise_mp4(head) or _recognise_chunks(head) or _recognise_stream(head) or _recognise_text(head)


def _recognise_mp4(head: bytes) -> Signature | None:
    kind, brand = head[4:8], head[8:12]
    if kind == b"ftyp":
        if brand in (b"heic", b"heix", b"mif1", b"avif"):
            return _HEIF
        if brand in (b"M4A ", b"M4B "):
            return _M4A
        return QUICKTIME if brand == _QUICKTIME_BRAND else MP4
    return QUICKTIME if kind in _MP4_BOXES and head[:4] != b"\0\0\0\0" else None


def _recognise_chunks(head: bytes) -> Signature | None:
    if head[:4] == b"RIFF":
        return {b"AVI ": AVI, b"WAVE": _WAVE, b"WEBP": _WEBP}.get(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return WEBM if b"webm" in head[:64] else MATROSKA
    return None


def _recognise_stream(head: bytes) -> Signature | None:
    for packet, first in ((188, 0), (192, 4)):  # ISO/IEC 13818-1: 188 bytes a packet; cameras put 4 before each
        if len(head) > first + packet and head[first] == head[first + packet] == 0x47:
            return TRANSPORT
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4):
        return _MP3
    return None


def _recognise_text(head: bytes) -> Signature | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        return _WEB_PAGE
    is_text = bool(start) and b"\0" not in head and all(byte >= 0x20 or byte in b"\t\r\n\f" for byte in head)
    return _TEXT if is_text else None
