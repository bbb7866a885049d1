"""Ed25519: the points we refuse are exactly the points of small order."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from usbkit.trust import ed25519
from usbkit.trust.ed25519 import FIELD_PRIME, GROUP_ORDER, SMALL_ORDER_Y

P = FIELD_PRIME
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """Addition on the twisted Edwards curve of RFC 8032, section 5.1, in affine coordinates."""
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def times(n: int, point: Point) -> Point:
    total = (0, 1)
    while n:
        if n & 1:
            total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


def point_at(y: int) -> Point | None:
    """A point with this y coordinate (RFC 8032, section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x, y) if x * x % P == square else None


def test_the_points_of_small_order_are_all_refused() -> None:
    torsion: set[int] = set()
    for y in range(2, 40):
        if (point := point_at(y)) is not None:
            small = times(GROUP_ORDER, point)
            torsion |= {times(n, small)[1] for n in range(8)}
    assert len(torsion) == 5, "eight points, of which three pairs share y"
    encodable_again = {y + P for y in torsion if y + P < 2**255}
    assert torsion | encodable_again == SMALL_ORDER_Y


def test_keys_of_small_order_or_odd_encoding_are_not_keys() -> None:
    for y in SMALL_ORDER_Y:
        for sign in (0, 1 << 255):
            assert not ed25519.is_strict_key((y | sign).to_bytes(32, "little"))
    assert not ed25519.is_strict_key((P + 4).to_bytes(32, "little"))
    assert not ed25519.is_strict_key(b"")


def test_signatures_by_another_implementation_and_back() -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    signature = ed25519.sign(key.private_bytes_raw(), b"m")
    assert signature == key.sign(b"m") and ed25519.public_from_seed(key.private_bytes_raw()) == public
    assert ed25519.is_valid(public, signature, b"m")
    assert not ed25519.is_valid(public, signature, b"n")
    assert not ed25519.is_valid(public, signature[:-1], b"m")
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    assert not ed25519.is_valid(public, signature[:32] + scalar.to_bytes(32, "little"), b"m")


def test_a_key_that_is_no_point_is_refused_not_raised() -> None:
    y = next(y for y in range(2, 40) if point_at(y) is None)
    assert not ed25519.is_valid(y.to_bytes(32, "little"), bytes(32) + b"\x01" + bytes(31), b"m")
