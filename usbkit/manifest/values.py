"""The types of single values in a manifest: a language, a path, a date. The models combine them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Strict, StringConstraints, WithJsonSchema

from usbkit.core.messages import Text, _, mark
from usbkit.core.units import MOMENT_PATTERN, SIZE_PATTERN, SMALLEST_BARE_SIZE, parse_moment, parse_size, shown
from usbkit.manifest.iso import ALPHA_2
from usbkit.manifest.quality import QUALITY_PATTERN
from usbkit.manifest.suggestions import nearest_language, suggest

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CODE_PATTERN = r"^[A-Z]{2}$"
KEY_PATTERN = r"^RW[A-Za-z0-9+/]{54}$"
DIGEST_PATTERN = r"^[0-9a-f]{64}$"
#: What a pattern asks for, in words.
PATTERNS = {
    ID_PATTERN: mark("small letters, digits and single hyphens, such as id-cards"),
    CODE_PATTERN: mark("two capital letters, such as GT"),
    DIGEST_PATTERN: mark("64 hexadecimal digits in small letters"),
    QUALITY_PATTERN: mark("original, a height such as 720p, or a size to fit such as fit 16GB"),
    KEY_PATTERN: mark("a minisign public key: 56 characters beginning with RW"),
}

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=40)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]

# BCP 47 primary language subtags, the only form we use; "zh" is written in simplified characters.
LANGUAGE_NAMES = {
    "en": "English",
    "es": "Español",
    "ru": "Русский",
    "zh": "中文",
    "vi": "Tiếng Việt",
    "ko": "한국어",
    "fr": "Français",
    "id": "Bahasa Indonesia",
    "km": "ភាសាខ្មែរ",
    "my": "မြန်မာဘာသာ",
    "uz": "Oʻzbekcha",
    "ky": "Кыргызча",
    "ar": "العربية",
}

#: What each language is called in messages; on pages and papers it is called by its own name.
LANGUAGES_SAID = {
    "en": _("English"),
    "es": _("Spanish"),
    "ru": _("Russian"),
    "zh": _("Chinese"),
    "vi": _("Vietnamese"),
    "ko": _("Korean"),
    "fr": _("French"),
    "id": _("Indonesian"),
    "km": _("Khmer"),
    "my": _("Burmese"),
    "uz": _("Uzbek"),
    "ky": _("Kyrgyz"),
    "ar": _("Arabic"),
}


class InvalidValueError(ValueError):
    """A field does not accept a value: ``what`` was found and expected, and what was probably meant."""

    def __init__(self, what: Text, todo: Text | None = None) -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


def _require_language(value: str) -> str:
    if value not in LANGUAGE_NAMES:
        raise InvalidValueError(
            _("unknown language {value}", value=shown(value)),
            suggest(nearest_language(value, LANGUAGE_NAMES), LANGUAGE_NAMES),
        )
    return value


def _require_relative(value: str) -> str:
    parts = re.split(r"[\\/]", value)
    if value.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", value) or ".." in parts:
        raise InvalidValueError(
            _("found {value}, expected a path that stays inside its folder", value=shown(value)),
            _("Put the file into the folder and write its path from there."),
        )
    if "\\" in value:
        raise InvalidValueError(
            _("found {value}, expected / between folders", value=shown(value)),
            _("Did you mean {near}?", near=value.replace("\\", "/")),
        )
    return value


def _require_no_number(value: object) -> object:
    # pydantic would read a number as seconds since 1970.
    if isinstance(value, int | float):
        raise InvalidValueError(
            _("found {value}, expected a date or time such as 2020-09-24 or 14:00:00", value=shown(value))
        )
    return value


def _require_address(value: str) -> str:
    if not re.match(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", value):
        raise InvalidValueError(_("found {value}, expected an e-mail address", value=shown(value)))
    return value


def _require_web_address(value: str) -> str:
    if not re.match(r"^https?://[^\s/]+", value):
        raise InvalidValueError(
            _("found {value}, expected a web address", value=shown(value)),
            _("Write it whole, beginning with https://"),
        )
    return value


def _require_country_code(value: str) -> str:
    if value not in ALPHA_2:
        raise InvalidValueError(
            _("found {value}, expected the ISO 3166 code of a country", value=shown(value)),
            _("Look it up at {place}", place="https://www.iso.org/obp/ui/#search/code/"),
        )
    return value


# What every system shows alike of a FAT volume label: it is kept in the code page of whoever formats, and small letters
# are not allowed (fatgen103, "FAT Directory Structure").
_LABEL_ALLOWED = re.compile(r"^[A-Z0-9_-]+( [A-Z0-9_-]+)*$")
LABEL_LENGTH = 11


def _require_label(value: str) -> str:
    if len(value) > LABEL_LENGTH or not _LABEL_ALLOWED.match(value):
        near = re.sub(r"[^A-Z0-9 _-]", "", unicodedata.normalize("NFKD", value).upper())
        near = (near if len(near) <= LABEL_LENGTH else re.sub("[ _-]", "", near))[:LABEL_LENGTH].strip()
        raise InvalidValueError(
            _(
                "found {value}, expected a label that FAT can hold: up to {count} capital letters, digits, - and _",
                value=shown(value),
                count=LABEL_LENGTH,
            ),
            _("Did you mean {near}?", near=near) if near else None,
        )
    return value


# What a schema says of a value is for editors: they complete and underline by it, and see dates and times as text.
Language = Annotated[
    str, AfterValidator(_require_language), WithJsonSchema({"type": "string", "enum": list(LANGUAGE_NAMES)})
]
CountryCode = Annotated[
    str,
    StringConstraints(pattern=CODE_PATTERN),
    AfterValidator(_require_country_code),
    WithJsonSchema({"type": "string", "enum": sorted(ALPHA_2)}),
]
VolumeLabel = Annotated[
    str,
    AfterValidator(_require_label),
    WithJsonSchema({"type": "string", "pattern": _LABEL_ALLOWED.pattern, "minLength": 1, "maxLength": LABEL_LENGTH}),
]
RelativePath = Annotated[Line, AfterValidator(_require_relative)]
Day = Annotated[dt.date, BeforeValidator(_require_no_number)]
Clock = Annotated[dt.time, BeforeValidator(_require_no_number)]
Flag = Annotated[bool, Strict()]
EmailAddress = Annotated[Line, AfterValidator(_require_address)]
WebAddress = Annotated[Line, AfterValidator(_require_web_address)]
Moment = Annotated[
    int, BeforeValidator(parse_moment), WithJsonSchema({"type": "string", "pattern": MOMENT_PATTERN, "title": "Moment"})
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": SIZE_PATTERN}, {"type": "integer", "minimum": SMALLEST_BARE_SIZE}]}
    ),
]
Lines = dict[Language, Line]
Texts = dict[Language, Prose]
