"""Whether a country may have changed since it was approved, by the cache alone; no source is read.

``usbkit.orders.readiness.survey`` computes the seal itself, which examines every source and every page.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from usbkit.bundle.seal_inputs import BundleOptions, SealInputs
from usbkit.core.cache import Cache, FileIdentity
from usbkit.core.spelled_paths import find_spelled
from usbkit.manifest.load import Manifests
from usbkit.orders.approval import Decision, load_decisions
from usbkit.sources.inventory import Inventory, SourceFile


def remember_seal(cache: Cache, inputs: str, seal: str) -> None:
    """Keep which seal a full look found for ``inputs``, the digest of what shapes it."""
    cache.remember(_key_of(inputs), seal.encode("ascii"))


def recall_seal(cache: Cache, inputs: str) -> str | None:
    """Return the seal that a full look found for ``inputs``; None if there was none."""
    found = cache.recall(_key_of(inputs))
    return None if found is None else found.decode("ascii", "replace")


def _key_of(inputs: str) -> bytes:
    return f"seal\0{inputs}".encode("ascii")


class Memory:
    """What the cache knows of a library's files, each looked up once."""

    def __init__(self, manifests: Manifests, library: Path, cache: Cache, templates: Path | None) -> None:
        self._manifests, self._library, self._cache, self._templates = manifests, library, cache, templates
        self._known: dict[str, SourceFile | None] = {}
        self._is_kept = True

    def may_have_changed(self, stem: str, names: Iterable[str]) -> bool:
        """Whether the inputs of the country's seal, including its files ``names``, differ from those of its last
        approval, or a file has changed since it was examined.

        False if it was never approved, and if the file system does not show changes: only a full look tells then.
        """
        last = load_decisions(self._manifests, stem).last
        if last is None:
            return False
        inputs = self._inputs(stem, names, last)
        if inputs is None:
            return self._is_kept
        return inputs != last.inputs and recall_seal(self._cache, inputs) != last.seal

    def has_changed(self, stem: str, names: Iterable[str]) -> bool:
        """Whether a full look at the same inputs found another seal than that of the last approval."""
        last = load_decisions(self._manifests, stem).last
        inputs = None if last is None else self._inputs(stem, names, last)
        if last is None or inputs is None or inputs == last.inputs:
            return False
        seal = recall_seal(self._cache, inputs)
        return seal is not None and seal != last.seal

    def _inputs(self, stem: str, names: Iterable[str], last: Decision) -> str | None:
        """The digest of what shapes the seal; None if a file was not examined, or the file system shows no changes."""
        found = {name: self._look_up(stem, name) for name in names}
        files = {name: file for name, file in found.items() if file is not None}
        if not self._is_kept or len(files) < len(found):
            return None
        programme, country = self._manifests.programme_for(stem), self._manifests.countries[stem]
        making = BundleOptions(last.allow_missing, last.allow_untranslated)
        known = Inventory(files, {}, {}, {})
        return SealInputs.of(programme, country, stem, known, self._templates, making).digest()

    def _look_up(self, stem: str, name: str) -> SourceFile | None:
        if name not in self._known:
            is_own = name.startswith(f"{stem}/")
            self._known[name] = self._remembered(
                find_spelled(self._manifests.folder if is_own else self._library, name)
            )
        return self._known[name]

    def _remembered(self, path: Path) -> SourceFile | None:
        try:
            identity = FileIdentity.of(path)
        except OSError:
            return None
        self._is_kept &= identity.is_kept
        digest = self._cache.load("sha256", identity)
        return None if digest is None else SourceFile(path, identity.size, identity.mtime_ns, digest.decode())
