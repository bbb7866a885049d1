"""The works of a station's run: a fault in one order does not stop the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desks import open_desk
from tests.ledger.stories import open_ledger
from usbkit.cli.settings import Settings
from usbkit.cli.station_works import prepare_works, say_left_out, say_works


def test_an_order_of_another_seal_is_left_out_and_the_others_are_filled(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fault 2 of the issue: one such order stopped the station for every country."""
    open_desk(demo, tmp_path)
    path = tmp_path / "manifests/forum-2020/guatemala.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('es = "Guatemala"', 'es = "La Guatemala"'), "utf-8")
    ledger = open_ledger(tmp_path)
    settings = Settings(manifests=tmp_path / "manifests", cache=tmp_path / "cache", verbosity=-1)
    orders = list(ledger.read().orders.values())
    works, left_out = prepare_works(settings, ledger, orders, {})
    assert [work.id for work in works] == ["kyrgyzstan-1"]
    assert [f.id for f in left_out["guatemala-1"].findings] == ["order-changed"]
    say_left_out(settings, left_out)
    say_works(settings, works, ledger)
    said = capsys.readouterr().err
    assert "guatemala-1 is LEFT OUT, the others are filled:" in said and "something was changed since" in said
    assert "kyrgyzstan-1: 1 of 1 drive for kyrgyzstan done" in said
