"""The page's script and the Python make the same codes, for a long series of cases."""

from __future__ import annotations

import random

import pytest

from tests.trust.test_page_scripts import judge
from usbkit.trust.receipt_code import Found, Report, make_code, plain_word
from usbkit.trust.references import reference_of

pytestmark = pytest.mark.needs("node")

WORDS = ("", "garden", " Garden! ", "ＧＡＲＤＥＮ", "t-shirt", "123", "сад")


def test_both_make_the_same_codes() -> None:
    chance = random.Random(5)
    vectors, expected, nonces = [], [], []
    for n in range(600):
        nonce, seal = chance.randbytes(16).hex(), chance.randbytes(32).hex()
        found, count, word = chance.choice(list(Found)), chance.randrange(16), WORDS[n % len(WORDS)]
        report = Report(reference_of(nonce), found, count, bool(plain_word(word)))
        nonces.append(nonce)
        expected.append(make_code(report, nonce, seal, plain_word(word)))
        said = {"found": found, "count": count}
        vectors.append({"report": said, "nonce": nonce, "fingerprint": seal, "word": word})
    assert judge({"receipts": vectors})["receipts"] == expected
    assert judge({"references": vectors})["references"] == [reference_of(nonce) for nonce in nonces]


@pytest.mark.parametrize(("nonce", "found"), [("xyz", "whole"), ("0" * 31, "whole"), ("0" * 32, "no seal")])
def test_where_there_is_no_code(nonce: str, found: str) -> None:
    vector = {"report": {"found": found, "count": 0}, "nonce": nonce, "fingerprint": "5e" * 32, "word": ""}
    assert judge({"receipts": [vector]})["receipts"] == ["null"]
