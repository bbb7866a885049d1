"""Declarations of on-disk records: a frozen dataclass whose fields state offset, form and the specification's name.

``form`` is a letter of the ``struct`` module, always little-endian: ``B`` ``H`` ``I`` ``Q`` or ``11s``. Bytes between
the fields are zero when written and ignored when read. ``Record.from_bytes`` checks length and every declared range and
names what is wrong; ``Record.to_bytes`` is its inverse.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Container
from dataclasses import MISSING, dataclass
from typing import Any, ClassVar, Self


class RecordError(ValueError):
    """A record that violates its specification; the reader adds the place."""

    def __init__(self, record: str, field: str, offset: int, found: object, expected: str) -> None:
        # Bytes in hex: a drive's own words are not ours to say.
        shown = found.hex(" ") if isinstance(found, bytes) else found
        super().__init__(f"{record}.{field} at byte {offset} is {shown}, expected {expected}")
        self.record, self.field, self.offset, self.found, self.expected = record, field, offset, found, expected


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field's place: ``offset`` in bytes, ``struct`` ``form``, the specification's ``name``, its allowed values
    ``may``.
    """

    offset: int
    form: str
    name: str
    may: Container[Any] | None

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.form)


def at(offset: int, form: str, name: str, default: Any = MISSING, *, may: Container[Any] | None = None) -> Any:
    """Declare a field. ``may`` holds the values a reader accepts; without it, all."""
    return dataclasses.field(default=default, metadata={"place": FieldPlace(offset, form, name, may)})


@dataclass(frozen=True)
class Record:
    """Base of all declared structures."""

    SIZE: ClassVar[int]

    @classmethod
    def places(cls) -> dict[str, FieldPlace]:
        """Return the place of each field, by attribute."""
        return {f.name: f.metadata["place"] for f in dataclasses.fields(cls)}

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse the record at the start of ``data``. Raises RecordError if it is cut short or a field is invalid."""
        if len(data) < cls.SIZE:
            raise RecordError(cls.__name__, "length", 0, len(data), f"{cls.SIZE} bytes")
        compiled = _compile(cls)
        record = cls(**dict(zip(compiled.names, compiled.form.unpack_from(data), strict=True)))
        for attribute, place in compiled.checked:
            value = getattr(record, attribute)
            if value not in place.may:  # type: ignore[operator]
                raise RecordError(cls.__name__, place.name, place.offset, value, str(place.may))
        return record

    def to_bytes(self) -> bytes:
        """Return the record as stored on disk, ``SIZE`` bytes."""
        compiled = _compile(type(self))
        return compiled.form.pack(*(getattr(self, n) for n in compiled.names))


@dataclass(frozen=True, slots=True)
class _Compiled:
    form: struct.Struct
    names: tuple[str, ...]
    checked: tuple[tuple[str, FieldPlace], ...]


_compiled: dict[str, _Compiled] = {}


def _compile(cls: type[Record]) -> _Compiled:
    """One `struct.Struct` for all fields in order of offset with pad bytes between, made once a record."""
    key = f"{cls.__module__}.{cls.__qualname__}"
    if key not in _compiled:
        places = sorted(cls.places().items(), key=lambda item: item[1].offset)
        form, position = "<", 0
        for name, place in places:
            if place.offset < position:
                raise TypeError(f"{cls.__name__}.{name} overlaps the field before it")
            form += f"{place.offset - position}x{place.form}"
            position = place.offset + place.size
        checked = tuple((name, place) for name, place in places if place.may is not None)
        _compiled[key] = _Compiled(
            struct.Struct(f"{form}{cls.SIZE - position}x"), tuple(name for name, _ in places), checked
        )
    return _compiled[key]
