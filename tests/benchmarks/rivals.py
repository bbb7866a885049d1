"""What others would be run with to do the same: a whole image, or its used blocks, written and read back."""

from __future__ import annotations

import shutil
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


def _dcfldd(image: Path, nodes: Sequence[Path]) -> str:
    outputs = " ".join(f"of={n}" for n in nodes)
    return f"dcfldd if={image} {outputs} bs=4M statusinterval=100000 2>/dev/null && sync {' '.join(map(str, nodes))}"


def _dc3dd(image: Path, nodes: Sequence[Path]) -> str:
    outputs = " ".join(f"hof={n}" for n in nodes)
    return f"dc3dd if={image} {outputs} hash=md5 2>/dev/null && sync {' '.join(map(str, nodes))}"


def _etcher(image: Path, nodes: Sequence[Path]) -> str:
    return f"node {_ETCHER / 'write.js'} {image} {' '.join(map(str, nodes))}"


def _bmaptool(image: Path, nodes: Sequence[Path]) -> str:
    each = (f"bmaptool -q copy --bmap {image}.bmap {image} {n} &" for n in nodes)
    return " ".join(each) + " wait"


_ALL = (
    Rival("dd + cmp, O_DIRECT", "dd", _dd, is_sparse=False, reads_back=True),
    Rival("dcfldd (no read-back)", "dcfldd", _dcfldd, is_sparse=False, reads_back=False),
    Rival("dc3dd hof=", "dc3dd", _dc3dd, is_sparse=False, reads_back=True),
    Rival("etcher-sdk, verify", "node", _etcher, is_sparse=False, reads_back=True),
    Rival("bmaptool (no read-back)", "bmaptool", _bmaptool, is_sparse=True, reads_back=False),
)


def rivals_here() -> list[Rival]:
    """The rivals that are installed."""
    return [r for r in _ALL if shutil.which(r.program) and (r.program != "node" or (_ETCHER / "node_modules").exists())]
