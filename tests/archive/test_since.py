"""Only what changed is sent, and completes the bundle of the earlier edition."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, reseal, tree, unpack
from usbkit.trust.sums import UNSEALED_NAMES, fingerprint


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``old`` and ``new``: a subtitle changed, a video was renamed, one is new, a picture is gone."""
    folder = tmp_path_factory.mktemp("editions")
    new = make_bundle(folder / "old", words="antes") and make_bundle(folder / "new", words="ahora", more_videos=5)
    (new / "videos/02-opening.mp4").rename(new / "videos/09-closing.mp4")
    (new / "photos/01.jpg").unlink()
    (new / "photos").rmdir()
    reseal(new, edition=2)
    return folder


@pytest.fixture
def sent(editions: Path, tmp_path: Path) -> Path:
    pack(editions / "new", tmp_path / "sent", "--since", editions / "old/SHA256SUMS")[0].expect(0)
    return tmp_path / "sent"


def test_only_what_changed_is_sent(editions: Path, sent: Path) -> None:
    (index,) = sent.glob("*.pack.json")
    values = json.loads(index.read_text())
    listed = {c["path"] for a in values["archives"] for c in a["contents"]} - set(UNSEALED_NAMES)
    assert listed == {"videos/01-opening.es.srt", "videos/06-opening.mp4"}
    assert values["since"] == fingerprint((editions / "old/SHA256SUMS").read_bytes())


def test_it_completes_the_earlier_bundle(editions: Path, sent: Path, tmp_path: Path) -> None:
    unpack(sent, tmp_path / "back", "--onto", editions / "old").expect(0)
    assert tree(tmp_path / "back") == tree(editions / "new")
    assert (editions / "old/photos/01.jpg").is_file()


def test_it_replaces_the_earlier_bundle(editions: Path, sent: Path, tmp_path: Path) -> None:
    from tests.cli.calls import call

    shutil.copytree(editions / "old", tmp_path / "here")
    call("unpack", sent, "--onto", tmp_path / "here").expect(0)
    assert tree(tmp_path / "here") == tree(editions / "new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "sent"]


def test_a_bundles_folder_stands_for_its_seal(editions: Path, sent: Path, tmp_path: Path) -> None:
    pack(editions / "new", tmp_path / "again", "--since", editions / "old")[0].expect(0)
    assert tree(tmp_path / "again") == tree(sent)


@pytest.mark.parametrize(
    ("onto", "code", "answer"),
    [
        (None, 2, "onto-needed"),
        ("new", 2, "onto-other"),
        ("nothing", 2, "not-a-bundle"),
        ("damaged", 2, "onto-damaged"),
    ],
)
def test_what_it_cannot_build_on(
    editions: Path, sent: Path, tmp_path: Path, onto: str | None, code: int, answer: str
) -> None:
    (tmp_path / "nothing").mkdir()
    damaged = Path(shutil.copytree(editions / "old", tmp_path / "damaged"))
    (damaged / "slides/01-opening.pdf").write_bytes(b"changed")
    bundle = [] if onto is None else ["--onto", editions / "new" if onto == "new" else tmp_path / onto]
    done = unpack(sent, tmp_path / "back", "--json", *bundle)
    assert done.code == code
    assert answer in done.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["damaged", "nothing", "sent"]


def test_a_whole_pack_builds_on_nothing(editions: Path, tmp_path: Path) -> None:
    pack(editions / "new", tmp_path / "whole")[0].expect(0)
    done = unpack(tmp_path / "whole", tmp_path / "back", "--onto", editions / "old").expect(2)
    assert "Leave out --onto" in done.err


def test_a_file_that_is_gone_from_the_earlier_bundle(editions: Path, sent: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(editions / "old", tmp_path / "damaged"))
    (damaged / "slides/01-opening.pdf").unlink()
    done = unpack(sent, tmp_path / "back", "--onto", damaged).expect(2)
    assert "slides/01-opening.pdf" in done.err


def test_since_something_that_is_no_seal(editions: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("no seal\n")
    done = pack(editions / "new", tmp_path / "sent", "--since", tmp_path / "list")[0].expect(2)
    assert "not a seal" in done.err


def test_encrypted_too(editions: Path, tmp_path: Path) -> None:
    passphrase = pack(editions / "new", tmp_path / "sent", "--encrypt", "--since", editions / "old")[1]
    unpack(tmp_path / "sent", tmp_path / "back", "--onto", editions / "old", passphrase=passphrase).expect(0)
    assert tree(tmp_path / "back") == tree(editions / "new")
