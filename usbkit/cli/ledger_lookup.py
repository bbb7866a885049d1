"""What this computer's ledger knows of a drive being checked: a digest from outside it, if there is one.

A recipient has no ledger, so its libraries are loaded only once a drive shows the passport of an order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import UsbkitError
from usbkit.core.messages import Text, _
from usbkit.trust.passport import Passport

if TYPE_CHECKING:
    from usbkit.ledger.records import Journey
    from usbkit.ledger.state import LedgerState


class RecordedDrives:
    """The drives of the ledger on this computer, if there is one; opened on demand.

    A named ledger must exist and be readable; the default one may be missing or unreadable, which is reported.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_read = False
        self._state: LedgerState | None = None

    def metadata_of(self, says: Passport) -> str | None:
        """Return the recorded digest of the drive with this passport. Raises UsbkitError for a named ledger."""
        journey = self.find(says)
        return None if journey is None or journey.begun is None else journey.begun.metadata

    def find(self, says: Passport | None) -> Journey | None:
        """Return the drive with this passport, by its nonce; None if nobody here minted it."""
        if says is None or says.nonce is None:
            return None
        if not self._is_read:
            self._state, self._is_read = self._read(), True
        if self._state is None:
            return None
        from usbkit.ledger.appending import digest_nonce

        drive = self._state.by_nonce.get(digest_nonce(says.nonce))
        return None if drive is None else self._state.journeys[drive]

    @property
    def has_ledger(self) -> bool:
        """Whether a ledger was asked."""
        return self._state is not None

    def _read(self) -> LedgerState | None:
        try:
            from usbkit.cli.ledger_access import open_ledger
            from usbkit.cli.ledger_location import ledger_place
        except ImportError:
            if self._settings.ledger is not None:
                raise
            return None
        try:
            place = ledger_place(self._settings)
            if self._settings.ledger is None and not place.exists:
                return None
            return open_ledger(self._settings).read()
        except UsbkitError as problem:
            if self._settings.ledger is not None:
                raise
            show.say(_("the ledger is not asked: {reason}", reason=problem.findings[0].what))
            return None


def describe(journey: Journey) -> Text:
    """Return a drive's state in the ledger, on one line."""
    from usbkit.cli.ledger_access import state_of

    return _(
        "drive {drive}, {number} of {of} of order {order}: {state}",
        drive=journey.reference,
        number=journey.number,
        of=journey.of,
        order=journey.order,
        state=state_of(journey),
    )


def journey_json(journey: Journey | None) -> dict[str, Any] | None:
    """Return the same as JSON; stable."""
    if journey is None:
        return None
    return {
        "drive": journey.reference,
        "number": journey.number,
        "of": journey.of,
        "order": journey.order,
        "state": journey.stage.value,
        "where": journey.where.value,
    }
