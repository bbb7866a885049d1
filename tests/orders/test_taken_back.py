"""What was withdrawn since drives were ordered is no longer printed; other changes do not matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.sheets import ordered, sheet
from tests.ledger.stories import clock
from tests.orders.readiness.forum import manifests
from tests.orders.test_approval import decision
from usbkit.core.errors import RefusedError
from usbkit.ledger.order_sheet import OrderSheet, Signer
from usbkit.ledger.records import Order
from usbkit.orders.approval import record_decision
from usbkit.orders.taken_back import require_still_released
from usbkit.trust.demo_key import demo_key

KEY = demo_key().public.to_base64()
ORDER = Order("guatemala-1", ordered(None), "desk-1", clock(), "kim")
SEAL = sheet().fingerprint


def ids_of(folder: Path, of: OrderSheet) -> list[str]:
    try:
        require_still_released(folder, ORDER, of)
    except RefusedError as problem:
        return [finding.id for finding in problem.findings]
    return []


def test_the_last_word_about_this_seal_counts(tmp_path: Path) -> None:
    forum = manifests(tmp_path)
    assert ids_of(forum.folder, sheet()) == []
    for what, seal, expected in (
        ("approved", SEAL, []),
        ("withdrawn", SEAL, ["order-withdrawn"]),
        ("approved", "a" * 64, ["order-withdrawn"]),
        ("approved", SEAL, []),
        ("withdrawn", "a" * 64, []),
    ):
        record_decision(forum, "guatemala", decision(what, seal))
        assert ids_of(forum.folder, sheet()) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (f'[[key]]\nname = "x"\npublic = "{KEY}"\nwithdrawn = 2021-03-01\n', ["key-withdrawn"]),
        (f'[[key]]\nname = "x"\npublic = "{KEY}"\n', []),
        ('[[key]]\nname = "x"\npublic = "other"\nwithdrawn = 2021-03-01\n', []),
        ("key = 5\n", []),
        ("key = [5]\n", []),
        ("this is = not TOML =", []),
        ("", []),
    ],
)
def test_a_key_that_was_withdrawn_is_no_signer(tmp_path: Path, keys: str, expected: list[str]) -> None:
    (tmp_path / "programme.toml").write_text(keys)
    assert ids_of(tmp_path, sheet(signer=Signer(name="Archive desk", key=KEY))) == expected
    assert ids_of(tmp_path, sheet()) == []
