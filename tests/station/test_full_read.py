"""A finished stick, read from end to end: the very one that was looked at, by the ledger's digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verify.drives import make_drive
from tests.verify.folders import FILES
from usbkit.core.messages import Text
from usbkit.core.progress import Silence
from usbkit.drives.linux import identify
from usbkit.station.full_read import read_all
from usbkit.trust.verdict import Content, Structure, Verdict

SIZE = 64 * 10**6


class AtBegin(Silence):
    """Does something to the stick while it is read; counts what was read."""

    def __init__(self, befall: Callable[[], object] = lambda: None) -> None:
        self._befall = befall
        self.read = 0

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self._befall()

    def advance(self, key: str, amount: int) -> None:
        self.read += amount


@pytest.fixture
def stick(tmp_path: Path) -> tuple[Path, str]:
    image = make_drive(tmp_path / "stick.img", capacity=SIZE)
    return tmp_path / "stick.img", image.metadata_digest()


def test_the_ledger_s_digest_tells_untouched_from_another(stick: tuple[Path, str]) -> None:
    path, digest = stick
    progress = AtBegin()
    found = [read_all(identify(path), metadata, progress) for metadata in (digest, "0" * 64, None)]
    assert all(isinstance(one, Verdict) and one.content is Content.WHOLE for one in found)
    structures = [one.structure for one in found if isinstance(one, Verdict)]
    assert structures == [Structure.UNTOUCHED, Structure.DENIED, Structure.AS_IT_SAYS]
    assert progress.read >= 3 * sum(map(len, FILES.values()))


def test_damage_is_an_answer(stick: tuple[Path, str]) -> None:
    path, digest = stick
    data = bytearray(path.read_bytes())
    data[data.index(FILES["videos/01-opening.mp4"][:4096]) + 9] ^= 1
    path.write_bytes(data)
    found = read_all(identify(path), digest, Silence())
    assert isinstance(found, Verdict) and (found.content, found.structure) == (Content.DAMAGED, Structure.UNTOUCHED)


def test_another_than_was_looked_at_is_not_read(stick: tuple[Path, str]) -> None:
    path, digest = stick
    progress = AtBegin()
    for identity in (
        replace(identify(path), diskseq=1),
        replace(identify(path), size=SIZE + 512),
        replace(identify(path), serial="another"),
    ):
        found = read_all(identity, digest, progress)
        assert not isinstance(found, Verdict) and [f.id for f in found] == ["drive-changed"]
    assert progress.read == 0


def test_one_that_is_exchanged_while_it_is_read_has_no_verdict(stick: tuple[Path, str], tmp_path: Path) -> None:
    path, digest = stick
    identity = identify(path)
    (tmp_path / "other.img").write_bytes(path.read_bytes())

    def exchange() -> None:
        (tmp_path / "other.img").replace(path)

    found = read_all(identity, digest, AtBegin(exchange))
    assert not isinstance(found, Verdict) and [f.id for f in found] == ["drive-changed"]


def test_one_that_is_gone_is_said(stick: tuple[Path, str]) -> None:
    path, digest = stick
    identity = identify(path)
    path.unlink()
    found = read_all(identity, digest, Silence())
    assert not isinstance(found, Verdict) and [f.id for f in found] == ["drive-missing"]
