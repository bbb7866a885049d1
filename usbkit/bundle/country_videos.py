"""Replace the videos in a country's inventory as its manifest wants: made smaller, or with subtitles inside."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from usbkit import __version__
from usbkit.bundle.size_estimate import smallest_drive_for
from usbkit.core.cache import Cache
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.nominal_size import held_at_least
from usbkit.core.progress import Progress
from usbkit.core.units import format_size
from usbkit.manifest.captions import language_of, plainest_tags
from usbkit.manifest.models import Country, Programme, Recording
from usbkit.manifest.quality import Fit, parse_quality
from usbkit.sources.inventory import Inventory, SourceFile, tracks_of
from usbkit.sources.library import examine_video
from usbkit.sources.media import Media
from usbkit.sources.transcode.decision import VideoChoice, VideoDecision, VideoSource, decide
from usbkit.sources.transcode.joining import SoftSubtitles
from usbkit.sources.transcode.making import TranscodeJob, make_video
from usbkit.sources.transcode.recipe import COPY, Recipe
from usbkit.sources.transcode.store import TranscodeRecord, TranscodeStore
from usbkit.sources.transcode.words import digest_words, words_of

#: Bytes kept free where videos are to fit a drive: what pages and tables take more than was estimated.
_RESERVE = 16 * 2**20


@dataclass(frozen=True, slots=True)
class MadeVideo:
    """A video for a country that is made from the source ``name``."""

    name: str
    choice: VideoChoice
    recipe: Recipe
    words: tuple[SoftSubtitles, ...]


def decide_country(programme: Programme, country: Country, stem: str, inventory: Inventory) -> VideoDecision:
    """Decide about the country's videos, as far as ``inventory`` knows them. Raises InputError if none fits."""
    names = [n for r in _recordings(programme, country) for n in country.videos_of(r)]
    known = [n for n in dict.fromkeys(names) if n in inventory.media and n in inventory.files]
    sources = [VideoSource(n, inventory.files[n].size, inventory.media[n]) for n in known]
    quality = parse_quality(country.quality)
    room = held_at_least(quality.size) - _RESERVE if isinstance(quality, Fit) else 0

    def fits(choices: Sequence[VideoChoice]) -> bool:
        return _smallest(country, inventory, choices) <= room

    return decide(sources, quality, fits, stem)


def _smallest(country: Country, inventory: Inventory, choices: Sequence[VideoChoice]) -> int:
    taken = {c.source.name for c in choices} | inventory.tracks.keys()
    return smallest_drive_for(
        country,
        videos=[c.size for c in choices],
        subtitles=[inventory.files[n].size for n in inventory.tracks if n in inventory.files],
        others=[f.size for n, f in inventory.files.items() if n not in taken],
    )


def plan_made(programme: Programme, country: Country, inventory: Inventory, decision: VideoDecision) -> list[MadeVideo]:
    """Return the videos that must be made, in the country's order."""
    recordings = {r.source: r for r in _recordings(programme, country)}
    made = []
    for choice in decision.choices:
        recording = recordings.get(choice.source.name)
        words = _words(recording, country, inventory) if country.soft_subtitles and recording is not None else ()
        if choice.recipe is not None or words:
            recipe = replace(choice.recipe or COPY, words=digest_words(words))
            made.append(MadeVideo(choice.source.name, choice, recipe, words))
    return made


def _words(recording: Recording, country: Country, inventory: Inventory) -> tuple[SoftSubtitles, ...]:
    files = tracks_of(recording, country.subtitles)
    # One a language: MP4 has no word that players know for captions beside subtitles.
    chosen = {language_of(tag): files[tag].file for tag in plainest_tags(files)}
    return words_of({x: inventory.tracks[p] for x, p in chosen.items() if p in inventory.tracks})


def _recordings(programme: Programme, country: Country) -> Iterator[Recording]:
    by_id = {r.id: r for r in programme.recording}
    yield from (by_id[id] for id in country.recordings if id in by_id)


def foresee(programme: Programme, country: Country, stem: str, inventory: Inventory) -> Inventory:
    """Return ``inventory`` as it will be, with maximum sizes for the videos. Nothing is made or searched for.

    If the videos cannot fit, the result has that as a finding.
    """
    if not country.wants_videos_made:
        return inventory
    try:
        decision = decide_country(programme, country, stem, inventory)
    except InputError as problem:
        return replace(inventory, findings=(*inventory.findings, *problem.findings))
    files, media = dict(inventory.files), dict(inventory.media)
    for one in plan_made(programme, country, inventory, decision):
        files[one.name] = replace(files[one.name], size=one.choice.size)
        if one.choice.recipe is not None:
            media[one.name] = _mended(media[one.name])
    return replace(inventory, files=files, media=media, findings=(*inventory.findings, _say(decision, stem)))


def _say(decision: VideoDecision, stem: str) -> Finding:
    """What was decided, as a remark."""
    before = sum(c.source.size for c in decision.choices)
    after = sum(c.size for c in decision.choices)
    if not decision.recipes:
        what = _("all {count} videos stay as they are ({size})", count=len(decision.choices), size=format_size(after))
    else:
        what = _(
            "{count} of {all} videos are made smaller, to {height}p: {before} become at most {after}",
            count=len(decision.recipes),
            all=len(decision.choices),
            height=decision.height,
            before=format_size(before),
            after=format_size(after),
        )
    return Finding("quality-decided", what, Place(f"{stem}.toml", field="quality"), is_error=False)


def _mended(media: Media) -> Media:
    """What is known of a video once it is made again: what kept it from playing is gone."""
    if media.plays or not media.is_mendable:
        return media
    return replace(media, plays=True, findings=tuple(f for f in media.findings if not f.is_error))


@dataclass(frozen=True)
class Maker:
    """Where transcodes are kept, and whether missing ones are made; otherwise an error names them."""

    store: TranscodeStore
    cache: Cache
    progress: Progress
    may_make: bool

    def replace_videos(self, programme: Programme, country: Country, stem: str, inventory: Inventory) -> Inventory:
        """Return ``inventory`` with the videos that the manifest wants.

        Raises InputError if they are missing and may not be made, cannot be decoded, or cannot fit.
        """
        decision = decide_country(programme, country, stem, inventory)
        made = plan_made(programme, country, inventory, decision)
        self._require_mendable(inventory.media, made)
        if not self.may_make:
            self._require_made(inventory, made, stem)
        files, media = dict(inventory.files), dict(inventory.media)
        for one in made:
            files[one.name], media[one.name] = self._take(inventory.files[one.name], one)
        return replace(inventory, files=files, media=media)

    def _require_mendable(self, media: Mapping[str, Media], made: Sequence[MadeVideo]) -> None:
        """A source that is damaged is not made into something that looks whole."""
        hopeless = [m for m in made if not media[m.name].plays and not media[m.name].is_mendable]
        findings = [f for m in hopeless for f in media[m.name].findings if f.is_error]
        if findings:
            raise InputError(*findings)

    def _require_made(self, inventory: Inventory, made: Sequence[MadeVideo], stem: str) -> None:
        missing = [m for m in made if self.store.find(inventory.files[m.name].sha256, m.recipe) is None]
        if missing:
            names = ", ".join(m.name for m in missing)
            what = _("{count} videos are still to be made smaller: {names}", count=len(missing), names=names)
            todo = _("Run: usbkit build {stem}", stem=stem)
            raise InputError(Finding("transcode-missing", what, Place(f"{stem}.toml", field="quality"), todo))

    def _take(self, source: SourceFile, one: MadeVideo) -> tuple[SourceFile, Media]:
        """The finished video: the one that is kept, when it is still what its record says; else made now.

        Two runs that want the same one do not make it twice: the second waits for the first.
        """
        found = self._find(source, one)
        if found is not None:
            return found

        def say_waiting() -> None:
            self.progress.begin(one.name, "wait", _("Waiting for {name}, which another run makes", name=one.name), None)

        with self.store.turn(source.sha256, one.recipe, say_waiting):
            found = self._find(source, one)
            if found is None:
                return self._make(source, one)
            self.progress.end(one.name, "made")
            return found

    def _find(self, source: SourceFile, one: MadeVideo) -> tuple[SourceFile, Media] | None:
        """The kept video, None where there is none or a damaged one that may be made again."""
        record = self.store.find(source.sha256, one.recipe)
        if record is not None:
            place = self.store.place(source.sha256, one.recipe)
            found = examine_video(place, self.cache, self.progress)
            if found[0].sha256 == record.sha256:
                return found
            if not self.may_make:
                what = _("the transcode of {name} is damaged: it is not what was made", name=one.name)
                raise InputError(Finding("transcode-damaged", what, Place(str(place)), _("Run `usbkit build` again.")))
            self.progress.remark(_("the transcode of {name} was damaged and is made again", name=one.name))
        return None

    def _make(self, source: SourceFile, one: MadeVideo) -> tuple[SourceFile, Media]:
        folder = self.store.work(source.sha256, one.recipe)
        folder.mkdir(parents=True, exist_ok=True)
        job = TranscodeJob(one.name, source.path, one.recipe, folder, one.words)
        made = make_video(job, self.progress)
        looked, _media = examine_video(made, self.cache, self.progress)
        record = TranscodeRecord(source.sha256, one.recipe, looked.size, looked.sha256, versions())
        return examine_video(self.store.keep(made, record), self.cache, self.progress)


def versions() -> dict[str, str]:
    """Return the versions of what determines a transcode's bytes."""
    import av

    libraries = {name: ".".join(map(str, version)) for name, version in av.library_versions.items()}
    return {"usbkit": __version__, "av": importlib.metadata.version("av"), **libraries}
