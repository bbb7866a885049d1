"""Reporting that a drive arrived: the filled mail, the text, the form on paper, in every engine and without scripts."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium69
from tests.browser.readers import Reader
from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from tests.ledger.stories import make_drive, named, open_ledger, order, stick
from tests.site.plans import COUNTRY, PROGRAMME, merged
from tests.support.cli import usbkit
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked

pytestmark = pytest.mark.needs("browser", "ffmpeg")

ASK = {
    "en": "Which recording is of most use to you?",
    "es": "¿Qué grabación le es más útil?",
    "ar": "أي تسجيل أنفع لكم؟",
}
CLAIMS = (
    'window.usbkitDrive = {"drive": {"number": 3, "of": 20}, "edition": 2, "signed": true, "reference": "7K3QF"};\n'
)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drive whose office asks three questions; its reference is 7K3QF."""
    country = merged(COUNTRY, interface=["es", "en", "ar"])
    programme = merged(PROGRAMME, ask=[ASK, {"en": "Who will watch them?"}, {"en": "What else would help?"}])
    plan = plan_with_clip(tmp_path_factory.mktemp("asking"), programme, country)
    site = make_site(plan, tmp_path_factory.mktemp("asking-site"))
    (site / "drive.js").write_text(CLAIMS)
    return site


def _mail(address: str) -> tuple[str, str, str]:
    """Whom, subject and body, as a mail program takes them."""
    parts = urlsplit(address)
    fields = parse_qs(parts.query, keep_blank_values=True)
    assert parts.scheme == "mailto" and len(address) <= 1900
    return unquote(parts.path), fields["subject"][0], fields["body"][0]


def test_the_button_on_the_first_page_fills_a_mail(reader: Reader, asking: Path) -> None:
    reader.open((asking / "index.html").as_uri())
    address = reader.evaluate("document.getElementById('reply-mail').href")
    to, subject, body = _mail(address)
    assert (to, subject) == ("forum@example.org", "[USB 7K3QF plays] sample-forum GT")
    assert body.startswith("[USB 7K3QF plays]\r\nLlegó y se reproduce.\r\nForo sobre Gobierno Digital – Guatemala")
    assert "1. ¿Qué grabación le es más útil?\r\n" in body and "_____" not in body


def test_what_is_typed_stands_in_mail_and_text(reader: Reader, asking: Path) -> None:
    reader.open((asking / "pages/en/reply.html").as_uri() + "#r=01-id-cards&t=754")
    assert reader.evaluate("document.getElementById('reply-drive').value") == "7K3QF"
    assert reader.evaluate("document.getElementById('reply-moment').value") == "12:34"
    for field, text in (("who", "E. Sample"), ("ask-1", "The second"), ("question", "What does a card cost?")):
        reader.evaluate(f"document.getElementById('reply-{field}').focus()")
        reader.press(*text)
    reader.evaluate("document.getElementById('reply-trouble').click()")
    _to, subject, body = _mail(reader.evaluate("document.getElementById('reply-mail').href"))
    assert subject == "[USB 7K3QF trouble] sample-forum GT"
    lines = body.split("\r\n")
    assert lines[:2] == ["[USB 7K3QF trouble]", "It arrived, but something does not play."]
    assert "Who writes (name and office): E. Sample" in lines
    assert lines[lines.index("1. Which recording is of most use to you?") + 1] == "The second"
    assert lines[-2:] == ["Your question to us: National identity cards, 12:34", "What does a card cost?"]
    assert reader.evaluate("document.getElementById('reply-text').textContent") == body.replace("\r\n", "\n")


def test_a_reference_typed_by_hand_is_forgiven_and_one_left_out_is_a_gap(reader: Reader, asking: Path) -> None:
    reader.open((asking / "pages/en/reply.html").as_uri())
    reader.evaluate(
        "(document.getElementById('reply-drive').value = '', document.getElementById('reply-drive').focus())"
    )
    reader.press(*" 7k3-oi")
    text = reader.evaluate("document.getElementById('reply-text').textContent")
    assert text.startswith("[USB 7K301 plays]\nIt arrived and plays.")
    reader.evaluate("document.getElementById('reply-drive').value = ''")
    reader.evaluate("document.getElementById('reply-drive').dispatchEvent(new Event('input', { bubbles: true }))")
    text = reader.evaluate("document.getElementById('reply-text').textContent")
    assert text.startswith("[USB _____ plays]\n_____: Five characters on the drive’s label")


def test_without_scripts_the_text_and_the_mail_are_what_scripts_begin_with(
    chromium: Browser, tab: Tab, asking: Path
) -> None:
    """So one rule in two languages is one rule; and the form is there, with gaps to fill."""
    (asking / "drive.js").write_text("")
    try:
        for path in ("pages/en/reply.html", "pages/ar/reply.html"):
            tab.page.goto((asking / path).as_uri())
            scripted = [tab.page.locator("#reply-text").text_content(), tab.page.get_attribute("#reply-mail", "href")]
            context = chromium.new_context(java_script_enabled=False)
            page = context.new_page()
            page.goto((asking / path).as_uri())
            plain = [page.locator("#reply-text").text_content(), page.get_attribute("#reply-mail", "href")]
            assert page.locator("#reply-drive").is_visible() and page.locator("noscript").count() == 2
            assert page.locator("#reply-copy").is_hidden()
            context.close()
            assert plain[0] == scripted[0]
            assert _mail(plain[1] or "") == _mail(scripted[1] or "")
    finally:
        (asking / "drive.js").write_text(CLAIMS)


def test_what_is_too_long_is_said_and_the_text_keeps_it(tab: Tab, asking: Path) -> None:
    tab.page.goto((asking / "pages/ar/reply.html").as_uri())
    assert tab.page.locator("#reply-long").is_hidden()
    tab.page.fill("#reply-question", "سؤال " * 200)
    assert tab.page.locator("#reply-long").is_visible()
    assert _mail(tab.page.get_attribute("#reply-mail", "href") or "")[2] == "[USB 7K3QF plays]\r\nوصلت وتعمل.\r\n"
    assert "سؤال سؤال" in (tab.page.locator("#reply-text").text_content() or "")


def test_the_text_is_copied(chromium: Browser, asking: Path) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((asking / "pages/en/reply.html").as_uri())
    page.click("#reply-copy")
    assert page.locator("#reply-copy").inner_text() == "Copied"
    page.focus("#reply-question")
    page.keyboard.press("Control+V")
    assert page.input_value("#reply-question").startswith("[USB 7K3QF plays]\nIt arrived and plays.")
    context.close()


def test_a_recording_asks_about_its_moment(tab: Tab, asking: Path) -> None:
    page = tab.page
    page.goto((asking / "pages/en/01-id-cards.html").as_uri() + "#t=21")
    tab.wait("document.querySelector('video').currentTime >= 21")
    page.click("#ask")
    tab.wait("document.getElementById('reply-moment') && document.getElementById('reply-moment').value")
    assert page.input_value("#reply-moment") == "0:21"
    assert "National identity cards, 0:21" in (page.locator("#reply-text").text_content() or "")


@pytest.mark.needs("poppler")
def test_the_form_prints_with_room_to_write(chromium: Browser, asking: Path, tmp_path: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((asking / "pages/en/reply.html").as_uri())
    page.pdf(path=tmp_path / "form.pdf", format="A4")
    context.close()
    command = ["pdftotext", "-layout", str(tmp_path / "form.pdf"), "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for text in (
        "Reference of this drive",
        "It arrived and plays.",
        "1. Which recording is of most use",
        "Your question",
    ):
        assert text in said
    assert "[USB" not in said and "Write the mail" not in said and said.count("\f") <= 2


def test_chromium_69_fills_the_mail_too(asking: Path) -> None:
    url = (asking / "pages/es/reply.html").as_uri()
    job = chromium69.Job(
        url, ("document.getElementById('reply-mail').href", "document.getElementById('reply-text').textContent")
    )
    (result,) = chromium69.run(chromium69.prepare(), [job])
    assert _mail(result.values[0])[1] == "[USB 7K3QF plays] sample-forum GT"
    assert result.values[1].startswith("[USB 7K3QF plays]\nLlegó y se reproduce.")
    assert result.messages == []


def test_the_mail_is_entered_in_the_ledger(tab: Tab, asking: Path, tmp_path: Path) -> None:
    """From the drive's page, by mail, to *told arrived*."""
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    ledger.append(DriveMarked(drive=drive, mark=Mark.SENT))
    (asking / "drive.js").write_text(CLAIMS.replace("7K3QF", drive))
    try:
        tab.page.goto((asking / "index.html").as_uri())
        _to, subject, body = _mail(tab.page.get_attribute("#reply-mail", "href") or "")
    finally:
        (asking / "drive.js").write_text(CLAIMS)
    mail = f"From: Oficina <o@example.org>\nSubject: {subject}\n\n{body}"
    done = usbkit("--ledger", named(tmp_path), "--json", "receipt", "enter", "-", stdin=mail).expect(0).json
    assert [(a["drive"], a["answer"], a["plays"]) for a in done["arrivals"]] == [(drive, "told", True)]
