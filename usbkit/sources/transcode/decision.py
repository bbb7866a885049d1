"""Apply a country's wish for quality to each of its videos. Pure: nothing is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.units import format_size
from usbkit.manifest.quality import Fit, Height, Quality
from usbkit.sources.media import Media
from usbkit.sources.transcode.recipe import SOUND_RATE, Recipe, picture_rate, recipe_for_height

#: Heights that are tried, the best first, to make a bundle fit.
HEIGHTS = (1080, 900, 720, 540, 480, 360, 240)

#: A video whose bits exceed the cap by no more than this is kept: making it again would cost more than it saves.
_SLACK = 1.15


@dataclass(frozen=True, slots=True)
class VideoSource:
    """A video of a country: its name in the manifest, its size in bytes, and its facts."""

    name: str
    size: int
    media: Media


@dataclass(frozen=True, slots=True)
class VideoChoice:
    """The decision about one video: ``recipe`` None keeps it. ``size`` in bytes: its own, or an upper bound."""

    source: VideoSource
    recipe: Recipe | None
    size: int


@dataclass(frozen=True, slots=True)
class VideoDecision:
    """The decision about a country's videos. ``height`` is the maximum number of lines, None if all are kept."""

    height: int | None
    choices: tuple[VideoChoice, ...]

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """The recipe of each video that is not kept."""
        return {c.source.name: c.recipe for c in self.choices if c.recipe is not None}


def decide(
    sources: Sequence[VideoSource], quality: Quality, fits: Callable[[Sequence[VideoChoice]], bool], stem: str
) -> VideoDecision:
    """Apply ``quality`` to ``sources``. ``fits`` says whether a drive of the wanted size holds such choices.

    Raises InputError if not even the smallest picture fits.
    """
    match quality:
        case Height(lines=lines):
            return _at(sources, lines)
        case Fit(size=size):
            kept = _keep_all(sources)
            if all(c.recipe is None for c in kept.choices) and fits(kept.choices):
                return kept
            for height in HEIGHTS:
                if fits((decision := _at(sources, height)).choices):
                    return decision
            raise _too_much(decision, size, stem)
        case _:
            return _keep_all(sources)


def _keep_all(sources: Sequence[VideoSource]) -> VideoDecision:
    return VideoDecision(None, tuple(VideoChoice(s, None, s.size) for s in sources))


def _at(sources: Sequence[VideoSource], height: int) -> VideoDecision:
    return VideoDecision(height, tuple(_choose(s, height) for s in sources))


def _choose(source: VideoSource, height: int) -> VideoChoice:
    media = source.media
    lines = min(height, short_side(media))
    recipe = recipe_for_height(lines)
    allowed = (picture_rate(height) + SOUND_RATE) * _SLACK * media.duration / 8000
    is_within = short_side(media) <= height and source.size <= allowed
    smaller = recipe.bound(media.duration)
    if media.plays and (is_within or source.size <= smaller):
        return VideoChoice(source, None, source.size)
    return VideoChoice(source, recipe, smaller)


def short_side(media: Media) -> int:
    """Return the ``p`` of 720p: the lines of a landscape picture, the columns of an upright one."""
    return min(media.width, media.height)


def _too_much(decision: VideoDecision, size: int, stem: str) -> InputError:
    needed = sum(c.size for c in decision.choices)
    return InputError(
        Finding(
            "quality-cannot-fit",
            _(
                "a drive sold as {size} cannot hold these videos: even at {height}p they may take {needed}",
                size=format_size(size),
                height=decision.height,
                needed=format_size(needed),
            ),
            Place(f"{stem}.toml", field="quality"),
            _("Name a larger size, or give the country fewer recordings."),
        )
    )
