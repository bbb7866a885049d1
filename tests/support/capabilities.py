"""Capabilities of this machine, tested once per run, by name. Tests declare them: ``@pytest.mark.needs("loop")``."""

from __future__ import annotations

import functools
import importlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path


def _has_programs(*names: str) -> str | None:
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [n for n in names if shutil.which(n, path=path) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


def _loop() -> str | None:
    if os.geteuid() != 0:
        return "loop devices need root"
    if not Path("/dev/loop-control").exists():
        return "this kernel has no loop devices"
    found = subprocess.run(["losetup", "--find"], capture_output=True, text=True, check=False)
    return None if found.returncode == 0 else f"no free loop device: {found.stderr.strip()}"


def _fuse() -> str | None:
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        return "exfat-fuse needs root and /dev/fuse"
    return _has_programs("mount.exfat-fuse") or _loop()


def _lab() -> str | None:
    """A QEMU guest with USB sticks (`tests.lab`)."""
    if os.geteuid() != 0:
        return "the guest shares this machine's root folder, which needs root"
    programs = ("qemu-system-x86_64", "nbdkit", "busybox", "cpio", "depmod", "modprobe", "mkfs.ext4", "apt-get")
    return _has_programs(*programs)


def _fault_disk() -> str | None:
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        return "a disk with faults needs root and /dev/fuse"
    try:
        importlib.import_module("mfusepy")
    except (ImportError, OSError) as problem:
        return f"mfusepy: {problem}"
    return _loop()


def _postgresql() -> str | None:
    if postgresql_programs() is None:
        return "not installed: postgresql (initdb)"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "the server does not run as root, and there is no setpriv"
    try:
        importlib.import_module("psycopg")
    except ImportError as problem:
        return str(problem)
    return None


def _netns() -> str | None:
    """Networks of our own (`tests.support.cables`)."""
    if os.geteuid() != 0 or _has_programs("ip") is not None:
        return "network namespaces need root and ip (iproute2)"
    done = subprocess.run(["ip", "netns", "add", "usbkit-probe"], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", "usbkit-probe"], capture_output=True, check=False)
    return None if done.returncode == 0 else f"no network namespaces here: {done.stderr.strip()}"


def _mounts() -> str | None:
    """Mounts that only one process of ours sees."""
    if os.geteuid() != 0 or _has_programs("unshare", "mount") is not None:
        return "mounts need root, unshare and mount (util-linux)"
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"no mounts here: {done.stderr.strip()}"


def _strace() -> str | None:
    if (lacking := _has_programs("strace")) is not None:
        return lacking
    done = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"nothing may be traced here: {done.stderr.strip()}"


def postgresql_programs() -> Path | None:
    """The newest server's programs: Debian keeps them out of the path, since there may be several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    return found[-1].parent if found else None


def util_linux_images() -> list[Path]:
    """The images that util-linux tests its probers with, below the folder ``USBKIT_UTIL_LINUX``."""
    top = os.environ.get("USBKIT_UTIL_LINUX")
    return sorted(Path(top).glob("**/tests/ts/blkid/images-*/*.img.xz")) if top else []


def _sandbox() -> str | None:
    """The kernel's filter of system calls, on a processor whose calls we know."""
    from usbkit.workers.confinement import HAS_FILTER

    return None if HAS_FILTER else "no filter of system calls here"


#: What makes the file systems of others that a drive of ours is held against.
_MAKERS = (
    *(f"mkfs.{name}" for name in ("btrfs", "ext4", "f2fs", "jfs", "minix", "nilfs2", "reiserfs", "udf")),
    *("mkswap", "xorriso"),
)

_PROBES: dict[str, Callable[[], str | None]] = {
    "loop": _loop,
    "fault-disk": _fault_disk,
    "fat-tools": lambda: _has_programs("fsck.fat", "mkfs.fat", "mcopy", "mdir"),
    "partition-tools": lambda: _has_programs("sfdisk", "wipefs", "mkfs.ext4", "mkfs.minix", "mkswap"),
    "file-systems": lambda: _has_programs(*_MAKERS),
    "util-linux-images": lambda: None if util_linux_images() else "USBKIT_UTIL_LINUX names no source of util-linux",
    "7zip": lambda: _has_programs("7zz"),
    "exfat-tools": lambda: _has_programs("fsck.exfat", "mkfs.exfat"),
    "exfat-fuse": _fuse,
    "sleuthkit": lambda: _has_programs("fls", "icat"),
    "ffmpeg": lambda: _has_programs("ffmpeg", "ffprobe"),
    "libreoffice": lambda: _has_programs("soffice"),
    "browser": lambda: _has_programs("chromium", "chromium-headless-shell"),
    "firefox": lambda: _has_programs("firefox-esr"),
    "node": lambda: _has_programs("node", "npm"),
    "xfs": lambda: _has_programs("mkfs.xfs", "mount"),
    "qemu-user": lambda: _has_programs("qemu-x86_64"),
    "bmaptool": lambda: _has_programs("bmaptool"),
    "mandoc": lambda: _has_programs("mandoc"),
    "minisign": lambda: _has_programs("minisign"),
    "faketime": lambda: None if any(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")) else "no libfaketime",
    "poppler": lambda: _has_programs("pdftotext", "pdftoppm"),
    "postgresql": _postgresql,
    "netns": _netns,
    "mounts": _mounts,
    "strace": _strace,
    "zbar": lambda: _has_programs("zbarimg"),
    "systemd": lambda: _has_programs("systemd-analyze"),
    "lab": _lab,
    "linux-sandbox": _sandbox,
    "registry": lambda: None,  # pip can reach a package registry; the test that needs it fails loudly otherwise
}

CAPABILITIES = tuple(_PROBES)


@functools.cache
def why_not(capability: str) -> str | None:
    """None when the machine has ``capability``, else the reason it has not."""
    return _PROBES[capability]()


def required() -> frozenset[str]:
    """The capabilities that ``USBKIT_REQUIRE`` says must be there: a skip for want of one is then a failure."""
    names = frozenset(filter(None, os.environ.get("USBKIT_REQUIRE", "").split(",")))
    unknown = names - frozenset(_PROBES)
    if unknown:
        raise ValueError(f"USBKIT_REQUIRE: unknown {sorted(unknown)}; known: {list(_PROBES)}")
    return names
