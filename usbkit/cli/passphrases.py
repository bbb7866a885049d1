"""Passphrases of packs: shown once and asked for, on a terminal or through a file descriptor, never as an argument."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from usbkit.cli.asking import ask_line
from usbkit.cli.output import show
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _, mark

Command = Callable[..., Any]

#: Bytes of a passphrase that is read.
_MOST = 1024

passphrase_fd = click.option(
    "--passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help=mark("Read the passphrase from the first line of file descriptor N instead of asking."),
)


def ask(descriptor: int | None) -> str:
    """Return the passphrase from ``descriptor`` or a person. Raises InputError if nobody can be asked."""
    if descriptor is not None:
        return _read_line(descriptor)
    if not sys.stdin.isatty():
        what, todo = _("a passphrase is needed, and nobody can be asked"), _("Give it with --passphrase-fd N.")
        raise InputError(Finding("passphrase-unasked", what, None, todo))
    return str(ask_line(_("Passphrase"), hide=True, err=True))


def tell(passphrase: str, descriptor: int | None) -> None:
    """Show a new passphrase once: on ``descriptor`` or the terminal. Raises InputError if there is neither."""
    if descriptor is not None:
        try:
            os.write(descriptor, passphrase.encode() + b"\n")
        except OSError as problem:
            raise _bad_descriptor(descriptor, problem) from None
        return
    if not sys.stderr.isatty():
        what = _("there is no terminal to show the new passphrase on, and it must not get into a log")
        raise InputError(Finding("passphrase-unseen", what, None, _("Have it written with --new-passphrase-fd N.")))
    show.say(_("The passphrase of this pack, shown only now. Send it another way than the files:"))
    show.say(f"\n    {passphrase}\n")


def _read_line(descriptor: int) -> str:
    data = b""
    try:
        while b"\n" not in data and len(data) < _MOST and (piece := os.read(descriptor, _MOST)):
            data += piece
    except OSError as problem:
        raise _bad_descriptor(descriptor, problem) from None
    return data.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")


def _bad_descriptor(descriptor: int, problem: OSError) -> InputError:
    what = _("file descriptor {number} cannot be used: {reason}", number=descriptor, reason=problem.strerror)
    return InputError(Finding("passphrase-descriptor", what, None, _("Open it for the command, as in `3<file`.")))
