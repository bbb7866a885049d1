"""The safety table: one test per row; rows that refuse come first."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from usbkit.core.errors import RefusedError, UsbkitError
from usbkit.drives.device import DriveFacts, DriveKind, Identity
from usbkit.drives.linux import identify, list_drives, look_at
from usbkit.drives.safety import LARGEST_STICK, RULES, Permission, Wish, judge
from usbkit.writing.choosing import choose_drives

STICK = Identity(Path("/dev/sdb"), DriveKind.DISK, 16 * 10**9, "1-2.3", "Maker", "Stick", "S3R1AL", 77)
FACTS = DriveFacts(
    identity=STICK,
    sector_size=512,
    is_usb=True,
    is_removable=True,
    is_read_only=False,
    other_interfaces=(),
    mounted_at=(),
    swap=False,
    holders=(),
    holds_system=False,
    content=None,
)


def facts(**changes: Any) -> DriveFacts:
    identity = {k: changes.pop(k) for k in ("kind", "size", "serial", "port") if k in changes}
    return dataclasses.replace(FACTS, identity=dataclasses.replace(STICK, **identity), **changes)


ROWS = [
    ("holds-system", {"holds_system": True, "mounted_at": ("/",)}, Permission.REFUSE, "/"),
    ("mounted", {"mounted_at": ("/media/x",)}, Permission.REFUSE, "/media/x"),
    ("swap", {"swap": True}, Permission.REFUSE, "swap"),
    ("held", {"holders": ("dm-0",)}, Permission.REFUSE, "dm-0"),
    ("member", {"content": "LVM2_member"}, Permission.REFUSE, "LVM2_member"),
    ("member", {"content": "linux_raid_member"}, Permission.REFUSE, "linux_raid_member"),
    ("member", {"content": "zfs_member"}, Permission.REFUSE, "zfs_member"),
    ("read-only", {"is_read_only": True}, Permission.REFUSE, "read-only"),
    ("too-small", {"size": 10**9}, Permission.REFUSE, "too small: 1.00 GB; 8.00 GB are needed, 7.00 GB short"),
    ("sector-size", {"sector_size": 2048}, Permission.REFUSE, "2048"),
    ("other-interfaces", {"other_interfaces": ("keyboard or mouse",)}, Permission.REFUSE, "keyboard"),
    ("odd-size", {"size": 16 * 10**9 + 100}, Permission.REFUSE, "16000000100"),
    ("odd-size", {"size": 16 * 10**9 + 512, "sector_size": 4096}, Permission.REFUSE, "4096"),
    ("full-image", {"kind": DriveKind.LOOP, "is_usb": False, "content": "ext4"}, Permission.CONFIRM, "ext4"),
    ("full-image", {"kind": DriveKind.FILE, "is_usb": False, "content": "ext4"}, Permission.CONFIRM, "ext4"),
    (
        "full-image",
        {"kind": DriveKind.FILE, "is_usb": False, "content": "usbkit", "numbered": "GT 3/20"},
        Permission.CONFIRM,
        "GT 3/20",
    ),
    ("loop-or-file", {"kind": DriveKind.LOOP, "is_usb": False}, Permission.NAMED, "loop"),
    ("loop-or-file", {"kind": DriveKind.FILE, "is_usb": False, "content": "usbkit"}, Permission.NAMED, "image file"),
    (
        "not-an-image",
        {"kind": DriveKind.FILE, "is_usb": False, "content": "unknown data"},
        Permission.REFUSE,
        "neither",
    ),
    ("not-usb", {"is_usb": False}, Permission.CONFIRM_NOT_USB, "not a USB"),
    ("not-removable", {"is_removable": False}, Permission.CONFIRM, "removable"),
    ("large", {"size": LARGEST_STICK + 512}, Permission.CONFIRM, "256 GB"),
    ("foreign-content", {"content": "ntfs"}, Permission.CONFIRM, "ntfs"),
    ("foreign-content", {"content": "unknown data"}, Permission.CONFIRM, "unknown data"),
    ("numbered", {"content": "usbkit", "numbered": "GT 3/20"}, Permission.CONFIRM, "GT 3/20"),
    ("added-to", {"content": "usbkit", "strangers": 7}, Permission.CONFIRM, "7"),
    (
        "full-image",
        {"kind": DriveKind.FILE, "is_usb": False, "content": "usbkit", "strangers": 7},
        Permission.CONFIRM,
        "7",
    ),
    ("stick", {}, Permission.ASK, "blank"),
    ("stick", {"content": "usbkit"}, Permission.ASK, "usbkit"),
]


@pytest.mark.parametrize(("rule", "changes", "permission", "said"), ROWS)
def test_row(rule: str, changes: dict[str, Any], permission: Permission, said: str) -> None:
    decision = judge(facts(**changes), Wish(needed=8 * 10**9))
    assert (decision.rule.id, decision.rule.permission) == (rule, permission)
    assert said in str(decision.evidence)
    assert str(decision.rule.todo)


def test_every_row_has_a_test() -> None:
    assert {rule.id for rule in RULES} == {row[0] for row in ROWS}


@pytest.mark.parametrize(("rule", "changes", "permission", "said"), [r for r in ROWS if r[2] is Permission.REFUSE])
def test_nothing_confirms_a_refusal(rule: str, changes: dict[str, Any], permission: Permission, said: str) -> None:
    wish = Wish(needed=8 * 10**9, confirmed=frozenset(("S3R1AL", "1-2.3")), not_usb=True)
    assert not judge(facts(**changes), wish).may_write


@pytest.mark.parametrize("changes", [r[1] for r in ROWS if r[2] is Permission.CONFIRM])
@pytest.mark.parametrize("name", ["S3R1AL", "1-2.3"])
def test_named_by_serial_or_port(changes: dict[str, Any], name: str) -> None:
    assert not judge(facts(**changes), Wish()).may_write
    assert not judge(facts(**changes), Wish(confirmed=frozenset(("other",)))).may_write
    assert judge(facts(**changes), Wish(confirmed=frozenset((name,)))).may_write


def test_an_image_is_confirmed_by_its_path_and_a_disk_is_not() -> None:
    named = Wish(confirmed=frozenset((str(STICK.node),)))
    assert judge(facts(kind=DriveKind.LOOP, is_usb=False, content="ext4"), named).may_write
    assert not judge(facts(content="ext4"), named).may_write


def test_somebody_s_data_on_a_disk_that_is_not_usb_needs_both() -> None:
    named = Wish(confirmed=frozenset(("S3R1AL",)))
    assert not judge(facts(is_usb=False, content="ext4"), named).may_write
    assert not judge(facts(is_usb=False, content="usbkit", numbered="GT 3/20"), named).may_write


def test_not_usb_needs_both() -> None:
    disk = facts(is_usb=False, port=None)
    named = frozenset(("S3R1AL",))
    assert not judge(disk, Wish(confirmed=named)).may_write
    assert not judge(disk, Wish(not_usb=True)).may_write
    assert judge(disk, Wish(confirmed=named, not_usb=True)).may_write


def test_a_drive_without_serial_is_not_confirmed_by_nothing() -> None:
    assert not judge(facts(serial=None, port=None, is_removable=False), Wish(confirmed=frozenset(("",)))).may_write


@pytest.mark.parametrize(
    ("size", "permission"), [(LARGEST_STICK, Permission.ASK), (LARGEST_STICK + 512, Permission.CONFIRM)]
)
def test_the_largest_stick(size: int, permission: Permission) -> None:
    assert judge(facts(size=size), Wish()).rule.permission is permission


def test_this_computer_s_own_disk_is_refused_and_never_opened_for_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [node for node in list_drives() if _holds_system(node)]
    if not own:
        pytest.skip("this computer runs from nothing that looks like a disk")
    opened: list[tuple[str, int]] = []
    real = os.open

    def spy(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        opened.append((str(path), flags))
        return real(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", spy)
    for node in own:
        identity = identify(node)
        wish = Wish(confirmed=frozenset(filter(None, (identity.serial, identity.port))), not_usb=True)
        with pytest.raises(RefusedError) as refused:
            choose_drives([str(node)], False, wish)
        assert refused.value.findings[0].id == "holds-system"
        assert str(node) in str(refused.value)
        look_at(node)
    touched = [flags for path, flags in opened if path in map(str, own)]
    assert touched, "its content was looked at"
    assert all(flags & (os.O_WRONLY | os.O_RDWR) == 0 for flags in touched)


def _holds_system(node: Path) -> bool:
    try:
        return look_at(node).holds_system
    except UsbkitError:
        return False
