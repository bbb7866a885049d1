"""Codes and drives' names in what is typed or pasted."""

from __future__ import annotations

import pytest

from usbkit.orders.arrival_entry import Telling
from usbkit.orders.receipt_given import Given, read_pasted, read_typed
from usbkit.trust.receipt_code import Found, Report, make_code, show_code

CODE = show_code(make_code(Report("ABCDE", Found.WHOLE), "ab" * 16, "0" * 64))
GARBLED = "ABCD-EFGH-JKMN-PQRS-TVWX"


@pytest.mark.parametrize(
    ("words", "codes", "told"),
    [
        ([CODE], [CODE], []),
        (CODE.split("-"), [CODE.replace("-", " ")], []),
        ([CODE, "7k3qf"], [CODE], ["7K3QF"]),
        (["7k3qf", "ab:12", "g-1:2"], [], ["ab:12", "g-1:2", "7K3QF"]),
        (["7k3qf", "7K3QF"], [], ["7K3QF"]),
        (["7k3qf@vm-1", CODE], [CODE], ["7K3QF@vm-1"]),
        (["7k3q"], [], ["7k3q"]),
        (GARBLED.split("-"), [GARBLED.replace("-", " ")], []),
        ([GARBLED, CODE], [GARBLED, CODE], []),
        (["7k3q!"], [], ["7k3q!"]),
        ([CODE, "ABC1", "DEF2"], [CODE], []),
        (["ABCDEF", "1A2B", "3C4D"], ["ABCDEF", "1A2B 3C4D"], []),
        ([], [], []),
    ],
)
def test_what_is_typed(words: list[str], codes: list[str], told: list[str]) -> None:
    found = read_typed(tuple(words))
    assert (found.codes, [one.reference for one in found.tellings]) == (codes, told)


def test_what_is_pasted_keeps_its_text() -> None:
    mail = f"[USB 7K3QF plays] {CODE} and 7K3QG"
    assert read_pasted(mail) == Given([CODE], [Telling("7K3QF", True)], mail)
    assert read_typed((mail,)).text == mail
