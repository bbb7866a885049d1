"""Errors about an archive, raised before its name is known."""

from __future__ import annotations

from pathlib import Path

from usbkit.core.errors import AnswerNoError, Finding, InputError, Place, UsbkitError
from usbkit.core.messages import Text, _

#: What is wrong with what was typed, not with the archive.
_OF_THE_PASSPHRASE = frozenset(["passphrase-needed", "passphrase-wrong", "passphrase-or-damage"])


class UnfitError(Exception):
    """An archive that we do not unpack. ``id`` is the finding's, ``what`` its sentence, ``todo`` the next step."""

    def __init__(self, id: str, what: Text, todo: Text | None = None) -> None:
        super().__init__(id)
        self.id = id
        self.what = what
        self.todo = todo or _("It was changed after it was made, or is not ours. Ask for it to be sent again.")

    def about(self, archive: Path) -> UsbkitError:
        """Return the user's error, which names the archive."""
        finding = Finding(self.id, self.what, Place(str(archive)), self.todo)
        return InputError(finding) if self.id in _OF_THE_PASSPHRASE else AnswerNoError(finding)


def wrong_form(reason: str) -> UnfitError:
    """The error for an invalid header; ``reason`` is for whoever investigates it."""
    return UnfitError("header-form", _("its header is not one of a 7z archive: {reason}", reason=reason))
