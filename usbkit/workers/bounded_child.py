"""The bounded process itself: ``python -m usbkit.workers.bounded_child MODULE BOUNDS [DESCRIPTOR]``.

MODULE has ``HANDLERS``, a function by kind that takes an ``OpenedFile`` and arguments and returns bytes, and
``warm_up``, which imports everything they use: afterwards this process opens nothing.
"""

from __future__ import annotations

import errno
import gc
import importlib
import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from usbkit.workers.bounds import Bounds
from usbkit.workers.confinement import begin_request, confine
from usbkit.workers.frames import Channel, ClosedError, pack_json
from usbkit.workers.source_files import hand_over, take_back


def main(arguments: list[str]) -> None:
    """Answer requests until the other end is gone."""
    gc.disable()  # what is loaded stays
    module, bounds = importlib.import_module(arguments[0]), Bounds(**json.loads(arguments[1]))
    if len(arguments) > 2:
        channel = Channel.of_socket(socket.socket(fileno=int(arguments[2])))
    else:
        channel = Channel.of_pipes(sys.stdin.buffer, sys.stdout.buffer)
    module.warm_up()
    gc.freeze()
    gc.enable()
    confine(bounds)
    handed: dict[Path, int] = {}
    while True:
        try:
            head, _payload = channel.receive()
        except ClosedError:
            return
        request = json.loads(head)
        handed |= zip(map(Path, request["files"]), channel.take_descriptors(), strict=False)  # over pipes none come
        if "kind" not in request:
            continue
        begin_request(bounds)
        answer, payload = _answer(module, request, handed)
        handed = {}
        channel.send(pack_json(answer), payload=payload)


def _answer(module: Any, request: dict[str, Any], handed: Mapping[Path, int]) -> tuple[dict[str, Any], bytes]:
    try:
        for path, descriptor in handed.items():
            hand_over(path, descriptor)
        return {}, module.HANDLERS[request["kind"]](Path(request["path"]), **request["arguments"])
    except MemoryError:
        return {"failed": "memory"}, b""
    except OSError as problem:
        if problem.errno == errno.ENOMEM:  # as a map of memory, or a library of its own, says it
            return {"failed": "memory"}, b""
        if problem.errno is None:
            return {"failed": "content", "detail": _say(problem)}, b""
        return {"failed": "system", "errno": problem.errno, "detail": problem.strerror or str(problem)}, b""
    except Exception as problem:  # noqa: BLE001 - whatever a stranger's file makes a library raise is its answer
        return {"failed": "content", "detail": _say(problem)}, b""
    finally:
        for path, descriptor in handed.items():
            take_back(path)
            os.close(descriptor)


def _say(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]


if __name__ == "__main__":
    main(sys.argv[1:])
