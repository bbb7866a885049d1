"""Rows of the state's tables as mappings: a row is read on demand, its value parsed from JSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

#: Rows that are remembered at once; more of them are read again.
_MOST_REMEMBERED = 4000

V = TypeVar("V")


class Form(Generic[V]):
    """How values of a type are written as JSON. What reads and writes it is made when it is first needed: it takes
    longer than most answers.
    """

    def __init__(self, of: Any) -> None:
        self._of = of

    @cached_property
    def _adapter(self) -> TypeAdapter[V]:
        return TypeAdapter(self._of)

    def read(self, body: bytes) -> V:
        return self._adapter.validate_json(body)

    def write(self, value: V) -> bytes:
        return self._adapter.dump_json(value)


class Rows(Mapping[str, V], Generic[V]):
    """The rows of one table by key, in the order of insertion."""

    def __init__(self, connection: sqlite3.Connection, table: str, key: str, form: Form[V]) -> None:
        self._connection, self._table, self._key, self._form = connection, table, key, form
        self._one = f"SELECT body FROM {table} WHERE {key} = ?"
        self._known: dict[str, V] = {}

    def __getitem__(self, key: str) -> V:
        if (known := self._known.get(key)) is not None:
            return known
        row = self._connection.execute(self._one, (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value = self._form.read(row[0])
        self.remember(key, value)
        return value

    def __contains__(self, key: object) -> bool:
        if key in self._known:
            return True
        query = f"SELECT 1 FROM {self._table} WHERE {self._key} = ?"
        return self._connection.execute(query, (key,)).fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        return iter(
            [row[0] for row in self._connection.execute(f"SELECT {self._key} FROM {self._table} ORDER BY place")]
        )

    def __len__(self) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {self._table}").fetchone()[0])

    def select(self, where: str, values: Sequence[object] = (), order: str = "place") -> list[V]:
        """Return the rows that match ``where``."""
        query = f"SELECT body FROM {self._table} WHERE {where} ORDER BY {order}"
        return [self._form.read(row[0]) for row in self._connection.execute(query, values)]

    def remember(self, key: str, value: V) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = value

    def forget(self) -> None:
        self._known.clear()

    def dump(self, value: V) -> bytes:
        return self._form.write(value)


class FoundRows(Mapping[str, str]):
    """Which drive a key of another table stands for, of those that have it rightly."""

    def __init__(self, connection: sqlite3.Connection, table: str, key: str, rightly: str) -> None:
        self._connection, self._table, self._key, self._rightly = connection, table, key, rightly

    def __getitem__(self, key: str) -> str:
        query = f"SELECT drive FROM {self._table} WHERE {self._key} = ? AND {self._rightly}"
        row = self._connection.execute(query, (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return str(row[0])

    def __iter__(self) -> Iterator[str]:
        query = f"SELECT {self._key} FROM {self._table} WHERE {self._rightly}"
        return iter([row[0] for row in self._connection.execute(query)])

    def __len__(self) -> int:
        query = f"SELECT count(*) FROM {self._table} WHERE {self._rightly}"
        return int(self._connection.execute(query).fetchone()[0])
