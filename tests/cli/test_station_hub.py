"""A station without a hub: nothing is followed, and nothing is said about one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.ledger import stories
from usbkit.cli.settings import Settings
from usbkit.cli.station_hub import following


def test_without_a_hub_there_is_nothing_to_say(tmp_path: Path) -> None:
    settings = Settings(manifests=tmp_path / "none")
    policy = cast(Any, SimpleNamespace(files=(), ports=()))
    with following(settings, stories.open_ledger(tmp_path), (), policy, None) as news:
        assert list(news(3)) == []
