"""The criteria of WCAG 1.2 that a country meets follow from its manifest and its library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.support.plans import country, programme, recording
from usbkit.manifest.models import Country, Recording
from usbkit.orders.readiness.accessibility import Standing, judge_accessibility
from usbkit.sources.inventory import Inventory
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Track

MEDIA = Media(1000, 20_000, "mp4", "h264", "aac", 640, 360, True)
DESCRIBED = {"versions": [{"kind": "audio-description", "file": "d.mp4"}]}
SIGNED = {"versions": [{"kind": "sign-language", "file": "s.mp4"}]}
EMPTY: Mapping[str, Media] = {}
CAPTIONS = {"captions": {"es": "c.srt"}}


def judge(
    changes: dict[str, Any], lost: tuple[str, ...] = (), to: Country | None = None, looked: Mapping[str, Media] = EMPTY
) -> dict[str, str]:
    of = Recording.model_validate(recording("id-cards", **changes))
    videos = {name: looked.get(name, MEDIA) for name in (of.source, "d.mp4", "s.mp4")}
    tracks = {name: Track("es", (), "utf-8") for name in ("subtitles/id-cards.es.srt", "c.srt")}
    there = Inventory({}, videos, {k: v for k, v in tracks.items() if k not in lost}, {})
    there = replace(there, media={k: v for k, v in videos.items() if k not in lost})
    return {
        number: standing.value for number, standing in judge_accessibility(of, to or country(), there).criteria.items()
    }


@pytest.mark.parametrize(
    ("changes", "number", "standing"),
    [
        ({}, "1.2.2", Standing.PARTLY),
        ({"subtitles": {}}, "1.2.2", Standing.ABSENT),
        ({"subtitles": {}}, "1.2.8", Standing.ABSENT),
        (CAPTIONS, "1.2.2", Standing.THERE),
        (CAPTIONS, "1.2.8", Standing.PARTLY),
        ({}, "1.2.3", Standing.ABSENT),
        (DESCRIBED, "1.2.3", Standing.THERE),
        (DESCRIBED, "1.2.5", Standing.THERE),
        (DESCRIBED, "1.2.6", Standing.ABSENT),
        (DESCRIBED, "1.2.7", Standing.ABSENT),
        (SIGNED, "1.2.5", Standing.ABSENT),
        (SIGNED, "1.2.6", Standing.THERE),
        ({}, "1.2.1", Standing.NOT_MEANT),
        ({}, "1.2.4", Standing.NOT_MEANT),
        ({}, "1.2.9", Standing.NOT_MEANT),
    ],
)
def test_a_criterion(changes: dict[str, Any], number: str, standing: Standing) -> None:
    found = judge(changes)
    assert list(found) == [f"1.2.{n}" for n in range(1, 10)]
    assert found[number] == standing


def test_a_file_that_is_not_there_is_not_there() -> None:
    assert judge(CAPTIONS, lost=("c.srt",))["1.2.2"] == Standing.PARTLY
    assert judge(DESCRIBED, lost=("d.mp4",))["1.2.5"] == Standing.ABSENT


def test_captions_in_a_language_that_the_country_does_not_get() -> None:
    assert judge({"captions": {"ru": "c.srt"}})["1.2.2"] == Standing.PARTLY


def test_a_version_that_the_country_does_not_want() -> None:
    assert judge(SIGNED, to=country(versions=["audio-description"]))["1.2.6"] == Standing.ABSENT


def test_a_description_that_stops_the_picture() -> None:
    assert judge(DESCRIBED, looked={"d.mp4": replace(MEDIA, duration=40_000)})["1.2.7"] == Standing.THERE


def test_a_silent_video() -> None:
    silent = {"videos/id-cards.mp4": replace(MEDIA, audio_codec=None)}
    assert judge({}, looked=silent)["1.2.1"] == Standing.ABSENT
    found = judge(DESCRIBED, looked=silent)
    assert (found["1.2.1"], found["1.2.2"], found["1.2.6"]) == (Standing.THERE, Standing.NOT_MEANT, Standing.NOT_MEANT)


def test_the_criteria_by_standing() -> None:
    it = programme(recording=[recording("id-cards", **CAPTIONS)]).recording[0]
    there = Inventory({}, {it.source: MEDIA}, {"c.srt": Track("es", (), "utf-8")}, {})
    assert judge_accessibility(it, country(), there).standing(Standing.THERE) == ["1.2.2"]
