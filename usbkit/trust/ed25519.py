"""Strict Ed25519: RFC 8032, without anything that some verifiers accept and others do not.

``cryptography`` computes; what it tolerates is refused here first, as libsodium does: a scalar S not below the group's
order, a public key or R of small order, a public key not in its canonical encoding. ``verify.html`` makes the same
checks around its own implementation, and both run the same vectors.
"""

from __future__ import annotations

KEY_SIZE = 32
SIGNATURE_SIZE = 64

#: Order of the prime-order subgroup (RFC 8032, section 5.1): L = 2²⁵² + 27742317777372353535851937790883648493.
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
#: The field's prime p = 2²⁵⁵ - 19.
FIELD_PRIME = 2**255 - 19

# y coordinates of the points whose order divides 8, and the two of them that fit below 2²⁵⁵ once more (y + p).
SMALL_ORDER_Y = frozenset(
    [
        0,
        1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
        FIELD_PRIME - 1,
        FIELD_PRIME,
        FIELD_PRIME + 1,
    ]
)


def is_strict_key(key: bytes) -> bool:
    """Whether ``key`` is a canonically encoded public key that is not of small order."""
    y = _y(key)
    return len(key) == KEY_SIZE and y < FIELD_PRIME and y not in SMALL_ORDER_Y


def is_valid(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` of ``message`` is by ``key``, by the strict rules."""
    if len(signature) != SIGNATURE_SIZE or not is_strict_key(key):
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= GROUP_ORDER or _y(signature[:32]) in SMALL_ORDER_Y:
        return False
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature by the private key with this seed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def public_from_seed(seed: bytes) -> bytes:
    """Return the public key for a private key's seed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _y(encoded: bytes) -> int:
    """The y coordinate of an encoded point; the top bit is the sign of x."""
    return int.from_bytes(encoded, "little") & (2**255 - 1)
