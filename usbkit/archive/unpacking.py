"""Turn archives into a bundle: filled beside its place, and moved there in one step once its seal holds."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from usbkit.archive.admission import Admission, Admitted
from usbkit.archive.discovery import FoundPack, check_parts
from usbkit.archive.extraction import extract
from usbkit.archive.opening import about, list_archive
from usbkit.archive.packing import require_room
from usbkit.archive.passphrase import Passphrase
from usbkit.bundle.drive_ids import moment_of
from usbkit.bundle.read_folder import read_seal
from usbkit.bundle.write_folder import require_ours
from usbkit.core.atomic import as_ours, clear_leftovers, folder_beside, put_folder, settle_folders
from usbkit.core.errors import AnswerNoError, Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress
from usbkit.trust.passport import MAX_BYTES, Passport
from usbkit.trust.sums import PASSPORT_NAME, SUMS_NAME, fingerprint, parse_sums
from usbkit.trust.verdict import Structure, Trouble, Verdict
from usbkit.verify.content import check_tree
from usbkit.verify.directory import DirectoryTree
from usbkit.verify.origin import Trust

_CHUNK = 4 * 2**20
#: Findings about files that do not fit the seal; a bundle replaced whole would otherwise name thousands.
_SHOWN = 40
_TROUBLE = {
    Trouble.DAMAGED: _("damaged"),
    Trouble.MISSING: _("missing"),
    Trouble.EXTRA: _("not ours"),
    Trouble.UNREADABLE: _("cannot be read"),
}


def check_pack(found: FoundPack, passphrase: Passphrase | None, progress: Progress) -> list[Admitted]:
    """Compare every archive with the index and judge its listing, without unpacking.

    Raises AnswerNoError with all parts that have changed, or with the first archive that is not one of ours; InputError
    for a wrong passphrase.
    """
    key = found.name
    progress.begin(key, "check", _("checking the parts of {name}", name=key), found.size if found.index else None)
    findings = [finding for archive in found.archives for finding in check_parts(found, archive, progress, key)]
    if findings:
        raise AnswerNoError(*findings)
    admission, admitted = Admission(), []
    for archive in found.archives:
        with about(archive.parts[0]):
            listing = list_archive(archive.parts, passphrase)
            admitted.append(admission.admit(archive, listing))
    progress.end(key, "checked")
    return admitted


def unpack(
    found: FoundPack,
    target: Path,
    passphrase: Passphrase | None,
    trust: Trust,
    progress: Progress,
    onto: Path | None = None,
) -> Verdict:
    """Unpack ``found`` to the bundle ``target``; files missing from a pack of changes come from ``onto``.

    ``target`` may be new, empty, or a bundle, which is replaced. Raises AnswerNoError if the result is not whole, not
    ours or not of the required origin; InputError, DeviceError, BrokenOffError. After an error nothing is left behind.
    """
    require_ours(target)
    earlier = _read_earlier(found, onto)
    admitted = check_pack(found, passphrase, progress)
    with as_ours(target):
        parent = target.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(parent, target.name)
        require_room(parent, sum(a.listing.size for a in admitted))
        with folder_beside(target) as beside:
            _extract_all(found, admitted, beside, passphrase, progress)
            sums = _require_seal(found, beside)
            if onto is not None:
                _complete(beside, onto, sums, earlier, progress, found.name)
            verdict = check_tree(DirectoryTree(beside), Structure.NOT_CHECKED, (), trust, progress, key=str(target))
            _require_whole(verdict, found.folder)
            _settle(beside)
            put_folder(beside, target)
    return verdict


def _extract_all(
    found: FoundPack, admitted: list[Admitted], folder: Path, passphrase: Passphrase | None, progress: Progress
) -> None:
    key = found.name
    progress.begin(key, "unpack", _("unpacking {name}", name=key), sum(a.listing.size for a in admitted))
    extract(admitted, folder, passphrase, lambda count: progress.advance(key, count))
    progress.end(key, "unpacked")


def _require_seal(found: FoundPack, folder: Path) -> bytes:
    """The seal that came out. Raises AnswerNoError where there is none, or another than the index names."""
    if not (folder / SUMS_NAME).is_file():
        raise AnswerNoError(_no_bundle(found.folder, _("no SHA256SUMS came out")))
    sums = read_seal(folder)
    if found.index is not None and fingerprint(sums) != found.index.fingerprint:
        raise AnswerNoError(_no_bundle(found.folder, _("the seal that came out is not the one that the index names")))
    return sums


def _no_bundle(place: Path, reason: Text) -> Finding:
    what = _("this is no bundle of ours: {reason}", reason=reason)
    return Finding("pack-no-bundle", what, Place(str(place)), _("Ask for it to be sent again."))


def _read_earlier(found: FoundPack, onto: Path | None) -> dict[str, str]:
    """Path → digest of the earlier bundle that ``found`` builds on; empty where it holds all."""
    since = found.index.wishes.since if found.index else None
    if since is None:
        if onto is not None:
            what, todo = _("this pack holds a whole bundle"), _("Leave out --onto.")
            raise InputError(Finding("onto-not-needed", what, Place(str(found.folder)), todo))
        return {}
    if onto is None:
        what = _("this pack holds only what changed since the seal {since}…", since=since[:16])
        todo = _("Name the bundle that it builds on with --onto.")
        raise InputError(Finding("onto-needed", what, Place(str(found.folder)), todo))
    sums = read_seal(onto)
    if fingerprint(sums) != since:
        what = _(
            "this pack builds on the seal {since}…, and this bundle has {found}…",
            since=since[:16],
            found=fingerprint(sums)[:16],
        )
        raise InputError(Finding("onto-other", what, Place(str(onto)), _("Name the bundle of that earlier edition.")))
    return parse_sums(sums)


def _complete(folder: Path, onto: Path, sums: bytes, earlier: dict[str, str], progress: Progress, key: str) -> None:
    """Copy from the earlier bundle what did not change, by content: a file that was only renamed comes from there."""
    places = {digest: path for path, digest in earlier.items()}
    wanted = {path: digest for path, digest in parse_sums(sums).items() if not (folder / path).exists()}
    missing = [path for path, digest in wanted.items() if digest not in places]
    if missing:
        what = _("neither the pack nor the earlier bundle has {path}", path=missing[0])
        raise AnswerNoError(_no_bundle(folder, what))
    sources = {path: onto / places[digest] for path, digest in wanted.items()}
    gone = [s for s in sources.values() if not s.is_file()]
    if gone:
        raise InputError(*(_damaged(source) for source in gone))
    progress.begin(key, "copy", _("copying what did not change"), sum(s.stat().st_size for s in sources.values()))
    for path, source in sources.items():
        _copy(source, folder / path, wanted[path], progress, key)
    progress.end(key, "copied")


def _copy(source: Path, target: Path, digest: str, progress: Progress, key: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    sha = hashlib.sha256()
    with source.open("rb") as reader, target.open("xb") as writer:
        while piece := reader.read(_CHUNK):
            sha.update(piece)
            writer.write(piece)
            progress.advance(key, len(piece))
        writer.flush()
        os.fsync(writer.fileno())
    if sha.hexdigest() != digest:
        raise InputError(_damaged(source))


def _damaged(source: Path) -> Finding:
    what = _("the earlier bundle does not have this file as its seal says")
    return Finding("onto-damaged", what, Place(str(source)), _("`usbkit verify` says what else; use a whole copy."))


def _require_whole(verdict: Verdict, place: Path) -> None:
    if verdict.exit_code == 0:
        return
    findings = [
        Finding("content-unsealed", _TROUBLE[Trouble(t.trouble)], Place(str(place), field=t.path))
        for t in verdict.troubles[:_SHOWN]
    ]
    reasons = [Finding("origin-refused", reason, Place(str(place))) for reason in verdict.origin_reasons]
    what = _("what came out is not what its seal says: nothing was kept")
    if not findings:
        what = _("its origin is refused: nothing was kept")
    todo = _("It was changed after it was sealed. Ask for it to be sent again.")
    raise AnswerNoError(Finding("seal-broken", what, Place(str(place)), todo), *findings, *reasons)


def _settle(folder: Path) -> None:
    """Modes and times as `usbkit build` gives them, whatever the archive or the umask says."""
    passport = Passport.from_json((folder / PASSPORT_NAME).read_bytes()[: MAX_BYTES + 1])
    seconds = int(moment_of(passport.date).timestamp())
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            os.utime(path, (seconds, seconds))
    settle_folders(folder, seconds)
