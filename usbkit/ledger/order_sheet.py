"""The order sheet: what an order's drives hold and what its papers say, as one document beside the chain.

An order names it by SHA-256, so it can be verified wherever it came from. Letters and labels are made from it years
later, and bundles from elsewhere are judged by it. It is JSON in one form (fields in the order below, ASCII, no
spaces); new fields come last and have a default.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import Text, _
from usbkit.ledger.documents import MAX_DOCUMENT
from usbkit.ledger.events import Amount, OrderAdded, SealReleased
from usbkit.trust.minisign import MAX_SIGNATURE, PublicKey
from usbkit.trust.sums import fingerprint, parse_sums

FORMAT: Literal["usbkit order sheet v1"] = "usbkit order sheet v1"

_ANY_FORMAT = re.compile(r"usbkit order sheet v[1-9][0-9]{0,3}")

Texts = dict[str, str]


class _Part(BaseModel):
    # A newer usbkit's fields are left unread: the digest covers the bytes, not what we make of them.
    model_config = ConfigDict(extra="ignore", frozen=True)


class SheetContact(_Part):
    """The contact for recipients, as of the order."""

    office: Texts
    email: str | None = None
    telephone: str | None = None
    hours: Texts = {}
    sample: bool = False


class SheetEvent(_Part):
    """The day of the programme's event."""

    date: dt.date


class SheetProgramme(_Part):
    """What papers say of the programme; ``date`` is the edition's, ``sample`` names its invented parts."""

    id: str
    date: dt.date
    title: Texts
    organisers: tuple[Texts, ...]
    event: SheetEvent
    contact: SheetContact
    sample: tuple[str, ...] = ()
    check_required: bool = False


class SheetAddressee(_Part):
    """The addressee of the drives."""

    name: str
    office: str
    address: tuple[str, ...] = ()
    sample: bool = False


class SheetCountry(_Part):
    """What papers say of the country, and in which languages."""

    code: str
    name: Texts
    interface: tuple[str, ...] = Field(min_length=1)
    addressee: SheetAddressee | None = None
    route: Literal["corps", "mission"] | None = None


class SheetRecording(_Part):
    """A recording in the list of contents: ``duration`` in milliseconds, ``subtitles`` its subtitle languages."""

    number: int
    title: Texts
    duration: Amount
    subtitles: tuple[str, ...]
    is_requested: bool = False
    is_sample: bool = False


class SheetWords(_Part):
    """What papers say of an order besides its numbers. ``samples`` names everything invented."""

    programme: SheetProgramme
    country: SheetCountry
    recordings: tuple[SheetRecording, ...] = ()
    samples: tuple[str, ...] = ()


class Signer(_Part):
    """The key that signed the seal, as the programme listed it at that time."""

    name: str
    key: str
    is_demo: bool = False

    @property
    def public(self) -> PublicKey:
        """Return the key itself. Raises InputError."""
        return PublicKey.from_base64(self.key)


class OrderSheet(_Part):
    """The content of an order.

    ``sums`` is its ``SHA256SUMS``, ``sizes`` the bytes of each file in the same order; ``signature`` the minisign file
    over it, None if unsigned when ordered. ``label`` is the volume's, ``filesystem`` the one requested, ``layout`` the
    version of the drives' layout. ``country`` is the manifest's stem.
    """

    format: Literal["usbkit order sheet v1"] = FORMAT
    country: str
    edition: int
    label: str
    filesystem: Literal["auto", "fat32", "exfat"]
    layout: int
    sums: str
    sizes: tuple[Amount, ...]
    signature: Annotated[str, Field(max_length=MAX_SIGNATURE)] | None = None
    signer: Signer | None = None
    words: SheetWords

    def to_bytes(self) -> bytes:
        """Return the document. Raises InputError if it is too large."""
        values = self.model_dump(mode="json")
        body = json.dumps(values, separators=(",", ":"), ensure_ascii=True).encode("ascii")
        if len(body) > MAX_DOCUMENT:
            what = _("the order sheet has {size} bytes, at most {most} are kept", size=len(body), most=MAX_DOCUMENT)
            raise InputError(Finding("sheet-large", what, None, _("Order a bundle of fewer files.")))
        return body

    @classmethod
    def from_bytes(cls, body: bytes) -> OrderSheet:
        """The inverse of ``to_bytes``. Raises InputError for an invalid document."""
        try:
            if not body.isascii():
                raise ValueError("not ASCII")
            sheet = cls.model_validate_json(body)
            if len(sheet.files) != len(sheet.sizes):
                raise ValueError("not as many sizes as files")
            if sheet.signer is not None:
                sheet.signer.public  # noqa: B018 - whether it is a key
        except ValidationError as problem:
            first = problem.errors()[0]
            reason = f"{'.'.join(map(str, first['loc'])) or '-'}: {first['msg']}"
        except InputError as problem:
            reason = str(problem.findings[0].what)
        except ValueError as problem:
            reason = str(problem)
        else:
            return sheet
        raise InputError(Finding("sheet-unreadable", _("this is no order sheet: {reason}", reason=reason)))

    @functools.cached_property
    def files(self) -> Mapping[str, str]:
        """The SHA-256 of each sealed file, by path."""
        return parse_sums(self.seal)

    @property
    def seal(self) -> bytes:
        """The bytes of ``SHA256SUMS``."""
        return self.sums.encode("ascii", "replace")

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.seal)

    @property
    def size(self) -> int:
        """Bytes of all sealed files."""
        return sum(self.sizes)

    @property
    def size_of(self) -> Mapping[str, int]:
        """The bytes of each sealed file, by path."""
        return dict(zip(self.files, self.sizes, strict=True))


def is_newer(body: bytes) -> bool:
    """Whether this is a sheet of a newer form: carried, not read."""
    try:
        form = json.loads(body.decode("ascii")).get("format")
    except (ValueError, RecursionError, AttributeError):
        return False
    return isinstance(form, str) and form != FORMAT and _ANY_FORMAT.fullmatch(form) is not None


def why_another(added: OrderAdded | SealReleased, body: bytes) -> Text | None:
    """Return why ``body``, whose name matches, cannot be the sheet of an order or a release; None if it can."""
    if is_newer(body):
        return None
    try:
        sheet = OrderSheet.from_bytes(body)
    except InputError as problem:
        return problem.findings[0].what
    said = sheet.fingerprint, sheet.words.programme.id, sheet.words.country.code, sheet.edition
    if said != (added.fingerprint, added.programme, added.code, added.edition):
        return _("it is of another seal, programme, country or edition")
    return None
