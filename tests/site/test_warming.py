"""What countries share is made once, and each still gets its own files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from jinja2 import Environment

from tests.site.plans import make_plan
from usbkit.bundle.plan import Plan, PlannedFile
from usbkit.core import package_data
from usbkit.core.cache import Cache
from usbkit.core.content import Made
from usbkit.site import templates, verify_page
from usbkit.site.page_cache import digest_state, note_pages_made, were_pages_made
from usbkit.site.render import render_site
from usbkit.site.warming import prepare_pages
from usbkit.site.words import load_words


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return make_plan(tmp_path / "sources")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of templates as they are compiled, of which none is known yet."""
    names, real = list[str](), Environment.compile
    monkeypatch.setattr(templates, "_COMPILED", templates._Compiled())

    def spy(self: Environment, source: str, name: str, *more: object) -> object:
        names.append(name)
        return real(self, source, name, *more)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", spy)
    return names


def texts(files: tuple[PlannedFile, ...]) -> dict[str, bytes]:
    return {f.path: f.content.data for f in files if isinstance(f.content, Made)}


def prepare(plan: Plan, folder: Path | None, cache: Path) -> None:
    prepare_pages(plan.programme, [plan.country], folder, cache)


def test_after_preparing_nothing_is_compiled(plan: Plan, tmp_path: Path, compiled: list[str]) -> None:
    prepare(plan, None, tmp_path / "cache")
    assert {"index.html", "recording.html", "base.html", "parts.html", "verify.html"} <= set(compiled)
    compiled.clear()
    render_site(plan, cache=tmp_path / "cache", allow_untranslated=True)
    assert compiled == []


def test_a_template_is_compiled_once_for_all_languages(plan: Plan, tmp_path: Path, compiled: list[str]) -> None:
    render_site(plan, cache=tmp_path / "cache", allow_untranslated=True)
    assert len(plan.country.interface) > 1
    assert sorted(compiled) == sorted(set(compiled))


def test_prepared_or_not_the_pages_are_the_same(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = texts(render_site(plan, allow_untranslated=True))
    monkeypatch.setattr(templates, "_COMPILED", templates._Compiled())
    prepare(plan, None, tmp_path / "cache")
    assert texts(render_site(plan, cache=tmp_path / "cache", allow_untranslated=True)) == alone


def test_the_verify_page_is_made_once_for_all_countries(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = texts(render_site(plan, cache=tmp_path / "cache", allow_untranslated=True))["verify.html"]
    monkeypatch.setattr(verify_page, "render_verify_page", lambda *_arguments: pytest.fail("made again"))
    again = texts(render_site(plan, cache=tmp_path / "cache", allow_untranslated=True))["verify.html"]
    assert again == first


def test_an_edited_template_is_seen(plan: Plan, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for words in ("One.", "Two, which is longer."):
        (own / "promises.html").write_text(f"<p>{words}</p>")
        prepare(plan, own, tmp_path / "cache")
        page = texts(render_site(plan, own, cache=tmp_path / "cache", allow_untranslated=True))["verify.html"]
        assert f"<p>{words}</p>".encode() in page


@pytest.mark.parametrize("wrong", ["{% if %}", "{{ nothing }}", "\udcff"], ids=["syntax", "undefined", "encoding"])
def test_what_is_wrong_is_left_to_whoever_makes_pages(plan: Plan, tmp_path: Path, wrong: str) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name in ("index.html", "promises.html"):
        (own / name).write_bytes(wrong.encode("utf-8", "surrogateescape"))
    prepare(plan, own, tmp_path / "cache")
    prepare(plan, tmp_path / "nowhere", tmp_path / "cache")


def test_an_edited_catalogue_is_read_again(tmp_path: Path) -> None:
    shutil.copy(package_data.templates() / "locales/es.po", tmp_path / "es.po")
    before = load_words("es", [tmp_path]).translations.gettext("Transcript")
    text = (tmp_path / "es.po").read_text(encoding="utf-8").replace(f'msgstr "{before}"', 'msgstr "Otra palabra"')
    (tmp_path / "es.po").write_text(text, encoding="utf-8")
    assert load_words("es", [tmp_path]).translations.gettext("Transcript") == "Otra palabra"


def test_what_one_reading_of_a_catalogue_missed_is_not_another_s() -> None:
    folder = package_data.templates() / "locales"
    one, other = load_words("es", [folder]), load_words("es", [folder])
    one.translations.gettext("no such string")
    assert not getattr(other.translations, "missed", None)


def test_that_pages_were_made_holds_for_one_state(plan: Plan, tmp_path: Path) -> None:
    cache, own = Cache(tmp_path / "cache"), tmp_path / "own"
    own.mkdir()
    note_pages_made(cache, digest_state(plan.programme, None))
    assert were_pages_made(cache, digest_state(plan.programme, None))
    assert not were_pages_made(cache, digest_state(plan.programme, own))
    other = plan.programme.model_copy(update={"edition": plan.programme.edition + 1})
    assert not were_pages_made(cache, digest_state(other, None))
