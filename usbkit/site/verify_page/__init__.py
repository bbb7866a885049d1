"""``verify.html``: a self-contained page with which a recipient checks a drive in a browser, offline.

All countries of a programme's edition have the same file, so that every letter can state its digest. Scripts, styles,
words, fonts and keys are inlined; a Content-Security-Policy allows them by digest and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from markupsafe import Markup

from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.manifest.models import Programme
from usbkit.manifest.values import LANGUAGE_NAMES
from usbkit.site.phrase import script_json
from usbkit.site.templates import Shelf, render
from usbkit.site.verify_page.tables import judging_tables, programme_tables
from usbkit.site.verify_page.words import page_words
from usbkit.site.words import Words, load_words

PATH = "verify.html"

#: Languages of the page, in the order of its menu.
LANGUAGES = ("en", "es", "ru", "zh", "vi", "ko", "fr", "id", "km", "my", "uz", "ky", "ar")

#: The page's script, in the order in which its parts build on each other.
SCRIPTS = (
    "vendor/signature.js",
    "vendor/qrcode.js",
    "sha256.js",
    "seal.js",
    "companions.js",
    "strangers.js",
    "check.js",
    "origin.js",
    "hashing.js",
    "machine.js",
    "folder.js",
    "view.js",
    "receipt.js",
    "receipt_view.js",
    "result_view.js",
    "page.js",
)
#: The worker's script, started from the page's own text.
WORKER_SCRIPTS = ("vendor/hash-wasm.js", "sha256.js", "hashing.js", "worker.js")

#: Fonts for scripts that old computers cannot draw: family, and its file under ``assets/``.
FONTS = (
    ("Noto Sans Khmer", "fonts/noto-sans-khmer/400.woff2"),
    ("Noto Sans Myanmar", "fonts/noto-sans-myanmar/400.woff2"),
)


def render_verify_page(programme: Programme, templates: Path | None = None) -> PlannedFile:
    """Return the page for ``programme``; ``templates`` is a user's folder whose files override ours."""
    shelf = Shelf(templates)
    words = {code: load_words(code, [folder / "verify" for folder in shelf.locales]) for code in LANGUAGES}
    assets = _Assets(shelf)
    script = assets.script(SCRIPTS)
    style = assets.style()
    context = {
        "languages": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        "texts": page_words(str),
        "no_script": [(code, page_words(words[code].translations.gettext)["no-script"]) for code in LANGUAGES],
        "promises": [(code, _promises(shelf, words[code])) for code in LANGUAGES],
        "data": script_json(_data(programme, words)),
        "style": Markup(style),
        "script": Markup(script),
        "worker": Markup(assets.script(WORKER_SCRIPTS)),
        "policy": policy(script, style),
    }
    text = render(shelf.environment(words["en"]), PATH, context)
    return made(PATH, Role.PAGE, text.encode())


def render_check_lines(language: str, shelf: Shelf) -> str:
    """Return the lines of README.txt, in ``language``, that check a drive with a computer's own tools."""
    words = load_words(language, [folder / "verify" for folder in shelf.locales])
    return render(shelf.environment(words), "check-lines.txt", {}).strip()


def policy(script: str, style: str) -> str:
    """Return the page's Content-Security-Policy: this script, this style, its own worker and wasm, and nothing else."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}' 'wasm-unsafe-eval'; style-src '{_digest(style)}'; "
        "worker-src blob:; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _promises(shelf: Shelf, words: Words) -> Markup:
    return Markup(render(shelf.environment(words), "promises.html", {}))


def _data(programme: Programme, words: dict[str, Words]) -> dict[str, Any]:
    return {
        "rightToLeft": [code for code in LANGUAGES if words[code].direction == "rtl"],
        "words": {code: page_words(words[code].translations.gettext) for code in LANGUAGES},
        "tables": {**judging_tables(), **programme_tables(programme)},
    }


class _Assets:
    """Files under ``assets/``, the user's before ours."""

    def __init__(self, shelf: Shelf) -> None:
        self._paths = shelf.assets()

    def script(self, names: tuple[str, ...]) -> str:
        """Scripts joined into one strict function of its own, so that nothing of it can be reached from outside."""
        parts = [self._paths[f"verify/{name}"].read_text(encoding="utf-8") for name in names]
        text = '"use strict";\n(function () {\n' + "\n".join(parts) + "\n})();\n"
        if "</script" in text.lower() or "<!--" in text:
            raise ValueError("a script would end its own element")
        return text

    def style(self) -> str:
        faces = "".join(self._face(family, path) for family, path in FONTS)
        return faces + self._paths["verify/verify.css"].read_text(encoding="utf-8")

    def _face(self, family: str, path: str) -> str:
        data = base64.b64encode(self._paths[path].read_bytes()).decode()
        return f'@font-face{{font-family:"{family}";src:url(data:font/woff2;base64,{data}) format("woff2")}}\n'
