"""Runs in the guest: carries out the commands that the host sends over virtio-serial.

A request is one line of JSON: ``{"id", "argv", "env", "cwd", "input", "user", "out", "err"}`` starts a command whose
output goes to the files ``out`` and ``err``; ``{"signal", "of", "alone"}`` sends one to a command's process group, or
to the command alone. Each command is answered once, when it has ended: ``{"id", "code", "seconds"}``.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

PORT = "usbkit-lab"


class Agent:
    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def serve(self) -> None:
        self.send({"id": "hello"})
        waiting = b""
        while True:
            chunk = os.read(self._port, 65536)
            if not chunk:  # the host is not connected
                time.sleep(0.05)
                continue
            *lines, waiting = (waiting + chunk).split(b"\n")
            for line in lines:
                self.obey(json.loads(line))

    def obey(self, request: dict[str, Any]) -> None:
        if "signal" in request:
            with contextlib.suppress(ProcessLookupError, KeyError):  # it has ended, or never began
                send = os.kill if request["alone"] else os.killpg
                send(self._running[request["of"]].pid, request["signal"])
            return
        began = time.monotonic()
        try:
            process = _start(request)
        except (OSError, LookupError) as problem:  # no such program, folder, user
            print(f"{request['argv'][0]}: {problem}", flush=True)  # on the console
            with contextlib.suppress(OSError):
                Path(request["err"]).write_text(f"{problem}\n")
            self.send({"id": request["id"], "code": 127, "seconds": 0.0})
            return
        self._running[request["id"]] = process
        threading.Thread(target=self._attend, args=(request, process, began), daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        with self._lock:
            while data:
                data = data[os.write(self._port, data) :]

    def _attend(self, request: dict[str, Any], process: subprocess.Popen[bytes], began: float) -> None:
        process.communicate(request["input"].encode())
        self.send({"id": request["id"], "code": process.returncode, "seconds": time.monotonic() - began})


def _start(request: dict[str, Any]) -> subprocess.Popen[bytes]:
    with Path(request["out"]).open("wb") as out, Path(request["err"]).open("wb") as err:
        return subprocess.Popen(
            request["argv"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            cwd=request["cwd"],
            env={**os.environ, **request["env"]},
            start_new_session=True,
            **_identity(request["user"]),
        )


def _identity(user: str | None) -> dict[str, Any]:
    """What makes the command run as ``user`` with the groups that a login would give."""
    if user is None:
        return {}
    import grp
    import pwd

    entry = pwd.getpwnam(user)
    groups = [g.gr_gid for g in grp.getgrall() if user in g.gr_mem]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": groups}


def find_port() -> Path:
    """The device of the virtio-serial port that the host named for us."""
    for folder in Path("/sys/class/virtio-ports").iterdir():
        if (folder / "name").read_text().strip() == PORT:
            return Path("/dev") / folder.name
    raise SystemExit(f"no virtio port is called {PORT}")


if __name__ == "__main__":
    Agent(os.open(find_port(), os.O_RDWR)).serve()
