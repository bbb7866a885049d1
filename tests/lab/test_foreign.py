"""Sticks with somebody's files on real USB: a station that must leave them alone keeps every byte."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.drives.layouts import FOREIGN, MIB, SIZE, Maker
from tests.lab.laboratory import Laboratory
from tests.lab.posts import SETTLED, Post
from tests.lab.stick import Stick
from tests.lab.writing import write

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.timeout(3600), pytest.mark.long]

#: What was overwritten once, and its neighbours.
CRAFTED: Mapping[str, Maker] = {
    name: FOREIGN[name]
    for name in (
        "fat32 then ext4",
        "exfat then ext4",
        "fat32 then fat16 with files",
        "fat32 then fat32 with files",
        "fat32 then random",
        "fat32 then mdraid 1.0",
        "logical ext4",
        "gpt, backup alone",
        "gpt under a hybrid mbr",
        "gpt under an odd mbr",
        "superfloppy with data behind it",
        "a note at 61 MB",
        "ext4 over an unfinished drive",
        "btrfs over an unfinished drive",
        "f2fs over an unfinished drive",
        "udf over an unfinished drive",
        "udf whole",
        "a note over an unfinished drive",
    )
}

#: The hubs' ports, and the controller's own.
_PORTS = (*(f"{hub}.{port}" for hub in (1, 2) for port in range(1, 5)), *map(str, range(5, 15)))


def plug(lab: Laboratory, name: str, port: str) -> Stick:
    """A stick that holds what its layout makes."""
    stick = lab.stick(f"{SIZE // MIB}MiB", serial=f"T{port}")
    CRAFTED[name](stick.image)
    assert stick.image.stat().st_size == SIZE
    return stick.plug(port)


def test_sticks_of_somebody_s_keep_every_byte(lab: Laboratory) -> None:
    """Before the station begins and while it waits for one stick more: then ``write`` is asked for each by name."""
    post = Post(lab, "foreign", 2)
    names = dict(zip(CRAFTED, _PORTS, strict=True))
    early = {name: plug(lab, name, port) for name, port in list(names.items())[::2]}
    before = {name: stick.digest() for name, stick in early.items()}
    job = post.start("--foreign", "leave")
    sticks = dict(early)
    for name, port in names.items():
        if name not in early:
            sticks[name] = plug(lab, name, port)
            before[name] = sticks[name].digest()
    for name, stick in sticks.items():
        line = post.await_state(stick, *SETTLED, seconds=1200)
        assert line["state"] == "left", (name, line)
    # It is not that this station writes nothing: a blank one among them gets the first number.
    blank = lab.plug("15", f"{SIZE // MIB}MiB", serial="BLANK")
    post.await_state(blank, "whole", seconds=900)
    job.signal()
    job.wait(120)
    assert post.numbers() == {1: "BLANK"}
    assert {name: stick.digest() for name, stick in sticks.items()} == before
    refused = write(lab, *sticks.values()).expect(2).json["findings"]
    assert {f["file"] for f in refused} == {str(stick.node) for stick in sticks.values()}
    assert {name: stick.digest() for name, stick in sticks.items()} == before
