"""Settings of one run of the command line: paths, language, verbosity."""

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
    """Return the cache's folder: XDG's, unless ``USBKIT_CACHE`` overrides it."""
    base = environ.get("XDG_CACHE_HOME") or ""
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "usbkit"


def language_wanted(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language of messages: ``--lang``, otherwise ``USBKIT_LANG``, the locale's, or English.

    It is needed before options are parsed, since help and usage errors are messages too.
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
    hub: str | None = None
    templates: Path | None = None
    language: str = "en"
    json: bool = False
    verbosity: int = 0

    def apply(self, option: str, value: Any) -> None:
        """Apply a shared option given after the command's name."""
        match option:
            case "as_json":
                self.json = True
            case "quiet":
                self.verbosity = -1
            case "verbose":
                self.verbosity = value
            case "lang":
                self.language = value
            case _:
                setattr(self, option, value)

    def progress(self) -> Progress:
        """Return the progress reporter: bars on a terminal, plain lines elsewhere, silence when quiet."""
        if self.verbosity < 0:
            return Silence()
        from usbkit.cli.output.progress import Bars, Lines

        return Bars() if sys.stderr.isatty() else Lines()

    def event_progress(self) -> Progress:
        """Like ``progress``, for a long command: ``--json`` prints events instead of one document."""
        if not self.json:
            return self.progress()
        from usbkit.cli.output.progress import Events

        return Events()

    def load(self) -> Manifests:
        """Load the manifests of the programme that ``--manifests`` names."""
        from usbkit.manifest.finding import find_programme
        from usbkit.manifest.load import load_programme

        return load_programme(find_programme(self.manifests))

    def context(self, manifests: Manifests, progress: Progress, **options: Any) -> BuildContext:
        """Return the context for bundles: these settings, and ``options`` of ``usbkit.pipeline.BuildContext``."""
        from usbkit.pipeline import BuildContext

        return BuildContext(manifests, self.cache, progress, library=self.library, templates=self.templates, **options)

    def warm_up(self) -> None:
        """Load and digest here what every country's worker would load and digest again."""
        from usbkit.core.build_info import digest_code, digest_templates, library_versions

        digest_code()
        digest_templates(self.templates)
        library_versions()

    def keep_cache_bound(self) -> None:
        """Remove the least recently used cache entries beyond ``cache_size``."""
        from usbkit.sources.cache_upkeep import prune

        prune(self.cache, self.cache_size)
