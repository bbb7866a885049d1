"""One country from its manifest to a bundle and to an image: the stages of design section 2, called in their order."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from usbkit.bundle.assembly import Bundle, assemble
from usbkit.bundle.drive_ids import FileSystem, derive_serials, fill_passport, moment_of
from usbkit.bundle.plan import Plan, PlannedFile, Role, plan_bundle
from usbkit.core.errors import InputError
from usbkit.core.messages import _
from usbkit.core.nominal_size import shop_size
from usbkit.core.progress import Progress
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.layout import LayoutOptions, lay_out, smallest_capacity
from usbkit.sources.inventory import Inventory
from usbkit.trust.passport import UNKNOWN_METADATA, DriveNumber

if TYPE_CHECKING:
    from usbkit.bundle.lockfile import Lock
    from usbkit.manifest.load import Manifests


@dataclass(frozen=True)
class BuildContext:
    """What every country of one run is made with.

    ``library`` overrides the programme's own; ``allow_missing`` names subtitle languages that may be absent;
    ``target`` ``web`` makes the pages for upload to a website. ``may_transcode`` makes videos that the manifest wants
    smaller and that are not there yet, which can take hours; else they are an error. ``locked`` makes what a country's
    lock names, or nothing. ``again`` reads every source again, whatever is known of it.
    """

    manifests: Manifests
    cache: Path
    progress: Progress
    library: Path | None = None
    templates: Path | None = None
    allow_missing: Collection[str] = ()
    allow_untranslated: bool = False
    target: Literal["drive", "web"] = "drive"
    may_transcode: bool = False
    locked: bool = False
    again: bool = False

    def make_plan(self, stem: str) -> Plan:
        """Look at the sources (what is known is taken from the cache) and plan the country named ``stem``.

        Raises InputError with all that is missing or wrong.
        """
        return self._plan(stem, self._inventory_of_drive(stem))

    def _plan(self, stem: str, inventory: Inventory) -> Plan:
        programme, country = self.manifests.programme, self.manifests.countries[stem]
        return plan_bundle(programme, country, stem, inventory, self.allow_missing)

    def _inventory_of_drive(self, stem: str) -> Inventory:
        return self._with_videos_made(stem, self.take_inventory(stem))

    def _with_videos_made(self, stem: str, inventory: Inventory) -> Inventory:
        """``inventory`` with its videos as the manifest wants them; what else is wrong is said before hours of work."""
        from usbkit.bundle.country_videos import Maker, foresee, is_wanted
        from usbkit.core.cache import Cache
        from usbkit.sources.transcode.store import TranscodeStore

        programme, country = self.manifests.programme, self.manifests.countries[stem]
        if not is_wanted(country):
            return inventory
        plan_bundle(programme, country, stem, foresee(programme, country, stem, inventory), self.allow_missing)
        store = TranscodeStore(self.cache / "transcodes")
        maker = Maker(store, Cache(self.cache, self.again), self.progress, self.may_transcode)
        return maker.replace_videos(programme, country, stem, inventory)

    def take_inventory(self, stem: str) -> Inventory:
        """Look at the sources of one country; what is missing or wrong is among its findings."""
        from usbkit.core.cache import Cache
        from usbkit.sources.library import Library, take_inventory

        library = Library(self.library or self.manifests.library, Cache(self.cache, self.again))
        return take_inventory(self.manifests, stem, library, self.progress)

    def make_bundle(self, stem: str) -> Bundle:
        """The sealed bundle of one country, nothing of it copied yet; signed when a signature of this seal is kept.

        Raises InputError with all that is missing or wrong; RefusedError where it would not be what was locked.
        """
        if self.locked:
            return self._make_locked(stem)
        inventory = self._inventory_of_drive(stem)
        return self._assemble(self._plan(stem, inventory), inventory)

    def _make_locked(self, stem: str) -> Bundle:
        from usbkit.bundle.lockfile import load_lock, require_same_bundle, require_same_inputs, require_same_videos

        lock = load_lock(self.manifests, stem)
        as_then = dataclasses.replace(
            self,
            allow_missing=lock.allow_missing,
            allow_untranslated=lock.allow_untranslated,
            may_transcode=False,
            locked=False,
        )
        sources = as_then.take_inventory(stem)
        require_same_inputs(lock, self.manifests, stem, sources)
        inventory = as_then._with_videos_made(stem, sources)
        require_same_videos(lock, sources, inventory)
        bundle = as_then._assemble(as_then._plan(stem, inventory), inventory)
        if self.target == "drive":
            require_same_bundle(lock, bundle, self.templates)
        return bundle

    def lock(self, stem: str) -> Lock:
        """What the country ``stem`` gets now, written down; see `usbkit.bundle.lockfile`."""
        from usbkit.bundle.lockfile import Making, make_lock

        sources = self.take_inventory(stem)
        inventory = self._with_videos_made(stem, sources)
        bundle = self._assemble(self._plan(stem, inventory), inventory)
        making = Making(self.allow_missing, self.allow_untranslated)
        return make_lock(self.manifests, bundle, sources, inventory, self.templates, making)

    def _assemble(self, plan: Plan, inventory: Inventory) -> Bundle:
        bundle = assemble(plan, self._make_pages(plan, inventory))
        return dataclasses.replace(bundle, signature=self._find_signature(bundle))

    def _make_pages(self, plan: Plan, inventory: Inventory) -> tuple[PlannedFile, ...]:
        """The pages, rendered only when something that they are made from has changed."""
        from usbkit.core.cache import Cache
        from usbkit.site.page_cache import PageKey, recall_pages, remember_pages

        key = PageKey(
            plan.programme,
            plan.country,
            plan.stem,
            inventory,
            self.templates,
            self.target,
            self.allow_missing,
            self.allow_untranslated,
        ).digest()
        cache = Cache(self.cache)
        if (remembered := recall_pages(cache, key)) is not None:
            return remembered
        from usbkit.site.render import render_site

        pages = render_site(
            plan, self.templates, self.target, cache=self.cache, allow_untranslated=self.allow_untranslated
        )
        remember_pages(cache, key, pages)
        return pages

    def _find_signature(self, bundle: Bundle) -> bytes | None:
        """The kept signature, when it is by a key of the programme and of this very seal; else it is said, not used."""
        from usbkit.trust.signing import check_signature
        from usbkit.trust.store import SealStore

        signature = SealStore.of(self.manifests.folder, bundle.stem).read_signature()
        if signature is None:
            return None
        try:
            check_signature(self.manifests.programme, bundle.plan.country, bundle.sums, signature)
        except InputError as problem:
            what = _("the kept signature is not of this seal, so the bundle is not signed: {reason}", reason=problem)
            self.progress.remark(what, bundle.stem)
            return None
        return signature


def make_image(
    bundle: Bundle,
    capacity: int,
    *,
    sector_size: int = 512,
    filesystem: FileSystem | None = None,
    drive: DriveNumber | None = None,
    nonce: str | None = None,
) -> Image:
    """The image of a drive of ``capacity`` bytes holding ``bundle``; ``drive`` and ``nonce`` go into its passport.

    Raises InputError when it does not fit or cannot be held by the file system.
    """
    options = _options(bundle, capacity, sector_size, filesystem, drive)
    image = lay_out(tree_of(bundle, UNKNOWN_METADATA, drive, nonce), options)
    passport = bundle.passport(image.metadata_digest(), drive, nonce)
    return fill_passport(image, passport.to_json())


def smallest_drive(bundle: Bundle, sector_size: int = 512, filesystem: FileSystem | None = None) -> int:
    """The fewest bytes a drive must have to hold ``bundle``."""
    options = _options(bundle, 0, sector_size, filesystem, None)
    return smallest_capacity(tree_of(bundle, UNKNOWN_METADATA, None, None), options)


def image_capacity(bundle: Bundle, sector_size: int = 512, filesystem: FileSystem | None = None) -> int:
    """Bytes of an image when nobody says: the manifest's minimum, or the smallest stick in the shop that holds it."""
    return bundle.plan.country.minimum_size or shop_size(smallest_drive(bundle, sector_size, filesystem))


def tree_of(bundle: Bundle, metadata: str, drive: DriveNumber | None, nonce: str | None) -> list[TreeFile]:
    """All files of a drive in the order of their places: videos by recording, then the rest by path."""
    unsealed = bundle.unsealed(bundle.passport(metadata, drive, nonce))
    ordered = sorted((*bundle.sealed, *unsealed), key=_place_of)
    return [TreeFile(f.path, f.content, f.sha256, leads=f.role is Role.VIDEO) for f in ordered]


def _place_of(file: PlannedFile) -> tuple[bool, str]:
    # What differs from drive to drive comes last, so that refreshing one touches the end only.
    return file.role is Role.SEAL, file.path


def _options(
    bundle: Bundle, capacity: int, sector_size: int, filesystem: FileSystem | None, drive: DriveNumber | None
) -> LayoutOptions:
    country = bundle.plan.country
    volume, disk = derive_serials(bundle.fingerprint, drive)
    return LayoutOptions(
        capacity=capacity,
        label=country.label,
        volume_id=volume,
        disk_id=disk,
        timestamp=moment_of(bundle.plan.date),
        sector_size=sector_size,
        filesystem=filesystem or country.filesystem,
    )
