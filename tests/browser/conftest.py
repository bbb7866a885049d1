"""Browsers and the pages they open, created once per run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.firefox import Firefox, firefox
from tests.browser.readers import ChromiumReader, FirefoxReader, Reader
from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from usbkit.bundle.plan import Plan

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_with_clip(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="session")
def drive(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as on a drive, in a folder."""
    return make_site(plan, tmp_path_factory.mktemp("drive"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without what draws its windows, which takes a quarter less; nothing of the driver's own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox") / "profile") as browser:
        yield browser


@pytest.fixture(scope="session")
def judges() -> Path:
    """The folder of the npm packages that judge the pages, installed by the lock file when they are not there."""
    modules = HERE / "node_modules"
    if not (modules / "axe-core" / "axe.min.js").is_file():
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE, check=True)
    return modules


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    """A tab of 1366×768 that may neither say anything on the console nor ask for anything outside its folder."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    watched = Tab(context)
    yield watched
    context.close()
    assert watched.messages == []
    assert watched.went_out == []


@pytest.fixture(params=[pytest.param("chromium"), pytest.param("firefox", marks=pytest.mark.needs("firefox"))])
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A reader in each browser in turn, with nothing remembered."""
    if request.param == "firefox":
        fox_reader = FirefoxReader(request.getfixturevalue("fox"))
        yield fox_reader
        fox_reader.forget()
        return
    browser: Browser = request.getfixturevalue("chromium")
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield ChromiumReader(context.new_page())
    context.close()
