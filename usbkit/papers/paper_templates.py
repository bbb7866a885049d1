"""Templates of papers, their words in each language, and the page that holds the parts.

A paper is one self-contained HTML file: no script, no network, embedded fonts for Khmer and Burmese.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from usbkit.site.templates import Shelf, render
from usbkit.site.words import Words, load_words, require_complete

#: Fonts under ``assets/fonts`` that travel in a paper which has letters of their script (Unicode blocks).
_CARRIED = {
    "noto-sans-khmer": ("Noto Sans Khmer", re.compile("[\u1780-\u17ff\u19e0-\u19ff]")),
    "noto-sans-myanmar": ("Noto Sans Myanmar", re.compile("[\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff]")),
}
_WEIGHTS = (400, 700)


@dataclass(frozen=True)
class Paper:
    """A paper ready for printing. ``name`` is its file's stem; ``moment`` the edition's date, used for its PDF.

    ``is_secret``: it contains a letter word, for the addressee only.
    """

    name: str
    html: str
    moment: dt.datetime
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class PaperPart:
    """One part of a paper, in one language."""

    language: str
    direction: str
    body: Markup


@dataclass
class PaperTemplates:
    """Templates and words of papers; the user's ``templates`` override ours."""

    templates: Path | None = None
    _environments: dict[str, tuple[Words, Environment]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.templates)

    def words(self, language: str) -> Words:
        """The words of papers in ``language``."""
        return self._speaking(language)[0]

    def part(self, template: str, language: str, context: Mapping[str, Any]) -> PaperPart:
        """Render ``template`` of ``papers/`` in ``language``. Raises InputError for a missing translation."""
        words, environment = self._speaking(language)
        text = render(environment, f"papers/{template}", context)
        require_complete(words)
        return PaperPart(language, words.direction, Markup(text))

    def page(self, style: str, title: str, parts: Sequence[PaperPart], **context: Any) -> str:
        """Return the whole paper: ``parts`` in order, ``style`` of ``papers/`` with ``context`` in its head."""
        _words, environment = self._speaking("en")
        sheet = Markup(
            self._faces("".join(part.body for part in parts)) + render(environment, f"papers/{style}", context)
        )
        values = {"title": title, "parts": parts, "style": sheet, **context}
        return render(environment, "papers/paper.html", values)

    def _speaking(self, language: str) -> tuple[Words, Environment]:
        if language not in self._environments:
            words = load_words(language, [folder / "papers" for folder in self.shelf.locales])
            self._environments[language] = words, self.shelf.environment(words)
        return self._environments[language]

    def _faces(self, text: str) -> str:
        assets = self.shelf.assets()
        return "".join(
            f'@font-face{{font-family:"{family}";font-weight:{weight};'
            f"src:url(data:font/woff2;base64,{_base64(assets[f'fonts/{folder}/{weight}.woff2'])})"
            ' format("woff2")}\n'
            for folder, (family, script) in _CARRIED.items()
            if script.search(text)
            for weight in _WEIGHTS
        )


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
