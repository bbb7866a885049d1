"""What a country's wish for quality means for each of its videos. Pure: nothing is made here."""

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
class Source:
    """A video of a country: its name in the manifest, its size in bytes, what is known of it."""

    name: str
    size: int
    media: Media


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of one video: ``recipe`` None keeps it. ``size`` in bytes: its own, or the most it can become."""

    source: Source
    recipe: Recipe | None
    size: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a country's videos. ``height`` is the most lines that any keeps, None where all are kept."""

    height: int | None
    choices: tuple[Choice, ...]

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """How each video that is not kept is made."""
        return {c.source.name: c.recipe for c in self.choices if c.recipe is not None}


def decide(
    sources: Sequence[Source], quality: Quality, fits: Callable[[Sequence[Choice]], bool], stem: str
) -> Decision:
    """What ``quality`` makes of ``sources``. ``fits`` says whether a drive of the wanted size holds such choices.

    Raises InputError where not even the smallest picture fits.
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


def _keep_all(sources: Sequence[Source]) -> Decision:
    return Decision(None, tuple(Choice(s, None, s.size) for s in sources))


def _at(sources: Sequence[Source], height: int) -> Decision:
    return Decision(height, tuple(_choose(s, height) for s in sources))


def _choose(source: Source, height: int) -> Choice:
    media = source.media
    lines = min(height, short_side(media))
    recipe = recipe_for_height(lines)
    allowed = (picture_rate(height) + SOUND_RATE) * _SLACK * media.duration / 8000
    is_within = short_side(media) <= height and source.size <= allowed
    smaller = recipe.bound(media.duration)
    if media.plays and (is_within or source.size <= smaller):
        return Choice(source, None, source.size)
    return Choice(source, recipe, smaller)


def short_side(media: Media) -> int:
    """The ``p`` of 720p: lines of a wide picture, columns of an upright one."""
    return min(media.width, media.height)


def _too_much(decision: Decision, size: int, stem: str) -> InputError:
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
