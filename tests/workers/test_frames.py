"""Frames between us and a bounded process: false lengths, closed ends, descriptors passed along."""

from __future__ import annotations

import io
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from usbkit.workers.frames import MOST_HANDED, Channel, ClosedError, LateError, pack_json


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    one, other = map(Channel.of_socket, socket.socketpair())
    yield one, other
    one.close()
    other.close()


def test_a_frame_arrives_with_its_descriptor(ends: tuple[Channel, Channel], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    with path.open("rb") as file:
        ends[0].send(pack_json({"a": "é"}), [file.fileno()], b"payload")
    assert ends[1].receive() == (b'{"a": "\\u00e9"}', b"payload")
    (descriptor,) = ends[1].take_descriptors()
    assert os.read(descriptor, 10) == b"content"
    os.close(descriptor)
    assert ends[1].take_descriptors() == []


def test_a_frame_carries_many_descriptors_in_their_order(ends: tuple[Channel, Channel], tmp_path: Path) -> None:
    with ExitStack() as stack:
        files = [stack.enter_context((tmp_path / str(n)).open("w+b")) for n in range(MOST_HANDED)]
        for number, file in enumerate(files):
            file.write(b"x" * number)
            file.flush()
        ends[0].send(b"{}", [file.fileno() for file in files])
    ends[1].receive()
    descriptors = ends[1].take_descriptors()
    assert [os.fstat(descriptor).st_size for descriptor in descriptors] == list(range(MOST_HANDED))
    for descriptor in descriptors:
        os.close(descriptor)


def test_an_end_that_takes_no_descriptors_is_not_filled_with_them(tmp_path: Path) -> None:
    mine, its = socket.socketpair()
    channel, other = Channel.of_socket(mine, takes=False), Channel.of_socket(its)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with (tmp_path / "file").open("w+b") as file:
        for _ in range(3):
            other.send(b"{}", [file.fileno()] * MOST_HANDED, b"payload")
    assert [channel.receive() for _ in range(3)] == [(b"{}", b"payload")] * 3
    assert channel.take_descriptors() == []
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    channel.close()
    other.close()


def test_an_end_that_goes_away_is_told(ends: tuple[Channel, Channel]) -> None:
    ends[1].close()
    with pytest.raises(ClosedError):
        ends[0].receive()
    with pytest.raises(ClosedError):
        for _ in range(2):
            ends[0].send(b"head", payload=bytes(2**20))


def test_silence_ends_with_patience(ends: tuple[Channel, Channel]) -> None:
    with pytest.raises(LateError):
        ends[0].receive(0)


@pytest.mark.parametrize("lengths", [(2**27, 0), (1, 2**31)])
def test_lengths_that_nobody_would_send_are_not_believed(lengths: tuple[int, int]) -> None:
    channel = Channel.of_pipes(io.BytesIO(struct.pack(">IQ", *lengths) + bytes(64)), io.BytesIO())
    with pytest.raises(ClosedError):
        channel.receive()


def test_pipes_carry_frames_where_there_are_no_sockets() -> None:
    written = io.BytesIO()
    Channel.of_pipes(io.BytesIO(), written).send(b"head", [0], b"payload")
    assert Channel.of_pipes(io.BytesIO(written.getvalue()), io.BytesIO()).receive() == (b"head", b"payload")
    with pytest.raises(ValueError, match="no pipes"):
        Channel.of_pipes(None, None)
