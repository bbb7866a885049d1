"""Kept releases: what people read of them, verified by the approved seal."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.station.small import make_bundle
from tests.support.cli import usbkit
from usbkit.bundle.assembly import Bundle, assemble
from usbkit.bundle.plan import Role, made
from usbkit.core.errors import InputError
from usbkit.diff.compare import compare
from usbkit.diff.kept_release import keep_release, kept_path, open_release
from usbkit.diff.states import state_of_bundle
from usbkit.trust.sums import SUMS_NAME


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return paged(make_bundle(tmp_path), "Registro civil")


def paged(bundle: Bundle, words: str) -> Bundle:
    pages = [made("index.html", Role.PAGE, f"<p>{words}</p>".encode()), made("verify.html", Role.PAGE, words.encode())]
    return assemble(bundle.plan, pages)


def kept(bundle: Bundle, folder: Path) -> Path:
    path = kept_path(folder, "guatemala", 3, bundle.fingerprint)
    keep_release(bundle, path)
    return path


def test_what_people_read_is_kept(bundle: Bundle, tmp_path: Path) -> None:
    path = kept(bundle, tmp_path)
    assert path == tmp_path / f"approvals/guatemala/edition-3-{bundle.fingerprint[:16]}.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            SUMS_NAME,
            "index.html",
            *(
                f"videos/0{n}-{r}.{language}.srt"
                for n, r in ((1, "id-cards"), (2, "opening"))
                for language in ("en", "es")
            ),
        ]
    before = path.read_bytes()
    keep_release(bundle, path)
    assert path.read_bytes() == before and path.stat().st_mode & 0o777 == 0o644
    with open_release(path, bundle.fingerprint) as state:
        assert compare(state, state_of_bundle(bundle, "now")) == ()


def test_it_is_compared_in_words(bundle: Bundle, tmp_path: Path) -> None:
    path = kept(bundle, tmp_path)
    recordings = tuple(
        replace(r, tracks={**r.tracks, "es": replace(r.tracks["es"], cues=())}) for r in bundle.plan.recordings
    )
    now = paged(replace(bundle, plan=replace(bundle.plan, recordings=recordings)), "El registro civil")
    with open_release(path) as state:
        (change,) = [c for c in compare(state, state_of_bundle(now, "now")) if c.details]
    assert [str(detail) for detail in change.details] == ["“Registro civil” is now “El registro civil”"]
    other = tmp_path / "other.zip"
    keep_release(now, other)
    said = usbkit("diff", path, other).expect(1).out
    assert "pages that differ: 2" in said and "    “Registro civil” is now “El registro civil”" in said


def test_another_seal_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is of another seal"), open_release(kept(bundle, tmp_path), "0" * 64):
        pass


def rewritten(path: Path, name: str, data: bytes) -> None:
    """The archive with another content under ``name``, and everything else as it was."""
    with zipfile.ZipFile(path) as archive:
        contents = {n: archive.read(n) for n in archive.namelist()} | {name: data}
    with zipfile.ZipFile(path, "w") as archive:
        for n, content in contents.items():
            archive.writestr(n, content)


def test_a_page_that_was_changed_in_it_is_not_believed(bundle: Bundle, tmp_path: Path) -> None:
    path = kept(bundle, tmp_path)
    rewritten(path, "index.html", b"<p>Forged</p>")
    with open_release(path, bundle.fingerprint) as state:
        assert state.read_page is not None and state.read_track is not None
        with pytest.raises(InputError, match=r"index\.html in it is not what its seal says"):
            state.read_page("index.html")
        with pytest.raises(InputError, match=r"verify\.html cannot be read"):
            state.read_page("verify.html")
        assert state.read_track("videos/02-opening.es.srt", "es").cues


@pytest.mark.parametrize("damage", ["none", "cut", "noise", "seal", "locked"])
def test_what_is_no_release(bundle: Bundle, tmp_path: Path, damage: str) -> None:
    path = kept(bundle, tmp_path)
    data = path.read_bytes()
    if damage == "seal":
        rewritten(path, SUMS_NAME, b"no seal")
    elif damage == "locked":
        path.write_bytes(data.replace(b"\x14\x00\x00\x00\x08", b"\x14\x00\x01\x00\x08"))
    else:
        path.write_bytes({"none": b"", "cut": data[:-30], "noise": bytes(100)}[damage])
    with pytest.raises(InputError) as raised, open_release(path):
        pass
    assert "Traceback" not in str(raised.value)
    assert usbkit("diff", path, path).expect(2).err


def test_one_that_is_spoilt_inside_is_said(bundle: Bundle, tmp_path: Path) -> None:
    path = kept(bundle, tmp_path)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(SUMS_NAME).header_offset + 45
    data = bytearray(path.read_bytes())
    data[at : at + 20] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"), open_release(path):
        pass
