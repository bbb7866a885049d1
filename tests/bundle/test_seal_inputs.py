"""The digest of everything that determines a seal: it changes with all of it, and with nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.support import plans
from usbkit.bundle import seal_inputs
from usbkit.bundle.seal_inputs import BundleOptions, SealInputs, digest_common, digest_manifests
from usbkit.core.build_info import library_versions
from usbkit.manifest.models import Country, Programme
from usbkit.site.page_cache import PageKey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def shaped(
    folder: Path,
    programme: Programme | None = None,
    country: Country | None = None,
    templates: Path | None = None,
    making: BundleOptions | None = None,
    changed: str | None = None,
) -> str:
    programme, country = programme or plans.programme(), country or plans.country()
    sources = plans.inventory(folder / "library", programme, country)
    if changed is not None:
        files = {**sources.files, changed: dataclasses.replace(sources.files[changed], sha256="f" * 64)}
        sources = dataclasses.replace(sources, files=files)
    return SealInputs.of(programme, country, "guatemala", sources, templates, making or BundleOptions()).digest()


def test_it_is_the_same_for_the_same(folder: Path) -> None:
    assert shaped(folder) == shaped(folder)
    twice = BundleOptions(("es", "en"), True), BundleOptions(("en", "es"), True)
    assert len({shaped(folder, making=making) for making in twice}) == 1, "in whatever order they were named"


@pytest.mark.parametrize(
    "values",
    [
        {"programme": plans.programme(edition=4)},
        {"programme": plans.programme(title={"en": "Another forum"})},
        {"country": plans.country(label="OTHER")},
        {"country": plans.country(edition=4, date=dt.date(2021, 3, 1))},
        {"making": BundleOptions(("es",))},
        {"making": BundleOptions((), True)},
        {"changed": "videos/opening.mp4"},
        {"changed": "guatemala/Nota de cortesía.pdf"},
    ],
)
def test_it_follows_all_that_shapes_a_seal(folder: Path, values: dict[str, Any]) -> None:
    assert shaped(folder, **values) != shaped(folder)


@pytest.mark.parametrize("library", ["pillow", "pypdfium2", "av", "jinja2", "babel", "markupsafe", "usbkit"])
def test_it_follows_the_libraries_that_draw_and_decode(
    folder: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, versions = shaped(folder), library_versions()
    assert library in versions
    monkeypatch.setattr(seal_inputs, "library_versions", lambda: {**versions, library: "0.0"})
    assert shaped(folder) != before


def test_it_follows_templates_and_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "own").mkdir()
    (folder / "own/index.html").write_text("another page")
    assert shaped(folder, templates=folder / "own") != shaped(folder)
    before = shaped(folder)
    monkeypatch.setattr(seal_inputs, "digest_code", lambda: "0" * 64)
    assert shaped(folder) != before


def test_what_is_about_our_own_work_shapes_nothing(folder: Path) -> None:
    ours = plans.programme(responsible={"video": "Somebody"}, ledger="ledger.sqlite", hub="postgresql://hub/usbkit")
    assert shaped(folder, programme=ours) == shaped(folder)


def test_fields_that_came_later_leave_older_digests_as_they_were() -> None:
    """tests/scenarios/test_from_rc1.py compares with a lock that 1.0.0rc1 wrote."""
    programme, country = plans.programme(), plans.country()
    digests = digest_manifests(programme, country, "guatemala")
    assert set(digests) == {"programme.toml", "guatemala.toml"}
    signed = {"versions": [{"kind": "sign-language", "file": "signed/opening.mp4"}]}
    of_a_recording = ({"captions": {"es": "subtitles/opening.es.sdh.srt"}}, signed)
    recordings = [{"recording": [plans.recording("opening", **more)], "question": []} for more in of_a_recording]
    plain = plans.programme(recording=[plans.recording("opening")], question=[])
    assert digest_manifests(plain, country, "guatemala") not in [
        digest_manifests(plans.programme(**said), country, "guatemala") for said in recordings
    ]
    for said in ({"ask": [{"en": "Which?"}]}, {"check_required": True}):
        assert digest_manifests(plans.programme(**said), country, "guatemala") != digests
    assert digest_manifests(programme, plans.country(versions=["sign-language"]), "guatemala") != digests
    assert digest_manifests(programme, plans.country(edition=9, date=dt.date(2021, 1, 1)), "guatemala") != digests


def test_pages_are_remembered_by_it_and_by_where_they_go(folder: Path) -> None:
    programme, country = plans.programme(), plans.country()
    sources = plans.inventory(folder / "library", programme, country)
    one = SealInputs.of(programme, country, "guatemala", sources, None, BundleOptions())
    other = SealInputs.of(programme, country, "guatemala", sources, None, BundleOptions(("es",)))
    keys = {PageKey(one, "drive").digest(), PageKey(one, "web").digest(), PageKey(other, "drive").digest()}
    assert len(keys) == 3 and PageKey(one, "drive").digest() in keys


def test_the_digest_is_what_approvals_of_before_have(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another way to write the same down would withdraw every approval that there is."""
    inputs = SealInputs({"b": "1", "a": "2"}, {"z": "3", "y": "4"}, "5", "6", {"av": "7"}, ("es",), True)
    assert inputs.digest() == "df35e0b511770cabb83616fb00859d097c32c7f0cbf81afea5f07dfb58bd4f64"
    monkeypatch.setattr(seal_inputs, "digest_code", lambda: "6")
    monkeypatch.setattr(seal_inputs, "digest_templates", lambda templates: "5")
    monkeypatch.setattr(seal_inputs, "library_versions", lambda: {"usbkit": "7", "av": "8"})
    assert digest_common(plans.programme(), None) == "7f4fc505663048449a6f807eec5e4bde7fe8f828ed11b1af1536beba55467d79"
    texts = digest_manifests(plans.programme(), plans.country(), "guatemala")
    assert texts["guatemala.toml"] == "31e94fc6f1d4e314e4f6cbd2be8022fbabea28fcf494163affff191a2357ea03", (
        "letters beyond ASCII are written as they are"
    )


def test_the_common_digest_follows_what_all_countries_share(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_common(plans.programme(), None)
    assert digest_common(plans.programme(ledger="ledger.sqlite"), None) == before, "our own work"
    assert digest_common(plans.programme(edition=4), None) != before
    (folder / "own").mkdir()
    (folder / "own/index.html").write_text("another page")
    assert digest_common(plans.programme(), folder / "own") != before
    for name, value in (("digest_code", lambda: "0"), ("library_versions", lambda: {"av": "0"})):
        with monkeypatch.context() as patched:
            patched.setattr(seal_inputs, name, value)
            assert digest_common(plans.programme(), None) != before
