"""Archives replaced by somebody who knows passphrase and format: the seal detects them, not 7z's CRC."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, tree, unpack
from usbkit.archive.index import PackIndex, Part
from usbkit.archive.parts import PartsWriter, hash_file
from usbkit.archive.passphrase import Passphrase
from usbkit.archive.plan import BundleFile, Method
from usbkit.archive.writing import write_archive
from usbkit.trust.sums import fingerprint


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "guatemala")


def exchange(out: Path, number: int, source: Path, passphrase: str | None) -> None:
    """Write archive ``number`` anew with the same names from ``source``, and make the index fit it."""
    (place,) = out.glob("*.pack.json")
    index = PackIndex.from_json(place.read_bytes(), str(place))
    old = index.archives[number]
    paths = _paths(source, number)
    files = [BundleFile(p, (source / p).stat().st_size, hash_file(source / p)) for p in paths]
    secret = None if passphrase is None else Passphrase(passphrase)
    with PartsWriter(out, "", old.name, None) as writer:
        moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        write_archive(source, files, writer, Method.STORE, moment, secret, lambda count: None)
    part = Part(old.name, (out / old.name).stat().st_size, hash_file(out / old.name))
    size = sum(f.size for f in files)
    new = replace(old, files=len(files), content_size=size, parts=(part,))
    archives = tuple(new if a.name == old.name else a for a in index.archives)
    total = sum(a.content_size for a in archives)
    place.write_bytes(replace(index, archives=archives, content_size=total).to_json())


def _paths(source: Path, number: int) -> list[str]:
    beside = ["SHA256SUMS", "drive.js", "passport.json"]
    if number == 0:
        return beside
    return sorted(p for p in tree(source) if p not in beside and (Path(p).suffix in (".html", ".srt")) == (number == 1))


def ids(said: str) -> list[str]:
    return [f["id"] for f in json.loads(said[said.index('{\n  "error"') :])["error"]["findings"]]


@pytest.mark.parametrize("secret", [False, True])
def test_other_content_under_the_same_names(bundle: Path, tmp_path: Path, secret: bool) -> None:
    other = make_bundle(tmp_path / "other", words="otro")
    passphrase = pack(bundle, tmp_path / "out", *(["--encrypt"] if secret else []))[1] or None
    exchange(tmp_path / "out", 1, other, passphrase)
    done = unpack(tmp_path / "out", tmp_path / "back", "--json", passphrase=passphrase)
    assert done.code == 1
    assert ids(done.out)[:2] == ["seal-broken", "content-unsealed"]
    assert "01-opening.es.srt" in done.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other", "out"]


def test_another_bundle_with_its_own_seal(bundle: Path, tmp_path: Path) -> None:
    """It is whole in itself: only what comes another way, the letter's fingerprint, tells it from ours."""
    other = make_bundle(tmp_path / "other", words="otro")
    passphrase = pack(bundle, tmp_path / "out", "--encrypt")[1]
    exchange(tmp_path / "out", 0, other, passphrase)
    exchange(tmp_path / "out", 1, other, passphrase)
    done = unpack(tmp_path / "out", tmp_path / "back", "--json", passphrase=passphrase)
    assert ids(done.out) == ["pack-no-bundle"]  # the index still names our seal
    (index,) = (tmp_path / "out").glob("*.pack.json")
    ours, theirs = (fingerprint((b / "SHA256SUMS").read_bytes()) for b in (bundle, other))
    index.write_text(index.read_text().replace(ours, theirs))
    refused = unpack(tmp_path / "out", tmp_path / "back", "--json", "--fingerprint", ours, passphrase=passphrase)
    assert refused.code == 1
    assert ids(refused.out)[0] == "seal-broken"
    assert "origin" in refused.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other", "out"]
    done = unpack(tmp_path / "out", tmp_path / "back", passphrase=passphrase).expect(0)
    assert "origin not checked" in done.out


def test_an_open_archive_among_encrypted_ones(bundle: Path, tmp_path: Path) -> None:
    passphrase = pack(bundle, tmp_path / "out", "--encrypt")[1]
    exchange(tmp_path / "out", 1, bundle, None)
    done = unpack(tmp_path / "out", tmp_path / "back", "--json", passphrase=passphrase)
    assert ids(done.out) == ["archive-not-encrypted"]


def test_the_letters_fingerprint_proves_origin(bundle: Path, tmp_path: Path) -> None:
    pack(bundle, tmp_path / "out")[0].expect(0)
    ours = fingerprint((bundle / "SHA256SUMS").read_bytes())
    assert "origin proven" in unpack(tmp_path / "out", tmp_path / "back", "--fingerprint", ours).expect(0).out
