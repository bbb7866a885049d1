"""Captions, versions and transcripts: which files are included, their names, and their names on pages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.site.plans import APPLAUSE, COUNTRY, accessible, make_plan, make_track, merged, planned_bytes
from usbkit.bundle.plan import Plan
from usbkit.site.render import render_site
from usbkit.site.search_data import search_entries


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make_plan(tmp_path_factory.mktemp("plan"), accessible())


@pytest.fixture(scope="module")
def pages(plan: Plan) -> dict[str, str]:
    return {f.path: planned_bytes(f.content).decode(errors="replace") for f in render_site(plan)}


def test_every_track_lies_beside_each_video_of_its_moments(plan: Plan) -> None:
    paths = {f.path for f in plan.files}
    for video in ("01-id-cards", "01-id-cards-audio-description", "01-id-cards-sign-language"):
        assert {f"videos/{video}.mp4", f"videos/{video}.es.srt", f"videos/{video}.es.sdh.srt"} <= paths
    files = {f.path: planned_bytes(f.content).decode() for f in plan.files if f.path.endswith(".srt")}
    assert APPLAUSE in files["videos/01-id-cards.es.sdh.srt"]
    assert APPLAUSE not in files["videos/01-id-cards.es.srt"]


def test_a_country_chooses_versions(tmp_path: Path) -> None:
    chosen = make_plan(tmp_path, accessible(), merged(COUNTRY, versions=["sign-language"]))
    assert [v.path for v in chosen.recordings[0].versions] == ["videos/01-id-cards-sign-language.mp4"]
    assert make_plan(tmp_path, accessible(), merged(COUNTRY, versions=[])).recordings[0].versions == ()


def test_two_versions_of_a_kind_have_names_of_their_own(tmp_path: Path) -> None:
    versions = [{"kind": "sign-language", "file": f"{name}.mp4"} for name in ("one", "other")]
    chosen = make_plan(tmp_path, accessible(versions=versions))
    assert [v.path for v in chosen.recordings[0].versions] == [
        "videos/01-id-cards-sign-language.mp4",
        "videos/01-id-cards-sign-language-2.mp4",
    ]


def test_pages_call_captions_by_what_they_describe(pages: dict[str, str]) -> None:
    page = pages["pages/en/01-id-cards.html"]
    assert '<option value="es-x-sdh" lang="es">Español (sonidos descritos)</option>' in page
    assert 'href="../../videos/01-id-cards.es.sdh.srt"' in page
    assert "Español (sonidos descritos)" not in pages["pages/en/02-opening.html"].partition('id="page-data"')[0]


def test_pages_offer_versions_by_name(pages: dict[str, str]) -> None:
    page = pages["pages/es/01-id-cards.html"]
    menu = re.findall(r'data-video="([^"]*)">([^<]*)</option>', page)
    assert menu == [
        ("videos/01-id-cards.mp4", "Original"),
        ("videos/01-id-cards-audio-description.mp4", "Audiodescripción"),
        ("videos/01-id-cards-sign-language.mp4", "Guatemalan Sign Language"),
    ]
    assert 'id="version"' not in pages["pages/es/02-opening.html"]
    assert "Guatemalan Sign Language" in pages["index.html"]


def test_a_version_of_another_length_is_a_file_to_open(plan: Plan) -> None:
    first, *others = plan.recordings
    longer = tuple(replace(v, is_in_step=False) for v in first.versions)
    files = render_site(replace(plan, recordings=(replace(first, versions=longer), *others)))
    page = next(planned_bytes(f.content).decode() for f in files if f.path == "pages/es/01-id-cards.html")
    assert 'id="version"' not in page
    assert 'href="../../videos/01-id-cards-audio-description.mp4"' in page


def test_a_version_that_takes_longer_is_out_of_step(tmp_path: Path) -> None:
    from tests.site.plans import _inventory
    from usbkit.bundle.plan import plan_bundle
    from usbkit.manifest.models import Country, Programme

    it, to = Programme.model_validate(accessible()), Country.model_validate(COUNTRY)
    found = _inventory(tmp_path, it, to, {}, None, b"", 60_000)
    media = dict(found.media)
    media["cards-described.mp4"] = replace(media["cards-described.mp4"], duration=62_001)
    media["cards-signed.mp4"] = replace(media["cards-signed.mp4"], duration=58_000)
    made = plan_bundle(it, to, "sample", replace(found, media=media), COUNTRY["subtitles"])
    assert [v.is_in_step for v in made.recordings[0].versions] == [False, True]
    assert not [f.path for f in made.files if "audio-description" in f.path and f.path.endswith(".srt")]


def test_a_transcript_is_a_document_without_scripts(pages: dict[str, str]) -> None:
    document = pages["transcripts/01-id-cards.es.html"]
    assert "<script" not in document
    assert '<html lang="es" dir="ltr">' in document
    assert "Español (sonidos descritos)" in document
    assert document.count(APPLAUSE) == 12
    assert 'href="../pages/es/01-id-cards.html#t=' in document
    khmer = pages["transcripts/02-opening.km.html"]
    assert "<title>ប្រតិចារិក៖ Opening message" in khmer
    assert 'href="../pages/es/02-opening.html"' in khmer, "there are no pages in Khmer"


def test_a_page_links_its_transcripts(pages: dict[str, str]) -> None:
    links = re.findall(r'href="\.\./\.\./(transcripts/[^"]*)"', pages["pages/es/01-id-cards.html"])
    assert sorted(links) == sorted(f"transcripts/01-id-cards.{code}.html" for code in COUNTRY["subtitles"])


def test_captions_alone_are_enough(tmp_path: Path) -> None:
    tracks = {"id-cards": {"en": make_track("en")}}
    plan = make_plan(tmp_path, accessible(versions=[]), merged(COUNTRY, subtitles=["es", "en"]), tracks)
    pages = {f.path: planned_bytes(f.content).decode(errors="replace") for f in render_site(plan)}
    page = pages["pages/es/01-id-cards.html"]
    assert 'data-language="es-x-sdh"' in page and 'lang="es" dir="ltr" data-language' in page
    assert 'class="facts coming"' not in page
    assert "assets/data/cues/01-id-cards.es-x-sdh.js" in pages


def test_a_word_is_found_once_in_a_language(plan: Plan) -> None:
    assert search_entries(plan, {})["recordings"][0]["tracks"] == COUNTRY["subtitles"]


def test_the_website_says_captions(plan: Plan) -> None:
    files = {f.path: f for f in render_site(plan, target="web")}
    page = planned_bytes(files["pages/es/01-id-cards.html"].content).decode()
    assert '<track kind="captions" src="../../videos/01-id-cards.es.sdh.vtt" srclang="es-x-sdh"' in page
    assert page.count('<track kind="subtitles"') == len(COUNTRY["subtitles"])
    assert "videos/01-id-cards.es.sdh.vtt" in files
