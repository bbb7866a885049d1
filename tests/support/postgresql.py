"""A private PostgreSQL server, from Debian's package: started in a folder for a test run, and removed after it."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from tests.support.capabilities import postgresql_programs

#: Who the server runs as where we are root, which it refuses to be.
_USER = "nobody"


@dataclass(frozen=True)
class Server:
    """A running server; its socket stands in ``folder``. ``listen`` are the addresses that it listens on, or none;
    whoever comes from ``trusted`` (a network in CIDR form) is let in there.
    """

    folder: Path
    programs: Path
    listen: str = ""
    trusted: str = ""

    def database(self, name: str) -> URL:
        """The database ``name``, made empty where there is none."""
        arguments = ["-h", str(self.folder), "-U", "usbkit", "--no-password"]
        have = subprocess.run(
            [self.programs / "psql", *arguments, "-d", "postgres", "-Atc", "SELECT datname FROM pg_database"],
            capture_output=True,
            text=True,
            check=True,
        )
        if name not in have.stdout.split():
            subprocess.run([self.programs / "createdb", *arguments, name], check=True)
        query = {"host": str(self.folder)}
        return URL.create("postgresql+psycopg", username="usbkit", database=name, query=query)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        """A fresh cluster: durable, in UTF-8."""
        self._call(
            "initdb",
            *("--pgdata", str(self.data), "--username=usbkit", "--auth=trust", "--encoding=UTF8", "--no-sync"),
        )
        if self.trusted:
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {self.trusted} trust\n")

    def start(self) -> None:
        options = (
            f"-c listen_addresses={self.listen} -c unix_socket_directories={self.folder} -c max_connections=100"
            + (
                " -c tcp_keepalives_idle=3 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2"
                if self.listen
                else ""
            )
        )
        self._control("--wait", "--log", str(self.folder / "log"), "--options", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._control(f"--mode={mode}", "--wait", "stop")

    def keep(self) -> Path:
        """A copy of the stopped server's data."""
        copy = self.folder / "kept"
        shutil.rmtree(copy, ignore_errors=True)
        subprocess.run(["cp", "-a", self.data, copy], check=True)
        return copy

    def restore(self, copy: Path) -> None:
        """Put the copy in the place of the stopped server's data."""
        shutil.rmtree(self.data)
        subprocess.run(["cp", "-a", copy, self.data], check=True)

    def _control(self, *arguments: str) -> None:
        self._call("pg_ctl", "--pgdata", str(self.data), *arguments)

    def _call(self, program: str, *arguments: str) -> None:
        account = pwd.getpwnam(_USER)
        as_whom: list[str] = []
        if os.geteuid() == 0:
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            as_whom = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        environ = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        command = [*as_whom, str(self.programs / program), *arguments]
        subprocess.run(command, cwd=self.folder, env=environ, check=True, capture_output=True)


def name_of(folder: Path) -> str:
    """The database that stands for ``folder``."""
    return "t" + hashlib.sha256(str(folder).encode()).hexdigest()[:20]


@contextmanager
def running_server(listen: str = "", trusted: str = "") -> Iterator[Server]:
    """A server as a fresh cluster makes it."""
    programs = postgresql_programs()
    assert programs is not None
    # Short, since the path of a socket may have 107 characters.
    server = Server(Path(tempfile.mkdtemp(prefix="usbkit-pg-", dir="/tmp")), programs, listen, trusted)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)
