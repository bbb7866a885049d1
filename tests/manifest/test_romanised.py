"""Ids from names in other scripts are readable, and differ if the names do."""

from __future__ import annotations

import re

import pytest

from usbkit.manifest.draft import draft_recordings
from usbkit.manifest.romanised import romanise

NAMES = {
    "ko": ("개회식 1부", "선거관리 시스템", "전자정부", "한국"),
    "km": ("ការបោះឆ្នោត", "ពិធីបើក"),
    "ar": ("مرحبا بالعالم", "الانتخابات"),
    "ru": ("Выборы", "Открытие форума"),
    "my": ("ဖွင့်ပွဲ", "ရွေးကောက်ပွဲ"),
}


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("개회식 1부", "gaehoesik 1bu"),
        ("Выборы", "vybory"),
        ("مرحبا", "mrhba"),
        ("Été", "Été"),
        ("중", "jung"),
        ("人", "人"),
    ],
)
def test_sounds(text: str, sound: str) -> None:
    assert romanise(text) == sound


@pytest.mark.parametrize("language", NAMES)
def test_ids_are_readable_and_unlike(language: str) -> None:
    drafts = draft_recordings([f"videos/{name}.mp4" for name in NAMES[language]], language)
    ids = [draft["id"] for draft in drafts]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id) and not id.startswith("recording") for id in ids), ids
