"""An entry's body: an event with time and person, to and from canonical JSON (docs/ledger.md)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from usbkit.core.errors import BrokenOffError, Finding
from usbkit.core.messages import Text, _, escape
from usbkit.core.units import shown
from usbkit.ledger.events import AnyEvent, Event, Record, Unknown

#: Bytes of the longest body that is taken from elsewhere, and so written here.
MOST_BODY = 64 * 2**10


def _in_calendar(at: dt.datetime) -> dt.datetime:
    """``at``, which is a time in every zone. Raises ValueError where it is before the first year, or after the last."""
    try:
        for day in (dt.timedelta(days=-1), dt.timedelta(days=1)):
            (at + day).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("its time is in no year of the calendar") from None
    return at


#: When something happened, as whoever wrote it has it.
_Time = Annotated[AwareDatetime, AfterValidator(_in_calendar)]


class _Stated(Record):
    """An entry's body, of a kind that is known."""

    at: _Time
    by: str
    event: Annotated[Event, Field(discriminator="kind")]


class _Frame(Record):
    """What every body holds, whatever its kind."""

    at: _Time
    by: str
    event: Unknown


#: pydantic's names of what is wrong with a value that a newer usbkit may have added.
_NEWER = frozenset(("union_tag_invalid", "enum", "literal_error"))


@dataclass(frozen=True, slots=True)
class EntryBody:
    """An entry's body: what happened, when by this machine's clock, and who recorded it."""

    at: dt.datetime
    by: str
    event: AnyEvent

    def to_body(self) -> bytes:
        """Return canonical JSON: keys sorted, ASCII, no spaces. Empty fields of this version are left out.

        A byte of a name that is not UTF-8 is written as it is displayed: a lone surrogate would be JSON that strict
        readers reject.
        """
        event = self.event.model_dump(mode="json")
        event = {k: v for k, v in event.items() if k not in _ADDED or v not in (None, "")}
        at = self.at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds")  # years of four digits
        values: dict[str, Any] = {"at": f"{at}Z", "by": self.by, "event": event}
        return json.dumps(_as_text(values), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")

    @classmethod
    def from_body(cls, body: bytes, where: Text) -> EntryBody:
        """The inverse of ``to_body``; ``Unknown`` for an entry of a newer usbkit. Raises BrokenOffError for invalid
        bytes.
        """
        try:
            stated: _Stated | _Frame = _Stated.model_validate_json(_strict(body))
        except ValidationError as problem:
            first = _first_of(problem)
            frame = _frame_of(body) if all(error["type"] in _NEWER for error in problem.errors()) else None
            if frame is None:
                what = _("{where} cannot be read: {reason}", where=where, reason=first)
                todo = _("Run `usbkit ledger check` and send us the output.")
                raise BrokenOffError(Finding("ledger-entry-unreadable", what, todo=todo)) from None
            stated = frame
        return cls(stated.at, stated.by, stated.event)


def _first_of(problem: ValidationError) -> str:
    """The first thing that is wrong, with its field and what was found there."""
    first = problem.errors()[0]
    if not first["loc"] or first["type"] == "missing":
        return ": ".join((first["msg"], *map(str, first["loc"][-1:])))
    return f"{first['msg']}: {first['loc'][-1]} is {shown(first['input'])}"


def _frame_of(body: bytes) -> _Frame | None:
    try:
        return _Frame.model_validate_json(_strict(body))
    except ValidationError:
        return None


def _strict(body: bytes) -> bytes:
    """``body`` without halves of surrogate pairs, which earlier versions wrote and strict readers refuse."""
    if b"\\ud" not in body:
        return body
    try:
        return json.dumps(_as_text(json.loads(body))).encode("ascii")
    except (ValueError, RecursionError):
        return body


def _as_text(value: Any) -> Any:
    """``value`` with every text as UTF-8 can hold it."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_as_text(key): _as_text(entry) for key, entry in value.items()}
    return [_as_text(entry) for entry in value] if isinstance(value, list | tuple) else value


#: Fields that 1.0.0rc1 does not know, and would refuse: written only where they say something.
_ADDED = frozenset(("sheet", "why", "renews", "typed", "instead_of", "by_drive", "hub", "ordered_in", "name"))


def in_english(text: Text) -> str:
    """Return ``text`` in English, as the ledger stores it, whatever the active language."""
    values = {k: in_english(v) if isinstance(v, Text) else escape(v) for k, v in text.values.items()}
    return text.id.format_map(values)
