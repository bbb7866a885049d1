"""``usbkit drives`` among real USB devices: what it knows of each, and that it sees them come and go."""

from __future__ import annotations

import time
from typing import Any

from tests.lab.guest import Job
from tests.lab.laboratory import Laboratory


def _list(lab: Laboratory) -> dict[str, dict[str, Any]]:
    drives = lab.usbkit("--json", "drives", "--all").expect(0).json["drives"]
    return {d["port"]: d for d in drives if d["port"] is not None}


def test_each_stick_is_listed_with_port_maker_serial_size_and_speed(lab: Laboratory) -> None:
    slow = lab.plug("2.7", "64MB", serial="SLOW-1")
    fast = lab.plug("5", "2TB", serial="FAST-1")
    gadget = lab.plug_gadget(manufacturer="Acme Corp", product="Stick 3", serial='odd/%s;"é')
    twin = lab.plug_gadget(serial=None)
    listed = _list(lab)
    assert set(listed) == {slow.usb_port, fast.usb_port, gadget.usb_port, twin.usb_port}
    first = listed[slow.usb_port]
    assert (first["drive"], first["serial"], first["size"]) == (str(slow.node), "SLOW-1", 64 * 10**6)
    assert (first["speed_mbps"], first["removable"], first["content"]) == (12, True, None)
    assert first["permission"] == "ask"
    second = listed[fast.usb_port]
    assert (second["size"], second["speed_mbps"], second["rule"]) == (2 * 10**12, 5000, "large")
    third = listed[gadget.usb_port]
    assert (third["vendor"], third["model"], third["serial"]) == ("Acme Corp", "Stick 3", 'odd/%s;"é')
    assert third["speed_mbps"] == 480
    assert listed[twin.usb_port]["serial"] is None


def _await_listing(job: Job, holds: str | None, lacks: str | None) -> float:
    """Seconds until the last table printed has ``holds`` and not ``lacks``."""
    began = time.monotonic()
    while time.monotonic() - began < 60:
        last = job.out().rpartition("drive ")[2] if "No drive" not in job.out()[-60:] else ""
        if (holds is None or holds in last) and (lacks is None or lacks not in last):
            return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(f"never listed with {holds} and without {lacks}:\n{job.out()}\n{job.err()}")


def test_watch_sees_sticks_come_and_go(lab: Laboratory) -> None:
    job = lab.start_usbkit("drives", "--watch")
    try:
        stick = lab.plug("1.1", serial="FIRST")
        _await_listing(job, "FIRST", None)
        lab.plug("2.2", serial="SECOND")
        _await_listing(job, "SECOND", None)
        stick.pull()
        _await_listing(job, "SECOND", "FIRST")
        stick.plug("2.1")
        _await_listing(job, "1-2.1", None)
    finally:
        job.signal()
    assert "Traceback" not in job.err()
