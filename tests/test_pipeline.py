"""A seal that changed since it was signed: which command signs it, and when nothing is to be signed."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest

from tests.trust.programmes import NEWER_SUMS, SUMS, key_table, make_manifests
from usbkit.core.messages import Text
from usbkit.core.progress import Silence
from usbkit.manifest.load import load_programme
from usbkit.pipeline import BuildContext
from usbkit.trust.demo_key import demo_key
from usbkit.trust.secret import SecretKey
from usbkit.trust.store import SealStore

DESK = key_table(SecretKey(b"signtest", b"\x05" * 32).public, "Archive Desk")
OTHER = key_table(SecretKey(b"signothe", b"\x06" * 32).public, "Other")
WITHDRAWN = key_table(SecretKey(b"signgone", b"\x07" * 32).public, "Gone", "withdrawn = 2020-10-01\n")
DEMO = key_table(demo_key().public, "Demo", "insecure_demo = true\n")


class Remarks(Silence):
    def __init__(self) -> None:
        self.said = list[str]()

    def remark(self, what: Text, key: str | None = None) -> None:
        self.said.append(str(what))


def remarks(folder: Path, keys: str, target: Literal["drive", "web"] = "drive") -> list[str]:
    """What is said of a seal that is not the one signed."""
    manifests = load_programme(make_manifests(folder, keys))
    SealStore.of(manifests.folder, "guatemala").keep(1, SUMS, b"a signature")
    progress = Remarks()
    context = BuildContext(manifests, cache=folder / "cache", progress=progress, target=target)
    plan = SimpleNamespace(programme=manifests.programme, country=manifests.countries["guatemala"])
    bundle: Any = SimpleNamespace(stem="guatemala", sums=NEWER_SUMS, plan=plan)
    assert context._find_signature(bundle) is None
    return progress.said


@pytest.mark.parametrize(
    ("keys", "option"),
    [(DESK, "--key archive-desk"), (DESK + WITHDRAWN, "--key archive-desk"), (DEMO, "--demo-key")],
)
def test_the_command_that_signs_names_its_key(tmp_path: Path, keys: str, option: str) -> None:
    (said,) = remarks(tmp_path, keys)
    assert shlex.split(said.partition("usbkit seal sign ")[2]) == ["guatemala", *option.split()]


@pytest.mark.parametrize("keys", [DESK + OTHER, WITHDRAWN, ""])
def test_where_the_key_cannot_be_known_both_ways_are_named(tmp_path: Path, keys: str) -> None:
    (said,) = remarks(tmp_path, keys)
    assert "usbkit seal sign guatemala --key NAME" in said and "usbkit seal sign guatemala --demo-key" in said


def test_pages_for_the_web_are_never_asked_to_be_signed(tmp_path: Path) -> None:
    assert remarks(tmp_path, DESK, "web") == []
