"""The words that scripts show: each is said here once, translated when the page is made, and handed over as data.

Names in braces are filled in by the script; a count stands after a colon, so that no plural form is needed there.
"""

from __future__ import annotations

from collections.abc import Callable


def script_words(gettext: Callable[[str], str]) -> dict[str, str]:
    """The scripts' words by the names that scripts know them by."""
    _ = gettext
    return {
        "found": _("Results: {count}"),
        "nothing": _("Nothing was found for “{query}”."),
        "near": _("Did you mean:"),
        "more": _("Show more"),
        "close": _("Close the search"),
        "loading": _("Loading…"),
        "partial": _("Part of what is searched could not be loaded, so more may be found. Files may be damaged."),
        "title": _("Recording"),
        "speaker": _("Speaker"),
        "question": _("Question"),
        "chapter": _("Chapter"),
        "document": _("Document"),
        "slide": _("Slide"),
        "photo": _("Photo"),
        "resume": _("Continue at {time}"),
        "copied": _("Copied"),
        "page": _("Page {page} of {pages}"),
        "drive": _("This drive says that it is drive {number} of {of}."),
        "edition": _("It says that it holds edition {edition}."),
        "signed": _("It says that its contents are signed."),
        "claim": _("This is what it says of itself. Only the check shows whether it is true."),
        "copy": _(
            "These pages were opened from a folder, so they are a copy; what a drive says of itself is not shown."
        ),
        "unreadable": _("The transcript could not be loaded. The file may be damaged."),
    }
