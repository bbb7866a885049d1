"""The hub's place: the option, otherwise the programme's; and the ledger's standing with it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.ledger.stories import clock, order
from usbkit.cli import hub_access
from usbkit.cli.hub_access import (
    fillable_here,
    hub_place,
    refresh,
    require_file,
    require_hub,
    standing_json,
    standing_line,
)
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError
from usbkit.ledger import Ledger
from usbkit.ledger.events import NumbersClaimed, OrderSplit
from usbkit.ledger.hub.standing import HubStanding, note_lost, note_reached, read_standing
from usbkit.ledger.place import LedgerPlace

HUB = "postgresql://usbkit_busan@hub.example.org/usbkit"


def programme(folder: Path, hub: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "programme.toml").write_text(f'hub = "{hub}"\n')
    return folder


def test_the_option_comes_before_the_programmes_word(tmp_path: Path) -> None:
    manifests = programme(tmp_path / "forum", HUB)
    assert "hub.example.org" in str(hub_place(Settings(manifests=manifests)))
    assert "other.example.org" in str(hub_place(Settings(manifests=manifests, hub="postgresql://other.example.org/u")))
    assert hub_place(Settings(manifests=tmp_path / "none")) is None
    with pytest.raises(InputError, match="no hub is named"):
        require_hub(Settings(manifests=tmp_path / "none"))


def test_programmes_side_by_side_share_a_hub_or_are_told_apart(tmp_path: Path) -> None:
    programme(tmp_path / "a", HUB)
    programme(tmp_path / "b", HUB)
    assert hub_place(Settings(manifests=tmp_path)) is not None
    programme(tmp_path / "c", "postgresql://other.example.org/u")
    with pytest.raises(InputError, match="different hubs"):
        hub_place(Settings(manifests=tmp_path))


def test_without_its_hub_an_order_at_a_hub_is_filled_by_nobody(tmp_path: Path) -> None:
    ledger = Ledger.open(LedgerPlace(tmp_path / "l.sqlite"), "kim", clock)
    ledger.append(order(count=2), order("peru-1", 2))
    split = OrderSplit(order="guatemala-1", numbers=(1, 2), to="hub", hub="0123456789abcdef")
    ledger.append(split)
    orders, without = list(ledger.read().orders.values()), Settings(manifests=tmp_path)
    assert [o.id for o in fillable_here(Settings(hub=HUB), ledger, orders)] == ["guatemala-1", "peru-1"]
    assert [o.id for o in fillable_here(without, ledger, orders)] == ["peru-1"]
    with pytest.raises(InputError, match="no hub is named"):
        fillable_here(without, ledger, orders[:1])
    claim = NumbersClaimed(claim="a" * 32, order="guatemala-1", order_origin=ledger.origin, numbers=(2,))
    ledger.append(claim)
    assert [o.id for o in fillable_here(without, ledger, orders)] == ["guatemala-1", "peru-1"]


def test_a_password_in_the_url_is_shown_nowhere(tmp_path: Path) -> None:
    place = hub_place(Settings(manifests=tmp_path, hub="postgresql://u:geheim@h/d"))
    assert "geheim" not in str(place)


def test_since_when_the_hub_is_not_reached(tmp_path: Path) -> None:
    now = [clock()]
    ledger = Ledger.open(LedgerPlace(tmp_path / "l.sqlite"), "kim", lambda: now[0])
    require_file(ledger)
    assert standing_line(ledger) is None and standing_json(ledger) is None
    note_reached(ledger, HubStanding(hub="ab", name="busan", known={"x-1": 3}))
    assert "hub last reached" in str(standing_line(ledger))
    now[0] += dt.timedelta(minutes=5)
    note_lost(ledger, "no route to host")
    first = read_standing(ledger)
    now[0] += dt.timedelta(minutes=5)
    note_lost(ledger, "no route to host")
    assert read_standing(ledger) == first
    assert "hub not reached since" in str(standing_line(ledger)) and "no route to host" in str(standing_line(ledger))
    said = standing_json(ledger)
    assert said is not None and said["name"] == "busan" and said["lost"] is not None
    note_reached(ledger, HubStanding(hub="ab", name="busan"))
    assert "hub last reached" in str(standing_line(ledger))


def test_what_is_known_of_the_hub_is_noted_when_it_is_news_or_a_minute_old(tmp_path: Path) -> None:
    """A station looks each second: it does not write each second."""
    now = [clock()]
    ledger = Ledger.open(LedgerPlace(tmp_path / "l.sqlite"), "kim", lambda: now[0])
    standing = HubStanding(hub="ab", name="busan", known={"x-1": 3})

    def reached(after: int, what: HubStanding) -> dt.datetime | None:
        now[0] = clock() + dt.timedelta(seconds=after)
        note_reached(ledger, what)
        kept = read_standing(ledger)
        assert kept is not None
        return kept.reached

    first = reached(0, standing)
    assert first == clock()
    assert reached(59, standing) == reached(60, standing) == first
    assert reached(61, standing) == clock() + dt.timedelta(seconds=61)
    news = HubStanding(hub="ab", name="busan", known={"x-1": 4})
    assert reached(62, news) == clock() + dt.timedelta(seconds=62)
    note_lost(ledger, "gone")
    assert reached(63, news) == clock() + dt.timedelta(seconds=63), "it is reached again"
    assert reached(1, news) == clock() + dt.timedelta(seconds=1), "a clock that was set back"


def test_a_standing_of_another_shape_is_made_anew(tmp_path: Path) -> None:
    ledger = Ledger.open(LedgerPlace(tmp_path / "l.sqlite"), "kim", clock)
    with ledger.write() as writing:
        writing.note_fact("hub", '{"known": 3}')
    assert read_standing(ledger) is None
    note_reached(ledger, HubStanding(hub="ab"))
    assert read_standing(ledger) is not None


def test_a_chain_that_is_not_followed_is_named_wherever_one_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = Ledger.open(LedgerPlace(tmp_path / "l.sqlite"), "kim", clock)
    refresh(Settings(hub=HUB), ledger)
    assert capsys.readouterr().err == "", "a ledger that has joined no hub asks none"
    note_reached(ledger, HubStanding(hub="ab", name="desk"))
    monkeypatch.setattr(hub_access, "turn", lambda *_: SimpleNamespace(refused={"vm-1": "entry 38 is another"}))
    refresh(Settings(hub=HUB), ledger)
    assert "vm-1 is not followed, and what it did is not in here: entry 38 is another" in capsys.readouterr().err
