"""``usbkit write`` on USB sticks: written, verified, and read by the guest's own kernel."""

from __future__ import annotations

import pytest

from tests.lab.laboratory import Laboratory
from tests.lab.writing import DEMO, SIZE, check_in_guest, records, write


@pytest.mark.long
def test_a_country_goes_from_manifest_to_a_stick_that_linux_mounts(lab: Laboratory, demo: None) -> None:
    stick = lab.plug("5", SIZE, serial="E2E-1")
    lab.usbkit("--manifests", DEMO / "manifests", "write", "guatemala", "--drive", stick.node, "--yes").expect(0)
    check_in_guest(lab, stick, "vfat")
    listed = lab.usbkit("--json", "drives").expect(0).json["drives"]
    assert [(d["serial"], d["content"], d["permission"]) for d in listed] == [("E2E-1", "usbkit", "ask")]
    # A computer that only looks at it changes what is around the files, not the files.
    lab.guest.shell(f"mkdir -p /mnt/used; mount {stick.node}1 /mnt/used; ls /mnt/used; sync; umount /mnt/used")
    verdict = lab.usbkit("--json", "verify", stick.node).expect(0).json
    assert verdict["content"] == "whole"
    assert verdict["structure"] in ("as it says of itself", "opened since, consistent")


@pytest.mark.long
def test_an_exfat_stick_is_mounted_as_one(lab: Laboratory, demo: None) -> None:
    stick = lab.plug("5", SIZE)
    done = write(lab, stick, options=("--filesystem", "exfat")).expect(0)
    assert records(done)[stick.usb_port]["outcome"] == "whole"
    check_in_guest(lab, stick, "exfat")


@pytest.mark.long
@pytest.mark.parametrize("filesystem", ["vfat", "exfat"])
def test_a_stick_with_sectors_of_4096_bytes_is_mounted_too(lab: Laboratory, demo: None, filesystem: str) -> None:
    stick = lab.plug("5", "600MB", sector_size=4096)
    name = "fat32" if filesystem == "vfat" else filesystem
    write(lab, stick, options=("--filesystem", name)).expect(0)
    check_in_guest(lab, stick, filesystem)


@pytest.mark.long
def test_eight_sticks_on_two_hubs_are_written_side_by_side(lab: Laboratory, demo: None) -> None:
    ports = [f"{hub}.{port}" for hub in (1, 2) for port in range(1, 5)]
    sticks = [lab.plug(port, SIZE, serial="SAME") for port in ports]
    assert {r["outcome"] for r in records(write(lab, *sticks).expect(0)).values()} == {"whole"}
    for stick in sticks:
        check_in_guest(lab, stick, "vfat")
