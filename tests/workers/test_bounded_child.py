"""The bounded process without descriptor passing: pipes, and the path."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tests.support.cli import TOP
from usbkit.workers.bounds import Bounds
from usbkit.workers.frames import Channel, pack_json

BOUNDS = Bounds(memory=2**30, space=2**33, seconds=60, patience=60)


def test_over_pipes_it_opens_the_path_before_it_is_confined_away(tmp_path: Path) -> None:
    """Off Linux the file is opened by the process; here its filter refuses that, and says so."""
    path = tmp_path / "file"
    path.write_bytes(b"content")
    command = [sys.executable, "-P", "-m", "usbkit.workers.bounded_child", "tests.workers.hostile"]
    child = subprocess.Popen(
        [*command, json.dumps(asdict(BOUNDS))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(TOP)},
    )
    channel = Channel.of_pipes(child.stdout, child.stdin)
    channel.send(pack_json({"kind": "thread", "path": str(path), "arguments": {}, "files": []}))
    assert channel.receive() == (b"{}", b"heard")
    channel.send(pack_json({"kind": "read", "path": str(path), "arguments": {}, "files": [str(path)]}))
    head, payload = channel.receive()
    assert (json.loads(head).get("errno"), payload) in [(1, b""), (None, b"content")]
    channel.close()
    assert child.wait() == 0
