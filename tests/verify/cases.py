"""What can happen to a drive on its way, for all checkers: the folder, the image, the page in each browser.

Each case makes a folder from nothing and states what every checker must find in it. ``named`` are the files that must
be named and how; ``alarming`` those among them that a computer may run. The letter is always that of ``GENUINE``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.trust.make_vectors import add_order, make_noncanonical
from tests.verify.folders import FILES, KEY, OTHER_KEY, flip, make_companions, make_sealed
from usbkit.trust import ed25519
from usbkit.trust.minisign import Signature
from usbkit.trust.sums import fingerprint
from usbkit.trust.verdict import Content, Origin

MISSING, DAMAGED, EXTRA = "missing", "damaged", "extra"


@dataclass(frozen=True)
class Case:
    """A name, what happens to a genuine drive's folder, and what is found with the letter in hand.

    ``origin`` is what letter's fingerprint and programme's key together say; ``by_fingerprint`` what the fingerprint
    alone says where that differs.
    """

    name: str
    befall: Callable[[Path], object]
    content: Content = Content.WHOLE
    origin: Origin = Origin.PROVEN
    named: Mapping[str, str] = field(default_factory=dict)
    alarming: frozenset[str] = frozenset()
    by_fingerprint: Origin | None = None


def letter_of(page: bytes) -> str:
    """The fingerprint in the letter that belongs to the genuine drive with ``page`` as its verify.html."""
    return fingerprint(make_companions(files_with(page))["SHA256SUMS"])


def files_with(page: bytes) -> dict[str, bytes]:
    return {**FILES, "verify.html": page}


def make_case(case: Case, root: Path, page: bytes) -> Path:
    """The folder of ``case`` under ``root``."""
    make_sealed(root, files_with(page))
    case.befall(root)
    return root


def _write(path: str, data: bytes) -> Callable[[Path], None]:
    def befall(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)

    return befall


def _replace(path: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def befall(root: Path) -> None:
        data = (root / path).read_bytes()
        assert old in data, f"{old!r} is not in {path}"
        (root / path).write_bytes(data.replace(old, new))

    return befall


def _edit_sums(root: Path) -> None:
    """A file changed and its line in the seal with it, as somebody who knows sha256sum does."""
    import hashlib

    data = (root / "README.txt").read_bytes()
    (root / "README.txt").write_bytes(data + b"Send money.\r\n")
    old, new = (hashlib.sha256(d).hexdigest().encode() for d in (data, data + b"Send money.\r\n"))
    _replace("SHA256SUMS", old, new)(root)


def _sign_again(root: Path) -> None:
    """Everything made anew with a key of their own; verify.html is still ours."""
    page = (root / "verify.html").read_bytes()
    make_sealed(root, {**files_with(page), "README.txt": b"Send money.\r\n"}, key=OTHER_KEY)


def _take_signature_away(root: Path) -> None:
    """As above, but nothing signed at all, and drive.js made to fit."""
    page = (root / "verify.html").read_bytes()
    make_sealed(root, {**files_with(page), "README.txt": b"Send money.\r\n"}, key=None)
    (root / "SHA256SUMS.minisig").unlink()


def _older_edition(root: Path) -> None:
    page = (root / "verify.html").read_bytes()
    make_sealed(root, {**files_with(page), "README.txt": b"The first edition.\r\n"}, edition=2)


def _honduras(root: Path) -> None:
    page = (root / "verify.html").read_bytes()
    make_sealed(root, {**files_with(page), "README.txt": b"Hola.\r\n"}, country="HN")


def _passport_of_honduras(root: Path) -> None:
    page = (root / "verify.html").read_bytes()
    other = make_companions({**files_with(page), "README.txt": b"Hola.\r\n"}, country="HN")
    for name in ("passport.json", "drive.js"):
        (root / name).write_bytes(other[name])


def _legacy(root: Path) -> None:
    """Our own key over this very seal, but the seal itself signed and not its BLAKE2b."""
    sums = (root / "SHA256SUMS").read_bytes()
    comment = Signature.from_bytes((root / "SHA256SUMS.minisig").read_bytes()).trusted_comment
    signature = ed25519.sign(KEY.seed, sums)
    made = Signature(KEY.key_id, signature, comment, ed25519.sign(KEY.seed, signature + comment.encode()))
    (root / "SHA256SUMS.minisig").write_bytes(made.to_bytes().replace(b"\nRU", b"\nRW", 1))


def _noncanonical(root: Path) -> None:
    (root / "SHA256SUMS.minisig").write_bytes(make_noncanonical((root / "SHA256SUMS.minisig").read_bytes()))


def _large_scalar(root: Path) -> None:
    """The genuine signature with the group's order added to S: lenient verifiers take it for the same."""
    ours = Signature.from_bytes((root / "SHA256SUMS.minisig").read_bytes())
    made = Signature(ours.key_id, add_order(ours.signature), ours.trusted_comment, ours.global_signature)
    (root / "SHA256SUMS.minisig").write_bytes(made.to_bytes())


def _foreign_global(root: Path) -> None:
    """The second signature taken from another statement of the same key."""
    lines = (root / "SHA256SUMS.minisig").read_bytes().split(b"\n")
    lines[3] = KEY.sign(b"x", "y").to_bytes().split(b"\n")[3]
    (root / "SHA256SUMS.minisig").write_bytes(b"\n".join(lines))


def _statement_of_another_kind(root: Path) -> None:
    sums = (root / "SHA256SUMS").read_bytes()
    said = f"usbkit head v1 sha256={fingerprint(sums)}"
    (root / "SHA256SUMS.minisig").write_bytes(KEY.sign(sums, said).to_bytes())


def _windows(root: Path) -> None:
    _write("System Volume Information/WPSettings.dat", b"twelve bytes")(root)
    _write("System Volume Information/IndexerVolumeGuid", b"g" * 76)(root)


def _no_seal(old: bytes, new: bytes) -> Callable[[Path], None]:
    return _replace("SHA256SUMS", old, new)


_SIG = "SHA256SUMS.minisig"
_STRANGE = {
    "escape": "videos/\x1b[2J.mp4",
    "right-to-left": "videos/\u202egpj.exe",
    "markup": "<img src=x onerror=alert(1)>.txt",
}

CASES = (
    Case("whole", lambda root: None),
    Case("one byte changed", lambda root: flip(root / "videos/01-opening.mp4", 2_000_000), Content.DAMAGED,
         named={"videos/01-opening.mp4": DAMAGED}),
    Case("truncated", lambda root: os.truncate(root / "videos/01-opening.mp4", 1000), Content.DAMAGED,
         named={"videos/01-opening.mp4": DAMAGED}),
    Case("missing", lambda root: (root / "slides/01-id-cards.pdf").unlink(), Content.INCOMPLETE,
         named={"slides/01-id-cards.pdf": MISSING}),
    Case("renamed", lambda root: (root / "slides/01-id-cards.pdf").replace(root / "slides/x.pdf"), Content.INCOMPLETE,
         named={"slides/01-id-cards.pdf": MISSING, "slides/x.pdf": EXTRA}),
    Case("a document more", _write("documents/more.pdf", b"%PDF-1.4"), Content.ADDED_TO,
         named={"documents/more.pdf": EXTRA}),
    Case("autorun.inf", _write("autorun.inf", b"[autorun]\r\nopen=x.exe\r\n"), Content.ADDED_TO,
         named={"autorun.inf": EXTRA}, alarming=frozenset(["autorun.inf"])),
    Case("videos.lnk", _write("videos.lnk", b"L\0\0\0\x01\x14\x02\0"), Content.ADDED_TO,
         named={"videos.lnk": EXTRA}, alarming=frozenset(["videos.lnk"])),
    Case("a program in System Volume Information", _write("System Volume Information/x.exe", b"MZ"), Content.ADDED_TO,
         named={"System Volume Information/x.exe": EXTRA}, alarming=frozenset(["System Volume Information/x.exe"])),
    Case("WPSettings.dat alone", _write("System Volume Information/WPSettings.dat", b"twelve bytes")),
    Case("opened by Windows", _windows),
    Case("a page more", _write("index.htm", b"<script>location='http://example.org'</script>"), Content.ADDED_TO,
         named={"index.htm": EXTRA}, alarming=frozenset(["index.htm"])),
    Case("SHA256SUMS edited", _edit_sums, Content.DAMAGED, Origin.REFUSED,
         named={_SIG: DAMAGED, "passport.json": DAMAGED}),
    Case("all signed again with another key", _sign_again, Content.WHOLE, Origin.REFUSED),
    Case("all made again, not signed", _take_signature_away, Content.WHOLE, Origin.REFUSED),
    Case("trusted comment altered", _replace(_SIG, b"country=GT", b"country=HN"), Content.DAMAGED, Origin.REFUSED,
         named={"passport.json": DAMAGED}, by_fingerprint=Origin.PROVEN),
    Case("global signature dropped", lambda root: (root / _SIG).write_bytes(
             b"\n".join((root / _SIG).read_bytes().split(b"\n")[:3]) + b"\n"), Content.DAMAGED, Origin.REFUSED,
         named={_SIG: DAMAGED}, by_fingerprint=Origin.PROVEN),
    Case("global signature of another file", _foreign_global, Content.WHOLE, Origin.REFUSED,
         by_fingerprint=Origin.PROVEN),
    Case("legacy signature", _legacy, Content.DAMAGED, Origin.REFUSED, named={_SIG: DAMAGED},
         by_fingerprint=Origin.PROVEN),
    Case("five lines", lambda root: (root / _SIG).write_bytes((root / _SIG).read_bytes() + b"more\n"),
         Content.DAMAGED, Origin.REFUSED, named={_SIG: DAMAGED}, by_fingerprint=Origin.PROVEN),
    Case("CRLF", _replace(_SIG, b"\n", b"\r\n"), Content.DAMAGED, Origin.REFUSED, named={_SIG: DAMAGED},
         by_fingerprint=Origin.PROVEN),
    Case("non-canonical base64", _noncanonical, Content.DAMAGED, Origin.REFUSED,
         named={_SIG: DAMAGED}, by_fingerprint=Origin.PROVEN),
    Case("S not below L", _large_scalar, Content.WHOLE, Origin.REFUSED, by_fingerprint=Origin.PROVEN),
    Case("statement of another kind", _statement_of_another_kind, Content.DAMAGED, Origin.REFUSED,
         named={_SIG: DAMAGED}, by_fingerprint=Origin.PROVEN),
    Case("a way out in the seal", _no_seal(b"  README.txt", b"  ../README.txt"), Content.NO_SEAL, Origin.REFUSED,
         named={"SHA256SUMS": DAMAGED}),
    Case("twins in the seal", _no_seal(b"  index.html", b"  readme.txt"), Content.NO_SEAL, Origin.REFUSED,
         named={"SHA256SUMS": DAMAGED}),
    Case("capital hex in the seal", lambda root: (root / "SHA256SUMS").write_bytes(
             (root / "SHA256SUMS").read_bytes().upper()), Content.NO_SEAL, Origin.REFUSED,
         named={"SHA256SUMS": DAMAGED}),
    Case("a name with an escape character", _write(_STRANGE["escape"], b"x"), Content.ADDED_TO,
         named={_STRANGE["escape"]: EXTRA}),
    Case("a name with a right-to-left override", _write(_STRANGE["right-to-left"], b"x"), Content.ADDED_TO,
         named={_STRANGE["right-to-left"]: EXTRA}, alarming=frozenset([_STRANGE["right-to-left"]])),
    Case("a name that is markup", _write(_STRANGE["markup"], b"x"), Content.ADDED_TO,
         named={_STRANGE["markup"]: EXTRA}),
    Case("an older edition than the letter's", _older_edition, Content.WHOLE, Origin.REFUSED),
    Case("Honduras' drive, Guatemala's letter", _honduras, Content.WHOLE, Origin.REFUSED),
    Case("passport edited", _replace("passport.json", b'"GT"', b'"HN"'), Content.DAMAGED,
         named={"passport.json": DAMAGED, "drive.js": DAMAGED}, alarming=frozenset(["drive.js"])),
    Case("passport and drive.js of Honduras", _passport_of_honduras, Content.DAMAGED,
         named={"passport.json": DAMAGED}),
    Case("drive.js made to do more", _replace("drive.js", b";\n", b";alert(1);\n"), Content.DAMAGED,
         named={"drive.js": DAMAGED}, alarming=frozenset(["drive.js"])),
    Case("no seal at all", lambda root: (root / "SHA256SUMS").unlink(), Content.NO_SEAL, Origin.NOT_CHECKED,
         named={"SHA256SUMS": MISSING}),
    Case("another folder", lambda root: shutil.rmtree(root / "videos"), Content.INCOMPLETE,
         named={"videos/01-opening.mp4": MISSING, "videos/02-id-cards.mp4": MISSING}),
)  # fmt: skip
