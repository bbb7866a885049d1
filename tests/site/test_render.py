"""The output of ``render_site``, without a browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

import pytest

from tests.site.plans import (
    COUNTRY,
    PROGRAMME,
    SUBTITLES,
    accessible,
    make_plan,
    make_track,
    merged,
    planned_bytes,
)
from usbkit.bundle.plan import Plan, PlannedFile
from usbkit.core.errors import InputError
from usbkit.site.render import render_site
from usbkit.sources.subtitles import Cue, Track

STEMS = ("01-id-cards", "02-opening", "03-civil-registration")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make_plan(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def pages(plan: Plan) -> dict[str, bytes]:
    return _bytes(render_site(plan))


def _bytes(files: Iterable[PlannedFile]) -> dict[str, bytes]:
    return {f.path: planned_bytes(f.content) for f in files}


def _html(pages: dict[str, bytes]) -> dict[str, str]:
    return {p: b.decode() for p, b in pages.items() if p.endswith(".html") and p != "verify.html"}


class _Reader(HTMLParser):
    """Links, scripts and inline things of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inline: list[str] = []
        self.tags: list[str] = []
        self._script_type: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        self.links += [v for n in ("href", "src", "poster") if (v := values.get(n))]
        self.inline += [n for n, _v in attrs if n.startswith("on") or n == "style"]
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") != "application/json"):
            self.inline.append(tag)


def test_pages_stand_at_their_places_in_every_language(pages: dict[str, bytes]) -> None:
    expected = {"index.html", "pages/en/index.html", *(f"pages/{x}/{s}.html" for x in ("es", "en") for s in STEMS)}
    replies = {f"pages/{x}/reply.html" for x in ("es", "en")}
    assert set(_html(pages)) == expected | replies | {f"transcripts/{s}.{x}.html" for x in SUBTITLES for s in STEMS}
    assert "verify.html" in pages
    assert list(pages) == sorted(pages)


def test_every_link_leads_to_a_file_of_the_bundle(plan: Plan, pages: dict[str, bytes]) -> None:
    there = {f.path for f in plan.files} | set(pages) | {"drive.js"}
    checked = 0
    for path, text in _html(pages).items():
        for link in _Reader(text).links:
            if link.startswith(("mailto:", "#")):
                continue
            parts: list[str] = []
            for part in (PurePosixPath(path).parent / link.partition("#")[0]).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in there, (path, link)
            checked += 1
    assert checked > 200


def test_nothing_is_inline_and_the_policy_comes_first(pages: dict[str, bytes]) -> None:
    for path, text in _html(pages).items():
        assert _Reader(text).inline == [], path
        policy = text.index("Content-Security-Policy")
        assert policy < text.index("<link") and policy < (text + "<script").index("<script")
        assert "default-src &#39;none&#39;" in text
        assert "http:" not in text and "https:" not in text.replace("https://forum.example.org/2020", "")


def test_without_scripts_the_index_links_every_video_slide_photo_and_document(
    plan: Plan, pages: dict[str, bytes]
) -> None:
    links = set(_Reader(_html(pages)["index.html"]).links)
    videos = {r.video for r in plan.recordings}
    others = {d.path for d in plan.documents}
    for recording in plan.recordings:
        others |= {s.path for s in recording.slides} | {p.path for p in recording.photos}
    assert videos | others <= links
    texts = {r.stem: _html(pages)[f"pages/es/{r.stem}.html"] for r in plan.recordings}
    for recording in plan.recordings:
        assert "Frase 12 sobre" in texts[recording.stem]
        assert all(path in texts[recording.stem] for path in recording.subtitle_files.values())


def test_what_is_sample_is_shown_as_sample(pages: dict[str, bytes], tmp_path: Path) -> None:
    english = _html(pages)["pages/en/index.html"]
    for title in ("Civil registration", "A note", 'id="contact-h">Contact'):
        at = english.index(title)
        assert "SAMPLE" in english[at - 200 : at + 200], title
    assert "invented example" in english
    honest = {
        **{k: v for k, v in PROGRAMME.items() if k not in ("question", "recording")},
        "contact": merged(PROGRAMME["contact"], sample=False),
        "recording": [merged(r, sample=False) for r in PROGRAMME["recording"]],
    }
    country = {k: v for k, v in COUNTRY.items() if k not in ("questions", "document")}
    for text in _html(_bytes(render_site(make_plan(tmp_path, honest, country)))).values():
        assert "SAMPLE" not in text


HOSTILE = "</script><img src=x onerror=alert(1)>\"'&amp;\u202e{{ 7*7 }}"


def test_hostile_text_stays_text_everywhere(tmp_path: Path) -> None:
    """Titles, names, questions, documents and cues full of markup: every page has the tags of a harmless one."""
    texts = {"en": HOSTILE, "es": HOSTILE}
    evil_recordings = [
        merged(r, title=texts, speaker=texts, organisation=texts, summary=texts) for r in PROGRAMME["recording"]
    ]
    evil = merged(PROGRAMME, title=texts, summary=texts, organisers=[texts], recording=evil_recordings)
    evil["question"] = [merged(PROGRAMME["question"][0], text=texts, asked_by=texts)]
    country = merged(COUNTRY, name=texts, document=[merged(COUNTRY["document"][0], title=texts)])
    cue = Cue(0, 4_000, HOSTILE + "x" * 10_000)
    tracks = {r["id"]: {x: Track(x, (cue,), "utf-8") for x in COUNTRY["subtitles"]} for r in PROGRAMME["recording"]}
    made = _bytes(render_site(make_plan(tmp_path, evil, country, tracks)))
    for path, text in _html(made).items():
        reader = _Reader(text)
        assert reader.inline == [], path
        assert "<img src=x" not in text, path
        assert text.count("<script") == text.count("</script>")
        assert "49" not in re.findall(r"\{\{[^}]*\}\}|49", text)
        # Each override is closed again, so nothing after it is reversed.
        assert text.count("\u202e") == text.count("\u202c") > 0
    for path, data in made.items():
        if path.startswith("assets/data/"):
            assert b"<img" not in data and b"</script" not in data, path


def test_same_plan_same_bytes_on_any_day_in_any_place(tmp_path: Path) -> None:
    make_plan(tmp_path)  # write the sources once, so that both see the same times
    program = (
        "import sys; from pathlib import Path; from tests.site.plans import make_plan\n"
        "from usbkit.site.render import render_site\n"
        "print([(f.path, f.sha256) for f in render_site(make_plan(Path(sys.argv[1])))])"
    )
    outputs = set()
    for zone, locale, seed in (("UTC", "C.UTF-8", "1"), ("Asia/Seoul", "C", "2")):
        environ = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], env=environ, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert "index.html" in outputs.pop()


def test_fonts_travel_where_a_language_needs_them(pages: dict[str, bytes], tmp_path: Path) -> None:
    fonts = {p for p in pages if p.startswith("assets/fonts/")}
    assert {PurePosixPath(p).parts[2] for p in fonts} == {"noto-sans-khmer"}
    assert "assets/fonts/noto-sans-khmer/LICENSE.txt" in fonts
    plain = make_plan(tmp_path, country=merged(COUNTRY, subtitles=["en", "es"]))
    assert not [f.path for f in render_site(plain) if f.path.startswith("assets/fonts/")]


def test_the_readme_speaks_each_language_for_old_editors(pages: dict[str, bytes]) -> None:
    raw = pages["README.txt"]
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    text = raw.decode("utf-8-sig")
    assert text.index("abra index.html") < text.index("open index.html")
    assert "videos/01-id-cards.mp4" in text and "verify.html" in text
    spanish, english = text.split("-" * 72)
    assert "Transcripción: transcripts/01-id-cards.es.html\r\n" in spanish and ".en.html" not in spanish
    assert "Transcript: transcripts/01-id-cards.en.html\r\n" in english


def test_the_readme_names_the_versions_that_need_no_page(tmp_path: Path) -> None:
    text = _bytes(render_site(make_plan(tmp_path, accessible())))["README.txt"].decode()
    assert "Audio description: videos/01-id-cards-audio-description.mp4\r\n" in text
    assert "Guatemalan Sign Language: videos/01-id-cards-sign-language.mp4\r\n" in text


def test_pages_carry_no_fingerprint_and_no_promise(pages: dict[str, bytes]) -> None:
    for path, text in _html(pages).items():
        assert not re.search(r"\b[0-9a-f]{64}\b", text), path
        assert not re.search(r"\b(safe|secure|virus-free|certified|tamper-proof)\b", text, re.I), path


def test_the_website_has_tracks_addresses_and_no_word_of_drives(plan: Plan) -> None:
    made = _bytes(render_site(plan, target="web"))
    page = made["pages/es/01-id-cards.html"].decode()
    assert '<track kind="subtitles" src="../../videos/01-id-cards.es.vtt" srclang="es"' in page
    assert made["videos/01-id-cards.es.vtt"].startswith(b"WEBVTT")
    assert "drive.js" not in page and "verify.html" not in page
    assert '<link rel="canonical" href="https://forum.example.org/2020/pages/es/01-id-cards.html">' in page
    assert '<meta property="og:title" content="Cédulas nacionales de identidad – Foro sobre Gobierno Digital">' in page
    assert '<link rel="alternate" hreflang="x-default" href="https://forum.example.org/2020/pages/es/' in page
    [video] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    told = json.loads(video)
    assert (told["@type"], told["duration"], told["uploadDate"]) == ("VideoObject", "PT60S", "2020-09-24")
    assert told["contentUrl"] == "https://forum.example.org/2020/videos/01-id-cards.mp4"
    assert {c["inLanguage"] for c in told["caption"]} == set(SUBTITLES)
    sitemap = made["sitemap.xml"].decode()
    assert sitemap.count("<url>") == 8 + len(PROGRAMME["recording"]) * len(SUBTITLES)
    addresses = re.findall(r"<loc>https://forum\.example\.org/2020/(.+?)</loc>", sitemap)
    assert all(address in made for address in addresses)
    assert {a for a in addresses if a.startswith("transcripts/")} == {p for p in made if p.startswith("transcripts/")}
    assert "<loc>https://forum.example.org/2020/pages/en/03-civil-registration.html</loc>" in sitemap
    assert "README.txt" not in made and "verify.html" not in made


def test_a_language_that_is_allowed_to_be_missing_is_announced(tmp_path: Path) -> None:
    tracks = {r["id"]: {"es": make_track("es")} for r in PROGRAMME["recording"]}
    made = _html(_bytes(render_site(make_plan(tmp_path, tracks=tracks), target="web")))
    assert re.search(r"Coming later: <bdi lang=\"en\">English</bdi>", made["pages/en/01-id-cards.html"])


def test_a_user_s_template_may_replace_one_block(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '{% extends "usbkit/index.html" %}{% block greeting %}<h1>Ours: {{ site.country }}</h1>{% endblock %}'
    )
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "office.css").write_text(":root { --accent: #7a1f2b; }")
    (tmp_path / "assets" / "logo.svg").write_text("<svg/>")
    made = _bytes(render_site(plan, tmp_path))
    assert b"<h1>Ours: <bdi>Guatemala</bdi></h1>" in made["index.html"]
    assert made["assets/office.css"] == b":root { --accent: #7a1f2b; }"
    assert made["assets/logo.svg"] == b"<svg/>"


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("line one\n{{ site.nonsense }}", 2, "nonsense"),
        ("\n\n{% if %}", 3, ""),
        ('{% extends "usbkit/index.html" %}\n{% block main %}\n{{ 1 / 0 }}{% endblock %}', 3, "division"),
        ('{% include "absent.html" %}', None, "absent.html"),
    ],
)
def test_an_error_names_template_and_line(plan: Plan, tmp_path: Path, body: str, line: int | None, said: str) -> None:
    (tmp_path / "index.html").write_text(body)
    with pytest.raises(InputError) as caught:
        render_site(plan, tmp_path)
    [finding] = caught.value.findings
    assert finding.place is not None
    assert said in str(finding.what)
    if line is not None:
        assert finding.place.file.endswith("index.html")
        assert finding.place.line == line


def test_a_string_of_a_user_s_template_must_be_translated(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '{% extends "usbkit/index.html" %}{% block brand %}{{ _("Ours") }}{% endblock %}'
    )
    with pytest.raises(InputError, match="Ours"):
        render_site(plan, tmp_path)
    assert b"Ours" in _bytes(render_site(plan, tmp_path, allow_untranslated=True))["index.html"]


def test_a_templates_folder_that_is_not_there_is_said(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        render_site(plan, tmp_path / "absent")
