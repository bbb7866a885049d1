"""Runs in the guest: makes and removes USB devices of the guest's own making, by configfs and dummy_hcd.

``gadget.py plug JSON``, with the fields of ``tests.lab.gadget.GadgetMake``, ``name`` and ``image``, prints the link
that udev will make for the disk. ``gadget.py pull NAME`` takes the device out again. See the kernel's
Documentation/usb/gadget_configfs.rst.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

GADGETS = Path("/sys/kernel/config/usb_gadget")

#: How many devices of this kind can be there at once; each has a bus of its own.
LIMIT = 4

#: A boot keyboard's report descriptor (HID 1.11, appendix B.1) without its LEDs.
_KEYBOARD = bytes.fromhex("05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0")


def plug(make: dict[str, Any]) -> None:
    _prepare()
    gadget = GADGETS / make["name"]
    _write(gadget, {"idVendor": "0x1209", "idProduct": "0x0001"})
    strings = {k: make[k] for k in ("manufacturer", "product", "serial") if make[k] is not None}
    if "serial" in strings:
        strings["serialnumber"] = strings.pop("serial")
    _write(gadget / "strings/0x409", strings)
    (gadget / "configs/c.1").mkdir(parents=True)
    _add(gadget, "mass_storage.0", {"lun.0/removable": "1", "lun.0/file": make["image"]})
    if make["keyboard"]:
        _add(gadget, "hid.0", {"protocol": "1", "subclass": "1", "report_length": "8", "report_desc": _KEYBOARD})
    controller = _free_controller()
    (gadget / "UDC").write_text(controller)
    print(f"/dev/disk/by-path/platform-{controller.replace('udc', 'hcd')}-usb-0:1:1.0-scsi-0:0:0:0")


def pull(name: str) -> None:
    gadget = GADGETS / name
    (gadget / "UDC").write_text("\n")
    for function in (gadget / "configs/c.1").glob("*.*"):
        function.unlink()
    for folder in ("configs/c.1", "functions/mass_storage.0", "functions/hid.0", "strings/0x409", ""):
        if (gadget / folder).exists():
            (gadget / folder).rmdir()


def _prepare() -> None:
    subprocess.run(["modprobe", "libcomposite"], check=True)
    subprocess.run(["modprobe", "dummy_hcd", f"num={LIMIT}"], check=True)
    if not GADGETS.exists():
        subprocess.run(["mount", "-t", "configfs", "configfs", "/sys/kernel/config"], check=True)


def _add(gadget: Path, function: str, attributes: dict[str, str | bytes]) -> None:
    folder = gadget / "functions" / function
    _write(folder, attributes)
    (gadget / "configs/c.1" / function).symlink_to(folder)


def _write(folder: Path, attributes: dict[str, str | bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in attributes.items():
        (folder / name).write_bytes(value if isinstance(value, bytes) else value.encode())


def _free_controller() -> str:
    taken = {p.read_text().strip() for p in GADGETS.glob("*/UDC")}
    return min(c.name for c in Path("/sys/class/udc").iterdir() if c.name not in taken)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["plug", make]:
            plug(json.loads(make))
        case ["pull", name]:
            pull(name)
