"""One country's seal as it would be built now, with what is known of its signature; what `usbkit seal` works on."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.core.errors import InputError
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Country
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
    def country(self) -> Country:
        return self.manifests.countries[self.stem]

    @property
    def store(self) -> SealStore:
        return SealStore.of(self.manifests.folder, self.stem)

    @property
    def statement(self) -> SealStatement:
        return make_statement(self.manifests.programme, self.country, self.sums)

    def signer(self) -> str | None:
        """The name of the key whose kept signature is of this seal; None when there is none."""
        signature = self.store.read_signature()
        if signature is None:
            return None
        try:
            return check_signature(self.manifests.programme, self.country, self.sums, signature).name
        except InputError:
            return None
