"""7-Zip's own program opens and tests our archives, and we unpack its archives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, sevenzip, tree, unpack

pytestmark = pytest.mark.needs("7zip")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "guatemala")


@pytest.mark.parametrize("parts", [(), ("--part-size", "100kB")])
@pytest.mark.parametrize("secret", [(), ("--encrypt",)])
@pytest.mark.parametrize("method", [(), ("--fast",)])
def test_sevenzip_opens_ours(
    bundle: Path, tmp_path: Path, method: tuple[str, ...], secret: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    done, passphrase = pack(bundle, out, "--archive-size", "1MB", *method, *secret, *parts)
    done.expect(0)
    for first in sorted([*out.glob("*.7z"), *out.glob("*.7z.001")]):
        tested = sevenzip("t", f"-p{passphrase}", first)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        assert "Everything is Ok" in tested.stdout
        if secret:
            assert sevenzip("l", "-pwrong", first).returncode != 0
            assert b"opening" not in first.read_bytes()
        sevenzip("x", f"-p{passphrase}", f"-o{back}", first).check_returncode()
    assert tree(back) == tree(bundle)


@pytest.mark.parametrize(
    ("top", "options"),
    [
        (True, ()),
        (True, ("-v300k",)),
        (False, ()),
        (False, ("-mx=0",)),
        (False, ("-mx=9",)),
        (False, ("-mhc=off",)),
        (False, ("-m0=lzma",)),
        (False, ("-m0=deflate",)),
        (False, ("-pthree little words",)),
        (False, ("-pthree little words", "-mhe=on")),
        (False, ("-pthree little words", "-mhe=on", "-mx=0")),
        (False, ("-v300k",)),
        (False, ("-v300k", "-pthree little words", "-mhe=on")),
        (False, ("-ms=off",)),
    ],
)
def test_we_open_sevenzips(bundle: Path, tmp_path: Path, top: bool, options: tuple[str, ...]) -> None:
    """Made of the folder or of what is in it; without any index of ours."""
    made = tmp_path / "theirs/sent.7z"
    made.parent.mkdir()
    given = (bundle.name,) if top else (".",)
    packed = sevenzip("a", made, *given, *options, cwd=bundle.parent if top else bundle)
    assert packed.returncode == 0, packed.stdout + packed.stderr
    passphrase = "three little words" if "-pthree little words" in options else None
    unpack(made.parent, tmp_path / "back", passphrase=passphrase).expect(0)
    assert tree(tmp_path / "back") == tree(bundle)


def test_what_sevenzip_packed_beside_the_bundle_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more/letter.txt").write_text("not sealed")
    made = tmp_path / "sent.7z"
    sevenzip("a", made, ".", cwd=bundle).check_returncode()
    sevenzip("a", made, "letter.txt", cwd=tmp_path / "more").check_returncode()
    done = unpack(made, tmp_path / "back").expect(1)
    assert "letter.txt: not ours" in done.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["more", "sent.7z"]
