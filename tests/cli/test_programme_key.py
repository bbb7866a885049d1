"""A key that a programme has, however it is written; and no answer where its file cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import usbkit
from usbkit.cli import programme_key
from usbkit.cli.programme_key import read_key
from usbkit.core.errors import InputError


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return tmp_path / "programme.toml"


@pytest.mark.parametrize(
    "line",
    [
        'ledger = "l.sqlite"',
        '"ledger" = "l.sqlite"',
        "'ledger' = \"l.sqlite\"",
        '"\\u006cedger" = "l.sqlite"',
        'x = 1\r\nledger="l.sqlite"\r',
    ],
)
def test_it_is_seen_however_it_is_written(manifest: Path, line: str) -> None:
    manifest.write_text(f'id = "forum"\n{line}\n', newline="")
    assert read_key(manifest.parent, "ledger") == "l.sqlite"
    manifest.write_bytes(b"\xef\xbb\xbf" + manifest.read_bytes())
    assert read_key(manifest.parent, "ledger") == "l.sqlite"
    assert read_key(manifest.parent, "hub") is None


@pytest.mark.parametrize(
    "line", ['# no ledger = "l.sqlite"', 'title = "the ledger"', '[table]\nledger = "l.sqlite"', "ledger = 7"]
)
def test_what_is_no_such_key(manifest: Path, line: str) -> None:
    manifest.write_text(f'id = "forum"\n{line}\n')
    assert read_key(manifest.parent, "ledger") is None


def test_a_file_that_cannot_have_it_is_not_parsed(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly every command asks."""
    monkeypatch.setattr(programme_key, "parse_toml", None)
    manifest.write_text("title = \n")
    assert read_key(manifest.parent, "ledger") is None


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'id = "forum\nledger = "l.sqlite"\n', 1),
        (b'id = "forum"\nledger = l.sqlite\n', 2),
        (b'id = "forum"\nledger = "l.sqlite"\ntitle = \n', 3),
        ('id = "포럼"\nledger = "l.sqlite"\n'.encode("cp949"), 1),
        ('id = "forum"\nledger = "l.sqlite"\n'.encode("utf-16"), 1),
    ],
)
def test_a_file_that_may_have_it_and_cannot_be_read_is_an_error(manifest: Path, data: bytes, line: int) -> None:
    """A drive that has a number in the programme's ledger would be asked of another, which knows of none."""
    manifest.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_key(manifest.parent, "ledger")
    place = caught.value.findings[0].place
    assert place is not None and (place.file, place.line) == (str(manifest), line)


def test_a_file_that_cannot_be_opened_is_an_error(manifest: Path) -> None:
    manifest.symlink_to(manifest)
    with pytest.raises(InputError, match="cannot be read"):
        read_key(manifest.parent, "ledger")


@pytest.mark.parametrize(
    ("key", "command"),
    [("ledger", ("ledger", "list")), ("ledger", ("drives",)), ("ledger", ("doctor",)), ("hub", ("hub", "stations"))],
)
def test_commands_say_it(manifest: Path, key: str, command: tuple[str, ...]) -> None:
    manifest.write_text(f'id = "forum"\n{key} = postgresql://host/books\n')
    done = usbkit("--manifests", manifest.parent, *command).expect(2)
    assert f"{manifest}:2" in done.err
