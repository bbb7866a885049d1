"""A connection to a PostgreSQL server that is lost during COMMIT: closed, or silent like a pulled cable."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

#: As a router does it: a silent client is hung up on after 3 s and two unanswered questions, 2 s apart.
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 3),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 8000),
)


class Proxy:
    """Takes calls at ``host`` and carries them to the server's socket file. ``cuts`` counts what was cut.

    ``cut`` is what happens at the next COMMIT, once: "before" loses the question, "after" the answer. With ``pull``,
    which pulls the cable, the line goes silent there; without it both ends are hung up.
    """

    def __init__(self, server: Path, host: str = "127.0.0.1") -> None:
        self._server = server
        self._listening = socket.create_server((host, 0))
        self.port = self._listening.getsockname()[1]
        self.cut: str | None = None
        self.pull: Callable[[], None] | None = None
        self.cuts = 0
        self._pulls_at_answer = False
        self._silent: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            for option in _KEEPALIVE:
                client.setsockopt(*option)
            behind = socket.socket(socket.AF_UNIX)
            try:
                behind.connect(str(self._server))
            except OSError:  # the server is stopped
                hang_up(client)
                hang_up(behind)
                continue
            for one, other, is_client in ((client, behind, True), (behind, client, False)):
                threading.Thread(target=self._carry, args=(one, other, is_client), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, is_client: bool) -> None:
        is_silent = False
        try:
            while data := one.recv(65536):
                if is_client and self.cut is not None and b"COMMIT\0" in data:
                    how, self.cut = self.cut, None
                    self.cuts += 1
                    if self.pull is not None:
                        if how == "before":
                            # The server gives up by itself, and hangs up as one does behind a pulled cable.
                            self._silent, is_silent = [*self._silent, one, other], True
                            self.pull()
                            return
                        self._pulls_at_answer = True
                    elif how == "after":
                        # The answer is dropped with the line: nobody reads it any more.
                        one.shutdown(socket.SHUT_RDWR)
                        other.sendall(data)
                        continue
                    else:
                        break
                elif not is_client and self._pulls_at_answer and self.pull is not None:
                    self._pulls_at_answer = False
                    self.pull()
                other.sendall(data)
        except OSError:
            pass
        finally:
            if not is_silent:
                hang_up(one)
                hang_up(other)

    def close(self) -> None:
        self._listening.close()
        for end in self._silent:
            hang_up(end)


def hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
