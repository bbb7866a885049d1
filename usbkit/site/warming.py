"""Do once, before several countries are made in separate processes, what each of them would repeat."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from jinja2 import TemplateError

from usbkit.core.cache import Cache
from usbkit.core.errors import UsbkitError
from usbkit.manifest.models import Country, Programme
from usbkit.site import render, verify_page
from usbkit.site.templates import Shelf
from usbkit.site.words import load_words

#: Of templates; what stands in folders beside them are papers, assets and words.
_SUFFIXES = (".html", ".txt")


def prepare_pages(
    programme: Programme, countries: Iterable[Country], templates: Path | None, cache: Path | None
) -> None:
    """Compile the templates, read the catalogues of all languages, make ``verify.html``. Mistakes are reported later,
    by the process that makes a country's pages.
    """
    with suppress(UsbkitError, TemplateError, OSError, ValueError):
        shelf = Shelf(templates)
        languages = {code for country in countries for code in (*country.interface, *country.subtitles)}
        for language in sorted(languages):
            for folders in (shelf.locales, [folder / "verify" for folder in shelf.locales]):
                _ = load_words(language, folders).direction  # loads what is known of the language
        environment = shelf.environment(load_words("en", shelf.locales))
        for name in sorted({p.name for folder in shelf.folders for p in folder.iterdir() if p.suffix in _SUFFIXES}):
            with suppress(TemplateError):
                environment.get_template(name)
        render.make_verify_page(programme, templates, Cache(cache) if cache else None)
        verify_page.render_check_lines("en", shelf)
