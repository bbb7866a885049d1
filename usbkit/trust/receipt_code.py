"""Receipt codes: twenty characters that say which drive was checked and what was found (design section 10).

Five groups of four in Crockford's alphabet (crockford.com/base32.html): 90 bits and two check characters. From the most
significant bit on: version (2), result (3), whether the letter was used (1), files in trouble (4), the drive's
reference (24), and a MAC (56) over all of these. The check characters are those of a Reed-Solomon code over GF(32) with
the roots 1 and α (α⁵ = α² + 1): every one or two wrong characters and every swap are detected.

The page computes the same (``templates/assets/verify/receipt.js``); both are tested with one set of vectors. Values
only: nothing here knows a ledger. A receipt does not prove who sent it.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from usbkit.core.messages import Text, _
from usbkit.trust.passport import NONCE
from usbkit.trust.references import ALPHABET, REFERENCE_BITS, to_reference
from usbkit.trust.verdict import Content, Origin, Verdict

#: Characters of a code, and of a group of it.
LENGTH, GROUP = 20, 4

VERSION = 1

#: The count of files in trouble is exact below this; this stands for as many or more.
MOST_COUNTED = 15

MAC_BITS = 56

#: What makes these keys and MACs no other's.
SALT = b"usbkit receipt v1"
_DATA = LENGTH - 2

#: What the telephone calls each character: the ICAO spelling alphabet (ICAO Annex 10, volume II, 5.2.1.3).
_SPOKEN = """
zero one two three four five six seven eight niner
Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel Juliett Kilo Mike November Papa Quebec Romeo Sierra Tango Victor
Whiskey X-ray Yankee Zulu
"""
SPELLING = dict(zip(ALPHABET, _SPOKEN.split(), strict=True))


class Found(StrEnum):
    """The recipient's result. Stable names; their order is their number in the code."""

    WHOLE = "whole"
    ADDED_TO = "added to"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    REFUSED = "refused"


_FOUND = tuple(Found)


@dataclass(frozen=True, slots=True)
class Report:
    """What a code says. ``reference`` names the drive; ``count`` is the number of files in trouble, at most
    ``MOST_COUNTED``.

    ``has_letter``: the person who checked typed the word of the verification letter.
    """

    reference: str
    found: Found
    count: int = 0
    has_letter: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """A code that was read without a mistake: its report, and the MAC, not yet checked."""

    report: Report
    mac: bytes
    code: str

    def is_by(self, nonce: str, fingerprint: str, word: str) -> bool:
        """Whether the code was made by the drive with this nonce and seal, and the letter with this ``word``."""
        expected = _mac(self.report, nonce, fingerprint, word if self.report.has_letter else "")
        return hmac.compare_digest(self.mac, expected)


class GarbledError(ValueError):
    """A code with a mistake. ``group`` counts from 1, None if it is unknown which."""

    def __init__(self, why: Text, group: int | None = None) -> None:
        super().__init__(str(why))
        self.why = why
        self.group = group


# ---- words and verdicts ----


def plain_word(typed: str) -> str:
    """Return a letter word in canonical form: lower-case a-z, everything else removed."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKC", typed).lower())


def report_of(verdict: Verdict, reference: str, *, has_letter: bool) -> Report | None:
    """Return the report for a verdict; None without a seal, since nothing was checked."""
    if verdict.content is Content.NO_SEAL:
        return None
    found = Found.REFUSED if verdict.origin is Origin.REFUSED else Found(verdict.content.value)
    return Report(reference, found, min(len(verdict.troubles), MOST_COUNTED), has_letter)


# ---- writing ----


def make_code(report: Report, nonce: str, fingerprint: str, word: str = "") -> str:
    """Return the code for ``report``, from the drive's nonce, its seal's fingerprint, and the letter's word if used.

    Raises ValueError for an invalid nonce, or if ``word`` and ``report.has_letter`` contradict each other.
    """
    if report.has_letter != bool(word):
        raise ValueError("a report has a letter when, and only when, its word is given")
    value = _pack(report) << MAC_BITS | int.from_bytes(_mac(report, nonce, fingerprint, word), "big")
    data = [value >> 5 * (_DATA - 1 - at) & 31 for at in range(_DATA)]
    return "".join(ALPHABET[n] for n in (*data, *_checks(data)))


def show_code(code: str) -> str:
    """Return a code in its five groups."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def spell(code: str) -> list[str]:
    """Return a code's groups as they are read out on the telephone."""
    return [" ".join(SPELLING[c] for c in code[at : at + GROUP]) for at in range(0, LENGTH, GROUP)]


def _pack(report: Report) -> int:
    number = VERSION << 3 | _FOUND.index(report.found)
    number = number << 1 | report.has_letter
    number = number << 4 | report.count
    return number << REFERENCE_BITS | _from_reference(report.reference)


def _from_reference(reference: str) -> int:
    number = 0
    for char in reference:
        number = number << 5 | ALPHABET.index(char)
    return number


def _mac(report: Report, nonce: str, fingerprint: str, word: str) -> bytes:
    if re.fullmatch(NONCE, nonce) is None:
        raise ValueError("a receipt nonce is 32 hex digits")
    # HKDF with SHA-256 (RFC 5869), one block.
    extracted = hmac.digest(SALT, bytes.fromhex(nonce), "sha256")
    key = hmac.digest(extracted, bytes.fromhex(fingerprint) + plain_word(word).encode() + b"\x01", "sha256")
    return hmac.digest(key, SALT + b"\n" + _pack(report).to_bytes(5, "big"), "sha256")[: MAC_BITS // 8]


# ---- reading ----


def read_code(typed: str) -> Receipt:
    """Parse a typed, pasted or dictated receipt code. Raises GarbledError, which names the group if known.

    Accepted: upper and lower case, o for 0, i and l for 1, full-width characters, spaces and dashes of every kind.
    """
    code = _normalised(typed)
    if len(code) != LENGTH:
        raise GarbledError(_("found {count} characters, expected {length}", count=len(code), length=LENGTH))
    values = [ALPHABET.index(char) for char in code]
    if any(syndromes := _syndromes(values)):
        raise _located(syndromes)
    value = 0
    for one in values[:_DATA]:
        value = value << 5 | one
    return Receipt(_unpack(value >> MAC_BITS), (value & (1 << MAC_BITS) - 1).to_bytes(MAC_BITS // 8, "big"), code)


def _normalised(typed: str) -> str:
    kept = ""
    for char in unicodedata.normalize("NFKC", typed).upper():
        if char.isspace() or unicodedata.category(char) in ("Pd", "Cf") or char in "-_.,·−":
            continue
        meant = {"O": "0", "I": "1", "L": "1"}.get(char, char)
        if meant not in ALPHABET:
            group = len(kept) // GROUP + 1
            raise GarbledError(_("found {char}, which no code has, in group {group}", char=char, group=group), group)
        kept += meant
    return kept


def _unpack(number: int) -> Report:
    reference = to_reference(number & (1 << REFERENCE_BITS) - 1)
    number >>= REFERENCE_BITS
    version, found = number >> 8, number >> 5 & 7
    if version != VERSION or found >= len(_FOUND):
        raise GarbledError(_("it is of a version that this usbkit does not know"))
    return Report(reference, _FOUND[found], number & 15, bool(number >> 4 & 1))


# ---- GF(32) ----


def _powers() -> Iterator[int]:
    value = 1
    while True:
        yield value
        value <<= 1
        if value & 32:
            value ^= 0b100101


_EXP: Sequence[int] = [value for value, _n in zip(_powers(), range(62), strict=False)]
_LOG = {value: n for n, value in enumerate(_EXP[:31])}


def _times(one: int, other: int) -> int:
    return _EXP[_LOG[one] + _LOG[other]] if one and other else 0


def _divided(one: int, other: int) -> int:
    return _EXP[(_LOG[one] - _LOG[other]) % 31] if one else 0


def _syndromes(values: Sequence[int]) -> tuple[int, int]:
    """The word's value at the roots 1 and α: both 0 where nothing is wrong."""
    plain = weighted = 0
    for at, value in enumerate(values):
        plain ^= value
        weighted ^= _times(value, _EXP[at % 31])
    return plain, weighted


def _checks(data: Sequence[int]) -> tuple[int, int]:
    """The two characters that make both syndromes 0."""
    plain, weighted = _syndromes(data)
    first, second = _EXP[_DATA], _EXP[_DATA + 1]
    last = _divided(weighted ^ _times(first, plain), first ^ second)
    return plain ^ last, last


def _located(syndromes: tuple[int, int]) -> GarbledError:
    """Where one wrong character would stand, if it is one."""
    plain, weighted = syndromes
    at = (_LOG[weighted] - _LOG[plain]) % 31 if plain and weighted else LENGTH
    if at >= LENGTH:
        return GarbledError(_("more than one character is wrong; ask for all five groups again"))
    group = at // GROUP + 1
    return GarbledError(
        _("a character of group {group} is wrong, or several are; ask for it again", group=group), group
    )
