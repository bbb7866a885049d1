"""A PostgreSQL server of our own, from Debian's package: started for a test run in a folder, and gone after it."""

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
    """A running server; its socket stands in ``folder``, and it listens on no network."""

    folder: Path
    programs: Path

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


def name_of(folder: Path) -> str:
    """The database that stands for ``folder``."""
    return "t" + hashlib.sha256(str(folder).encode()).hexdigest()[:20]


@contextmanager
def running_server() -> Iterator[Server]:
    """A server as a fresh cluster makes it: durable, in UTF-8."""
    programs = postgresql_programs()
    assert programs is not None
    # Short, since the path of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="usbkit-pg-", dir="/tmp"))
    account = pwd.getpwnam(_USER)
    as_whom: list[str] = []
    if os.geteuid() == 0:
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_whom = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    data = folder / "data"
    environ = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)}

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_whom, str(programs / program), *arguments], cwd=folder, env=environ, check=True, capture_output=True
        )

    try:
        call("initdb", "--pgdata", str(data), "--username=usbkit", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=100"
        call("pg_ctl", "--pgdata", str(data), "--wait", "--log", str(folder / "log"), "--options", options, "start")
        try:
            yield Server(folder, programs)
        finally:
            call("pg_ctl", "--pgdata", str(data), "--mode=immediate", "--wait", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
