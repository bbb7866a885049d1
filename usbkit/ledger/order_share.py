"""A share of an order: numbers that another station fills, as the file that goes there. It holds no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.events import Number, OrderAdded, OriginName

FORMAT = "usbkit order share v1"


@dataclass(frozen=True)
class Making:
    """What a bundle is made with, beside manifests and library."""

    allow_missing: tuple[str, ...] = ()
    allow_untranslated: bool = False
    filesystem: Literal["auto", "fat32", "exfat"] | None = None


@dataclass(frozen=True, slots=True)
class OrderShare:
    """``numbers`` of the order ``added``, which stands in the chain of ``origin``."""

    added: OrderAdded
    origin: str
    numbers: tuple[int, ...]

    @property
    def making(self) -> Making:
        return Making(self.added.allow_missing, self.added.allow_untranslated, self.added.filesystem)

    def to_json(self) -> str:
        """The share as a file."""
        stored = _Stored(format=FORMAT, origin=self.origin, numbers=self.numbers, order=self.added)
        return stored.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str) -> OrderShare:
        """The inverse of `to_json`. Raises InputError for what is none."""
        try:
            stored = _Stored.model_validate_json(text)
            if not set(stored.numbers) <= set(stored.order.numbers):
                raise ValueError("its numbers are not the order's")
        except ValidationError as problem:
            first = problem.errors()[0]
            reason = f"{'.'.join(map(str, first['loc'])) or '-'}: {first['msg']}"
        except ValueError as problem:
            reason = str(problem)
        else:
            return cls(stored.order, stored.origin, stored.numbers)
        what = _("this is no share of an order: {reason}", reason=reason)
        raise InputError(Finding("share-unreadable", what, Place(file), _("`usbkit order split -o FILE` writes one.")))


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["usbkit order share v1"]
    origin: OriginName
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]
    order: OrderAdded
