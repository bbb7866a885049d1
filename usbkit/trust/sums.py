"""``SHA256SUMS``: written in exactly one form, and only read in that form (design section 10).

A line is 64 lower-case hex digits, two spaces, a relative path of ASCII names joined by ``/``, and LF. Lines are sorted
by path; no two paths differ only in case, no file's path is also a folder, and no path leads out. ``sha256sum -c``
reads the same text; a text that differs by a byte from our form is not a seal.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _

SUMS_NAME = "SHA256SUMS"
SIGNATURE_NAME = "SHA256SUMS.minisig"
PASSPORT_NAME = "passport.json"
DRIVE_SCRIPT_NAME = "drive.js"

#: Files of a drive that ``SHA256SUMS`` does not cover, so that one signature serves all drives of a country.
UNSEALED_NAMES = (SUMS_NAME, SIGNATURE_NAME, PASSPORT_NAME, DRIVE_SCRIPT_NAME)

#: Largest ``SHA256SUMS`` that is read, in bytes: some 100,000 files. A hostile drive must not fill our memory.
MAX_SUMS = 16 * 2**20
#: Longest path, in characters; Windows' 260 leave room for where it is copied to.
MAX_PATH = 200

# The page reads the same expressions (verify_page.py hands them over): only syntax that JavaScript shares.
DIGEST = r"[0-9a-f]{64}"
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"

LINE = rf"({DIGEST})  ([ -~]+)"
PATH = rf"{NAME}(?:/{NAME})*"

_UNSEALED = frozenset(name.lower() for name in UNSEALED_NAMES)
#: What stands in no folder of a drive either: a second seal, by which a part of it would be whole.
_SEALS = frozenset(name.lower() for name in (SUMS_NAME, SIGNATURE_NAME))
_LINE = re.compile(LINE)
_PATH = re.compile(PATH)
_FINGERPRINT = re.compile(DIGEST)
# The number of a row as the letter prints it stands alone; a group of digits never does.
_ROW_NUMBER = re.compile(r"[1-4][:.)]?")


def format_sums(digests: Mapping[str, str]) -> bytes:
    """Return the text of ``SHA256SUMS`` for path → SHA-256 in hex. Raises InputError for what ``parse_sums`` would
    refuse.
    """
    sums = "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode("utf-8", "surrogateescape")
    parse_sums(sums)
    return sums


def fingerprint(sums: bytes) -> str:
    """Return the seal's fingerprint: SHA-256 of ``SHA256SUMS``, 64 hex digits."""
    return hashlib.sha256(sums).hexdigest()


def fingerprint_rows(fingerprint: str) -> tuple[str, ...]:
    """Return the fingerprint as letter and screen show it: four rows of four groups of four digits."""
    groups = [fingerprint[i : i + 4] for i in range(0, 64, 4)]
    return tuple(" ".join(groups[i : i + 4]) for i in range(0, 16, 4))


def parse_fingerprint(typed: str) -> str:
    """Parse a typed or pasted fingerprint. Raises InputError for anything else.

    Rows, groups, hyphens, capitals and row numbers are accepted.
    """
    groups = re.split(r"[\s-]+", typed.strip())
    digits = "".join(g for g in groups if not _ROW_NUMBER.fullmatch(g)).lower()
    if not _FINGERPRINT.fullmatch(digits):
        raise InputError(
            Finding(
                "fingerprint-form",
                _(
                    "{typed} is not a fingerprint: expected 64 digits 0-9 and a-f, found {count} characters",
                    typed=typed[:80],
                    count=len(digits),
                ),
                todo=_("Copy the four rows from the verification letter."),
            )
        )
    return digits


def parse_digest(typed: str) -> str:
    """Parse a pasted SHA-256 in hex. Raises InputError for anything else."""
    digest = typed.strip().lower()
    if not _FINGERPRINT.fullmatch(digest):
        what = _("{typed} is not a digest: expected 64 digits 0-9 and a-f", typed=typed[:80])
        raise InputError(Finding("digest-form", what, todo=_("Copy it whole from where it was noted.")))
    return digest


def parse_sums(sums: bytes) -> dict[str, str]:
    """Return path → SHA-256 in hex, in the file's order. Raises InputError with the first fault."""
    if len(sums) > MAX_SUMS:
        raise _refuse("sums-size", None, _("it has {size} bytes, more than {most}", size=len(sums), most=MAX_SUMS))
    if not sums:
        raise _refuse("sums-empty", None, _("it is empty"))
    if not sums.endswith(b"\n"):
        raise _refuse("sums-end", sums.count(b"\n") + 1, _("the last line does not end in a line feed"))
    digests: dict[str, str] = {}
    keeper = _Keeper()
    for number, line in enumerate(sums.decode("latin-1")[:-1].split("\n"), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise _refuse("sums-line", number, _("expected 64 lower-case hex digits, two spaces and a path"))
        digest, path = match.groups()
        keeper.admit(path, number)
        digests[path] = digest
    return digests


class _Keeper:
    """Admits paths one after another, or says why one has no place behind those before it."""

    def __init__(self) -> None:
        self._last = ""
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def admit(self, path: str, line: int) -> None:
        if len(path) > MAX_PATH or not _PATH.fullmatch(path):
            raise _refuse("sums-path", line, _("it names a path that no usbkit drive has"))
        if path.lower() in _UNSEALED or path.lower().rpartition("/")[2] in _SEALS:
            raise _refuse("sums-unsealed", line, _("{path} cannot be sealed", path=path))
        self._refuse_twin(path, line)
        if path <= self._last:
            raise _refuse("sums-order", line, _("{path} stands behind {last}", path=path, last=self._last))
        self._last = path

    def _refuse_twin(self, path: str, line: int) -> None:
        folded = path.lower()
        parts = folded.split("/")
        parents = {"/".join(parts[:n]) for n in range(1, len(parts))}
        if folded in self._files or folded in self._folders or parents & self._files:
            raise _refuse("sums-twin", line, _("{path} stands there twice, as a file or a folder", path=path))
        self._files.add(folded)
        self._folders |= parents


def _refuse(id: str, line: int | None, reason: Text) -> InputError:
    what = _("this is not a seal: {reason}", reason=reason)
    todo = _("It was changed after it was made, or is not ours. Ask for the drive to be sent again.")
    return InputError(Finding(id, what, Place(SUMS_NAME, line), todo))
