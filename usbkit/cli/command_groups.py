"""The commands grouped by task: a dozen first, all others under *more*. Names only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from usbkit.core.messages import Text, _, mark

#: The commands in the order of the journey, and what each does in a line that fits beside its name in 80 columns.
#: A command ``x`` is ``x`` in ``usbkit.cli.commands.x``, loaded when asked for, so that ``verify`` imports nothing
#: Linux-only.
COMMANDS: Mapping[str, str] = {
    "status": mark("What waits for whom, and the next command."),
    "demo": mark("A small library and Guatemala's drive, from manifest to verdict."),
    "new": mark("Begin a programme or a country with a manifest to go on with."),
    "schema": mark("The JSON Schema of a manifest, for editors."),
    "check": mark("Is a country ready? What is missing or wrong, and what to do."),
    "mend": mark("Convert a file that pages cannot show."),
    "approve": mark("Release the seal that a country's drives bear now."),
    "build": mark("Assemble and seal a country's bundle as a folder."),
    "preview": mark("Serve a country's pages here and reload them upon a change."),
    "image": mark("Write a country's whole drive as a sparse image file."),
    "lock": mark("Record what a country gets, to make the same again."),
    "diff": mark("Say in words what changed between two states of a drive."),
    "drives": mark("What is plugged in, and what may be written."),
    "write": mark("Write drives, each at its own pace, and prove each by reading."),
    "wipe": mark("Empty a drive."),
    "verify": mark("Check drives, images or folders against their seal."),
    "key": mark("Make, show, hand out and withdraw the keys that sign seals."),
    "seal": mark("Show, sign and check seals."),
    "order": mark("Order drives, see how far orders are, cancel them."),
    "station": mark("Fill the open orders from whatever sticks are plugged in."),
    "receipt": mark("Enter the codes with which the far end says what it found."),
    "ledger": mark("What happened to every drive, and is the record consistent?"),
    "label": mark("Labels for whole drives, with their number and a QR code."),
    "letter": mark("The letter with the drives, and the one that goes another way."),
    "dispatch": mark("All papers of orders that leave together."),
    "pack": mark("A bundle as 7z archives that travel as files."),
    "unpack": mark("The bundle out of such archives, once its seal holds."),
    "export": mark("A bundle in the form that archives take in."),
    "hub": mark("Several stations, one order: make a hub, add computers, see them."),
    "completion": mark("Shell completion of usbkit's commands."),
    "help": mark("The commands by task, or COMMAND with its options."),
    "doctor": mark("What this machine has and lacks for what usbkit does."),
    "library": mark("Has any file of the library changed since it was first seen?"),
    "cache": mark("The cache: what is remembered between runs, and transcodes."),
}

#: The dozen that a season is made with, in the order in which they are needed.
TASKS: Mapping[Text, Sequence[str]] = {
    _("Make"): ("status", "new", "check", "preview", "approve"),
    _("Send"): ("order", "station", "label", "dispatch"),
    _("Back"): ("verify", "receipt", "ledger"),
}

MORE = _("More")


def group_commands(names: Sequence[str]) -> list[tuple[Text, list[str]]]:
    """Return ``names`` by task; those without a task come last, in the given order."""
    first = {name for task in TASKS.values() for name in task}
    groups = [(title, [name for name in task if name in names]) for title, task in TASKS.items()]
    groups.append((MORE, [name for name in names if name not in first]))
    return [(title, found) for title, found in groups if found]
