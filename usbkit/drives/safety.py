"""Which drives may be written: one table, applied to facts only. Documents and tests quote it.

The first row whose evidence is found decides; rows that refuse come before rows that ask. A decision includes its
evidence, so that a person can see why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.units import format_size
from usbkit.disk.marks import MEMBERS
from usbkit.drives.device import OURS, DriveFacts, DriveKind, Identity
from usbkit.drives.signatures import UNKNOWN

#: The largest drive that is taken for a stick without being asked about by name, in bytes.
LARGEST_STICK = 256 * 10**9

#: Sector sizes that a layout can be made for.
SECTOR_SIZES = (512, 4096)


class Permission(StrEnum):
    """What is required before a drive is written."""

    NAMED = "named"  # naming it was enough
    ASK = "ask"  # the batch's one confirmation, which --yes gives
    CONFIRM = "confirm"  # --confirm with its serial or port, --yes notwithstanding
    CONFIRM_NOT_USB = "confirm-not-usb"  # the same, and --not-usb
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Wish:
    """The user's options besides the drive's name: the bytes needed, confirmations, and their scope."""

    needed: int = 0
    confirmed: frozenset[str] = frozenset()
    not_usb: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``evidence`` returns what was found, None if the row does not apply."""

    id: str
    permission: Permission
    evidence: Callable[[DriveFacts, Wish], Text | None]
    todo: Text


@dataclass(frozen=True, slots=True)
class Decision:
    """The table's decision on one drive: the row that decided, and its evidence."""

    rule: Rule
    evidence: Text
    facts: DriveFacts
    wish: Wish

    @property
    def may_write(self) -> bool:
        """Whether only the batch's confirmation is missing, or nothing."""
        match self.rule.permission:
            case Permission.REFUSE:
                return False
            case Permission.CONFIRM:
                return is_confirmed(self.facts.identity, self.wish)
            case Permission.CONFIRM_NOT_USB:
                return self.wish.not_usb and is_confirmed(self.facts.identity, self.wish)
            case _:
                return True

    def finding(self) -> Finding:
        """The finding that explains why the drive is not written."""
        return Finding(self.rule.id, self.evidence, Place(str(self.facts.identity.node)), self.rule.todo)


def judge(facts: DriveFacts, wish: Wish) -> Decision:
    """Apply the table to one drive."""
    for rule in RULES:
        evidence = rule.evidence(facts, wish)
        if evidence is not None:
            return Decision(rule, evidence, facts, wish)
    raise AssertionError("the table's last row applies to every drive")


def is_confirmed(identity: Identity, wish: Wish) -> bool:
    """Whether a ``--confirm`` names this drive by its serial or its port, or an image or loop device by its path."""
    names = {identity.serial, identity.port}
    if identity.kind is not DriveKind.DISK:
        names.add(str(identity.node))
    return bool(names & wish.confirmed)


def _system(facts: DriveFacts, wish: Wish) -> Text | None:
    if not facts.holds_system:
        return None
    return _("this computer runs from it: {places} is there", places=", ".join(facts.mounted_at))


def _mounted(facts: DriveFacts, wish: Wish) -> Text | None:
    if not facts.mounted_at:
        return None
    return _("it is mounted at {places}", places=", ".join(facts.mounted_at))


def _swap(facts: DriveFacts, wish: Wish) -> Text | None:
    return _("this computer swaps to it") if facts.swap else None


def _held(facts: DriveFacts, wish: Wish) -> Text | None:
    return _("it is in use by {holders}", holders=", ".join(facts.holders)) if facts.holders else None


def _member(facts: DriveFacts, wish: Wish) -> Text | None:
    """By its mark: whether other drives need this one for what they hold, nothing here can tell."""
    if facts.content not in MEMBERS:
        return None
    return _("it is marked as a part of a volume group, RAID or pool: {content}", content=facts.content)


def _read_only(facts: DriveFacts, wish: Wish) -> Text | None:
    return _("it is read-only") if facts.is_read_only else None


def _small(facts: DriveFacts, wish: Wish) -> Text | None:
    size = facts.identity.size
    if size >= wish.needed:
        return None
    return _(
        "too small: {size}; {needed} are needed, {missing} short",
        size=format_size(size),
        missing=format_size(wish.needed - size),
        needed=format_size(wish.needed),
    )


def _sectors(facts: DriveFacts, wish: Wish) -> Text | None:
    if facts.sector_size in SECTOR_SIZES:
        return None
    return _("its sectors have {size} bytes, not 512 or 4096", size=facts.sector_size)


def _odd_size(facts: DriveFacts, wish: Wish) -> Text | None:
    size = facts.identity.size
    if size % facts.sector_size == 0:
        return None
    return _("its size of {size} bytes is not a multiple of its sectors' {sector}", size=size, sector=facts.sector_size)


def _keyboard(facts: DriveFacts, wish: Wish) -> Text | None:
    if not facts.other_interfaces:
        return None
    return _("the same device is also: {interfaces}", interfaces=", ".join(facts.other_interfaces))


def _full_image(facts: DriveFacts, wish: Wish) -> Text | None:
    if facts.identity.kind is DriveKind.DISK or (facts.identity.kind is DriveKind.FILE and facts.content == UNKNOWN):
        return None
    return _numbered(facts, wish) or _added(facts, wish) or _foreign(facts, wish)


def _loop_or_blank_file(facts: DriveFacts, wish: Wish) -> Text | None:
    kind = facts.identity.kind
    if kind is DriveKind.LOOP:
        return _("a loop device, named")
    if kind is DriveKind.FILE and facts.content != UNKNOWN:
        return _("an image file, named")
    return None


def _other_file(facts: DriveFacts, wish: Wish) -> Text | None:
    if facts.identity.kind is not DriveKind.FILE:
        return None
    return _("this file is neither empty nor an image of a drive")


def _not_usb(facts: DriveFacts, wish: Wish) -> Text | None:
    return None if facts.is_usb else _("it is not a USB drive")


def _fixed(facts: DriveFacts, wish: Wish) -> Text | None:
    return None if facts.is_removable else _("it reports itself as not removable, as hard disks do")


def _large(facts: DriveFacts, wish: Wish) -> Text | None:
    size = facts.identity.size
    if size <= LARGEST_STICK:
        return None
    return _(
        "it is larger than a stick may be: {size}; the limit is {limit}",
        size=format_size(size),
        limit=format_size(LARGEST_STICK),
    )


def _foreign(facts: DriveFacts, wish: Wish) -> Text | None:
    if facts.content in (None, OURS):
        return None
    return _("it holds data that is not ours: {content}", content=facts.content)


def _numbered(facts: DriveFacts, wish: Wish) -> Text | None:
    return _("a numbered drive of ours: {number}", number=facts.numbered) if facts.numbered else None


def _added(facts: DriveFacts, wish: Wish) -> Text | None:
    if not facts.strangers:
        return None
    return _("a finished drive of ours with files that somebody added or changed: {count}", count=facts.strangers)


def _stick(facts: DriveFacts, wish: Wish) -> Text | None:
    return _("a USB stick, blank") if facts.content is None else _("a USB stick, written by usbkit before")


_BY_NAME = _("If it is the right one, confirm it: --confirm with its serial or port.")
_ANOTHER = _("Use another drive.")

#: Design section 8. That a drive is still the one that was named is checked where it is opened.
RULES: tuple[Rule, ...] = (
    Rule("holds-system", Permission.REFUSE, _system, _("usbkit never writes to this. Name the stick.")),
    Rule("mounted", Permission.REFUSE, _mounted, _("Check that it is the right one, then unmount it.")),
    Rule("swap", Permission.REFUSE, _swap, _("usbkit never writes to this. Name the stick.")),
    Rule("held", Permission.REFUSE, _held, _("Detach it from whatever uses it, or use another drive.")),
    Rule(
        "member",
        Permission.REFUSE,
        _member,
        _(
            "What other drives hold may depend on it, so usbkit never writes to it. Use another drive. Does nobody need"
            " this one? Take the mark away: wipefs --all, on each of its partitions and then on the drive itself."
        ),
    ),
    Rule("read-only", Permission.REFUSE, _read_only, _("Does it have a lock switch? Are you allowed to write to it?")),
    Rule("too-small", Permission.REFUSE, _small, _("Use a larger drive.")),
    Rule("sector-size", Permission.REFUSE, _sectors, _ANOTHER),
    Rule("odd-size", Permission.REFUSE, _odd_size, _("Make it one: truncate -s %4096 NAME.img")),
    Rule(
        "other-interfaces", Permission.REFUSE, _keyboard, _("Unplug it. A stick that acts as a keyboard is an attack.")
    ),
    Rule(
        "full-image",
        Permission.CONFIRM,
        _full_image,
        _("If it may be overwritten, confirm it: --confirm with its path."),
    ),
    Rule("loop-or-file", Permission.NAMED, _loop_or_blank_file, _ANOTHER),
    Rule("not-an-image", Permission.REFUSE, _other_file, _("Make an empty one: truncate -s 16G NAME.img")),
    Rule(
        "not-usb",
        Permission.CONFIRM_NOT_USB,
        _not_usb,
        _("If it is the right one, confirm it: --not-usb, and --confirm with its serial."),
    ),
    Rule("not-removable", Permission.CONFIRM, _fixed, _BY_NAME),
    Rule("large", Permission.CONFIRM, _large, _BY_NAME),
    Rule("foreign-content", Permission.CONFIRM, _foreign, _BY_NAME),
    Rule(
        "numbered",
        Permission.CONFIRM,
        _numbered,
        _("If it may be overwritten, confirm it: --confirm with its serial or port."),
    ),
    Rule("added-to", Permission.CONFIRM, _added, _BY_NAME),
    Rule("stick", Permission.ASK, _stick, _ANOTHER),
)
