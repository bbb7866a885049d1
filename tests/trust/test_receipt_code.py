"""Receipt codes: accepted spellings, detected mistakes, and that no code passes as another."""

from __future__ import annotations

import random
import secrets

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from usbkit.trust.receipt_code import (
    GROUP,
    LENGTH,
    MOST_COUNTED,
    SPELLING,
    Found,
    GarbledError,
    Report,
    make_code,
    plain_word,
    read_code,
    report_of,
    show_code,
    spell,
)
from usbkit.trust.references import ALPHABET, reference_of, to_reference
from usbkit.trust.verdict import Content, FileTrouble, Origin, Structure, Verdict

NONCE, SEAL = "00112233445566778899aabbccddeeff", "5e" * 32
CHANCE = random.Random(20201102)


def a_code(has_letter: bool = True) -> str:
    report = Report(reference_of(NONCE), CHANCE.choice(list(Found)), CHANCE.randrange(16), has_letter)
    return make_code(report, NONCE, SEAL, "garden" if has_letter else "")


def passes(code: str, nonce: str = NONCE, word: str = "garden") -> bool:
    """Whether the code is read, names the drive, and was made by it."""
    try:
        receipt = read_code(code)
    except GarbledError:
        return False
    return receipt.report.reference == reference_of(nonce) and receipt.is_by(nonce, SEAL, word)


reports = st.builds(
    Report,
    reference=st.integers(0, 2**24 - 1).map(to_reference),
    found=st.sampled_from(list(Found)),
    count=st.integers(0, MOST_COUNTED),
    has_letter=st.booleans(),
)


@given(reports, st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read(report: Report, nonce: bytes, seal: bytes) -> None:
    word = "garden" if report.has_letter else ""
    code = make_code(report, nonce.hex(), seal.hex(), word)
    receipt = read_code(show_code(code))
    assert (receipt.report, receipt.code, len(code)) == (report, code, LENGTH)
    assert receipt.is_by(nonce.hex(), seal.hex(), word or "whatever")


def test_the_key_is_derived_as_the_standard_says() -> None:
    """RFC 5869, by another implementation; and the code's parts where the format puts them."""
    code = make_code(Report(reference_of(NONCE), Found.DAMAGED, 7, True), NONCE, SEAL, "garden")
    value = 0
    for char in code[:18]:
        value = value << 5 | ALPHABET.index(char)
    info = bytes.fromhex(SEAL) + b"garden"
    key = HKDF(SHA256(), 32, b"usbkit receipt v1", info).derive(bytes.fromhex(NONCE))
    from cryptography.hazmat.primitives.hmac import HMAC

    mac = HMAC(key, SHA256())
    mac.update(b"usbkit receipt v1\n" + (value >> 56).to_bytes(5, "big"))
    assert mac.finalize()[:7] == (value & (1 << 56) - 1).to_bytes(7, "big")
    assert f"{value >> 80:010b}" == "01" + "011" + "1" + "0111"
    assert to_reference(value >> 56 & 0xFFFFFF) == reference_of(NONCE)


def test_another_word_seal_or_nonce_made_another_code() -> None:
    receipt = read_code(a_code())
    assert receipt.is_by(NONCE, SEAL, "Garden ")
    assert not receipt.is_by(NONCE, SEAL, "gardens")
    assert not receipt.is_by(NONCE, "5f" * 32, "garden")
    assert not receipt.is_by("1" + NONCE[1:], SEAL, "garden")


def test_every_single_error_is_noticed_and_its_group_named() -> None:
    for _attempt in range(20):
        code = a_code()
        for at in range(LENGTH):
            for other in ALPHABET.replace(code[at], ""):
                with pytest.raises(GarbledError) as found:
                    read_code(code[:at] + other + code[at + 1 :])
                assert found.value.group == at // GROUP + 1


def test_every_swap_in_a_thousand_codes_is_noticed() -> None:
    for _attempt in range(1000):
        code = a_code()
        for one in range(LENGTH):
            for other in range(one + 1, LENGTH):
                if code[one] != code[other]:
                    swapped = list(code)
                    swapped[one], swapped[other] = code[other], code[one]
                    with pytest.raises(GarbledError):
                        read_code("".join(swapped))


def test_no_code_with_three_errors_passes() -> None:
    for _attempt in range(10_000):
        code = list(a_code())
        for at in CHANCE.sample(range(LENGTH), 3):
            code[at] = CHANCE.choice(ALPHABET.replace(code[at], ""))
        assert not passes("".join(code))


def test_no_permutation_of_groups_passes() -> None:
    from itertools import permutations

    for _attempt in range(100):
        groups = show_code(a_code()).split("-")
        for order in permutations(groups):
            assert passes("".join(order)) == (list(order) == groups)


def test_another_drives_code_does_not_pass_for_this_one() -> None:
    for _attempt in range(2000):
        nonce = secrets.token_hex(16)
        theirs = make_code(Report(reference_of(nonce), Found.WHOLE), nonce, SEAL)
        assert not passes(theirs)
        forged = make_code(Report(reference_of(NONCE), Found.WHOLE), nonce, SEAL)
        assert not passes(forged)


def test_what_people_type_is_forgiven() -> None:
    for _attempt in range(500):
        code = a_code()
        typed = "".join(CHANCE.choice({"0": "0Oo", "1": "1IiLl"}.get(c, c + c.lower())) for c in code)
        wide = "".join(chr(ord(c) + 0xFEE0) if CHANCE.random() < 0.3 else c for c in typed)
        spaced = "".join(
            c + CHANCE.choice(("", "", " ", "-", "–", "\u00a0", "\u2011", "—", "．", "_", "\t")) for c in wide
        )
        assert read_code(f"  {spaced}\n").code == code


@pytest.mark.parametrize(
    ("typed", "why", "group"),
    [
        ("", "found 0 characters", None),
        ("ABCD-EFGH", "found 8 characters", None),
        ("ABCD-EFGH-JKMN-PQRS-TVWXY", "found 21 characters", None),
        ("ABCD-EUGH-JKMN-PQRS-TVWX", "found U, which no code has, in group 2", 2),
        ("ABCD-EFGH-JKMN-PQRS-TV가X", "which no code has, in group 5", 5),
    ],
)
def test_what_is_no_code(typed: str, why: str, group: int | None) -> None:
    with pytest.raises(GarbledError, match=why) as found:
        read_code(typed)
    assert found.value.group == group


def test_a_version_that_is_not_known_is_said() -> None:
    from usbkit.trust import receipt_code as module

    values = [ALPHABET.index(c) for c in a_code()[:18]]
    values[0] |= 0b10000
    later = "".join(ALPHABET[v] for v in (*values, *module._checks(values)))
    with pytest.raises(GarbledError, match="a version that this usbkit does not know"):
        read_code(later)


def test_it_is_spelt_for_the_telephone() -> None:
    assert set(SPELLING) == set(ALPHABET)
    assert all(SPELLING[c].lower().startswith(c.lower()) for c in ALPHABET if c.isalpha())
    assert spell("0AXZ" * 5)[0] == "zero Alfa X-ray Zulu"
    assert len(spell(a_code())) == 5


def test_a_word_counts_by_its_letters() -> None:
    assert plain_word("  Ｇarden!\n") == plain_word("GARDEN") == "garden"


@pytest.mark.parametrize(
    ("content", "origin", "troubles", "expected"),
    [
        (Content.WHOLE, Origin.PROVEN, 0, (Found.WHOLE, 0)),
        (Content.DAMAGED, Origin.NOT_CHECKED, 3, (Found.DAMAGED, 3)),
        (Content.ADDED_TO, Origin.NOT_CHECKED, 400, (Found.ADDED_TO, 15)),
        (Content.WHOLE, Origin.REFUSED, 0, (Found.REFUSED, 0)),
        (Content.NO_SEAL, Origin.NOT_CHECKED, 0, None),
    ],
)
def test_a_verdict_in_a_receipt(
    content: Content, origin: Origin, troubles: int, expected: tuple[Found, int] | None
) -> None:
    found = tuple(FileTrouble(str(n), "damaged") for n in range(troubles))
    verdict = Verdict(content, Structure.UNTOUCHED, origin, SEAL, 3, 100, found)
    report = report_of(verdict, "00000", has_letter=False)
    assert (report and (report.found, report.count)) == expected
