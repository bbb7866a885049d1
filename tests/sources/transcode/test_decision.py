"""The effect of a wish for quality on videos: bounds, what is kept, what fits."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from usbkit.core.errors import InputError
from usbkit.manifest.quality import Fit, Height, Original, Quality, parse_quality
from usbkit.sources.media import Media
from usbkit.sources.transcode.decision import HEIGHTS, VideoChoice, VideoSource, decide
from usbkit.sources.transcode.recipe import Recipe, picture_rate, recipe_for_height

HOUR = 3_600_000


def video(
    name: str, *, height: int = 1080, rate: int = 20_000_000, duration: int = HOUR, plays: bool = True
) -> VideoSource:
    size = rate * duration // 8000
    codec = "h264" if plays else "hevc"
    media = Media(size, duration, "mp4", codec, "aac", height * 16 // 9, height, plays, (), not plays)
    return VideoSource(name, size, media)


def decided(sources: Sequence[VideoSource], quality: Quality, room: int = 0) -> list[VideoChoice]:
    return list(decide(sources, quality, lambda cs: sum(c.size for c in cs) <= room, "guatemala").choices)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("original", Original()),
        ("720p", Height(720)),
        ("1080p", Height(1080)),
        ("fit 16GB", Fit(16 * 10**9)),
        ("fit 14.9 GiB", Fit(14 * 2**30 + 9 * 2**30 // 10)),
    ],
)
def test_what_a_manifest_says(text: str, meant: Quality) -> None:
    assert parse_quality(text) == meant


@pytest.mark.parametrize(
    "text", ["", "720", "72p", "p", "fit", "fit 16", "fit 16 bananas", "Original", "720p ", "0720p"]
)
def test_what_it_may_not_say(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_quality(text)


def test_original_touches_nothing() -> None:
    assert [c.recipe for c in decided([video("a"), video("b", plays=False)], Original())] == [None, None]


def test_smaller_videos_are_kept_and_nothing_is_made_larger() -> None:
    small, large, lean = video("s", height=480, rate=800_000), video("l"), video("m", rate=1_000_000)
    kept, made, thin = decided([small, large, lean], Height(720))
    assert kept.recipe is None
    assert made.recipe == recipe_for_height(720)
    assert made.size < large.size
    assert thin.recipe is None  # 1080 lines, but smaller than anything we would make of it


def test_a_small_picture_that_takes_too_many_bits_keeps_its_lines() -> None:
    (choice,) = decided([video("s", height=480)], Height(720))
    assert choice.recipe == recipe_for_height(480)


def test_what_does_not_play_is_made_again() -> None:
    (choice,) = decided([video("s", height=480, rate=800_000, plays=False)], Height(720))
    assert choice.recipe is not None


def test_the_best_height_that_fits() -> None:
    sources = [video(str(n)) for n in range(3)]  # 27 GB
    for height in HEIGHTS:
        bound = 3 * recipe_for_height(height).bound(HOUR)
        decision = decide(sources, Fit(bound), lambda cs, b=bound: sum(c.size for c in cs) <= b, "gt")  # type: ignore[misc]
        assert decision.height == height
        assert sum(c.size for c in decision.choices) <= bound


def test_all_is_kept_where_it_fits_already() -> None:
    sources = [video(str(n)) for n in range(3)]
    assert [c.recipe for c in decided(sources, Fit(1), sum(s.size for s in sources))] == [None] * 3


def test_too_much_for_any_picture_is_said() -> None:
    with pytest.raises(InputError) as raised:
        decided([video("a", duration=1000 * HOUR)], Fit(10**9), 1000)
    (finding,) = raised.value.findings
    assert finding.id == "quality-cannot-fit"
    assert "240p" in str(finding.what)


def test_bits_fall_with_lines_and_the_bound_grows_with_time() -> None:
    rates = [picture_rate(h) for h in HEIGHTS]
    assert rates == sorted(rates, reverse=True)
    assert recipe_for_height(720).bound(2 * HOUR) > recipe_for_height(720).bound(HOUR)


def test_the_digest_names_source_and_every_part_of_the_recipe() -> None:
    recipes = [Recipe(), Recipe(copy_picture=True), Recipe(short_side=720), Recipe(crf=1), Recipe(words="x")]
    assert len({r.digest("a") for r in recipes} | {recipes[0].digest("b")}) == 6
    assert Recipe().digest("a") == Recipe().digest("a")
