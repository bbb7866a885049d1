"""The texts that scripts show, each written once here, translated when the page is made, and passed as data.

The script fills in names in braces; a count follows a colon, so that no plural form is needed.
"""

from __future__ import annotations

from collections.abc import Callable


def script_words(gettext: Callable[[str], str]) -> dict[str, str]:
    """Return the scripts' texts by name."""
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
        "said": _("Transcript"),
        "all-languages": _("All languages"),
        "all-kinds": _("All kinds"),
        "all-recordings": _("All recordings"),
        "language": _("Language"),
        "kind": _("Kind"),
        "photo-previous": _("Previous photo"),
        "photo-next": _("Next photo"),
        "photo-save": _("Save the original"),
        "close-dialog": _("Close"),
        "seen": _("Watched"),
        "missing": _("Files that belong to this page are missing: {files}"),
        "resume": _("Continue at {time}"),
        "copied": _("Copied"),
        "page": _("Page {page} of {pages}"),
        "drive": _("This drive says that it is drive {number} of {of}."),
        "replaces": _("It says that it stands in place of drive {drive}."),
        "edition": _("It says that it holds edition {edition}."),
        "signed": _("It says that its contents are signed."),
        "claim": _("This is what it says of itself. Only the check shows whether it is true."),
        "copy": _(
            "These pages were opened from a folder, so they are a copy; what a drive says of itself is not shown."
        ),
        "unreadable": _("The transcript could not be loaded. The file may be damaged."),
        **_subtitle_words(_),
        **_key_words(_),
    }


def _subtitle_words(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "subtitle-settings": _("Subtitle settings"),
        "subtitle-size": _("Size"),
        "size-small": _("Small"),
        "size-medium": _("Medium"),
        "size-large": _("Large"),
        "size-huge": _("Very large"),
        "subtitle-dark": _("Dark background"),
        "subtitle-top": _("At the top of the picture"),
        "second-language": _("Second language"),
        "one-language": _("One language only"),
    }


def _key_words(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "keys": _("Keys"),
        "key-play": _("Play or pause"),
        "key-5": _("5 seconds back or forward"),
        "key-10": _("10 seconds back or forward"),
        "key-volume": _("Volume"),
        "key-sound": _("Sound on or off"),
        "key-subtitles": _("Subtitles on or off"),
        "key-screen": _("Full screen"),
        "key-tenth": _("To that tenth of the recording"),
        "key-ends": _("Beginning and end"),
        "key-speed": _("Slower or faster"),
        "key-lines": _("Line by line, in the transcript"),
        "key-search": _("Search"),
        "key-list": _("This list"),
        "key-focus": _("Use these keys only while the player has the focus"),
    }
