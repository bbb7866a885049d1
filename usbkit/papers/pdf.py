"""Print a page as PDF with a browser, with the edition's date instead of the clock's; check for missing fonts."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

from usbkit.papers.browser import print_page, run_page
from usbkit.site.phrase import script_json

# ISO 32000-1, 7.9.4 and 14.3.3: /CreationDate (D:YYYYMMDDHHmmSS…), and /ModDate alike.
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")

_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)

#: First words of the Unicode names of letters whose font travels in the page itself.
_CARRIED = ("KHMER", "MYANMAR")

#: A script draws each letter as the browser would, and one that no font has (U+0378 is not assigned, U+10FFFD is for
#: private use): letters that look like these are boxes.
_PROBE = """<!doctype html><meta charset="utf-8"><title>fonts</title><p id="undrawn"></p><script>
(function () {
  var pen = document.createElement("canvas").getContext("2d");
  pen.canvas.width = pen.canvas.height = 40;
  pen.font = "28px sans-serif";
  function draw(letter) {
    pen.clearRect(0, 0, 40, 40);
    pen.fillText(letter, 4, 32);
    return pen.canvas.toDataURL();
  }
  var boxes = ["\\u0378", "\\udbff\\udffd"].map(draw);
  var undrawn = LETTERS.filter(function (letter) { return boxes.indexOf(draw(letter)) >= 0; });
  var codes = undrawn.map(function (letter) { return letter.codePointAt(0); });
  document.getElementById("undrawn").textContent = JSON.stringify(codes);
})();
</script>"""


def print_pdf(html: str, browser: Path, moment: dt.datetime) -> bytes:
    """Return ``html`` as PDF, dated ``moment``: the same page, browser and fonts give the same bytes.

    Raises BrokenOffError if the browser fails. The new date has the length of the old one, so no offset changes.
    """
    return _DATE.sub(rb"\g<1>" + f"{moment:%Y%m%d%H%M%S}".encode(), print_page(html, browser))


def letters_of(html: str) -> frozenset[str]:
    """Return the characters of a page that the machine's own fonts must draw."""
    text = Markup(_STYLE.sub("", html)).striptags()
    return frozenset(
        letter
        for letter in set(text)
        if letter > "\u007f"
        and unicodedata.category(letter).startswith("L")
        and not unicodedata.name(letter, "").startswith(_CARRIED)
    )


def find_undrawn(pages: Iterable[str], browser: Path) -> frozenset[str]:
    """Return the characters in ``pages`` for which ``browser`` has no font and would print boxes."""
    letters = sorted(frozenset().union(*map(letters_of, pages)))
    if not letters:
        return frozenset()
    made = run_page(_PROBE.replace("LETTERS", script_json(letters)), browser)
    found = re.search(r'<p id="undrawn">(\[[\d,]*\])</p>', made)
    return frozenset(map(chr, json.loads(found[1]))) if found else frozenset(letters)
