"""The safety table with real USB devices: drives that may not be written are named, and keep every byte."""

from __future__ import annotations

import pytest

from tests.lab.gadget import Gadget
from tests.lab.laboratory import Laboratory
from tests.lab.stick import Stick
from tests.lab.writing import SIZE, check_in_guest, records, write
from tests.support.cli import Done


def _findings(done: Done) -> dict[str, str]:
    """The row that refused each drive, by its device."""
    return {f["file"]: f["id"] for f in done.json["findings"]}


def test_every_row_that_refuses_or_asks_is_named_and_nothing_is_touched(lab: Laboratory, demo: None) -> None:
    sticks: dict[str, Stick | Gadget] = {
        "read-only": lab.plug("1.1", SIZE, serial="R1", read_only=True),
        "mounted": lab.plug("1.2", SIZE, serial="R2"),
        "holds-system": lab.plug("1.3", SIZE, serial="R3"),
        "swap": lab.plug("1.4", SIZE, serial="R4"),
        "foreign-content": lab.plug("2.1", SIZE, serial="R5"),
        "not-removable": lab.plug("2.2", SIZE, serial="R6", removable=False),
        "member": lab.plug("2.3", SIZE, serial="R7"),
        "large": lab.plug("5", "2TB", serial="R8"),
        "other-interfaces": lab.plug_gadget(SIZE, keyboard=True),
    }
    node = {row: s.node for row, s in sticks.items()}
    lab.guest.shell(
        f"mkfs.vfat -I {node['mounted']}; mkdir -p /mnt/theirs; mount -o ro {node['mounted']} /mnt/theirs;"
        f"mkfs.ext4 -q {node['holds-system']}; mount -o ro {node['holds-system']} /srv;"
        f"mkswap {node['swap']}; swapon {node['swap']};"
        f"mkfs.ext4 -q {node['foreign-content']};"
        # LVM2's label: four sectors from the start, one of them begins so.
        f"printf LABELONE | dd of={node['member']} bs=512 seek=1 conv=sync status=none; sync"
    )
    before = {row: s.digest() for row, s in sticks.items() if row != "large"}
    try:
        done = write(lab, *sticks.values()).expect(2)
        assert _findings(done) == {str(node[row]): row for row in sticks}
        assert "keyboard" in done.out
    finally:
        lab.guest.shell(f"umount /mnt/theirs /srv; swapoff {node['swap']}")
    assert {row: s.digest() for row, s in sticks.items() if row != "large"} == before
    # Each asked one by one: those that ask are written when they are confirmed, and only then.
    foreign = sticks["foreign-content"]
    assert records(write(lab, foreign, options=("--confirm", "R5")).expect(0))[foreign.usb_port]["outcome"] == "whole"
    check_in_guest(lab, foreign, "vfat")


@pytest.mark.long
def test_a_serial_that_two_sticks_have_confirms_neither(lab: Laboratory, demo: None) -> None:
    first, second = (lab.plug(port, SIZE, serial="000000000001") for port in ("1.1", "1.2"))
    lab.guest.shell(f"mkfs.ext4 -q {first.node}; mkfs.ext4 -q {second.node}")
    done = write(lab, first, second, options=("--confirm", "000000000001")).expect(2)
    assert [f["id"] for f in done.json["findings"]] == ["confirm-ambiguous"]
    done = write(lab, second, options=("--confirm", second.usb_port)).expect(0)
    assert records(done)[second.usb_port]["outcome"] == "whole"
    assert lab.guest.shell(f"blkid -o value -s TYPE {first.node}") == "ext4\n"
