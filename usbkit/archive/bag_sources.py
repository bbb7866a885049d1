"""Sources of a bag's bundle: a country's current bundle, or a folder that holds one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from usbkit.archive.bagit import Description, make_bag
from usbkit.archive.source import read_bundle
from usbkit.bundle.assembly import Bundle
from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.core.content import FileRange
from usbkit.core.errors import AnswerNoError, Finding, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.trust.sums import SIGNATURE_NAME, SUMS_NAME
from usbkit.trust.verdict import Content
from usbkit.verify import verify_directory


@dataclass(frozen=True)
class Bag:
    """The files of a bag; ``date`` is the edition's, ``fingerprint`` the seal's."""

    files: tuple[PlannedFile, ...]
    date: dt.date
    fingerprint: str


def bag_of_bundle(bundle: Bundle) -> Bag:
    """The bag of a country's bundle."""
    programme = bundle.plan.programme
    told = Description(
        organisations=tuple(names.get("en") or next(iter(names.values())) for names in programme.organisers),
        title=programme.title.get("en") or next(iter(programme.title.values())),
    )
    signature = made(SIGNATURE_NAME, Role.SEAL, bundle.signature) if bundle.signature is not None else None
    files = make_bag(bundle.sealed, bundle.sums, signature, bundle.passport(), told)
    return Bag(files, bundle.plan.date, bundle.fingerprint)


def bag_of_folder(folder: Path, progress: Progress) -> Bag:
    """Return the bag of the bundle at ``folder``, which may be a drive or a copy of one. All of it is read and checked
    first.

    Raises InputError if it is no bundle, AnswerNoError if it is not whole.
    """
    found = read_bundle(folder)
    verdict = verify_directory(folder, progress=progress)
    if verdict.content is not Content.WHOLE:
        named = verdict.troubles[:20]
        findings = [
            Finding("bag-not-whole", _("{trouble}", trouble=t.trouble), Place(str(folder / t.path))) for t in named
        ]
        what, todo = _("this bundle is {content}", content=verdict.content), _("Make a bag of a whole one.")
        raise AnswerNoError(*findings, Finding("bag-not-whole", what, Place(str(folder)), todo))
    sealed = []
    for file in found.sealed:
        at = folder / file.path
        sealed.append(
            PlannedFile(file.path, Role.ASSET, FileRange(at, 0, file.size, at.stat().st_mtime_ns), file.sha256)
        )
    at = folder / SIGNATURE_NAME
    signature = made(SIGNATURE_NAME, Role.SEAL, at.read_bytes()) if at.is_file() else None
    sums = (folder / SUMS_NAME).read_bytes()
    files = make_bag(sealed, sums, signature, found.passport, Description())
    return Bag(files, found.passport.date, found.fingerprint)
