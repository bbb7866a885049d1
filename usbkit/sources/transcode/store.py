"""The store of transcodes, and how each is verified.

``<digest of source and recipe>.mp4`` has a record ``.json`` beside it, which says what it was made from and with; a
lock names the video's own digest, which is in the record. A transcode whose bytes do not match its record is ignored.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from usbkit.core.atomic import beside, put_file
from usbkit.core.file_lock import turn
from usbkit.sources.transcode.recipe import Recipe

FORMAT = "usbkit transcode v1"


@dataclass(frozen=True, slots=True)
class TranscodeRecord:
    """A transcode's description. Digests are SHA-256 in hex; ``made_with`` names what shaped its bytes."""

    source: str
    recipe: Recipe
    size: int
    sha256: str
    made_with: dict[str, str]

    def to_json(self) -> bytes:
        values = {"format": FORMAT, **asdict(self)}
        return (json.dumps(values, indent=1, sort_keys=True) + "\n").encode("ascii")

    @classmethod
    def from_json(cls, data: bytes) -> TranscodeRecord:
        """The inverse of ``to_json``. Raises ValueError, KeyError or TypeError for anything else."""
        values = json.loads(data)
        if values.pop("format") != FORMAT:
            raise ValueError(FORMAT)
        return cls(**{**values, "recipe": Recipe(**values["recipe"])})


@dataclass(frozen=True, slots=True)
class TranscodeStore:
    """Transcodes in ``folder``, which need not exist."""

    folder: Path

    def place(self, source: str, recipe: Recipe) -> Path:
        """The path of the transcode of the source with the digest ``source``, which may not exist."""
        return self.folder / f"{recipe.digest(source)}.mp4"

    def work(self, source: str, recipe: Recipe) -> Path:
        """The folder in which it is made."""
        return self.folder / f"{recipe.digest(source)}.work"

    def turn(self, source: str, recipe: Recipe, on_wait: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold the turn to make it: one run does, the others wait and find it finished; ``on_wait`` is called before
        waiting.
        """
        return turn(self.folder / f"{recipe.digest(source)}.turn", on_wait)

    def find(self, source: str, recipe: Recipe) -> TranscodeRecord | None:
        """Return the record of a finished transcode whose size matches, None if there is none."""
        place = self.place(source, recipe)
        record = self.record_of(place)
        if record is None or (record.source, record.recipe) != (source, recipe):
            return None
        with suppress(OSError):
            os.utime(place.with_suffix(".json"))  # when it was last used
        return record

    def record_of(self, place: Path) -> TranscodeRecord | None:
        """Return the record of the transcode at ``place``, None if there is none or the file's size differs."""
        try:
            record = TranscodeRecord.from_json(place.with_suffix(".json").read_bytes())
            return record if place.stat().st_size == record.size else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, made: Path, record: TranscodeRecord) -> Path:
        """Store ``made``; the record is written first, so that a video without one never counts as finished."""
        place = self.place(record.source, record.recipe)
        with beside(place.with_suffix(".json")) as target:
            target.write_bytes(record.to_json())
        put_file(made, place)
        shutil.rmtree(self.work(record.source, record.recipe), ignore_errors=True)
        return place
