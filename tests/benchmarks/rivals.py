"""Command lines of other tools for the same task: write and read back a whole image, or its used blocks."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Etcher's engine is a library: its program and what it needs are here; ``npm install`` fetches it.
_ETCHER = Path(__file__).parent / "etcher"

Command = Callable[[Path, Sequence[Path]], str]


@dataclass(frozen=True, slots=True)
class Rival:
    """A tool: its name, the program it needs, its shell line, and whether it writes used blocks only."""

    name: str
    program: str
    command: Command
    is_sparse: bool
    reads_back: bool


def _dd(image: Path, nodes: Sequence[Path]) -> str:
    each = (
        f"(dd if={image} of={n} bs=4M oflag=direct conv=fsync status=none"
        f" && dd if={n} bs=4M iflag=direct status=none | cmp -n $(stat -c %s {image}) - {image}) &"
        for n in nodes
    )
    return " ".join(each) + " wait"


def _dd_used(image: Path, nodes: Sequence[Path]) -> str:
    """The same of what is used of the image alone, in whole blocks."""
    blocks = f"$(( ($(cat {used_file(image)}) + 4194303) / 4194304 ))"
    each = (
        f"(dd if={image} of={n} bs=4M count={blocks} oflag=direct conv=fsync status=none"
        f" && dd if={n} bs=4M count={blocks} iflag=direct status=none"
        f" | cmp -n $(( {blocks} * 4194304 )) - {image}) &"
        for n in nodes
    )
    return " ".join(each) + " wait"


def used_file(image: Path) -> Path:
    """Where it is written up to which byte the image is used."""
    return image.with_suffix(".used")


def _dcfldd(image: Path, nodes: Sequence[Path]) -> str:
    outputs = " ".join(f"of={n}" for n in nodes)
    return f"dcfldd if={image} {outputs} bs=4M statusinterval=100000 2>/dev/null && sync {' '.join(map(str, nodes))}"


def _dc3dd(image: Path, nodes: Sequence[Path]) -> str:
    outputs = " ".join(f"hof={n}" for n in nodes)
    return f"dc3dd if={image} {outputs} hash=md5 2>/dev/null && sync {' '.join(map(str, nodes))}"


def _etcher(image: Path, nodes: Sequence[Path]) -> str:
    return f"node {_ETCHER / 'write.js'} {image} {' '.join(map(str, nodes))}"


def _etcher_mapped(image: Path, nodes: Sequence[Path]) -> str:
    return _etcher(mapped_zip(image), nodes)


def mapped_zip(image: Path) -> Path:
    """Where the image stands as a zip with its block map, which is what Etcher leaves gaps out by."""
    return image.with_suffix(".zip")


def pack_mapped_zip(image: Path) -> None:
    """Make it, where Etcher is here. Its block map is bmaptool's own: Etcher wants a checksum in every range."""
    if not _is_etcher_here():
        return
    block_map = image.with_suffix(".mapped")
    subprocess.run(["bmaptool", "-q", "create", "-o", block_map, image], check=True)
    with zipfile.ZipFile(mapped_zip(image), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.write(image, image.name)
        file.write(block_map, ".meta/image.bmap")


def _is_etcher_here() -> bool:
    return all(map(shutil.which, ("node", "bmaptool"))) and (_ETCHER / "node_modules").exists()


def _bmaptool(image: Path, nodes: Sequence[Path]) -> str:
    each = (f"bmaptool -q copy --bmap {image}.bmap {image} {n} &" for n in nodes)
    return " ".join(each) + " wait"


#: The one that shows what a host carries.
DD_USED = "dd + cmp, used part"

_ALL = (
    Rival("dd + cmp, O_DIRECT", "dd", _dd, is_sparse=False, reads_back=True),
    Rival(DD_USED, "dd", _dd_used, is_sparse=True, reads_back=True),
    Rival("dcfldd (no read-back)", "dcfldd", _dcfldd, is_sparse=False, reads_back=False),
    Rival("dc3dd hof=", "dc3dd", _dc3dd, is_sparse=False, reads_back=True),
    Rival("etcher-sdk, verify", "node", _etcher, is_sparse=False, reads_back=True),
    Rival("etcher-sdk, zip + bmap", "node", _etcher_mapped, is_sparse=True, reads_back=True),
    Rival("bmaptool (no read-back)", "bmaptool", _bmaptool, is_sparse=True, reads_back=False),
)


def rivals_here() -> list[Rival]:
    """The rivals that are installed."""
    return [r for r in _ALL if (_is_etcher_here() if r.program == "node" else shutil.which(r.program))]
