"""Records of each source when it was first seen, kept apart from the cache, which is pruned."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from usbkit.core import clock
from usbkit.core.cache import Cache, FileIdentity


@dataclass(frozen=True, slots=True)
class FirstSight:
    """A source's digest (SHA-256 in hex) and change time when it was first seen, on the day ``seen`` (ISO 8601)."""

    sha256: str
    ctime_ns: int
    seen: str


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """The records in ``folder``, which need not exist. A record holds for a path with one size and modification time: a
    replaced file is seen for the first time again.
    """

    folder: Path

    @classmethod
    def beside(cls, cache: Path) -> FirstSeen:
        """Return the records for the cache in the folder ``cache``; pruning leaves them alone."""
        return cls(cache / "first-seen")

    def find(self, identity: FileIdentity) -> FirstSight | None:
        """Return the record of the file in this state; None if there is none or it is damaged."""
        data = Cache(self.folder).recall(_key(identity))
        try:
            return None if data is None else FirstSight(**json.loads(data))
        except (ValueError, TypeError):
            return None

    def note(self, identity: FileIdentity, sha256: str) -> FirstSight:
        """Return the record of the file, created if there is none."""
        return self.find(identity) or self.replace(identity, sha256)

    def replace(self, identity: FileIdentity, sha256: str) -> FirstSight:
        """Record the file as it is now, replacing an older record."""
        sight = FirstSight(sha256, identity.ctime_ns, clock.now().date().isoformat())
        Cache(self.folder).remember(_key(identity), json.dumps(asdict(sight)).encode())
        return sight


def _key(identity: FileIdentity) -> bytes:
    return f"first seen\0{identity.size}\0{identity.mtime_ns}\0".encode() + os.fsencode(identity.path)
