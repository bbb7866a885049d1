"""Codes in what people send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbkit.orders.receipt_finding import find_codes, near_codes, words_beside
from usbkit.trust.receipt_code import Found, Report, make_code, read_code, show_code
from usbkit.trust.references import ALPHABET, reference_of

NONCE = "ab" * 16
CODE = make_code(Report(reference_of(NONCE), Found.WHOLE), NONCE, "0" * 64)
OTHER = make_code(Report(reference_of(NONCE), Found.DAMAGED, 2), NONCE, "0" * 64)
SHOWN, ELSE = show_code(CODE), show_code(OTHER)


def codes(text: str) -> list[str]:
    return [read_code(one).code for one in find_codes(text)]


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        SHOWN,
        SHOWN.lower(),
        SHOWN.replace("-", " "),
        SHOWN.replace("-", "\u2013"),
        SHOWN.replace("-", " - "),
        SHOWN.replace("-", " " * 8),
        " ".join(CODE),
        CODE.replace("0", "O").replace("1", "l"),
        f"Guatemala, drive 3 of 20 ({reference_of(NONCE)}), edition 3: whole. Receipt: {SHOWN}",
        f"> On 3 May 2026 the office wrote:\n> our code {SHOWN.replace('-', ' ')} was read out\n> Yours sincerely",
        f"code {SHOWN.replace('-', ' ')}",
        f"Code: {SHOWN}.\n",
        f"코드는 {SHOWN} 입니다",
        f"<td>{SHOWN}</td>",
        f"{SHOWN}\n{SHOWN.lower()}",
        "".join(chr(ord(c) + 0xFEE0) if c != "-" else c for c in SHOWN),
        f"x{' ' * 300}{SHOWN}",
        f"> Receipt:\n> {SHOWN[:10]}\n> {SHOWN[10:]}\n> Kim",
        f">> > our code {SHOWN[:7]}\r\n>> > {SHOWN[7:]}",
        f"| {SHOWN[:14]}\n| {SHOWN[15:]}",
        f"<p>code: <b>{SHOWN.replace('-', '</b>-<b>')}</b></p>",
        f"<p>{SHOWN.replace('-', '&#45;')}&nbsp;whole</p>",
        f"code&nbsp;{SHOWN.replace('-', '&nbsp;')}",
        f"{SHOWN[:9]}<wbr>{SHOWN[9:]}",
        f"our code is {SHOWN.replace('-', '=2D')}=20",
        f"our code is {SHOWN[:12]}=\r\n{SHOWN[12:]}",
        f"our code is \x1b[31m{SHOWN[:12]}\x1b[0m{SHOWN[12:]}",
        f"our code is \u202b{SHOWN.translate({ord(str(n)): 0x660 + n for n in range(10)})}\u202c",
        f"our code is {SHOWN[:5]}\x00{SHOWN[5:]}",
        f"https://example.org/?code={SHOWN}&lang=en",
    ],
)
def test_a_code_is_found_in(text: str) -> None:
    assert codes(text)[:1] == [CODE] and set(codes(text)) == {CODE}


def test_several_are_found_in_their_order() -> None:
    assert codes(f"first {SHOWN}, then {ELSE}; again {SHOWN}") == [CODE, OTHER]
    assert codes(f"{SHOWN} {ELSE}") == [CODE, OTHER]
    assert codes(f"{SHOWN.replace('-', ' ')} {ELSE.replace('-', ' ')}") == [CODE, OTHER]


@pytest.mark.parametrize(
    "text", ["", "hello", "a b c d e f", "2026-11-29 10:00:00 UTC from 10.0.0.1", "x" * 20, "ABCD " * 20]
)
def test_none_is_found_in(text: str) -> None:
    assert find_codes(text) == []


def test_words_beside_codes_are_those_of_no_code() -> None:
    shown = SHOWN.replace("-", " ")
    assert words_beside(f"first {shown} and {ELSE} of ABCDE") == ("first", "and", "of", "ABCDE")
    assert words_beside(f"{shown} {shown}") == ()


def test_what_is_spread_over_a_page_is_no_code() -> None:
    assert find_codes((" " * 40).join(SHOWN.split("-"))) == []


def test_one_with_a_mistake_is_found_where_it_looks_like_one() -> None:
    wrong = SHOWN[:-1] + ALPHABET[(ALPHABET.index(SHOWN[-1]) + 1) % 32]
    assert find_codes(f"our code is {wrong}, thank you very much for everything that you have sent to us") == [wrong]


@given(st.integers(0, 19), st.sampled_from(ALPHABET))
def test_the_code_that_was_meant_is_near(at: int, char: str) -> None:
    wrong = CODE[:at] + char + CODE[at + 1 :]
    assert wrong == CODE or CODE in near_codes(show_code(wrong))
    assert CODE in near_codes(CODE[:at] + CODE[at + 1 :])
    assert CODE in near_codes(CODE[:at] + char + CODE[at:])


def test_what_has_two_mistakes_is_near_to_nothing_of_ours() -> None:
    wrong = "".join(ALPHABET[(ALPHABET.index(c) + (at in (3, 9))) % 32] for at, c in enumerate(CODE))
    assert CODE not in near_codes(wrong)
    assert list(near_codes("")) == [] and list(near_codes("!" * 20)) == []


@given(st.text(max_size=300))
def test_any_text_is_looked_through(text: str) -> None:
    for code in find_codes(text):
        assert len(code) < 80
