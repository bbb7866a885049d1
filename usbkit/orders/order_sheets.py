"""Order sheets: made from a bundle when it is ordered, found by the order, and compared with data from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.drive_ids import FileSystem
from usbkit.bundle.plan import PlannedRecording
from usbkit.bundle.read_folder import SealedFolder
from usbkit.core.errors import AnswerNoError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.disk.layout import LAYOUT_VERSION
from usbkit.ledger import Ledger, order_sheet
from usbkit.ledger.documents import digest_document
from usbkit.ledger.order_sheet import OrderSheet, SheetWords, Signer, is_newer, why_another
from usbkit.ledger.records import Order
from usbkit.manifest import models
from usbkit.manifest.captions import language_of
from usbkit.manifest.samples import find_samples
from usbkit.trust.signing import ListedKey, check_signature

#: Files that are named before the rest is only counted.
_SHOWN = 10


def make_sheet(bundle: Bundle, filesystem: FileSystem | None) -> OrderSheet:
    """Return the sheet of an order of ``bundle`` as it is now. Raises InputError for a signature of another bundle."""
    programme, country = bundle.plan.programme, bundle.plan.country
    signer = None
    if bundle.signature is not None:
        signer = signer_of(check_signature(programme, country, bundle.sums, bundle.signature))
    return OrderSheet(
        country=bundle.stem,
        edition=programme.edition,
        label=country.label,
        filesystem=filesystem or country.filesystem,
        layout=LAYOUT_VERSION,
        sums=bundle.sums.decode("ascii"),
        sizes=tuple(file.size for file in bundle.sealed),
        signature=None if bundle.signature is None else bundle.signature.decode("utf-8"),
        signer=signer,
        words=words_of(programme, country, bundle.plan.recordings),
    )


def signer_of(listed: ListedKey) -> Signer:
    """Return a key of the programme as a sheet's signer."""
    return Signer(name=listed.name, key=listed.public.to_base64(), is_demo=listed.is_demo)


def words_of(
    programme: models.Programme, country: models.Country, recordings: Sequence[PlannedRecording] = ()
) -> SheetWords:
    """Return what papers say of a country by its current manifest."""
    return SheetWords(
        programme=order_sheet.SheetProgramme.model_validate(
            programme.model_dump(include=set(order_sheet.SheetProgramme.model_fields))
        ),
        country=order_sheet.SheetCountry.model_validate(
            country.model_dump(include=set(order_sheet.SheetCountry.model_fields))
        ),
        recordings=tuple(
            order_sheet.SheetRecording(
                number=planned.number,
                title=planned.recording.title,
                duration=planned.media.duration,
                subtitles=tuple(dict.fromkeys(map(language_of, planned.tracks))),
                is_requested=planned.recording.id in country.requested,
                is_sample=planned.recording.sample,
            )
            for planned in recordings
        ),
        samples=find_samples(programme, country),
    )


def find_sheet(ledger: Ledger, order: Order) -> OrderSheet | None:
    """Return the sheet of ``order``; None if it has none, it is not here, or only a newer usbkit can read it.

    Raises AnswerNoError if another document has its place.
    """
    name = order.added.sheet
    body = proven_sheet(order, None if name is None else ledger.find_document(name))
    return None if body is None or is_newer(body) else OrderSheet.from_bytes(body)


def proven_sheet(order: Order, body: bytes | None) -> bytes | None:
    """Return ``body`` after verifying that it is the sheet of ``order``. Raises AnswerNoError."""
    if body is None:
        return None
    why = why_another(order.added, body)
    if digest_document(body) != order.added.sheet:
        why = _("its bytes were changed")
    if why is not None:
        what = _("the order sheet of {order} is not what was ordered: {why}", order=order.id, why=why)
        todo = _("`usbkit ledger check` names what is wrong. Take the ledger's backup.")
        raise AnswerNoError(Finding("sheet-other", what, None, todo))
    return body


def require_folder_of(sheet: OrderSheet, folder: SealedFolder, order: str) -> None:
    """Raise InputError, with all differences, unless the bundle in ``folder`` is the one of ``sheet``.

    Only sizes are compared, before hours of writing; each drive's read-back verifies contents.
    """
    findings = list(_find_differences(sheet, folder, order))
    if findings:
        raise InputError(*findings)


def _find_differences(sheet: OrderSheet, folder: SealedFolder, order: str) -> Iterator[Finding]:
    todo = _("Bring the bundle that was ordered: pack it again where it was made.")
    if folder.fingerprint != sheet.fingerprint:
        values = {"ordered": sheet.fingerprint[:16], "found": folder.fingerprint[:16], "order": order}
        what = _("{order} is for seal {ordered}…, and this is {found}…", **values)
        yield Finding("sheet-other-seal", what, Place(str(folder.folder)), todo)
        return
    passport, words = folder.passport, sheet.words
    said = passport.programme, passport.country, passport.edition, passport.date
    if said != (words.programme.id, words.country.code, sheet.edition, words.programme.date):
        what = _("its passport is not of what {order} is for", order=order)
        yield Finding("sheet-other-passport", what, Place(str(folder.folder)), todo)
    if folder.signature is not None and sheet.signature not in (None, folder.signature.decode("utf-8", "replace")):
        what = _("it is signed otherwise than {order} says", order=order)
        yield Finding("sheet-other-signature", what, Place(str(folder.folder)), todo)
    wrong = [file for file in folder.sealed if file.size != sheet.size_of[file.path]]
    for file in wrong[:_SHOWN]:
        what = _("it has {found} bytes, and {size} were ordered", found=file.size, size=sheet.size_of[file.path])
        yield Finding("sheet-other-size", what, Place(str(folder.folder / file.path)), todo)
    if len(wrong) > _SHOWN:
        what = _("{count} more files have another size", count=len(wrong) - _SHOWN)
        yield Finding("sheet-other-size", what, Place(str(folder.folder)), todo)
