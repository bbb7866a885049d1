"""The recipient's reply: the same mark in every language, an address that mail programs accept."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.site.plans import COUNTRY, PROGRAMME, make_plan, merged, planned_bytes
from usbkit.manifest.values import LANGUAGE_NAMES
from usbkit.orders.arrival_entry import Telling, find_tellings
from usbkit.site.render import render_site
from usbkit.site.reply import GAP, MOST_ADDRESS, ReplyWords, mark_of, write_address, write_text

ASKS = [{"en": "Which recording is of most use to you?", "es": "¿Qué grabación le es más útil?"}]


def _pages(folder: Path, languages: list[str], target: str = "drive", **programme: object) -> dict[str, str]:
    country = merged(COUNTRY, interface=languages)
    plan = make_plan(folder, merged(PROGRAMME, **programme), country)
    files = render_site(plan, target=target)  # type: ignore[arg-type]
    return {f.path: planned_bytes(f.content).decode() for f in files if f.path.endswith(".html")}


def _words(**changes: object) -> ReplyWords:
    values = {
        "email": "forum@example.org", "subject": "forum GT", "plays": "It plays.", "trouble": "It does not.",
        "hint": "on the label", "about": "Forum – Guatemala", "who": "Who", "asks": ("One?", "Two?"),
        "question": "Yours",
    }  # fmt: skip
    return ReplyWords(**{**values, **changes})  # type: ignore[arg-type]


def test_the_text_has_the_mark_the_questions_and_a_gap_for_the_reference() -> None:
    assert write_text(_words()).splitlines() == [
        "[USB _____ plays]", "_____: on the label", "It plays.", "Forum – Guatemala", "", "Who: ", "", "1. One?", "",
        "2. Two?", "", "Yours: ",
    ]  # fmt: skip


def test_the_mark_is_what_receipt_enter_finds() -> None:
    assert find_tellings(mark_of("7K3QF")) == [Telling("7K3QF", True)]
    assert find_tellings(mark_of("7K3QF", plays=False)) == [Telling("7K3QF", False)]
    assert find_tellings(mark_of()) == [Telling(GAP, True)]


def test_the_address_opens_a_mail_with_the_text_in_it() -> None:
    parts = urlsplit(write_address(_words()) or "")
    fields = parse_qs(parts.query, keep_blank_values=True)
    assert (parts.scheme, unquote(parts.path)) == ("mailto", "forum@example.org")
    assert fields["subject"] == ["[USB _____ plays] forum GT"]
    assert fields["body"] == [write_text(_words()).replace("\n", "\r\n")]


def test_an_office_without_a_mail_address_gets_none() -> None:
    assert write_address(_words(email=None)) is None


@pytest.mark.parametrize(
    ("asks", "kept", "left_out"),
    [(("က" * 300,), "1.\r\n", "က"), (("က" * 300,) * 3, "3.\r\n", "က")],
)
def test_what_is_too_long_for_mail_programs_is_left_out(asks: tuple[str, ...], kept: str, left_out: str) -> None:
    address = write_address(_words(asks=asks)) or ""
    body = parse_qs(urlsplit(address).query)["body"][0]
    assert len(address) <= MOST_ADDRESS
    assert kept in body and left_out not in body


def test_what_is_still_too_long_keeps_mark_and_sentence() -> None:
    address = write_address(_words(who="က" * 300)) or ""
    assert parse_qs(urlsplit(address).query)["body"] == ["[USB _____ plays]\r\nIt plays.\r\n"]


def test_every_language_s_address_is_one_that_mail_programs_take(tmp_path: Path) -> None:
    pages = _pages(tmp_path, list(LANGUAGE_NAMES), ask=ASKS * 3)
    for language in LANGUAGE_NAMES:
        page = pages[f"pages/{language}/reply.html"]
        address = page.split('id="reply-mail" href="')[1].split('"')[0]
        assert len(address.replace("&amp;", "&")) <= MOST_ADDRESS, language
        assert "%5BUSB%20_____%20plays%5D" in address and page.count("reply-ask-3") == 2


def test_index_and_form_say_it_without_scripts_and_the_website_says_nothing(tmp_path: Path) -> None:
    pages = _pages(tmp_path, ["es", "en"], ask=ASKS, sample=["ask"])
    index, form = pages["index.html"], pages["pages/es/reply.html"]
    assert 'href="pages/es/reply.html"' in index and 'id="reply-mail" href="mailto:forum@example.org?' in index
    assert "¿Qué grabación le es más útil?" in form and "[USB _____ plays]" in form
    assert 'Nuestras preguntas para usted <strong class="sample">' in form
    web = _pages(tmp_path / "web", ["es", "en"], "web", ask=ASKS)
    assert not [path for path in web if path.endswith("reply.html")]
    assert "reply.html" not in web["index.html"] and "reply.html" not in web["pages/es/01-id-cards.html"]


def test_an_office_without_an_address_still_has_the_form(tmp_path: Path) -> None:
    contact = {"office": {"en": "Sample office"}, "telephone": "+82 2 000 0000"}
    pages = _pages(tmp_path, ["en"], contact=contact)
    assert "reply-mail" not in pages["index.html"] and "pages/en/reply.html" in pages["index.html"]
    assert "reply-mail" not in pages["pages/en/reply.html"] and "+82 2 000 0000" in pages["pages/en/reply.html"]
