"""The secret half of a key in minisign's encrypted file, compatible with ``minisign -S`` both ways.

The file holds the key XORed with a scrypt stream from the passphrase, and a checksum that detects a wrong passphrase.
Keys without a passphrase, which minisign makes on request, are read but never written: only the demo's has none, and it
is public anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import struct
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import Text, _
from usbkit.trust import ed25519
from usbkit.trust.minisign import KEY_ALGORITHM, KEY_ID_SIZE, UNTRUSTED, PublicKey, Signature

_SCRYPT = b"Sc"
_NO_KDF = b"\0\0"
_BLAKE2B = b"B2"
_SALT_SIZE = 32
_CHECK_SIZE = 32
_SEED_SIZE = 32

# algorithm, key derivation, checksum, salt, operations limit, memory limit; then key id, seed, public key, checksum.
_HEAD = struct.Struct(f"<2s2s2s{_SALT_SIZE}sQQ")
_BODY = struct.Struct(f"<{KEY_ID_SIZE}s{_SEED_SIZE}s{ed25519.KEY_SIZE}s{_CHECK_SIZE}s")


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of guessing a passphrase, in libsodium's terms: operations and bytes of memory."""

    operations: int
    memory: int

    def scrypt_parameters(self) -> tuple[int, int, int]:
        """Return n, r, p of RFC 7914 as libsodium chooses them (``crypto_pwhash_scryptsalsa208sha256``)."""
        r = 8
        operations = max(self.operations, 32768)
        if operations < self.memory // 32:
            return _power_below(operations // (r * 4)), r, 1
        n = _power_below(self.memory // (r * 128))
        return n, r, min(operations // 4 // n, 0x3FFFFFFF) // r


def _power_below(bound: int) -> int:
    """The smallest power of two, from 2 on, above half of ``bound``."""
    n = 2
    while n <= bound // 2:
        n *= 2
    return n


#: minisign's own, libsodium's "sensitive": 1 GiB of memory and some seconds for each guess.
SENSITIVE = Cost(33554432, 2**30)


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A signing key. ``seed`` must stay secret and is not shown."""

    key_id: bytes
    seed: bytes

    def __repr__(self) -> str:
        return f"SecretKey({self.public.name})"

    @classmethod
    def new(cls) -> SecretKey:
        """Return a new random key."""
        return cls(secrets.token_bytes(KEY_ID_SIZE), secrets.token_bytes(_SEED_SIZE))

    @classmethod
    def from_file(cls, data: bytes, passphrase: str) -> SecretKey:
        """Parse minisign's secret key file. Raises InputError, also for a wrong passphrase."""
        head, body = _split(data)
        algorithm, derivation, check, salt, operations, memory = _HEAD.unpack(head)
        if algorithm != KEY_ALGORITHM or check != _BLAKE2B or derivation not in (_SCRYPT, _NO_KDF):
            raise _refuse(_("it is of an unknown kind"))
        if derivation == _SCRYPT:
            body = _xor(body, _stream(passphrase, salt, Cost(operations, memory)))
        key_id, seed, public, checksum = _BODY.unpack(body)
        # minisign leaves the checksum empty where there is no passphrase that it could confirm.
        if derivation == _SCRYPT and checksum != _checksum(key_id, seed, public):
            raise _refuse(_("the passphrase is wrong, or the file is damaged"))
        if public != ed25519.public_from_seed(seed):
            raise _refuse(_("its public half does not belong to its secret half"))
        return cls(key_id, seed)

    def to_file(self, passphrase: str, cost: Cost = SENSITIVE) -> bytes:
        """Return minisign's secret key file, encrypted with ``passphrase``, which must not be empty."""
        if not passphrase:
            raise _refuse(_("a key is not kept without a passphrase"))
        public = self.public.key
        body = _BODY.pack(self.key_id, self.seed, public, _checksum(self.key_id, self.seed, public))
        salt = secrets.token_bytes(_SALT_SIZE)
        head = _HEAD.pack(KEY_ALGORITHM, _SCRYPT, _BLAKE2B, salt, cost.operations, cost.memory)
        raw = head + _xor(body, _stream(passphrase, salt, cost))
        return f"{UNTRUSTED}minisign encrypted secret key\n{base64.b64encode(raw).decode()}\n".encode()

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return PublicKey(self.key_id, ed25519.public_from_seed(self.seed))

    def sign(self, message: bytes, trusted_comment: str) -> Signature:
        """Return a prehashed signature over ``message``, which also covers ``trusted_comment``."""
        signature = ed25519.sign(self.seed, hashlib.blake2b(message).digest())
        tie = ed25519.sign(self.seed, signature + trusted_comment.encode())
        return Signature(self.key_id, signature, trusted_comment, tie)


def _split(data: bytes) -> tuple[bytes, bytes]:
    lines = data.decode("latin-1").splitlines()
    if len(lines) != 2 or not lines[0].startswith(UNTRUSTED):
        raise _refuse(_("expected a comment line and one line of base64"))
    try:
        raw = base64.b64decode(lines[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refuse(_("its second line is not base64")) from error
    if len(raw) != _HEAD.size + _BODY.size:
        raise _refuse(_("it has {size} bytes; expected {want}", size=len(raw), want=_HEAD.size + _BODY.size))
    return raw[: _HEAD.size], raw[_HEAD.size :]


def _stream(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    # A file that asks for more than minisign ever wrote was made to exhaust this machine.
    if cost.memory > SENSITIVE.memory or cost.operations > SENSITIVE.operations:
        raise _refuse(_("it asks for more memory or computation than minisign uses"))
    n, r, p = cost.scrypt_parameters()
    memory = 128 * r * (n + p + 2)
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=_BODY.size)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _checksum(key_id: bytes, seed: bytes, public: bytes) -> bytes:
    return hashlib.blake2b(KEY_ALGORITHM + key_id + seed + public, digest_size=_CHECK_SIZE).digest()


def _refuse(reason: Text) -> InputError:
    return InputError(Finding("secret-key", _("the secret key cannot be used: {reason}", reason=reason)))
