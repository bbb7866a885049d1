"""``verify.html`` as a file: self-contained, strict, reproducible, complete in each of its languages."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from usbkit.core import package_data
from usbkit.core.content import Made
from usbkit.core.errors import InputError
from usbkit.manifest.models import Programme
from usbkit.site.templates import Shelf
from usbkit.site.verify_page import LANGUAGES, render_check_lines, render_verify_page
from usbkit.site.verify_page.words import page_words
from usbkit.site.words import Catalogue, load_words
from usbkit.trust.demo_key import demo_key
from usbkit.trust.secret import SecretKey

TEMPLATES = package_data.templates()
CATALOGUES = sorted((TEMPLATES / "locales" / "verify").glob("*.po"))

#: What nobody can know of a drive, in the languages that we speak; never said.
NEVER = re.compile(
    r"\b(safe|safely|safety|secure|securely|virus|certified|certify|tamper-proof|tamperproof|trustworthy)\b"
    r"|\b(segur[oa]s?|sin virus|certificad[oa]s?|безопас|сертифиц|安全|无病毒|认证|an toàn|không có vi-rút"
    r"|안전|보안|인증|sécuris|sûr|certifié|aman\b|bersertifikat)",
    re.IGNORECASE,
)


def make_programme(**more: object) -> Programme:
    return Programme.model_validate(
        {
            "id": "forum-2020",
            "edition": 3,
            "date": "2020-11-02",
            "title": {"en": "The forum", "ko": "포럼"},
            "library": "library",
            "organisers": [{"en": "The organiser"}],
            "event": {"date": "2020-09-24"},
            "contact": {"office": {"en": "The desk"}},
            "recording": [
                {"id": "opening", "kind": "opening", "title": {"en": "Opening"}, "source": "a.mp4", "spoken": "ko"}
            ],
            **more,
        }
    )


def text_of(programme: Programme, templates: Path | None = None) -> str:
    content = render_verify_page(programme, templates).content
    assert isinstance(content, Made)
    return content.data.decode()


def test_the_policy_names_exactly_the_pages_own_script_and_style() -> None:
    page = text_of(make_programme())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    said = policy.group(1).replace("&#39;", "'")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for text, directive in ((script, "script-src"), (style, "style-src")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in said
    assert "default-src 'none'" in said and "unsafe-inline" not in said and "'unsafe-eval'" not in said
    assert "http:" not in said and "https:" not in said and "connect-src" not in said


def test_nothing_is_fetched_from_anywhere() -> None:
    page = text_of(make_programme())
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert re.findall(r'\b(?:src|href|action|poster|srcset)="([^"]*)"', markup) == ["index.html"]
    assert "@import" not in page and not re.search(r"url\((?!data:)", page)


def test_the_same_bytes_every_time_and_no_country() -> None:
    programme = make_programme()
    assert text_of(programme) == text_of(programme)
    assert text_of(programme) != text_of(make_programme(edition=4))
    assert '"GT"' not in text_of(programme) and "Guatemala" not in text_of(programme)


def test_its_script_is_of_2017() -> None:
    page = text_of(make_programme())
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert not re.search(r"\?\?|\?\.[a-zA-Z(\[]|BigInt|\bimport\(", script)


def test_keys_are_inlined_and_a_demo_key_is_called_one() -> None:
    key = SecretKey.new().public.to_base64()
    assert key in text_of(make_programme(key=[{"name": "Desk", "public": key}]))
    demo = {"name": "Demo", "public": demo_key().public.to_base64()}
    with pytest.raises(InputError, match="anybody can sign"):
        text_of(make_programme(key=[demo]))
    assert '"demo":true' in text_of(make_programme(key=[{**demo, "insecure_demo": True}]))


def test_a_title_cannot_break_out_of_its_place() -> None:
    page = text_of(make_programme(title={"en": "</script><script>alert(1)</script>"}))
    assert "</script><script>alert" not in page


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_word_is_translated(language: str) -> None:
    words = load_words(language, [TEMPLATES / "locales" / "verify"])
    assert isinstance(words.translations, Catalogue)
    english, translated = page_words(str), page_words(words.translations.gettext)
    Shelf().environment(words).get_template("promises.html").render()
    render_check_lines(language, Shelf())
    assert words.translations.missed == set()
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", translated[key])), key


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_holds_nothing_that_is_not_said(path: Path) -> None:
    said = set(page_words(str).values())
    for template in ("promises.html", "check-lines.txt"):
        said |= set(re.findall(r'_\("(.*?)"\)', (TEMPLATES / template).read_text(encoding="utf-8")))
    with path.open("rb") as file:
        assert {str(m.id) for m in read_po(file) if m.id} == said


def test_what_awaits_a_native_speaker_says_so() -> None:
    waiting = {p.stem for p in CATALOGUES if "To be read by a native speaker" in p.read_text(encoding="utf-8")}
    assert waiting == {"ar", "fr", "id", "km", "my", "uz", "ky"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_we_never_promise_what_nobody_can_know(language: str) -> None:
    words = load_words(language, [TEMPLATES / "locales" / "verify"])
    shelf = Shelf()
    said = [*page_words(words.translations.gettext).values(), render_check_lines(language, shelf)]
    said.append(shelf.environment(words).get_template("promises.html").render())
    assert [text for text in said if NEVER.search(text)] == []


def test_the_words_that_are_looked_for_would_be_found() -> None:
    for text in ("This drive is safe.", "Esta unidad es segura", "이 드라이브는 안전합니다", "Это безопасно"):
        assert NEVER.search(text)
