"""What the guest boots from: Debian's kernel, its modules and udev, fetched by name and unpacked; and an initramfs.

Nothing is installed on the host. The cache is rebuilt if it is missing or Debian has a newer kernel.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.cli import run

INSIDE: Final = Path(__file__).parent / "inside"

#: Unpacked beside the kernel; what they depend on is on every Debian with systemd's libraries.
_PACKAGES: Final = ("udev", "libudev1", "libsystemd-shared")

#: In the initramfs, with what they depend on; udev loads the others.
_EARLY_MODULES: Final = ("virtio_pci", "9pnet_virtio", "9p", "overlay")

#: Where a package has its files before and after the merge of /usr.
_MERGED: Final = {"usr/lib": "usr/lib", "lib": "usr/lib", "usr/bin": "usr/bin", "bin": "usr/bin", "etc": "etc"}


@dataclass(frozen=True)
class GuestFiles:
    """``tree`` is laid over the host's root in the guest."""

    kernel: Path
    tree: Path
    version: str


def cache_folder() -> Path:
    """Where the lab keeps what it fetches: XDG's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "usbkit-lab"


@contextmanager
def lock_cache() -> Iterator[Path]:
    """The cache, for us alone: one lab on a machine at a time."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def prepare_guest(cache: Path) -> GuestFiles:
    """The guest's kernel and udev, from the cache or fetched and unpacked into it."""
    package = _name_kernel()
    version = package.removeprefix("linux-image-")
    place = cache / f"guest-{version}"
    if not place.exists():
        for old in cache.glob("guest-*"):
            shutil.rmtree(old)
        with tempfile.TemporaryDirectory(dir=cache, prefix="unpack-") as work:
            _unpack(package, version, Path(work))
            Path(work, "done").rename(place)
    return GuestFiles(place / "vmlinuz", place / "tree", version)


def _name_kernel() -> str:
    found = re.search(r"Depends: (linux-image-\S+)", run("apt-cache", "depends", "linux-image-amd64"))
    assert found, "Debian's linux-image-amd64 depends on no kernel: run apt-get update"
    return found[1]


def _unpack(package: str, version: str, work: Path) -> None:
    done, files = work / "done", work / "files"
    tree = done / "tree"
    run("apt-get", "download", "-o", "APT::Sandbox::User=root", package, *_PACKAGES, cwd=work)
    for archive in work.glob("*.deb"):
        run("dpkg", "-x", archive, files)
    for source, target in _MERGED.items():
        if (files / source).exists():
            shutil.copytree(files / source, tree / target, symlinks=True, dirs_exist_ok=True)
    shutil.copy(files / "boot" / f"vmlinuz-{version}", done / "vmlinuz")
    (tree / "lib").symlink_to("usr/lib")  # for depmod and modprobe here; the guest's own is the host's
    run("depmod", "-b", tree, version)


def make_initramfs(files: GuestFiles, target: Path) -> None:
    """Busybox, the modules that the root file system needs, and our two scripts, packed into ``target``."""
    with tempfile.TemporaryDirectory(prefix="initramfs-") as work:
        root = Path(work)
        for folder in ("bin", "modules", "dev", "proc", "sys", "host", "tree", "memory", "root"):
            (root / folder).mkdir()
        busybox = shutil.which("busybox")
        assert busybox, "busybox-static is not installed"
        shutil.copy(busybox, root / "bin/busybox")
        shutil.copy(INSIDE / "init.sh", root / "init")
        (root / "init").chmod(0o755)
        shutil.copy(INSIDE / "start.sh", root / "start")
        for number, module in enumerate(_modules_for(files)):
            shutil.copy(module, root / "modules" / f"{number:02}-{module.name}")
        names = "\n".join(str(p.relative_to(root)) for p in [root, *sorted(root.rglob("*"))])
        with target.open("wb") as out:
            command = ["cpio", "--create", "--format=newc", "--quiet"]
            subprocess.run(command, cwd=root, input=names.encode(), stdout=out, check=True)


def _modules_for(files: GuestFiles) -> list[Path]:
    """The early modules and those they need, in the order they are to be loaded."""
    found: dict[Path, None] = {}
    for name in _EARLY_MODULES:
        shown = run("modprobe", "-d", files.tree, "-S", files.version, "--show-depends", name)
        found |= {Path(line.split()[1]): None for line in shown.splitlines() if line.startswith("insmod")}
    return list(found)
