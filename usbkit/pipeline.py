"""Take one country from its manifest to a sealed bundle, through the stages of design section 2 in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from usbkit.bundle.assembly import Bundle, assemble
from usbkit.bundle.drive_ids import FileSystem
from usbkit.bundle.plan import Plan, PlannedFile, plan_bundle
from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _
from usbkit.core.nominal_size import shop_size
from usbkit.core.progress import Progress
from usbkit.sources.inventory import Inventory

if TYPE_CHECKING:
    from usbkit.bundle.lockfile import Lock
    from usbkit.bundle.seal_inputs import SealInputs
    from usbkit.manifest.load import Manifests


@dataclass(frozen=True)
class BuildContext:
    """Settings shared by every country of a run.

    ``library`` overrides the programme's own; ``allow_missing`` names subtitle languages that may be absent; ``target``
    ``web`` makes the pages for upload to a website. ``may_transcode`` makes the missing smaller videos that the
    manifest asks for, which can take hours; otherwise they are an error. ``locked`` makes exactly what a country's lock
    names. ``again`` reads every source again and ignores the cache.
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

    def warm_up(self, stems: Collection[str]) -> None:
        """Load and compute here what the workers of ``stems`` would each load and compute again."""
        from usbkit.core.cache import Cache
        from usbkit.site.page_cache import digest_state, were_pages_made
        from usbkit.sources import library
        from usbkit.trust import signing, store

        _ = library, signing, store
        programme = self.manifests.programme
        if were_pages_made(Cache(self.cache), digest_state(programme, self.templates)):
            return
        from usbkit.site.warming import prepare_pages

        prepare_pages(programme, [self.manifests.countries[stem] for stem in stems], self.templates, self.cache)

    def make_plan(self, stem: str) -> Plan:
        """Examine the sources, using the cache, and plan the country named ``stem``.

        Raises InputError with everything that is missing or wrong.
        """
        return self._plan(stem, self._inventory_of_drive(stem))

    def _plan(self, stem: str, inventory: Inventory) -> Plan:
        programme, country = self.manifests.programme_for(stem), self.manifests.countries[stem]
        return plan_bundle(programme, country, stem, inventory, self.allow_missing)

    def _inventory_of_drive(self, stem: str) -> Inventory:
        return self._with_videos_made(stem, self.take_inventory(stem))

    def _with_videos_made(self, stem: str, inventory: Inventory) -> Inventory:
        """``inventory`` with its videos as the manifest wants them; what else is wrong is said before hours of work."""
        programme, country = self.manifests.programme, self.manifests.countries[stem]
        if not country.wants_videos_made:
            return inventory
        from usbkit.bundle.country_videos import Maker, foresee
        from usbkit.core.cache import Cache
        from usbkit.sources.transcode.store import TranscodeStore

        plan_bundle(programme, country, stem, foresee(programme, country, stem, inventory), self.allow_missing)
        store = TranscodeStore(self.cache / "transcodes")
        maker = Maker(store, Cache(self.cache, self.again), self.progress, self.may_transcode)
        return maker.replace_videos(programme, country, stem, inventory)

    def take_inventory(self, stem: str) -> Inventory:
        """Examine the sources of one country; its findings include everything missing or wrong."""
        from usbkit.core.cache import Cache
        from usbkit.sources.library import Library, take_inventory

        library = Library(self.library or self.manifests.library, Cache(self.cache, self.again))
        return take_inventory(self.manifests, stem, library, self.progress)

    def make_bundle(self, stem: str) -> Bundle:
        """Make the sealed bundle of one country without copying anything; signed if a signature of this seal is kept.

        Raises InputError with everything missing or wrong; RefusedError if it differs from the lock.
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

    def seal_inputs_of(self, stem: str, inventory: Inventory) -> SealInputs:
        """Return everything that determines the seal of ``stem``, made from ``inventory``."""
        from usbkit.bundle.seal_inputs import BundleOptions, SealInputs

        programme, country = self.manifests.programme_for(stem), self.manifests.countries[stem]
        making = BundleOptions(self.allow_missing, self.allow_untranslated)
        return SealInputs.of(programme, country, stem, inventory, self.templates, making)

    def lock(self, stem: str) -> Lock:
        """Return the lock of the country ``stem`` as it is now; see ``usbkit.bundle.lockfile``."""
        return self.make_with_lock(stem)[1]

    def make_with_lock(self, stem: str) -> tuple[Bundle, Lock]:
        """Return the current bundle of ``stem`` and its lock."""
        from usbkit.bundle.lockfile import make_lock

        sources = self.take_inventory(stem)
        inventory = self._with_videos_made(stem, sources)
        bundle = self._assemble(self._plan(stem, inventory), inventory)
        return bundle, make_lock(bundle, self.seal_inputs_of(stem, sources), inventory)

    def _assemble(self, plan: Plan, inventory: Inventory) -> Bundle:
        bundle = assemble(plan, self._make_pages(plan, inventory))
        return dataclasses.replace(bundle, signature=self._find_signature(bundle))

    def _make_pages(self, plan: Plan, inventory: Inventory) -> tuple[PlannedFile, ...]:
        """The pages, rendered only when something that they are made from has changed."""
        from usbkit.core.cache import Cache
        from usbkit.site.page_cache import PageKey, digest_state, note_pages_made, recall_pages, remember_pages

        key = PageKey(self.seal_inputs_of(plan.stem, inventory), self.target).digest()
        cache = Cache(self.cache)
        if (remembered := recall_pages(cache, key)) is not None:
            return remembered
        from usbkit.site.render import render_site

        pages = render_site(
            plan, self.templates, self.target, cache=self.cache, allow_untranslated=self.allow_untranslated
        )
        remember_pages(cache, key, pages)
        note_pages_made(cache, digest_state(plan.programme, self.templates))
        return pages

    def _find_signature(self, bundle: Bundle) -> bytes | None:
        """The kept signature, when it is by a key of the programme and of this very seal; else it is said, not used."""
        from usbkit.trust.signing import check_signature
        from usbkit.trust.store import SealStore

        store = SealStore.of(self.manifests.folder, bundle.stem)
        signature = store.read_signature()
        if signature is None:
            return None
        if store.read_sums() not in (None, bundle.sums):
            if self.target == "drive":  # pages for the web have a seal of their own, which nobody signs
                self.progress.remark(_ask_to_sign(bundle), bundle.stem)
            return None
        try:
            check_signature(bundle.plan.programme, bundle.plan.country, bundle.sums, signature)
        except InputError as problem:
            what = _("the kept signature is not of this seal, so the bundle is not signed: {reason}", reason=problem)
            self.progress.remark(what, bundle.stem)
            return None
        return signature


def _ask_to_sign(bundle: Bundle) -> Text:
    from usbkit.trust.signing import signing_option

    option = signing_option(bundle.plan.programme)
    if option is None:
        return _(
            "{country} changed since its seal was signed, so it is not signed now:"
            " usbkit seal sign {country} --key NAME, or in a demo usbkit seal sign {country} --demo-key",
            country=bundle.stem,
        )
    return _(
        "{country} changed since its seal was signed, so it is not signed now: usbkit seal sign {country} {option}",
        country=bundle.stem,
        option=option,
    )


def image_capacity(bundle: Bundle, sector_size: int = 512, filesystem: FileSystem | None = None) -> int:
    """Return an image's default size in bytes: the manifest's minimum, or the smallest printed stick size that holds
    it.
    """
    return bundle.plan.country.minimum_size or shop_size(bundle.for_drives(filesystem).smallest(sector_size))
