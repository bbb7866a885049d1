"""Make ``vectors.json``: the test vectors that the Python and ``verify.html`` must judge alike.

Run ``python -m tests.trust.make_vectors`` after a change of what we accept; a test compares the file with this output.
A vector's ``outcome`` is ``ok`` or the id of the refusal; ``minisign`` says whether ``minisign -VHm`` accepts it, with
the reason if that differs from us.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from usbkit.trust.ed25519 import FIELD_PRIME, GROUP_ORDER
from usbkit.trust.minisign import PublicKey, Signature
from usbkit.trust.secret import SecretKey
from usbkit.trust.sums import fingerprint, fingerprint_rows

VECTORS = Path(__file__).with_name("vectors.json")

KEY = SecretKey(b"vectors!", b"\x01" * 32)
OTHER = SecretKey(b"another!", b"\x02" * 32)

_A, _B = "a" * 64, "b" * 64
SUMS = f"{_A}  index.html\n{_B}  videos/01-opening.mp4\n".encode()
STATEMENT = (
    f"usbkit seal v1 programme=forum-2020 country=GT edition=3 date=2020-11-02 files=2 sha256={fingerprint(SUMS)}"
)


def make_vectors() -> dict[str, Any]:
    """All vectors, as JSON values."""
    return {
        "sums": [{"name": n, "data": _b64(d), "outcome": o} for n, d, o in _sums()],
        "fingerprints": [{"name": n, "typed": t, "outcome": o} for n, t, o in _fingerprints()],
        "keys": [{"name": n, "key": k, "outcome": o} for n, k, o in _keys()],
        "signatures": [*_signatures(), *_statements()],
    }


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


_BAD_PATHS = ["../x", "videos/../x", "./x", "/x", "videos//x", "videos/", "C:/x", "a\\b", "a b", ".hidden", "x."]
_BAD_PATHS += ["x./y", "-rf", "<script>", "a:b", "x" * 201, "a/.b"]


def _sums() -> Iterator[tuple[str, bytes, str]]:
    yield "two files", SUMS, "ok"
    yield "nothing", b"", "sums-empty"
    yield "no line feed at the end", SUMS[:-1], "sums-end"
    yield "an empty line at the end", SUMS + b"\n", "sums-line"
    yield "CRLF", SUMS.replace(b"\n", b"\r\n"), "sums-line"
    yield "a byte order mark", b"\xef\xbb\xbf" + SUMS, "sums-line"
    yield "upper-case hex", SUMS.replace(b"a" * 64, b"A" * 64), "sums-line"
    yield "63 digits", SUMS[1:], "sums-line"
    yield "one space", SUMS.replace(b"  index", b" index"), "sums-line"
    yield "binary marker", SUMS.replace(b"  index", b" *index"), "sums-line"
    yield "a tab", SUMS.replace(b"  index", b"\tindex"), "sums-line"
    yield "a NUL in the path", SUMS.replace(b"index", b"in\0ex"), "sums-line"
    yield "beyond ASCII", SUMS.replace(b"index", "índex".encode()), "sums-line"
    yield "right-to-left override", SUMS.replace(b"index", "\u202eindex".encode()), "sums-line"
    yield "an escape character", SUMS.replace(b"index", b"\x1b[2Jindex"), "sums-line"
    yield "a comment", b"# files\n" + SUMS, "sums-line"
    for path in _BAD_PATHS:
        yield f"path {path[:20]}", f"{_A}  {path}\n".encode(), "sums-path"
    for path in ("SHA256SUMS", "SHA256SUMS.minisig", "passport.json", "drive.js", "DRIVE.JS"):
        yield f"sealing {path}", f"{_A}  {path}\n".encode(), "sums-unsealed"
    yield "not sorted", f"{_A}  b\n{_A}  a\n".encode(), "sums-order"
    yield "sorted without case", f"{_A}  a\n{_A}  B\n".encode(), "sums-order"
    yield "the same path twice", f"{_A}  a\n{_A}  a\n".encode(), "sums-twin"
    yield "twins in case", f"{_A}  A\n{_A}  a\n".encode(), "sums-twin"
    yield "a file that is a folder too", f"{_A}  a\n{_A}  a/b\n".encode(), "sums-twin"
    yield "a file that is a folder further up", f"{_A}  a\n{_A}  a/b/c\n".encode(), "sums-twin"
    yield "a folder that is a file in another case", f"{_A}  A/b\n{_A}  a\n".encode(), "sums-twin"
    yield "200 characters", f"{_A}  {'x' * 200}\n".encode(), "ok"


def _fingerprints() -> Iterator[tuple[str, str, str]]:
    digits = fingerprint(SUMS)
    rows = fingerprint_rows(digits)
    yield "digits", digits, digits
    yield "capitals", digits.upper(), digits
    yield "rows", "\n".join(rows), digits
    yield "numbered rows", "\r\n".join(f"{n}  {row}" for n, row in enumerate(rows, 1)), digits
    yield "numbered rows in one line", " ".join(f"{n}. {row}" for n, row in enumerate(rows, 1)), digits
    yield "hyphens", rows[0].replace(" ", "-") + "-" + " - ".join(rows[1:]), digits
    yield "one digit short", digits[1:], "fingerprint-form"
    yield "one digit more", digits + "0", "fingerprint-form"
    yield "letter o for zero", "o" + digits[1:], "fingerprint-form"
    yield "a Cyrillic letter", "а" + digits[1:], "fingerprint-form"
    yield "three rows", "\n".join(rows[:3]), "fingerprint-form"
    yield "nothing", " ", "fingerprint-form"


def _keys() -> Iterator[tuple[str, str, str]]:
    line = KEY.public.to_base64()
    yield "a key", line, "ok"
    yield "a character short", line[:-1], "public-key"
    yield "a character more", line + "A", "public-key"
    yield "space at the end", line + " ", "public-key"
    yield "another algorithm", _b64(b"ED" + KEY.key_id + KEY.public.key), "public-key"
    for name, y in (("order 1", 1), ("order 2", FIELD_PRIME - 1), ("order 4", 0), ("zero once more", FIELD_PRIME)):
        yield f"small order: {name}", _key_at(y).to_base64(), "public-key"
    yield "not canonical", _key_at(FIELD_PRIME + 4).to_base64(), "public-key"
    yield "canonical by its first byte alone", _key_at(FIELD_PRIME - 2).to_base64(), "ok"


def _key_at(y: int) -> PublicKey:
    return PublicKey(KEY.key_id, y.to_bytes(32, "little"))


def _signatures() -> Iterator[dict[str, Any]]:
    """Signatures with a good statement; ``minisign`` true where it accepts."""
    ours = KEY.sign(SUMS, STATEMENT)
    data = ours.to_bytes()
    lines = data.split(b"\n")
    yield _signature("ours", data, "ok", True)
    yield _signature("seal edited", data, "signature-wrong", False, sums=SUMS.replace(_B.encode(), _A.encode()))
    yield _signature("by another key", OTHER.sign(SUMS, STATEMENT).to_bytes(), "signature-key", False)
    forged = Signature(KEY.key_id, OTHER.sign(SUMS, STATEMENT).signature, STATEMENT, ours.global_signature)
    yield _signature("by another key under our key's id", forged.to_bytes(), "signature-wrong", False)
    yield _signature("trusted comment altered", data.replace(b"=GT", b"=HN"), "signature-global", False)
    elsewhere = KEY.sign(b"other", STATEMENT)
    foreign = Signature(KEY.key_id, ours.signature, STATEMENT, elsewhere.global_signature)
    yield _signature("global signature of another file", foreign.to_bytes(), "signature-global", False)
    yield _signature("global signature dropped", b"\n".join(lines[:3]) + b"\n", "signature-lines", False)
    yield _signature("global signature empty", b"\n".join([*lines[:3], b"", b""]), "signature-base64", False)
    yield _signature("two lines only", b"\n".join(lines[:2]) + b"\n", "signature-lines", False)
    yield _signature("legacy Ed", _legacy().to_bytes().replace(b"RU", b"RW", 1), "signature-algorithm", False)
    yield _signature("five lines", data + b"more\n", "signature-lines", True, "minisign reads four lines and stops")
    yield _signature("an empty line more", data + b"\n", "signature-lines", True, "minisign reads four lines and stops")
    yield _signature(
        "no line feed at the end", data[:-1], "signature-lines", True, "minisign takes the end of the file for one"
    )
    yield _signature("CRLF", data.replace(b"\n", b"\r\n"), "signature-lines", True, "minisign trims line ends")
    yield _signature(
        "non-canonical base64", make_noncanonical(data), "signature-base64", True, "minisign ignores unused bits"
    )
    yield _signature("padding missing", data.replace(b"==\n", b"\n"), "signature-base64", False)
    yield _signature(
        "space behind the signature",
        lines[0] + b"\n" + lines[1] + b" \n" + b"\n".join(lines[2:]),
        "signature-base64",
        False,
    )
    yield _signature("S not below L", _malleable(ours).to_bytes(), "signature-wrong", False)
    yield _signature("global S not below L", _malleable_global(ours).to_bytes(), "signature-global", False)
    small = Signature(KEY.key_id, bytes([1]) + bytes(63), STATEMENT, ours.global_signature)
    yield _signature("R of small order", small.to_bytes(), "signature-wrong", False)
    yield _signature("nothing", b"", "signature-lines", False)
    yield _signature(
        "comment of another form", data.replace(b"untrusted comment: ", b"comment: ", 1), "signature-comment", False
    )
    escape = data.replace(b"from usbkit", b"\x1b[2Jx")
    yield _signature("escape in the untrusted comment", escape, "signature-lines", True, "minisign skips that line")


def _statements() -> Iterator[dict[str, Any]]:
    """Signatures that are right over a trusted comment that is not the statement it should be."""

    def signed(name: str, comment: str, outcome: str) -> dict[str, Any]:
        why = "minisign does not know what a comment should say"
        return _signature(name, KEY.sign(SUMS, comment).to_bytes(), outcome, True, why)

    yield signed("a ledger head", STATEMENT.replace("seal v1", "head v1"), "statement-kind")
    yield signed("a notice about a key", STATEMENT.replace("seal v1", "key v1"), "statement-kind")
    yield signed("a later version", STATEMENT.replace("seal v1", "seal v2"), "statement-kind")
    yield signed("free words", "timestamp:1600000000\tfile:SHA256SUMS".replace("\t", " "), "statement-form")
    yield signed("a field more", STATEMENT + " more=1", "statement-form")
    yield signed("a field twice", STATEMENT.replace("edition=3", "edition=3 edition=3"), "statement-form")
    yield signed("another order", STATEMENT.replace("country=GT edition=3", "edition=3 country=GT"), "statement-form")
    yield signed("two spaces", STATEMENT.replace(" files", "  files"), "statement-form")
    yield signed("edition zero", STATEMENT.replace("edition=3", "edition=0"), "statement-form")
    yield signed("edition with a zero", STATEMENT.replace("edition=3", "edition=03"), "statement-form")
    yield signed("no such day", STATEMENT.replace("2020-11-02", "2020-02-30"), "statement-form")
    yield signed("year nought", STATEMENT.replace("2020-11-02", "0000-11-02"), "statement-form")
    yield signed("a leap day of the first century", STATEMENT.replace("2020-11-02", "0004-02-29"), "ok")
    yield signed("no such month", STATEMENT.replace("2020-11-02", "2020-13-01"), "statement-form")
    yield signed("lower-case country", STATEMENT.replace("=GT", "=gt"), "statement-form")
    yield signed("about another seal", STATEMENT.replace(fingerprint(SUMS), _A), "statement-other")
    yield signed("another number of files", STATEMENT.replace("files=2", "files=3"), "statement-other")


def _signature(
    name: str, data: bytes, outcome: str, minisign: bool | None, why: str = "", sums: bytes = SUMS
) -> dict[str, Any]:
    return {
        "name": name,
        "sums": _b64(sums),
        "signature": _b64(data),
        "key": KEY.public.to_base64(),
        "outcome": outcome,
        "minisign": minisign,
        "why": why,
    }


def _legacy() -> Signature:
    """A valid signature over the seal itself instead of its BLAKE2b, as minisign made before 0.6."""
    from usbkit.trust import ed25519

    signature = ed25519.sign(KEY.seed, SUMS)
    return Signature(KEY.key_id, signature, STATEMENT, ed25519.sign(KEY.seed, signature + STATEMENT.encode()))


def make_noncanonical(data: bytes) -> bytes:
    """The same signature with a bit set that base64's last character leaves unused."""
    head, line, rest = data.split(b"\n", 2)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = line.rstrip(b"=")
    last = alphabet[alphabet.index(body[-1]) + 1 :][:1]
    return b"\n".join([head, body[:-1] + last + line[len(body) :], rest])


def add_order(signature: bytes) -> bytes:
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    return signature[:32] + scalar.to_bytes(32, "little")


def _malleable(ours: Signature) -> Signature:
    return Signature(ours.key_id, add_order(ours.signature), STATEMENT, ours.global_signature)


def _malleable_global(ours: Signature) -> Signature:
    return Signature(ours.key_id, ours.signature, STATEMENT, add_order(ours.global_signature))


def main() -> None:
    """Write the corpus."""
    VECTORS.write_text(json.dumps(make_vectors(), indent=1, ensure_ascii=True) + "\n")
    print(hashlib.sha256(VECTORS.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
