"""What the commands that open the ledger share: where it is, and who is at it."""

from __future__ import annotations

import getpass
import os

import click

from usbkit.cli.settings import Settings
from usbkit.ledger import Ledger
from usbkit.ledger.journey import Stage
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.text import Text, _, mark

operator = click.option("--operator", metavar="NAME", help=mark("Who answers for this (default: the login name)."))


#: A drive's stage in words.
STAGES: dict[Stage, Text] = {
    Stage.MINTED: _("given out"),
    Stage.BEGUN: _("being written"),
    Stage.INTERRUPTED: _("interrupted"),
    Stage.FAILED: _("failed"),
    Stage.WHOLE: _("WHOLE"),
    Stage.VOID: _("void"),
}


def ledger_place(settings: Settings) -> LedgerPlace:
    """Where the ledger is: ``--ledger``, else a file among the user's data."""
    return find_ledger(settings.ledger, os.environ)


def open_ledger(settings: Settings, operator: str | None = None) -> Ledger:
    """The ledger, made where there is none."""
    return Ledger.open(ledger_place(settings), operator or _login())


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
