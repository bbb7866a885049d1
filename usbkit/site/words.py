"""The pages' own words: one gettext catalogue per language under ``locales/``, read when pages are made.

English is the message id itself, so ``en`` has no catalogue. A language needs only a catalogue: its direction, dates
and numbers come from CLDR through Babel.
"""

from __future__ import annotations

import datetime as dt
import functools
import gettext
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.units import format_unit

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.manifest.values import LANGUAGE_NAMES

#: CLDR's locale where our code alone would give another script or form.
_LOCALES = {"en": "en_001", "zh": "zh_Hans", "uz": "uz_Latn"}


class Catalogue(gettext.GNUTranslations):
    """A compiled catalogue that records the strings it lacked."""

    missed: set[str]

    def gettext(self, message: str) -> str:
        found = self._catalog.get(message)  # type: ignore[attr-defined]
        if found is None:
            self.missed.add(message)
        return found or message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        found = self._catalog.get((msgid1, self.plural(n)))  # type: ignore[attr-defined]
        if found is None:
            self.missed.add(msgid1)
        return found or (msgid1 if n == 1 else msgid2)


@dataclass(frozen=True)
class Words:
    """The words of one language: its catalogue and CLDR's forms. ``path`` is None for English."""

    language: str
    translations: gettext.NullTranslations
    path: Path | None = None

    @property
    def locale(self) -> Locale:
        return Locale.parse(_LOCALES.get(self.language, self.language))

    @property
    def name(self) -> str:
        """The language's own name for itself."""
        return LANGUAGE_NAMES.get(self.language) or str(self.locale.display_name)

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return str(self.locale.text_direction)

    def date(self, date: dt.date) -> str:
        """Return a date written out: ``24 September 2020``."""
        return format_date(date, "long", locale=self.locale)

    def time(self, time: dt.time) -> str:
        """Return a time of day by the 24-hour clock, which every country reads: ``14:00``."""
        return format_time(time, "HH:mm", locale=self.locale)

    def duration(self, ms: int) -> str:
        """Return a duration in hours and minutes, written out: ``1 hour 12 minutes``; at least a minute."""
        minutes = max(1, round(ms / 60_000))
        parts = [(minutes // 60, "duration-hour"), (minutes % 60, "duration-minute")]
        said = [self._amount(amount, unit) for amount, unit in parts if amount]
        # Chinese sets no space between them; Vietnamese offices write giờ where CLDR has the colloquial tiếng.
        return ("" if self.language == "zh" else " ").join(said).replace("tiếng", "giờ")

    def _amount(self, amount: int, unit: str) -> str:
        lengths: tuple[Literal["long", "short", "narrow"], ...] = ("long", "short", "narrow")
        for length in lengths:
            said = format_unit(amount, unit, length, locale=self.locale)
            if unit not in said:  # where CLDR has no word of that length, Babel gives the unit's name
                return said
        return str(amount)

    @property
    def colon(self) -> str:
        """The separator between a label and its value: French has a space before the colon, Chinese its own sign."""
        return {"fr": "\u00a0: ", "zh": "：", "km": "៖ "}.get(self.language, ": ")

    @property
    def comma(self) -> str:
        """What stands between the names of a list."""
        return {"zh": "、", "ar": "، "}.get(self.language, ", ")

    def number(self, number: float) -> str:
        return format_decimal(number, locale=self.locale)

    def size(self, size: int) -> str:
        """Return a file's size in decimal megabytes or gigabytes, as computers show it."""
        amount, unit = (size / 10**9, "GB") if size >= 10**9 else (size / 10**6, "MB")
        digits = "#,##0.0" if unit == "GB" or amount < 10 else "#,##0"
        return f"{format_decimal(max(amount, 0.1), format=digits, locale=self.locale)}\u00a0{unit}"


def load_words(language: str, folders: Sequence[Path]) -> Words:
    """Load the words of ``language`` from the first of ``folders`` that has its catalogue; without one, English."""
    if language == "en":
        return Words("en", gettext.NullTranslations())
    path = next((p for folder in folders if (p := folder / f"{language}.po").is_file()), None)
    return Words(language, _read_catalogue(path, language), path)


def require_complete(words: Words) -> None:
    """Raise InputError with each string that pages asked for and the catalogue lacked."""
    if not isinstance(words.translations, Catalogue) or not words.translations.missed:
        return
    place = Place(str(words.path or f"locales/{words.language}.po"))
    todo = _("Translate it there, or allow English in its place with --allow-untranslated.")
    raise InputError(
        *(
            Finding(
                "catalogue-string-missing",
                _("the pages' string {text} has no translation in {language}", text=repr(id), language=words.language),
                place,
                todo,
            )
            for id in sorted(words.translations.missed)
        )
    )


def _read_catalogue(path: Path | None, language: str) -> Catalogue:
    status = None if path is None else path.stat()
    state = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino) if status else ()
    compiled = Catalogue(io.BytesIO(_compile_catalogue(path, language, state)))
    compiled.missed = set()
    return compiled


@functools.lru_cache(maxsize=128)
def _compile_catalogue(path: Path | None, language: str, state: tuple[int, ...]) -> bytes:
    """The catalogue as gettext reads it; ``state`` tells an edit."""
    if path is None:
        catalogue = Catalog(locale=_LOCALES.get(language, language))
    else:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=_LOCALES.get(language, language))
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)  # leaves out what is empty or fuzzy
    return buffer.getvalue()
