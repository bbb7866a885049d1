"""minisign's files, read strictly: public keys and prehashed (``ED``) signatures. Bytes in, values out.

The layout is minisign's own (https://jedisct1.github.io/minisign/#signature-format), so its ``minisign -VHm`` reads
what we write. We accept less: no legacy ``Ed`` signatures (the file would choose how it is checked), no fifth line, no
CRLF, no alternative base64 spelling, no byte outside printable ASCII.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.core.small_files import read_small
from usbkit.trust import ed25519
from usbkit.trust.sums import SIGNATURE_NAME

KEY_ALGORITHM = b"Ed"
PREHASHED = b"ED"
LEGACY = b"Ed"

UNTRUSTED = "untrusted comment: "
TRUSTED = "trusted comment: "

#: Bytes of a key's id: a hint which key to try, not a fingerprint.
KEY_ID_SIZE = 8
#: Largest signature file that is read, in bytes; minisign's own limits on comments add up to less.
MAX_SIGNATURE = 16 * 2**10

#: Largest key file that is read, in bytes: minisign's have two lines, of a comment and of base64.
MAX_KEY_FILE = 16 * 2**10

_COPY_THE_LINE = _("Copy the line that begins with RW from the verification letter or the .pub file.")

_PRINTABLE = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The key of a possible signer: an Ed25519 public key and its id."""

    key_id: bytes
    key: bytes

    @classmethod
    def from_base64(cls, text: str) -> PublicKey:
        """Parse the key from its line of 56 characters. Raises InputError for anything else."""
        raw = _decode(text, len(KEY_ALGORITHM) + KEY_ID_SIZE + ed25519.KEY_SIZE)
        if raw is None or raw[:2] != KEY_ALGORITHM:
            raise _no_key(text, _("expected 56 characters of base64 that begin with RW"))
        key = cls(raw[2:10], raw[10:])
        if not ed25519.is_strict_key(key.key):
            raise _no_key(text, _("it is not a valid signing key"))
        return key

    @classmethod
    def from_file(cls, data: bytes) -> PublicKey:
        """Parse a ``.pub`` file, or a file with only the key's line."""
        lines = data.decode("latin-1").splitlines()
        if len(lines) == 2 and lines[0].startswith(UNTRUSTED):
            del lines[0]
        if len(lines) != 1:
            raise _no_key(data[:80].decode("latin-1"), _("expected a comment line and a key line"))
        return cls.from_base64(lines[0])

    def to_base64(self) -> str:
        """Return the line used in programme.toml, letters and ``minisign -P``."""
        return base64.b64encode(KEY_ALGORITHM + self.key_id + self.key).decode()

    def to_file(self) -> bytes:
        """A ``.pub`` file as minisign writes it."""
        return f"{UNTRUSTED}minisign public key {self.name}\n{self.to_base64()}\n".encode()

    @property
    def name(self) -> str:
        """The id as minisign prints it: a little-endian number in hex, without leading zeros."""
        return f"{int.from_bytes(self.key_id, 'little'):X}"


def read_public_key(given: str) -> PublicKey:
    """Read the key that a user names: the path of a ``.pub`` file, or the line itself. Raises InputError."""
    try:
        is_file = Path(given).is_file()
    except OSError as error:
        raise _no_key(given, _("it cannot be read: {reason}", reason=error.strerror)) from error
    if is_file:
        return _read_key_file(Path(given))
    if not given.startswith("RW") or "." in given:  # no line of a key is such
        what = _("there is no file of this name, and a key's own line begins with RW")
        raise InputError(Finding("public-key", what, Place(given or "--key"), _COPY_THE_LINE))
    return PublicKey.from_base64(given)


def _read_key_file(path: Path) -> PublicKey:
    data = read_small(path, MAX_KEY_FILE)
    if not data.strip():
        raise InputError(
            Finding("public-key", _("this file is empty, not a public key"), Place(str(path)), _COPY_THE_LINE)
        )
    return PublicKey.from_file(data)


@dataclass(frozen=True, slots=True)
class Signature:
    """A prehashed signature over a file, and a second one that covers the trusted comment."""

    key_id: bytes
    signature: bytes
    trusted_comment: str
    global_signature: bytes
    untrusted_comment: str = "signature from usbkit"

    @classmethod
    def from_bytes(cls, data: bytes) -> Signature:
        """Parse a ``.minisig`` file strictly. Raises InputError with the first fault."""
        untrusted, line, trusted, global_line = _four_lines(data)
        if not untrusted.startswith(UNTRUSTED) or not trusted.startswith(TRUSTED):
            raise refuse("signature-comment", _("its first and third lines are not the required comments"))
        raw = _decode(line, 2 + KEY_ID_SIZE + ed25519.SIGNATURE_SIZE)
        global_signature = _decode(global_line, ed25519.SIGNATURE_SIZE)
        if raw is None or global_signature is None:
            raise refuse("signature-base64", _("a signature in it is not canonical base64 of the right length"))
        if raw[:2] != PREHASHED:
            raise refuse("signature-algorithm", _("only prehashed (ED) signatures are accepted"))
        return cls(raw[2:10], raw[10:], trusted[len(TRUSTED) :], global_signature, untrusted[len(UNTRUSTED) :])

    def to_bytes(self) -> bytes:
        """The ``.minisig`` file."""
        line = base64.b64encode(PREHASHED + self.key_id + self.signature).decode()
        global_line = base64.b64encode(self.global_signature).decode()
        return (
            f"{UNTRUSTED}{self.untrusted_comment}\n{line}\n{TRUSTED}{self.trusted_comment}\n{global_line}\n"
        ).encode()

    def require_valid(self, message: bytes, key: PublicKey) -> None:
        """Raise InputError unless both signatures are by ``key``, over ``message`` and the trusted comment."""
        if key.key_id != self.key_id:
            raise refuse("signature-key", _("it was made with another key than {key}", key=key.name))
        if not ed25519.is_valid(key.key, self.signature, hashlib.blake2b(message).digest()):
            raise refuse("signature-wrong", _("it does not match the seal, or was made with another key"))
        if not ed25519.is_valid(key.key, self.global_signature, self.signature + self.trusted_comment.encode()):
            raise refuse("signature-global", _("its trusted comment was changed, or taken from another signature"))


def choose_key(signature: Signature, keys: Sequence[PublicKey]) -> PublicKey:
    """Return the key among ``keys`` with the signature's id. Raises InputError if there is none."""
    for key in keys:
        if key.key_id == signature.key_id:
            return key
    names = ", ".join(key.name for key in keys)
    raise refuse("signature-key", _("it was made with another key than {keys}", keys=names))


def refuse(id: str, reason: Text) -> InputError:
    """The error for a signature that is not accepted."""
    what = _("the signature is refused: {reason}", reason=reason)
    return InputError(Finding(id, what, Place(SIGNATURE_NAME)))


def _four_lines(data: bytes) -> tuple[str, str, str, str]:
    lines = data.decode("latin-1").split("\n")
    if len(data) > MAX_SIGNATURE or len(lines) != 5 or lines.pop():
        raise refuse("signature-lines", _("it does not have exactly four lines"))
    if not all(_PRINTABLE.fullmatch(line) for line in lines):
        raise refuse(
            "signature-lines", _("a line contains a character that is not printable ASCII, such as a carriage return")
        )
    first, second, third, fourth = lines
    return first, second, third, fourth


def _decode(text: str, length: int) -> bytes | None:
    """``length`` bytes from base64 in its canonical form, None for anything else."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == length and base64.b64encode(raw).decode() == text else None


def _no_key(text: str, reason: Text) -> InputError:
    what = _("{text} is not a public key: {reason}", text=text[:80], reason=reason)
    return InputError(Finding("public-key", what, todo=_COPY_THE_LINE))
