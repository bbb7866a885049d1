"""The bounded process itself: ``python -m usbkit.workers.bounded_child MODULE BOUNDS [DESCRIPTOR]``.

MODULE has ``HANDLERS``, a function by kind that takes an `OpenedFile` and arguments and gives bytes, and ``warm_up``,
which imports all that they will use: after it this process opens nothing any more.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from usbkit.workers.bounds import Bounds
from usbkit.workers.confinement import begin_request, confine
from usbkit.workers.frames import Channel, ClosedError, pack_json
from usbkit.workers.handed import hand_over, take_back


def main(arguments: list[str]) -> None:
    """Answer until the other end is gone."""
    module, bounds = importlib.import_module(arguments[0]), Bounds(**json.loads(arguments[1]))
    if len(arguments) > 2:
        channel = Channel.of_socket(socket.socket(fileno=int(arguments[2])))
    else:
        channel = Channel.of_pipes(sys.stdin.buffer, sys.stdout.buffer)
    module.warm_up()
    confine(bounds)
    while True:
        try:
            head, _payload = channel.receive()
        except ClosedError:
            return
        begin_request(bounds)
        answer, payload = _answer(module, json.loads(head), channel.take_descriptor())
        channel.send(pack_json(answer), payload=payload)


def _answer(module: Any, request: dict[str, Any], descriptor: int | None) -> tuple[dict[str, Any], bytes]:
    path = Path(request["path"])
    try:
        if descriptor is not None:
            hand_over(path, descriptor)
        return {}, module.HANDLERS[request["kind"]](path, **request["arguments"])
    except MemoryError:
        return {"failed": "memory"}, b""
    except OSError as problem:
        if problem.errno is None:
            return {"failed": "content", "detail": _say(problem)}, b""
        return {"failed": "system", "errno": problem.errno, "detail": problem.strerror or str(problem)}, b""
    except Exception as problem:  # noqa: BLE001 - whatever a stranger's file makes a library raise is its answer
        return {"failed": "content", "detail": _say(problem)}, b""
    finally:
        take_back(path)
        if descriptor is not None:
            os.close(descriptor)


def _say(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]


if __name__ == "__main__":
    main(sys.argv[1:])
