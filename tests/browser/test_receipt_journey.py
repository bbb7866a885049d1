"""From order to report: a drive is ordered, made, sent and checked in a real browser, and its receipt is entered."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.cli import Done, usbkit
from tests.verify.drives import take_out
from usbkit.ledger import Ledger
from usbkit.ledger.place import LedgerPlace
from usbkit.orders.approval import DEMO_MARKER
from usbkit.trust.receipt_code import show_code

pytestmark = pytest.mark.needs("browser", "fat-tools", "zbar")


@pytest.fixture(scope="module")
def station(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the ledger of a station that filled an order of one drive, and that drive as a file."""
    folder = tmp_path_factory.mktemp("station")
    stick = folder / "stick"
    with stick.open("wb") as file:
        file.truncate(16_000_000_000)
    shutil.copytree(demo / "manifests", folder / "manifests")
    shutil.copyfile(demo / DEMO_MARKER, folder / DEMO_MARKER)
    common = (
        *("--manifests", folder / "manifests", "--library", demo / "library", "--cache", folder / "cache"),
        *("--ledger", folder / "station.sqlite"),
    )
    usbkit(*common, "approve", "guatemala", "--by", "Lee", "--yes").expect(0)
    usbkit(*common, "order", "add", "guatemala", 1).expect(0)
    usbkit(*common, "station", "--yes", "--no-bell", "--drive", stick).expect(0)
    return folder


def read_in_chromium(chromium: Browser, drive: Path, word: str, picture: Path) -> dict[str, str]:
    """What ``verify.html`` shows after the drive's folder was chosen and the letter's word typed."""
    with chromium.new_page(device_scale_factor=2, locale="es-GT") as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto((drive / "verify.html").as_uri() + "#es")
        page.set_input_files("#folder", drive)
        page.wait_for_selector("#result-heading")
        plain = page.inner_text("#code")
        page.fill("#word", word)
        page.click("#use-word")
        page.locator(".qr").screenshot(path=picture)
        page.click("#copy")
        found = {
            "plain": plain,
            "code": page.inner_text("#code"),
            "sentence": page.inner_text("#sentence"),
            "copied": page.inner_text(".sentence [role=status]"),
            "spelling": page.inner_text(".spelling"),
            "content": page.evaluate("window.usbkitVerdict.content"),
        }
    assert said == []
    return found


def test_from_order_to_report(station: Path, tmp_path: Path, chromium: Browser) -> None:
    made = Ledger.open(LedgerPlace(station / "station.sqlite"), "kim")
    (journey,) = made.read().journeys.values()
    # Headquarters has a ledger of its own, with the station's chain and secrets beside it, and writes the letter.
    desk = tmp_path / "desk.sqlite"

    def at_desk(*arguments: object) -> Done:
        return usbkit("--ledger", desk, "--lang", "en", *arguments)

    at_desk("ledger", "merge", station / "station.sqlite", "--yes").expect(0)
    word = Ledger.open(LedgerPlace(desk), "lee").letter_word(journey.order)
    at_desk("ledger", "mark", "sent", "--order", journey.order, "--bag", "K-17").expect(0)
    assert json.loads(at_desk("--json", "ledger", "report").expect(0).out)["all"]["out"] == 1

    drive = take_out(station / "stick", tmp_path / "drive")
    seen = read_in_chromium(chromium, drive, word.upper(), tmp_path / "qr.png")
    assert seen["content"] == "whole" and seen["plain"] != seen["code"]
    assert seen["code"] in seen["sentence"] and journey.drive in seen["sentence"] and "Guatemala" in seen["sentence"]
    assert "unidad 1 de 1" in seen["sentence"] and seen["copied"] == "Copiado."
    assert len(seen["spelling"].split()) == 20
    camera = subprocess.run(
        ["zbarimg", "--quiet", "--raw", tmp_path / "qr.png"], capture_output=True, text=True, check=True
    )
    assert camera.stdout.strip() == seen["code"]

    # The command line, on the device, makes the same code.
    shown = usbkit("--json", "verify", station / "stick", "--word", word, "--receipt-language", "es").expect(0).json
    assert shown["receipt"]["code"] == seen["code"]
    assert shown["receipt"]["spelling"] == seen["spelling"].splitlines()
    spoken = usbkit("verify", station / "stick", "--receipt").expect(0).out
    assert seen["plain"] in spoken and "█" in spoken

    entered = at_desk("--json", "receipt", "enter", seen["code"].lower(), "--by", "telephone").expect(0).json
    assert [r["answer"] for r in entered["receipts"]] == ["accepted"]
    assert entered["receipts"][0]["letter"] is True
    assert at_desk("receipt", "enter", *seen["code"].split("-")).expect(0).out.startswith(seen["code"])
    report = at_desk("--json", "ledger", "report", "--by", "route").expect(0).json
    assert report["all"]["whole"] == 1 and report["all"]["out"] == 0
    assert at_desk("ledger", "check").expect(0)


def test_a_damaged_drive_says_so_at_headquarters(station: Path, tmp_path: Path) -> None:
    made = Ledger.open(LedgerPlace(station / "station.sqlite"), "kim")
    (journey,) = made.read().journeys.values()
    drive = take_out(station / "stick", tmp_path / "drive")
    video = next((drive / "videos").glob("01-*.mp4"))
    video.write_bytes(video.read_bytes()[:-1] + b"!")
    (drive / "photos").rename(drive / "elsewhere")
    found = usbkit("--json", "verify", drive, "--receipt").expect(1).json
    entered = (
        usbkit("--ledger", station / "station.sqlite", "--json", "receipt", "enter", found["receipt"]["code"])
        .expect(1)
        .json["receipts"]
    )
    assert (entered[0]["answer"], entered[0]["found"]) == ("before-dispatch", "damaged")
    assert entered[0]["count"] == min(15, len(found["troubles"])) > 1
    assert made.read().journeys[journey.drive].arrived[0].code == found["receipt"]["code"].replace("-", "")
    assert show_code(made.read().journeys[journey.drive].arrived[0].code) == found["receipt"]["code"]


def test_a_drive_without_a_number_has_no_receipt(demo: Path) -> None:
    done = usbkit("verify", demo / "guatemala.img", "--receipt").expect(0)
    assert "no receipt" in done.out
