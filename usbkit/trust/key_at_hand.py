"""One country's seal as it would be built now, and its signature; the input of ``usbkit seal``."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.core.errors import InputError
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Country, Programme
from usbkit.trust.signing import check_signature, make_statement
from usbkit.trust.statement import SealStatement
from usbkit.trust.store import SealStore


@dataclass(frozen=True)
class SealAtHand:
    """One country's seal, and where its signatures are kept."""

    manifests: Manifests
    stem: str
    sums: bytes

    @property
    def programme(self) -> Programme:
        return self.manifests.programme_for(self.stem)

    @property
    def country(self) -> Country:
        return self.manifests.countries[self.stem]

    @property
    def store(self) -> SealStore:
        return SealStore.of(self.manifests.folder, self.stem)

    @property
    def statement(self) -> SealStatement:
        return make_statement(self.programme, self.country, self.sums)

    def signer(self) -> str | None:
        """Return the name of the key that made this seal's kept signature; None if there is none."""
        signature = self.store.read_signature()
        if signature is None:
            return None
        try:
            return check_signature(self.programme, self.country, self.sums, signature).name
        except InputError:
            return None
