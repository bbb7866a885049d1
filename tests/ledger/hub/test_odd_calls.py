"""A station calls everything allowed, with any arguments: others' data stays unchanged, and nobody is blocked."""

from __future__ import annotations

import random
import re

import psycopg
import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.support.sample import sample
from usbkit.ledger.events import Role

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]

#: Error classes of PostgreSQL that say that something of its own, or of ours, was not foreseen.
UNFORESEEN = re.compile("XX|P0[234]|0A|39|57|58")

SQL = ("'; DROP SCHEMA usbkit_hub CASCADE; --", '"; SELECT 1', "$$ || pg_sleep(9) || $$", "\\'; --", "%s%n", "{}", "$1")
TEXTS = (None, "", "x" * 100_000, "\u202e\u0301", "../../etc/passwd", "ключ", *SQL)
NUMBERS = (None, -1, 0, 1, 2, 200, 2**31 - 1)
ARRAYS = ("NULL", "'{}'", "'{NULL}'", "'{{1,2},{3,4}}'", "'[5:6]={7,8}'", "array_fill(1, ARRAY[10000])")
JSON = ("null", "[]", "{}", "[[1]]", '{"a": {"b": []}}', '"x"', "1e300", "[" * 900 + "]" * 900, '[["a", "b"]]')


def argument(dice: random.Random, kind: str, known: list[str]) -> tuple[str, list[object]]:
    """An argument of a type: how it is written, and its values."""
    if kind == "text":
        return "%s::text", [dice.choice([*TEXTS, *known])]
    if kind == "bytea":
        return "%s::bytea", [dice.choice([None, b"", b"\x00", b"{}", bytes(200_000)])]
    if kind == "jsonb":
        return "%s::jsonb", [dice.choice([None, *JSON])]
    if kind.endswith("[]"):
        if dice.random() < 0.5:
            return f"(ARRAY[%s, %s]::{kind})", [dice.choice(["1", *known]) if kind == "text[]" else "1", None]
        return f"{dice.choice(ARRAYS)}::{kind}", []
    return f"%s::{kind}", [dice.choice([*NUMBERS, 2**62] if kind == "bigint" else NUMBERS)]


def of_others(computers: Computers, who: Computer) -> list[object]:
    """All that is at the hub and is not this station's."""
    found: list[object] = []
    with computers.owner() as raw:
        for query in (
            "SELECT * FROM usbkit_hub.number ORDER BY 1, 2, 3",
            "SELECT name, login, role, cap, origin, state, reported, note, kept, set_backs FROM usbkit_hub.station "
            "WHERE name <> %(me)s ORDER BY 1",
            "SELECT * FROM usbkit_hub.entry WHERE origin <> %(origin)s ORDER BY 1",
            "SELECT * FROM usbkit_hub.chain WHERE origin <> %(origin)s ORDER BY 1",
            "SELECT * FROM usbkit_hub.claim WHERE station <> %(me)s ORDER BY 1",
            "SELECT * FROM usbkit_hub.claim_number ORDER BY 1, 2",
            "SELECT * FROM usbkit_hub.fact ORDER BY 1",
            "SELECT * FROM usbkit_hub.recalled ORDER BY 1, 2, 3",
            "SELECT * FROM usbkit_hub.contested ORDER BY 1, 2, 3, 4",
            "SELECT * FROM usbkit_hub.told ORDER BY 1",
            "SELECT * FROM usbkit_hub.secret WHERE origin <> %(origin)s ORDER BY 1, 2",
            "SELECT * FROM usbkit_hub.letter_word WHERE maker <> %(origin)s ORDER BY 1, 2, 3",
            "SELECT sha256, kind FROM usbkit_hub.document WHERE station <> %(me)s ORDER BY 1",
        ):
            found += raw.execute(query, {"me": who.name, "origin": who.ledger.origin}).fetchall()
    return found


def test_every_call_with_every_argument_leaves_others_alone(computers: Computers) -> None:
    computers.order(6)
    seoul, evil = computers.add("seoul"), computers.add("evil")
    for one in (seoul, evil, computers.desk):
        one.sync()
    seoul.claim(2)
    seoul.make(1)
    seoul.sync()
    with computers.owner() as raw:
        functions = raw.execute(
            "SELECT proname, ARRAY(SELECT format_type(t, NULL) FROM unnest(proargtypes) AS t)::text[] FROM pg_proc "
            "WHERE pronamespace = 'usbkit_hub'::regnamespace AND prosecdef ORDER BY 1"
        ).fetchall()
        # Numbers that nobody holds are anybody's to claim: let there be none.
        raw.execute("UPDATE usbkit_hub.station SET cap = 1 WHERE name = %s", (evil.name,))
    evil.claim(1)
    before = of_others(computers, evil)
    known = [seoul.name, seoul.ledger.origin, computers.desk.ledger.origin, computers.desk.name, ID, "a" * 32]
    dice, refused = random.Random(24), 0
    with evil.raw() as raw:
        for setting in ("search_path = pg_temp, public", "standard_conforming_strings = off", "row_security = off"):
            raw.execute(f"SET {setting}")
        for name, kinds in functions:
            assert isinstance(kinds, list) and kinds[0] == "integer"
            for _call in range(sample("hub: odd calls of each function", 25, 1000)):
                arguments = [argument(dice, kind, known) for kind in kinds[1:]]
                marks = ", ".join(["1", *(mark for mark, _values in arguments)])
                values = [value for _mark, given in arguments for value in given]
                try:
                    raw.execute(f"SELECT usbkit_hub.{name}({marks})", values)
                except psycopg.Error as problem:
                    refused += 1
                    assert UNFORESEEN.match(problem.sqlstate or "XX") is None, (name, values, problem)
    assert refused > 100
    assert of_others(computers, evil) == before
    for one in (evil, seoul, computers.desk, seoul):
        one.sync()
    assert seoul.claim(1) == (4,)


def test_what_names_hold_is_never_run(computers: Computers) -> None:
    computers.order(2)
    evil, desk2 = computers.add("evil"), computers.add("desk2", Role.DESK)
    evil.sync()
    with evil.raw() as raw:
        for text in SQL:
            raw.execute("SELECT usbkit_hub.poll(1, %s, %s, %s::jsonb)", (text, text, '[["' + "x" * 9 + '", "b"]]'))
            raw.execute("SELECT usbkit_hub.claim(1, %s, %s, %s, 1)", ("9" * 32, "a", "b"))
    assert [one["name"] for one in desk2.hub.stations()][-2:] == [evil.name, desk2.name]
