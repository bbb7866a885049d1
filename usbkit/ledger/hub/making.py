"""Make a database a hub, and add computers to it: for the database's owner.

A station's login may connect and call functions, nothing else. Its password is generated here, shown once, and reaches
the server only as a SCRAM verifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.appending import SecretRows
from usbkit.ledger.chain import Entry
from usbkit.ledger.events import Role
from usbkit.ledger.hub.line import LONGEST, PROTOCOL
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.tables import LETTER_WORD, SECRET

#: The most numbers that a station holds at once without having used them.
CAP = 20

#: Seconds after which a station's transaction is ended, whatever it does: longer than any of ours takes.
PATIENCE = LONGEST

#: What a computer is called at the hub.
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")

_HERE = Path(__file__).parent
_PASSWORD_BYTES = 24


@dataclass(frozen=True)
class Login:
    """A computer's login at the hub. ``password`` is shown once and not stored here."""

    name: str
    role: Role
    url: str
    pgpass: str
    service: str


def make_hub(
    place: LedgerPlace,
    name: str,
    entries: Iterable[Entry] = (),
    secrets: SecretRows | None = None,
    *,
    dry_run: bool = False,
) -> str:
    """Make the database at ``place`` a hub and adopt its owner as ``name``; return the hub's id.

    ``entries`` are whole chains that no computer of this hub writes. ``dry_run`` does everything and rolls it back.

    Raises InputError if it is a hub already, DeviceError if its owner lacks the rights.
    """
    _require_name(name)
    hub = token_hex(8)
    with _owner(place) as raw:
        if _has_hub(raw):
            what, todo = _("this is a hub already"), _("Add computers to it: usbkit hub add-station NAME")
            raise InputError(Finding("hub-there", what, Place(str(place)), todo))
        for script in ("schema.sql", "functions.sql", "numbers.sql", "rights.sql"):
            raw.execute((_HERE / script).read_text(encoding="utf-8").encode())
        facts = [("version", str(PROTOCOL)), ("hub", hub), ("epoch", "1"), ("patience", f"{PATIENCE} s")]
        for fact in facts:
            raw.execute("INSERT INTO usbkit_hub.fact (name, value) VALUES (%s, %s)", fact)
        raw.execute("INSERT INTO usbkit_hub.fact (name, value) VALUES ('incarnation', usbkit_hub.incarnation())")
        query = "INSERT INTO usbkit_hub.station (name, login, role, cap) VALUES (%s, session_user, %s, %s)"
        raw.execute(query, (name, Role.HEADQUARTERS.value, CAP))
        _import(raw, entries, secrets or SecretRows([], []))
        if dry_run:
            raw.rollback()
    return hub


def _import(raw: Any, entries: Iterable[Entry], secrets: SecretRows) -> None:
    put = "INSERT INTO usbkit_hub.entry (origin, sequence, previous, body, hash) VALUES (%s, %s, %s, %s, %s)"
    ends: dict[str, Entry] = {}
    for entry in entries:
        raw.execute(put, (entry.origin, entry.sequence, entry.previous, entry.body, entry.hash))
        ends[entry.origin] = entry
    for end in ends.values():
        query = "INSERT INTO usbkit_hub.chain (origin, sequence, hash) VALUES (%s, %s, %s)"
        raw.execute(query, (end.origin, end.sequence, end.hash))
    for table, columns, rows in (("secret", SECRET, secrets.nonces), ("letter_word", LETTER_WORD, secrets.words)):
        marks = ", ".join(["%s"] * len(columns))
        query = f"INSERT INTO usbkit_hub.{table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
        for row in rows:
            raw.execute(query, [row[column] for column in columns])


def close_server_ledger(place: LedgerPlace) -> None:
    """Close a ledger on a server to new entries: its chain continues in a file."""
    with _owner(place) as raw:
        raw.execute(
            "CREATE OR REPLACE FUNCTION entry_is_closed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'this ledger became a hub: use --hub, and a ledger in a file'; END $$"
        )
        raw.execute("DROP TRIGGER IF EXISTS entry_closed ON entry")
        raw.execute(
            "CREATE TRIGGER entry_closed BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_is_closed()"
        )


def add_station(
    place: LedgerPlace,
    name: str,
    role: Role = Role.STATION,
    cap: int = CAP,
    *,
    chain: str | None = None,
    dry_run: bool = False,
) -> Login:
    """Create a login for a computer. Raises InputError for a name that is taken.

    ``chain`` is the chain of its existing ledger, if the hub has entries of it: no other login can use it. ``dry_run``
    does everything and rolls it back.
    """
    _require_name(name)
    login, password = f"usbkit_{name.replace('-', '_')}", token_urlsafe(_PASSWORD_BYTES)
    with _owner(place) as raw:
        _require_hub(raw, place)
        query = "SELECT 1 FROM usbkit_hub.station WHERE name = %s OR login = %s"
        taken = (
            raw.execute(query, (name, login)).fetchone()
            or raw.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone()
        )
        if taken:
            what, todo = _("{name} is taken", name=name), _("`usbkit hub stations` lists them. Choose another name.")
            raise InputError(Finding("hub-name-taken", what, Place(str(place)), todo))
        verifier = raw.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        _make_login(raw, login, verifier)
        query = "INSERT INTO usbkit_hub.station (name, login, role, cap) VALUES (%s, %s, %s, %s)"
        raw.execute(query, (name, login, role.value, cap))
        if chain is not None:
            query = (
                "INSERT INTO usbkit_hub.told (origin, station) VALUES (%s, %s) "
                "ON CONFLICT (origin) DO UPDATE SET station = excluded.station"
            )
            raw.execute(query, (chain, name))
        if dry_run:
            raw.rollback()
        parts = {"host": raw.info.host or "localhost", "port": str(raw.info.port), "dbname": raw.info.dbname}
    return _login(name, role, login, password, parts)


def remove_station(place: LedgerPlace, name: str) -> None:
    """Revoke a computer's access; its entries and numbers stay. Raises InputError.

    Its sessions are ended first: one that hangs in a transaction may lock its row.
    """
    with _owner(place) as raw:
        _require_hub(raw, place)
        query = "SELECT login FROM usbkit_hub.station WHERE name = %s AND login <> session_user"
        row = raw.execute(query, (name,)).fetchone()
        if row is None:
            what, todo = _("{name} is no station of this hub", name=name), _("`usbkit hub stations` lists them.")
            raise InputError(Finding("hub-no-station", what, Place(str(place)), todo))
        if raw.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (row[0],)).fetchone():
            raw.execute(f"ALTER ROLE {_quoted(row[0])} NOLOGIN")
    with _owner(place) as raw:
        raw.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (row[0],))
        raw.execute("UPDATE usbkit_hub.station SET state = 'removed' WHERE name = %s", (name,))


def tell_restarted(place: LedgerPlace) -> None:
    """Record a person's statement that the hub was restarted and is no older copy: it then waits for no reports."""
    with _owner(place) as raw:
        _require_hub(raw, place)
        raw.execute("SELECT usbkit_hub.enter(%s)", (PROTOCOL,))
        raw.execute("UPDATE usbkit_hub.station SET reported = usbkit_hub.epoch() WHERE origin IS NOT NULL")
        raw.execute(
            "DELETE FROM usbkit_hub.told t WHERE NOT EXISTS "
            "(SELECT 1 FROM usbkit_hub.station s WHERE s.origin = t.origin)"
        )


def _make_login(raw: Any, login: str, verifier: str) -> None:
    named, (database,) = _quoted(login), raw.execute("SELECT quote_ident(current_database())").fetchone()
    raw.execute(
        f"CREATE ROLE {named} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION CONNECTION LIMIT 8 "
        f"PASSWORD '{verifier}'"
    )
    # Who owns the hub may end its sessions (end_hanging).
    raw.execute(f"GRANT {named} TO CURRENT_USER")
    # What a station's session may not do to others: no tables of its own, and no transaction left open for long.
    raw.execute(f"REVOKE TEMPORARY, CREATE ON DATABASE {database} FROM PUBLIC")
    raw.execute(f"GRANT CONNECT ON DATABASE {database} TO {named}")
    if raw.execute("SELECT has_schema_privilege('public', 'public', 'CREATE')").fetchone()[0]:
        raw.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    raw.execute(f"ALTER ROLE {named} SET idle_in_transaction_session_timeout = '8s'")
    raw.execute(f"GRANT USAGE ON SCHEMA usbkit_hub TO {named}")
    raw.execute(
        "DO $do$ DECLARE f regprocedure; BEGIN FOR f IN SELECT p.oid::regprocedure FROM pg_proc p "
        "WHERE p.pronamespace = 'usbkit_hub'::regnamespace AND p.prosecdef LOOP "
        f"EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {named}', f); END LOOP; END $do$"
    )


def _login(name: str, role: Role, login: str, password: str, parts: dict[str, str]) -> Login:
    host, port, dbname = parts["host"], parts["port"], parts["dbname"]
    is_socket = host.startswith("/")
    url = (
        f"postgresql://{login}@/{dbname}?host={host}&port={port}"
        if is_socket
        else (f"postgresql://{login}@{host}:{port}/{dbname}")
    )
    pgpass = f"{host}:{port}:{dbname}:{login}:{password}"
    service = f"[usbkit-hub]\nhost={host}\nport={port}\ndbname={dbname}\nuser={login}\n"
    return Login(name, role, url, pgpass, service)


@contextmanager
def _owner(place: LedgerPlace) -> Iterator[Any]:
    """A transaction by the driver's own connection, which takes a script as it stands."""
    from sqlalchemy.exc import DBAPIError

    from usbkit.ledger.server import open_server

    with database_errors(place):
        engine = open_server(place)
        try:
            with engine.begin() as connection:
                raw = connection.connection.driver_connection
                try:
                    yield raw
                except Exception as problem:
                    if getattr(problem, "sqlstate", None) is None:
                        raise
                    # As SQLAlchemy tells it, so that it is told in our words.
                    raise DBAPIError.instance(None, None, problem, type(problem)) from None
        finally:
            engine.dispose()


def _has_hub(raw: Any) -> bool:
    return raw.execute("SELECT to_regnamespace('usbkit_hub')").fetchone()[0] is not None


def _require_hub(raw: Any, place: LedgerPlace) -> None:
    if not _has_hub(raw):
        todo = _("Make one of it: usbkit hub init")
        raise InputError(Finding("hub-absent", _("this database is no hub"), Place(str(place)), todo))


def _require_name(name: str) -> None:
    if NAME.fullmatch(name) is None:
        what = _("found {name}, expected up to 40 small letters, digits and hyphens", name=name)
        raise InputError(Finding("hub-name", what, Place("NAME")))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
