"""``usbkit drives`` with real USB devices: its facts on each, and plugging and unplugging."""

from __future__ import annotations

import signal
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
    assert (first["permission"], first["held_back"]) == ("ask", True)
    second = listed[fast.usb_port]
    assert (second["size"], second["speed_mbps"], second["rule"]) == (2 * 10**12, 5000, "large")
    third = listed[gadget.usb_port]
    assert (third["vendor"], third["model"], third["serial"]) == ("Acme Corp", "Stick 3", 'odd/%s;"é')
    assert third["speed_mbps"] == 480
    assert listed[twin.usb_port]["serial"] is None


def _await_line(job: Job, *parts: str) -> None:
    """Wait until a line that was printed has all ``parts``."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if any(all(part in line for part in parts) for line in job.out().splitlines()):
            return
        time.sleep(0.1)
    raise AssertionError(f"no line with {parts}:\n{job.out()}\n{job.err()}")


def test_watch_sees_sticks_come_and_go(lab: Laboratory) -> None:
    there = lab.plug("1.4", serial="THERE")
    job = lab.start_usbkit("drives", "--watch")
    events = lab.start_usbkit("--json", "drives", "--watch")
    try:
        _await_line(job, "THERE", there.usb_port)
        assert events.await_event(lambda e: e["event"] == "drives")["drives"][0]["serial"] == "THERE"
        stick = lab.plug("1.1", serial="FIRST")
        _await_line(job, "+ appeared", "FIRST", "1-1.1")
        lab.plug("2.2", serial="SECOND")
        _await_line(job, "+ appeared", "SECOND", "1-2.2")
        stick.pull()
        _await_line(job, "- gone", "FIRST")
        stick.plug("2.1")
        _await_line(job, "+ appeared", "FIRST", "1-2.1")
        events.await_event(lambda e: e["event"] == "appeared" and e["port"] == "1-2.1")
    finally:
        job.signal(signal.SIGINT)
        events.signal(signal.SIGINT)
    assert job.wait().expect(130)
    assert events.wait().expect(130)
    assert [e["event"] for e in events.events() if e.get("serial") == "FIRST"][:3] == ["appeared", "gone", "appeared"]
