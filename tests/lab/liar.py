"""A plugin of nbdkit with the faults of a ``Fault``: nbdkit loads this file, the tests never import it.

``nbdkit python liar.py image=FILE size=BYTES fault=FILE``. The fault is read again whenever its file changes.
"""

from __future__ import annotations

import errno
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbdkit  # type: ignore[import-not-found]  # nbdkit brings it along

API_VERSION = 2

_PIECE = 4096
_CACHE_LIMIT = 8 * 2**20

_settings: dict[str, str] = {}


def config(key: str, value: str) -> None:
    _settings[key] = value


def thread_model() -> int:
    return int(nbdkit.THREAD_MODEL_SERIALIZE_ALL_REQUESTS)


def open(readonly: bool) -> Liar:
    return Liar(_settings["image"], int(_settings["size"]), _settings["fault"])


def get_size(liar: Liar) -> int:
    return liar.size


def can_flush(liar: Liar) -> bool:
    return True


def pread(liar: Liar, buffer: bytearray, offset: int, flags: int) -> None:
    buffer[:] = liar.read(offset, len(buffer))


def pwrite(liar: Liar, buffer: bytearray, offset: int, flags: int) -> None:
    liar.write(bytes(buffer), offset)


def flush(liar: Liar, flags: int) -> None:
    liar.flush()


class Liar:
    def __init__(self, image: str, size: int, fault: str) -> None:
        self.size = size
        self._image = os.open(image, os.O_RDWR)
        self._fault_file = Path(fault)
        self._fault_read = -1
        self._fault: dict[str, Any] = {}
        self._unkept: dict[int, bytes] = {}
        self._chance = random.Random(size)

    def read(self, offset: int, length: int) -> bytes:
        self._begin(length)
        self._refuse("bad_reads", offset, length)
        return b"".join(self._read_part(place, at, count) for place, at, count in self._parts(offset, length))

    def write(self, data: bytes, offset: int) -> None:
        self._begin(len(data))
        self._refuse("bad_writes", offset, len(data))
        if self._touches("stall", offset, len(data)):
            time.sleep(self._fault["stall_seconds"])
        flip = self._fault["flip"]
        if flip is not None and offset <= flip < offset + len(data):
            at = flip - offset
            data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for place, at, count in self._parts(offset, len(data)):
            if place is not None:
                self._keep(data[at - offset : at - offset + count], place)

    def flush(self) -> None:
        self._load()
        for place, data in self._unkept.items():
            os.pwrite(self._image, data, place)
        self._unkept.clear()
        os.fdatasync(self._image)

    def _begin(self, length: int) -> None:
        self._load()
        if self._fault["bytes_per_second"]:
            time.sleep(length / self._fault["bytes_per_second"])

    def _load(self) -> None:
        changed = self._fault_file.stat().st_mtime_ns
        if changed != self._fault_read:
            self._fault = json.loads(self._fault_file.read_text())
            self._fault_read = changed

    def _touches(self, kind: str, offset: int, length: int) -> bool:
        span = self._fault[kind]
        return span is not None and span["start"] < offset + length and offset < span["end"]

    def _refuse(self, kind: str, offset: int, length: int) -> None:
        if self._touches(kind, offset, length):
            nbdkit.set_error(errno.EIO)
            raise OSError(errno.EIO, f"{kind} at {offset}")

    def _parts(self, offset: int, length: int) -> Iterator[tuple[int | None, int, int]]:
        """A request in parts: where each really lies (None: nowhere), where it was asked for, its length."""
        true_size = self._fault["true_size"] or self.size
        at = offset
        while at < offset + length:
            count = min(offset + length - at, true_size - at % true_size)
            if at < true_size or self._fault["beyond"] == "wrap":
                yield at % true_size, at, count
            elif self._fault["beyond"] == "error":
                nbdkit.set_error(errno.EIO)
                raise OSError(errno.EIO, f"beyond the true size at {at}")
            else:
                yield None, at, count
            at += count

    def _read_part(self, place: int | None, asked: int, count: int) -> bytes:
        if place is None:
            return random.Random(asked).randbytes(count) if self._fault["beyond"] == "noise" else bytes(count)
        data = bytearray(os.pread(self._image, count, place).ljust(count, b"\0"))
        for at in range(place // _PIECE * _PIECE, place + count, _PIECE):
            self._overlay(data, place, at)
        return bytes(data)

    def _overlay(self, data: bytearray, place: int, at: int) -> None:
        """Put what the stick remembers of the piece at ``at`` over what its flash holds."""
        kept = self._unkept.get(at)
        if kept is not None:
            start, end = max(place, at), min(place + len(data), at + _PIECE)
            data[start - place : end - place] = kept[start - at : end - at]

    def _keep(self, data: bytes, place: int) -> None:
        if not self._fault["volatile"]:
            os.pwrite(self._image, data, place)
            return
        for at in range(place // _PIECE * _PIECE, place + len(data), _PIECE):
            piece = bytearray(self._read_part(at, at, _PIECE))
            start, end = max(place, at), min(place + len(data), at + _PIECE)
            piece[start - at : end - at] = data[start - place : end - place]
            self._unkept[at] = bytes(piece)
            if self._chance.random() < 0.5:
                os.pwrite(self._image, piece, at)
        if len(self._unkept) * _PIECE > _CACHE_LIMIT:
            self.flush()
