"""What this machine has and lacks for each thing that usbkit does. It only reads; it makes and installs nothing."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from usbkit.core import clock
from usbkit.core.errors import UsbkitError
from usbkit.core.filesystems import unescape_mount
from usbkit.core.messages import Text, _
from usbkit.core.real_paths import real_path
from usbkit.drives.hotplug import can_hear
from usbkit.drives.second_opinion import PROGRAM
from usbkit.drives.sysfs import HOST, System
from usbkit.ledger.place import LedgerPlace
from usbkit.papers.browser import PROGRAMS
from usbkit.workers.program import MORE_PLACES, find_program


class Health(StrEnum):
    """Stable names: JSON carries them."""

    WELL = "well"
    WEAK = "weak"  # works, with something less
    MISSING = "missing"  # does not work


@dataclass(frozen=True, slots=True)
class SystemCheck:
    """The result of one check. ``id`` is stable; ``purpose`` says what needs it."""

    id: str
    health: Health
    what: Text
    purpose: Text
    todo: Text | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine to examine. ``path`` finds programs."""

    system: System
    run: Path
    etc: Path
    ledger: LedgerPlace
    cache: Path
    environ: Mapping[str, str]
    programs: Sequence[str] = MORE_PLACES  # where administrators' programs are
    hub: LedgerPlace | None = None

    @classmethod
    def here(cls, ledger: LedgerPlace, cache: Path, hub: LedgerPlace | None = None) -> Machine:
        """This machine."""
        return cls(HOST, Path("/run"), Path("/etc"), ledger, cache, os.environ, hub=hub)


_STATION = _("the station")
_DRIVES = _("writing drives")
_ORDERS = _("orders and the ledger")
_SEVERAL = _("several stations")
_PAPERS = _("letters and labels as PDF")

#: Linux counts disks that appear (``diskseq``) since then.
_KERNEL = (5, 15)

#: Seconds by which clocks may differ before lists are hard to read.
_CLOCKS_APART = 60

#: File systems that live on another computer: SQLite's locks and write-ahead log are not to be trusted there.
_REMOTE = frozenset(("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"))


def examine(machine: Machine) -> list[SystemCheck]:
    """Check everything, in the order in which a person would fix it."""
    return [check for look in _LOOKS for check in look(machine)]


def _kernel(machine: Machine) -> Iterator[SystemCheck]:
    if sys.platform != "linux":
        what = _("this is {system}", system=platform.system())
        yield SystemCheck("linux", Health.MISSING, what, _DRIVES, _("Drives are written on Linux."))
        return
    release = platform.release()
    numbers = tuple(int(part) for part in release.split("-")[0].split(".")[:2] if part.isdecimal())
    if numbers >= _KERNEL:
        yield SystemCheck("linux", Health.WELL, _("Linux {release}", release=release), _DRIVES)
    else:
        what = _("Linux {release} does not count the disks that appear", release=release)
        todo = _("Use Linux 5.15 or newer: a swapped stick is noticed more surely.")
        yield SystemCheck("linux", Health.WEAK, what, _DRIVES, todo)


def _usb(machine: Machine) -> Iterator[SystemCheck]:
    if not (machine.system.sys / "bus" / "usb").is_dir():
        todo = _("Run it on a machine with USB ports; in a virtual machine, pass the controller through.")
        yield SystemCheck("usb", Health.MISSING, _("the kernel knows no USB"), _STATION, todo)
        return
    yield SystemCheck("usb", Health.WELL, _("the kernel knows USB"), _STATION)
    drivers = machine.system.sys / "bus" / "usb" / "drivers"
    if not any((drivers / name).is_dir() for name in ("usb-storage", "uas")):
        what = _("no driver for USB sticks is loaded")
        yield SystemCheck("usb-storage", Health.WEAK, what, _STATION, _("Plug a stick in; else: modprobe usb-storage"))


def _udev(machine: Machine) -> Iterator[SystemCheck]:
    if not (machine.run / "udev" / "control").exists():
        what, todo = _("udev does not run"), _("Start systemd-udevd: without it sticks get no group.")
        yield SystemCheck("udev", Health.WEAK, what, _STATION, todo)
    else:
        yield SystemCheck("udev", Health.WELL, _("udev runs"), _STATION)
    if can_hear():
        yield SystemCheck("pyudev", Health.WELL, _("hot-plug is noticed at once"), _STATION)
    else:
        what, todo = _("hot-plug is noticed a second late"), _("Install libudev1.")
        yield SystemCheck("pyudev", Health.WEAK, what, _STATION, todo)


def _second_opinion(machine: Machine) -> Iterator[SystemCheck]:
    if find_program(PROGRAM, machine.environ.get("PATH", ""), machine.programs) is not None:
        what = _("wipefs gives a second opinion on what is on a drive")
        yield SystemCheck("wipefs", Health.WELL, what, _DRIVES)
    else:
        what = _("wipefs is not installed: only usbkit itself judges what is on a drive")
        yield SystemCheck("wipefs", Health.WEAK, what, _DRIVES, _("Install util-linux."))


def _access(machine: Machine) -> Iterator[SystemCheck]:
    if os.geteuid() == 0:
        yield SystemCheck("access", Health.WELL, _("root may write every stick"), _STATION)
        return
    rules = [p for p in (machine.etc / "udev" / "rules.d").glob("*usbkit*") if p.is_file()]
    todo = _("An administrator puts in place what `usbkit station install --print` prints.")
    if not rules:
        what = _("no udev rule lets anybody but root write sticks")
        yield SystemCheck("access", Health.MISSING, what, _STATION, todo)
    elif (group := _group_of(rules)) is not None and not _is_member(group):
        what = _("sticks belong to the group {group}, and you are not in it", group=group)
        todo = _("usermod --append --groups {group} YOU; then log in anew.", group=group)
        yield SystemCheck("access", Health.MISSING, what, _STATION, todo)
    else:
        yield SystemCheck("access", Health.WELL, _("a udev rule lets you write sticks"), _STATION)


def _group_of(rules: Sequence[Path]) -> str | None:
    for path in rules:
        try:
            _before, found, after = path.read_text(errors="replace").partition('GROUP="')
        except OSError:
            continue
        if found:
            return after.partition('"')[0]
    return None


def _is_member(group: str) -> bool:
    import grp

    try:
        return grp.getgrnam(group).gr_gid in (os.getegid(), *os.getgroups())
    except KeyError:
        return False


def _automounter(machine: Machine) -> Iterator[SystemCheck]:
    rules = (machine.etc / "udev" / "rules.d").glob("*usbkit*")
    if _runs(machine, "udisksd") and not any("UDISKS_IGNORE" in p.read_text(errors="replace") for p in rules):
        what = _("udisks runs here, and may mount a stick before the station has it")
        todo = _("Put in place the udev rules that `usbkit station install --print` prints.")
        yield SystemCheck("automount", Health.WEAK, what, _STATION, todo)
    else:
        yield SystemCheck("automount", Health.WELL, _("nothing mounts sticks by itself"), _STATION)


def _runs(machine: Machine, program: str) -> bool:
    for comm in machine.system.proc.glob("[0-9]*/comm"):
        try:
            if comm.read_text(errors="replace").strip() == program:
                return True
        except OSError:
            continue  # it ended while we looked
    return False


def _ledger(machine: Machine) -> Iterator[SystemCheck]:
    place = machine.ledger
    if place.file is None:
        yield SystemCheck("ledger", Health.WELL, _("the ledger is {path}", path=place), _ORDERS)
        return
    if place.path.exists() and not _is_ledger(place.path):
        what, todo = _("{path} is no ledger", path=place), _("Name another file with --ledger.")
        yield SystemCheck("ledger", Health.MISSING, what, _ORDERS, todo)
        return
    folder = _nearest_folder(place.path)
    writable = place.path if place.path.exists() else folder
    if not os.access(writable, os.W_OK):
        what, todo = _("you are not allowed to write to {path}", path=writable), _("Name another file with --ledger.")
        yield SystemCheck("ledger", Health.MISSING, what, _ORDERS, todo)
    elif (kind := _filesystem_of(machine, folder)) in _REMOTE:
        what = _("the ledger is on a file system of another computer ({kind})", kind=kind)
        todo = _("Keep it on a disk of this computer, and copies of it elsewhere.")
        yield SystemCheck("ledger", Health.WEAK, what, _ORDERS, todo)
    elif place.path.exists():
        yield SystemCheck("ledger", Health.WELL, _("the ledger is {path}", path=place), _ORDERS)
    else:
        yield SystemCheck("ledger", Health.WELL, _("the ledger will be {path}", path=place), _ORDERS)


def _hub(machine: Machine) -> Iterator[SystemCheck]:
    """Asks the hub, where one is named: the one look that goes beyond this machine."""
    if machine.hub is None:
        return
    from usbkit.ledger.hub.health import RIGHTS, look_at_hub

    try:
        found = look_at_hub(machine.hub, clock.now())
    except UsbkitError as problem:
        finding = problem.findings[0]
        what = _("the hub {place} cannot be used: {why}", place=machine.hub, why=finding.what)
        yield SystemCheck("hub", Health.MISSING, what, _SEVERAL, finding.todo)
        return
    values = {"place": machine.hub, "version": found.version, "name": found.look.name}
    what = _("the hub is {place}, PostgreSQL {version}; this computer is {name} there", **values)
    yield SystemCheck("hub", Health.WELL, what, _SEVERAL)
    if not found.is_durable:
        what, todo = (
            _("the hub's server may lose what it has confirmed"),
            _("Set fsync and full_page_writes to on there."),
        )
        yield SystemCheck("hub-durable", Health.MISSING, what, _SEVERAL, todo)
    if not found.is_private:
        what = _("the line to the hub is not encrypted")
        todo = _("Set ssl = on at the server, and add ?sslmode=verify-full to the hub's URL.")
        yield SystemCheck("hub-tls", Health.WEAK, what, _SEVERAL, todo)
    if not found.gives_up:
        what = _("the hub's server never ends idle sessions")
        todo = _("Let no pooler drop the settings of a session, or set idle_in_transaction_session_timeout there.")
        yield SystemCheck("hub-timeouts", Health.WEAK, what, _SEVERAL, todo)
    if found.lets_lock:
        what = _("any station's login can take locks of its own in the hub's database, and fill it with large objects")
        todo = _("As PostgreSQL's superuser, in that database: psql -1 -f {path}", path=RIGHTS)
        yield SystemCheck("hub-rights", Health.WEAK, what, _SEVERAL, todo)
    if abs(found.ahead) > _CLOCKS_APART:
        what = _("the hub's clock and this computer's are {seconds} s apart", seconds=round(abs(found.ahead)))
        todo = _("Set both clocks by the network: times in lists are wrong, numbers are not.")
        yield SystemCheck("hub-clock", Health.WEAK, what, _SEVERAL, todo)
    if found.look.waiting:
        what = _("no numbers are given until these have reported: {names}", names=", ".join(found.look.waiting))
        yield SystemCheck("hub-reports", Health.WEAK, what, _SEVERAL, _("See: usbkit hub stations"))


def _is_ledger(path: Path) -> bool:
    # As it is on disk where no file may be made beside it: SQLite opens no write-ahead log there.
    return any(_has_entries(path, mode) for mode in ("mode=ro", "immutable=1"))


def _has_entries(path: Path, mode: str) -> bool:
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
        try:
            found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'entry'").fetchone()
            return bool(found[0])
        finally:
            connection.close()
    except sqlite3.Error:
        return False


def _cache(machine: Machine) -> Iterator[SystemCheck]:
    folder = machine.cache if machine.cache.exists() else _nearest_folder(machine.cache)
    if os.access(folder, os.W_OK):
        free = shutil.disk_usage(folder).free
        what = _("digests are remembered in {path}; {free} GB are free there", path=machine.cache, free=free // 10**9)
        yield SystemCheck("cache", Health.WELL, what, _DRIVES)
    else:
        what = _("you are not allowed to write to {path}: every run reads every video again", path=folder)
        yield SystemCheck("cache", Health.WEAK, what, _DRIVES, _("Name another folder with --cache."))


def _browser(machine: Machine) -> Iterator[SystemCheck]:
    path = machine.environ.get("PATH", "")
    found = next((name for name in PROGRAMS if shutil.which(name, path=path)), None)
    if found:
        yield SystemCheck("browser", Health.WELL, _("{name} draws PDFs", name=found), _PAPERS)
    else:
        what, todo = _("no Chromium, Chrome or Edge was found"), _("Install chromium, or print from any browser.")
        yield SystemCheck("browser", Health.WEAK, what, _PAPERS, todo)


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in path.absolute().parents if folder.exists())


def _filesystem_of(machine: Machine, folder: Path) -> str:
    """The kind of the file system that ``folder`` is on (proc(5), mounts)."""
    best, kind = -1, ""
    try:
        lines = (machine.system.proc / "self" / "mounts").read_bytes().split(b"\n")
    except OSError:
        return ""
    for line in filter(None, lines):
        _source, field, this, *_rest = line.split(b" ")
        place = unescape_mount(field)
        if real_path(folder).is_relative_to(place) and len(place) >= best:
            best, kind = len(place), os.fsdecode(this)
    return kind


_LOOKS: tuple[Callable[[Machine], Iterator[SystemCheck]], ...] = (
    _kernel,
    _usb,
    _udev,
    _second_opinion,
    _access,
    _automounter,
    _ledger,
    _hub,
    _cache,
    _browser,
)
