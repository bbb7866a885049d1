"""A share of an order: numbers that another station fills, as a file for that station. It holds no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.documents import MAX_DOCUMENT, digest_document
from usbkit.ledger.events import Number, OrderAdded, OriginName
from usbkit.ledger.intake import why_unfit_event
from usbkit.ledger.order_sheet import why_another

FORMAT = "usbkit order share v1"

#: Bytes of the largest share: a document in which every character is written as an escape, and the order beside it.
MOST_BYTES = 2 * MAX_DOCUMENT + 2**20


@dataclass(frozen=True)
class Making:
    """A bundle's settings, other than manifests and library."""

    allow_missing: tuple[str, ...] = ()
    allow_untranslated: bool = False
    filesystem: Literal["auto", "fat32", "exfat"] | None = None


@dataclass(frozen=True, slots=True)
class OrderShare:
    """``numbers`` of the order ``added``, recorded in the chain of ``origin``; ``sheet`` is the order sheet that it
    names, None if not available.
    """

    added: OrderAdded
    origin: str
    numbers: tuple[int, ...]
    sheet: bytes | None = None

    @property
    def making(self) -> Making:
        return Making(self.added.allow_missing, self.added.allow_untranslated, self.added.filesystem)

    def to_json(self) -> str:
        """Return the share as a file."""
        sheet = None if self.sheet is None else self.sheet.decode("ascii")
        stored = _Stored(format=FORMAT, origin=self.origin, numbers=self.numbers, order=self.added, sheet=sheet)
        return stored.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str) -> OrderShare:
        """The inverse of ``to_json``. Raises InputError for an invalid file."""
        try:
            stored = _Stored.model_validate_json(text)
            if not set(stored.numbers) <= set(stored.order.numbers):
                raise ValueError("its numbers are not the order's")
            if (why := why_unfit_event(stored.order)) is not None:
                raise ValueError(f"its order has a field that no order has: {why}")
            sheet = stored.sheet_bytes()
        except ValidationError as problem:
            first = problem.errors()[0]
            reason = f"{'.'.join(map(str, first['loc'])) or '-'}: {first['msg']}"
        except ValueError as problem:
            reason = str(problem)
        else:
            return cls(stored.order, stored.origin, stored.numbers, sheet)
        what = _("this is no share of an order: {reason}", reason=reason)
        raise InputError(Finding("share-unreadable", what, Place(file), _("`usbkit order split -o FILE` writes one.")))


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["usbkit order share v1"]
    origin: OriginName
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]
    order: OrderAdded
    sheet: Annotated[str, Field(max_length=MAX_DOCUMENT, pattern=r"^[ -~]*$")] | None = None

    def sheet_bytes(self) -> bytes | None:
        """The order sheet. Raises ValueError where it is not the order's."""
        if self.sheet is None:
            return None
        body = self.sheet.encode("ascii")
        if digest_document(body) != self.order.sheet:
            raise ValueError("its order sheet is not the one that the order names")
        if (why := why_another(self.order, body)) is not None:
            raise ValueError(f"its order sheet is not the order's: {why}")
        return body
