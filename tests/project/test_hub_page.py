"""docs/hub.md: each line is run, on the computer that it is meant for."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli import TOP
from tests.support.postgresql import running_server

PAGE = TOP / "docs/hub.md"
STICK = 2 * 10**9


@dataclass
class Desk:
    """A computer of the page: a home, the programme, its ledger, and the hub as it names it."""

    folder: Path
    hub: str = ""

    def environment(self) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("USBKIT_")},
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "USBKIT_HUB": self.hub,
            "USBKIT_LANG": "en",
            "PYTHONPATH": str(TOP),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def begin(self, line: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            shlex.split(line),
            cwd=self.folder / "demo",
            env=self.environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def lines() -> list[tuple[str, str]]:
    """The commands of the page that are run, each with its computer."""
    text = PAGE.read_text(encoding="utf-8")
    return [(command.strip(), where) for command, where in re.findall(r"^    (usbkit .*?) {2,}# (\w+)$", text, re.M)]


def test_every_command_of_the_page_says_where() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(lines()) == len(re.findall(r"^    usbkit ", text, re.M)) > 10


@pytest.mark.needs("postgresql")
@pytest.mark.timeout(900)
def test_from_one_machine_to_three(tmp_path: Path, demo: Path) -> None:
    with running_server() as server:
        owner = f"postgresql://usbkit@/hub?host={server.folder}"
        server.database("hub")
        places = {name: Desk(tmp_path / name) for name in ("desk", "seoul", "busan")}
        for place in places.values():
            shutil.copytree(
                demo, place.folder / "demo", ignore=shutil.ignore_patterns("*.img")
            )  # 16 GB, not sparse any more
        places["desk"].hub = owner
        running: list[subprocess.Popen[str]] = []
        approved = places["desk"].begin('usbkit approve guatemala --by "Kim" --yes')
        assert approved.wait() == 0
        for name in ("seoul", "busan"):  # manifests go there as they are at the desk
            manifests = "demo/manifests"
            shutil.copytree(places["desk"].folder / manifests, places[name].folder / manifests, dirs_exist_ok=True)
        for command, where in lines():
            if command == "usbkit station":
                sticks = [places[where].folder / f"stick-{n}.img" for n in range(2 if where == "seoul" else 1)]
                for stick in sticks:
                    with stick.open("wb") as file:
                        file.truncate(STICK)
                line = " ".join([command, "--yes", *(f"--drive {stick}" for stick in sticks)])
                running.append(places[where].begin(line))
                continue
            for process in running:  # what the page does next it does when both rooms are done
                out, err = process.communicate(timeout=400)
                assert process.returncode == 0, out + err
            running.clear()
            run(places, command, where)


def run(places: dict[str, Desk], command: str, where: str) -> None:
    process = places[where].begin(command)
    out, err = process.communicate(timeout=200)
    allowed = (0, 1) if "doctor" in command else (0,)
    assert process.returncode in allowed and "Traceback" not in err, f"{command}\n{out}\n{err}"
    if "add-station" in command:
        (hub,) = re.findall(r'hub = "(.*)"', out)
        places[command.rsplit(maxsplit=1)[-1]].hub = hub
    if "order show" in command:
        assert "seoul" in out and "busan" in out, out
        assert len(re.findall(r"\bWHOLE\b", out)) == 3, out
