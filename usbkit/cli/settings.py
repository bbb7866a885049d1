"""What holds for one run of the command line: where things are, in which language, how much to say."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.core.messages import LANGUAGES
from usbkit.core.progress import Progress, Silence

if TYPE_CHECKING:
    from usbkit.manifest.load import Manifests
    from usbkit.pipeline import BuildContext


#: Bytes of what is remembered, beside the transcodes: some hundred programmes' worth.
CACHE_SIZE = 2 * 10**9


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where we remember digests and posters: XDG's cache folder, `USBKIT_CACHE` overrides."""
    base = environ.get("XDG_CACHE_HOME") or ""
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "usbkit"


def language_wanted(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """The language of messages: ``--lang``, else `USBKIT_LANG`, else the locale's, else English.

    Read before the options are parsed, since help and usage errors are messages too.
    """
    for at, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return _known(argument.removeprefix("--lang="))
        if argument == "--lang" and at + 1 < len(arguments):
            return _known(arguments[at + 1])
    names = [environ.get(n, "") for n in ("USBKIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((n for n in names if n), "en")
    return _known(first.partition("_")[0].partition(".")[0])


def _known(language: str) -> str:
    return language if language in LANGUAGES else "en"


@dataclass
class Settings:
    """The shared options of one run. ``verbosity`` is −1 for quiet, 0, or the number of ``-v``."""

    manifests: Path = Path("manifests")
    library: Path | None = None
    cache: Path = field(default_factory=lambda: cache_folder({}))
    cache_size: int = CACHE_SIZE
    ledger: str | None = None
    templates: Path | None = None
    language: str = "en"
    json: bool = False
    verbosity: int = 0

    def apply(self, option: str, value: int) -> None:
        """Take a shared option that stood behind the command's name."""
        if option == "as_json":
            self.json = True
        elif option == "quiet":
            self.verbosity = -1
        else:
            self.verbosity = value

    def progress(self) -> Progress:
        """Who is told how long work goes on: bars on a terminal, plain lines elsewhere, nobody when quiet."""
        if self.verbosity < 0:
            return Silence()
        from usbkit.cli.output.progress import Bars, Lines

        return Bars() if sys.stderr.isatty() else Lines()

    def event_progress(self) -> Progress:
        """`progress` of a command that runs long: with ``--json`` it prints events, not one document."""
        if not self.json:
            return self.progress()
        from usbkit.cli.output.progress import Events

        return Events()

    def load(self) -> Manifests:
        """The manifests of the programme named by ``--manifests``."""
        from usbkit.manifest.load import find_programme, load_programme

        return load_programme(find_programme(self.manifests))

    def context(self, manifests: Manifests, progress: Progress, **options: Any) -> BuildContext:
        """What bundles are made with: these settings, and ``options`` of `usbkit.pipeline.BuildContext` beside them."""
        from usbkit.pipeline import BuildContext

        return BuildContext(manifests, self.cache, progress, library=self.library, templates=self.templates, **options)

    def warm_up(self) -> None:
        """Load and digest here what every country's worker would load and digest again."""
        from usbkit.core.build_info import digest_code, digest_templates, library_versions

        digest_code()
        digest_templates(self.templates)
        library_versions()

    def keep_cache_bound(self) -> None:
        """Forget what was not used for the longest where more is remembered than `cache_size`."""
        from usbkit.sources.cache_upkeep import prune

        prune(self.cache, self.cache_size)
