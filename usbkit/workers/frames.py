"""Frames between us and a bounded process: a JSON head and a payload, each preceded by its length."""

from __future__ import annotations

import array
import json
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

_LENGTHS = struct.Struct(">IQ")
#: Descriptors in one frame: fewer than Linux carries at a time (unix(7), SCM_MAX_FD).
MOST_HANDED = 100
#: Bytes of a head, and of what comes behind it, that are believed.
MAX_HEAD, MAX_PAYLOAD = 2**26, 2**30


class ClosedError(Exception):
    """The other end is gone."""


class LateError(Exception):
    """No answer within the given seconds."""


def pack_json(value: Mapping[str, Any]) -> bytes:
    """Encode ``value`` as a head."""
    return json.dumps(value, ensure_ascii=True).encode("ascii")


class Channel:
    """One end. Over a socket, descriptors can come with a head, ``MOST_HANDED`` at a time."""

    def __init__(
        self, receive: Callable[[int], bytes], send: Callable[[bytes], object], close: Callable[[], None]
    ) -> None:
        self._receive, self._send, self._close = receive, send, close
        self._socket: socket.socket | None = None
        self._handed: list[int] = []

    @classmethod
    def of_socket(cls, connection: socket.socket, *, takes: bool = True) -> Channel:
        """``takes`` says whether descriptors that come along are taken: from a process that a stranger's file may have
        taken over none are, since they would fill our table.
        """
        channel = cls(connection.recv, connection.sendall, connection.close)
        channel._socket = connection
        if takes:
            channel._receive = channel._receive_with_descriptors
        return channel

    @classmethod
    def of_pipes(cls, source: IO[bytes] | None, target: IO[bytes] | None) -> Channel:
        if source is None or target is None:
            raise ValueError("no pipes")
        reader, writer = source, target

        def send(data: bytes) -> None:
            writer.write(data)
            writer.flush()

        def close() -> None:
            reader.close()
            writer.close()

        return cls(reader.read, send, close)

    def send(self, head: bytes, descriptors: Sequence[int] = (), payload: bytes = b"") -> None:
        """Send a frame. Raises ClosedError."""
        try:
            lengths = _LENGTHS.pack(len(head), len(payload))
            if descriptors and self._socket is not None:
                socket.send_fds(self._socket, [lengths], descriptors)
            else:
                self._send(lengths)
            self._send(head + payload)
        except (BrokenPipeError, ConnectionError):
            raise ClosedError from None

    def receive(self, patience: float | None = None) -> tuple[bytes, bytes]:
        """Return the next frame's head and payload. Raises ClosedError, and LateError after ``patience`` seconds."""
        deadline = None if patience is None else time.monotonic() + patience
        head, payload = _LENGTHS.unpack(self._exactly(_LENGTHS.size, deadline))
        if head > MAX_HEAD or payload > MAX_PAYLOAD:
            raise ClosedError
        return self._exactly(head, deadline), self._exactly(payload, deadline)

    def take_descriptors(self) -> list[int]:
        """Return the descriptors received since the last call; the caller must close them."""
        taken, self._handed = self._handed, []
        return taken

    def forget(self) -> None:
        """Drop an end inherited by a fork without closing it: its descriptor number may belong to another file here."""
        if self._socket is not None:
            self._socket.detach()
        self._handed.clear()

    def close(self) -> None:
        for descriptor in self._handed:
            os.close(descriptor)
        self._close()

    def _exactly(self, count: int, deadline: float | None) -> bytes:
        parts, left = [], count
        while left:
            if deadline is not None and self._socket is not None:
                ready, _w, _x = select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))
                if not ready:
                    raise LateError
            try:
                part = self._receive(min(left, 2**20))
            except ConnectionError:
                raise ClosedError from None
            if not part:
                raise ClosedError
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _receive_with_descriptors(self, count: int) -> bytes:
        if self._socket is None:
            raise ClosedError
        data, ancillary, _flags, _address = self._socket.recvmsg(count, socket.CMSG_SPACE(4 * MOST_HANDED))
        for level, kind, raw in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                self._handed += array.array("i", raw[: len(raw) - len(raw) % 4]).tolist()
        return data
