"""Broken and odd media files, generated, each with its expected findings."""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from tests.sources.media.making import Spec, make_video

#: Whatever holds together a file that plays without a word.
GOOD = Spec()


@dataclass(frozen=True)
class Case:
    """``make`` puts the file at the path it is given. ``fatal`` is the InputError's id, else errors and remarks."""

    name: str
    make: Callable[[Path], object]
    errors: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset()
    fatal: str | None = None
    is_mendable: bool = False


def cases() -> Iterator[Case]:
    """The whole corpus."""
    yield Case("good.mp4", _video(GOOD))
    yield Case("good name & 'quotes'.MP4", _video(GOOD))
    open_groups = {"x264-params": "open-gop=1:bframes=7:b-adapt=0:b-pyramid=2:keyint=24:min-keyint=24:scenecut=0"}
    yield Case("open-groups.mp4", _video(Spec(seconds=8, rate=25, options=open_groups)))
    yield from _no_files()
    yield from _other_files()
    yield from _cut_files()
    yield from _foreign_codecs()
    yield from _foreign_containers()
    yield from _odd_files()
    yield from _damaged_files()


def _video(spec: Spec) -> Callable[[Path], object]:
    return lambda path: make_video(path, spec)


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _changed(change: Callable[[bytes], bytes], spec: Spec = GOOD) -> Callable[[Path], object]:
    """A video whose bytes went through ``change``."""
    return lambda path: path.write_bytes(change(make_video(path, spec).read_bytes()))


def _no_files() -> Iterator[Case]:
    yield Case("missing.mp4", lambda path: None, fatal="media-missing")
    yield Case("folder.mp4", lambda path: path.mkdir(), fatal="media-folder")
    yield Case("empty.mp4", _bytes(b""), fatal="media-empty")
    yield Case("nowhere.mp4", lambda path: path.symlink_to("gone.mp4"), fatal="media-missing")
    yield Case("circle.mp4", lambda path: path.symlink_to(path.name), fatal="media-unreadable")
    yield Case("pipe.mp4", os.mkfifo, fatal="media-not-a-file")


def _other_files() -> Iterator[Case]:
    other = "media-not-a-video"
    for name, data in {
        "zip": b"PK\x03\x04\x14\0\x06\0",
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        "seven": b"7z\xbc\xaf\x27\x1c\0\x04",
        "rar": b"Rar!\x1a\x07\x01\0",
        "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
        "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "gif": b"GIF89a\x01\0\x01\0",
        "mp3": b"ID3\x04\0\0\0\0\0\0",
        "wav": b"RIFF\x24\0\0\0WAVEfmt ",
        "webp": b"RIFF\x24\0\0\0WEBPVP8 ",
        "heif": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
        "playlist": b"#EXTM3U\n#EXTINF:10,\nhttp://198.51.100.1/a.ts\n",
        "login": b"<!DOCTYPE html><html><title>Log in</title>",
        "text": b"The video follows tomorrow.\n",
    }.items():
        yield Case(f"{name}.mp4", _bytes(data), fatal=other)
    yield Case("zeros.mp4", _bytes(bytes(100_000)), fatal="media-zeros")
    noise = random.Random(4).randbytes(50_000)
    yield Case("noise.mp4", _bytes(noise), fatal="media-unknown")


def _cut_files() -> Iterator[Case]:
    last = Spec(muxer={})
    cut = "media-truncated"
    yield Case("half.mp4", _changed(lambda d: d[: len(d) // 2]), fatal=cut)
    yield Case("one-byte-short.mp4", _changed(lambda d: d[:-1]), fatal=cut)
    yield Case("head-only.mp4", _changed(lambda d: d[:200]), fatal=cut)
    yield Case("half-index-last.mp4", _changed(lambda d: d[: len(d) // 2], last), fatal=cut)
    yield Case("no-index.mp4", _changed(lambda d: d[: d.index(b"moov") - 4], last), fatal="media-no-index")
    yield Case("type-only.mp4", _changed(lambda d: d[: int.from_bytes(d[:4], "big")]), fatal="media-no-index")
    # What a recorder leaves that lost power: mdat "to the end of the file", and no index behind it.
    yield Case("power-cut.mp4", _changed(_open_ended, last), fatal="media-no-index")
    yield Case("half.mkv", _changed(lambda d: d[:300], Spec(format="matroska", muxer={})), fatal="media-unreadable")


def _open_ended(data: bytes) -> bytes:
    at = data.index(b"mdat") - 4
    end = at + int.from_bytes(data[at : at + 4], "big")
    return data[:at] + bytes(4) + data[at + 4 : end]


def _foreign_codecs() -> Iterator[Case]:
    def case(name: str, spec: Spec, *errors: str) -> Case:
        return Case(name, _video(spec), frozenset(errors), is_mendable=True)

    codec, sound = "media-video-codec", "media-sound-codec"
    yield case("hevc.mp4", Spec(codec="libx265", options={"x265-params": "log-level=none"}), codec)
    yield case("av1.mp4", Spec(codec="libsvtav1", options={"preset": "12"}), codec)
    yield case("vp9.mp4", Spec(codec="libvpx-vp9", options={"cpu-used": "8"}), codec)
    yield case("mpeg4.mp4", Spec(codec="mpeg4"), codec)
    yield case("mpeg2.mp4", Spec(codec="mpeg2video", rate=25), codec)
    ten = Spec(codec="libx265", pixels="yuv420p10le", options={"x265-params": "log-level=none"})
    yield case("hevc-10-bit.mp4", ten, codec, "media-deep-colour")
    yield case("10-bit.mp4", Spec(pixels="yuv420p10le"), "media-deep-colour")
    yield case("422.mp4", Spec(pixels="yuv422p"), "media-chroma")
    yield case("422-10-bit.mp4", Spec(pixels="yuv422p10le"), "media-chroma", "media-deep-colour")
    yield case("444.mp4", Spec(pixels="yuv444p"), "media-chroma")
    yield case("ac3.mp4", Spec(sound="ac3"), sound)
    yield case("opus.mp4", Spec(sound="libopus"), sound)
    yield case("flac.mp4", Spec(sound="flac"), sound)
    yield case("both.mp4", Spec(codec="mpeg4", sound="ac3"), codec, sound)


def _foreign_containers() -> Iterator[Case]:
    def case(name: str, spec: Spec, *errors: str) -> Case:
        return Case(name, _video(spec), frozenset(errors), is_mendable=True)

    wrap, suffix, codec, sound = "media-container", "media-wrong-extension", "media-video-codec", "media-sound-codec"
    yield case("h264.mkv", Spec(format="matroska", muxer={}), wrap)
    yield case("h264.mov", Spec(format="mov"), wrap)
    yield case("h264.ts", Spec(format="mpegts", muxer={}), wrap)
    yield case("h264.flv", Spec(format="flv", muxer={}, rate=25), wrap)
    yield case("vp9.webm", Spec(format="webm", codec="libvpx-vp9", sound="libopus", muxer={}), wrap, codec, sound)
    yield case("mpeg4.avi", Spec(format="avi", codec="mpeg4", sound="libmp3lame", muxer={}), wrap, codec)
    yield case("mpeg2.mpg", Spec(format="mpeg", codec="mpeg2video", sound="mp2", rate=25, muxer={}), wrap, codec, sound)
    yield case("wmv2.wmv", Spec(format="asf", codec="wmv2", sound="wmav2", muxer={}), wrap, codec, sound)
    pixels = ("media-chroma", "media-deep-colour")
    prores = Spec(format="mov", codec="prores", pixels="yuv422p10le", sound="pcm_s16le")
    yield case("prores.mov", prores, wrap, codec, sound, *pixels)
    yield case("png.mov", Spec(format="mov", codec="png", pixels="rgb24"), wrap, codec, "media-pixels")
    yield case("matroska.mp4", Spec(format="matroska", muxer={}), wrap, suffix)
    yield case("avi.mp4", Spec(format="avi", codec="mpeg4", sound="libmp3lame", muxer={}), wrap, suffix, codec)
    yield case("mp4.mov", GOOD, suffix)
    yield case("no suffix", GOOD, suffix)


def _odd_files() -> Iterator[Case]:
    def case(name: str, spec: Spec, *remarks: str, is_mendable: bool = False) -> Case:
        return Case(f"{name}.mp4", _video(spec), remarks=frozenset(remarks), is_mendable=is_mendable)

    yield case("no-sound", Spec(sound=None), "media-no-sound")
    yield case("silent", Spec(loudness=0.0), "media-silent")
    yield case("index-last", Spec(muxer={}), "media-index-last", is_mendable=True)
    fragments = Spec(muxer={"movflags": "+frag_keyframe+empty_moov+default_base_moof"})
    yield case("fragments", fragments, "media-fragments", is_mendable=True)
    uneven = tuple(at for start in range(0, 4000, 400) for at in (start, start + 40, start + 80, start + 300))
    yield case("variable-rate", Spec(times=uneven), "media-variable-rate", is_mendable=True)
    still = (*range(0, 1000, 100), *range(14_000, 16_000, 100))
    yield case("standstill", Spec(times=still, seconds=16), "media-standstill", is_mendable=True)
    keyless = Spec(seconds=40, rate=5, options={"x264-params": "keyint=infinite:scenecut=0"})
    yield case("few-key-frames", keyless, "media-few-key-frames", is_mendable=True)
    woven = Spec(rate=25, options={"x264-params": "tff=1"}, size=(160, 128))
    yield case("interlaced", woven, "media-interlaced", is_mendable=True)
    yield case("anamorphic", Spec(aspect=Fraction(4, 3)), "media-pixel-shape", is_mendable=True)
    yield case("turned", Spec(rotation=90), "media-turned", is_mendable=True)
    yield case("two-sounds", Spec(sounds=2), "media-several-sounds", is_mendable=True)
    yield case("subtitles-inside", Spec(subtitles=True), "media-subtitles-inside", is_mendable=True)
    yield case("short-sound", Spec(seconds=8, sound_seconds=2), "media-lengths")
    yield case("long-sound", Spec(seconds=2, sound_seconds=6), "media-lengths", is_mendable=True)
    late = Spec(seconds=6, sound_from=1.2, sound_seconds=4.8)
    yield case("late-sound", late, "media-late-start", is_mendable=True)
    later = tuple(range(1_200, 6_000, 100))
    yield case("late-picture", Spec(seconds=6, times=later), "media-late-start", is_mendable=True)
    yield case("surround", Spec(layout="5.1"), "media-many-channels", is_mendable=True)
    yield case("stereo", Spec(layout="stereo"))
    yield case("overdriven", Spec(loudness=4.0), "media-clipped")
    yield Case("edit-list.mp4", _cut_twice, remarks=_CUT, is_mendable=True)
    yield Case("sizes.mp4", of_two_sizes, remarks=frozenset({"media-size-changes", "media-no-sound"}), is_mendable=True)
    for curve, name in (("smpte2084", "pq"), ("arib-std-b67", "hlg")):
        parameters = f"log-level=none:colorprim=bt2020:transfer={curve}:colormatrix=bt2020nc"
        hdr = Spec(codec="libx265", pixels="yuv420p10le", options={"x265-params": parameters})
        errors = frozenset({"media-video-codec", "media-deep-colour"})
        yield Case(f"{name}.mp4", _video(hdr), errors, frozenset({"media-hdr"}), is_mendable=True)
    large = Spec(size=(2560, 1440), rate=5, seconds=2, options={"preset": "ultrafast"})
    yield case("large", large, "media-large", is_mendable=True)
    yield case("level", Spec(options={"level": "5.1"}), "media-level", is_mendable=True)
    stray = _changed(lambda d: d + b"\0\0\0\x03\xff\xff\xff\xff" + bytes(40))
    yield Case("stray-bytes.mp4", stray, remarks=frozenset({"media-stray-bytes"}), is_mendable=True)


_CUT = frozenset({"media-edit-list", "media-index-last"})


def _cut_twice(path: Path) -> None:
    """The first and the third second of a video, by its edit list (ISO/IEC 14496-12 section 8.6.6)."""
    data = bytearray(make_video(path, Spec(muxer={})).read_bytes())
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        ticks = int(1 / stream.time_base) if stream.time_base else 0
    at = data.index(b"elst") + 4
    entries = struct.pack(">IiIIiI", 1000, 0, 0x10000, 1000, 2 * ticks, 0x10000)
    data[at + 4 : at + 8] = struct.pack(">I", 2)
    data[at + 8 : at + 20] = entries
    for kind in (b"moov", b"trak", b"edts", b"elst"):
        size = data.index(kind) - 4
        data[size : size + 4] = struct.pack(">I", int.from_bytes(data[size : size + 4], "big") + 12)
    path.write_bytes(data)


def of_two_sizes(path: Path) -> None:
    """Two recordings of one picture each, one behind the other in one stream."""
    parts = [path.with_name(f"{path.stem}-{n}.ts") for n in range(2)]
    for part, size in zip(parts, ((320, 192), (160, 96)), strict=True):
        make_video(part, Spec(format="mpegts", muxer={}, sound=None, size=size, rate=25))
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        target, start = None, 0
        for part in parts:
            with av.open(str(part)) as container:
                stream = container.streams.video[0]
                target = target or out.add_stream_from_template(stream)
                packets = [p for p in container.demux(stream) if p.dts is not None and p.pts is not None]
                first = packets[0].dts or 0
                for packet in packets:
                    packet.dts, packet.pts = (packet.dts or 0) - first + start, (packet.pts or 0) - first + start
                    packet.stream = target
                    last = packet.dts
                    out.mux(packet)
                start = last + 3600
    for part in parts:
        part.unlink()


def _damaged_files() -> Iterator[Case]:
    yield Case("sound-only.mp4", _video(Spec(codec=None)), fatal="media-no-video")
    yield Case("sound-only.m4a", _video(Spec(codec=None, format="ipod")), fatal="media-not-a-video")
    locked = {
        "movflags": "+faststart",
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
        "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
    }
    yield Case("encrypted.mp4", _video(Spec(muxer=locked)), fatal="media-encrypted")
    yield Case("joined.mp4", _changed(lambda d: d * 2), fatal="media-joined")
    yield Case("hole.mp4", _changed(_with_hole), frozenset({"media-hole"}))
    keyed = Spec(options={"x264-params": "keyint=5"})
    yield Case("garbled.mp4", _changed(_with_noise, keyed), frozenset({"media-damaged"}))
    garbled_sound = Spec(codec="libx264", options={"x264-params": "keyint=5"})
    yield Case("garbled-sound.mp4", lambda path: _garble_sound(path, garbled_sound), frozenset({"media-damaged"}))
    one = Spec(times=(0,), sound=None)
    yield Case("one-picture.mp4", _video(one), remarks=frozenset({"media-no-sound"}))
    yield Case("empty-index.mp4", _bytes(b"\0\0\0\x14ftypisom\0\0\2\0isom\0\0\0\x08moov"), fatal="media-no-video")


def _with_hole(data: bytes) -> bytes:
    """The middle third of the media data never arrived."""
    start = data.index(b"mdat") + 4
    third = (len(data) - start) // 3
    return data[: start + third] + bytes(third) + data[start + 2 * third :]


def _with_noise(data: bytes) -> bytes:
    start = data.index(b"mdat") + 4
    third = (len(data) - start) // 3
    return data[: start + third] + random.Random(1).randbytes(2 * third) + data[start + 3 * third :]


def _garble_sound(path: Path, spec: Spec) -> None:
    """Noise in every packet of the sound from the middle on; the picture is whole."""
    data = bytearray(make_video(path, spec).read_bytes())
    with av.open(str(path)) as container:
        entries = [(e.pos, e.size) for e in container.streams.audio[0].index_entries]
    noise = random.Random(2)
    for position, size in entries[len(entries) // 2 :]:
        data[position : position + size] = noise.randbytes(size)
    path.write_bytes(data)
