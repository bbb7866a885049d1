"""Pages of the manual: their command lines as a script that does what a newcomer does, page by page.

A block of commands is indented by four spaces, or fenced as ``sh``. Remarks behind two spaces and ``#`` are for the
reader. What a test cannot do as printed says so in a comment before the block, and the comment says what is done
instead:

``<!-- run: add --yes -->``          the last command gets these words behind it (nobody is there to be asked)
``<!-- run: exit 1 -->``             the last command ends with this code; ``exit any`` where it depends on the machine
``<!-- run: stop 8 -->``             it goes on until Ctrl-C, which comes after so many seconds
``<!-- run: instead COMMAND -->``   what the page shows is an example that only another run could know
``<!-- run: on operator.en.md -->``  that page, or test, runs the same commands
``<!-- run: not, REASON -->``        not run
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.cli import TOP

_COMMENT = re.compile(r"^<!-- run: (.*) -->$")
_PROGRAMS = ("usbkit", "sudo", "make", "cd", ".", "mkdir", "cp", "sha256sum", "minisign", "7z", "man")


@dataclass(frozen=True)
class Block:
    """Commands that stand together, from ``line`` of ``page`` on, and how a test runs them (`run: …`)."""

    page: str
    line: int
    commands: tuple[str, ...]
    how: str = ""

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        return not self.how.startswith(("not", "on "))


def blocks_of(page: Path) -> list[Block]:
    """The blocks of commands on ``page``, in order."""
    return list(_parse(page.relative_to(TOP).as_posix(), page.read_text(encoding="utf-8").splitlines()))


def _parse(name: str, lines: list[str]) -> Iterator[Block]:
    how, at = "", 0
    while at < len(lines):
        if (comment := _COMMENT.match(lines[at])) is not None:
            how, at = comment[1], at + 1
            continue
        if lines[at].startswith("```sh"):
            end = lines.index("```", at + 1)
            taken, first = lines[at + 1 : end], at + 2
            at = end + 1
        else:
            end = at
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            taken, first = [line[4:] for line in lines[at:end]], at + 1
            at = max(end, at + 1)
        if taken and taken[0].split(" ")[0] in _PROGRAMS:
            yield Block(name, first, tuple(re.sub(r"\s{2,}#.*$", "", line) for line in taken if line.strip()), how)
        if taken:
            how = ""


def commands_of(page: Path) -> list[str]:
    """Every command line on ``page``, run or not."""
    return [command for block in blocks_of(page) for command in block.commands]


def script_of(blocks: list[Block], replaced: dict[str, str]) -> str:
    """A bash script of the blocks that are run; ``replaced`` are words of the page and what stands for them here."""
    lines = ["set -eu", 'expect() { [ $1 = any ] || [ $1 = $2 ] || { echo "exit $2, expected $1" >&2; exit 99; }; }']
    for block in blocks:
        if not block.is_run:
            continue
        lines.append(f"echo {shlex.quote(f'== {block.where}')} >&2")
        *before, last = block.commands
        for part in filter(None, block.how.split("; ")):
            kind, _space, rest = part.partition(" ")
            if kind == "add":
                last = f"{last} {rest}"
            elif kind == "instead":
                last = rest
            elif kind == "stop":
                last = f"code=0; python -m tests.support.interrupt {last} || code=$?; expect 130 $code"
            elif kind == "exit":
                last = f"code=0; {last} || code=$?; expect {rest} $code"
            else:
                raise ValueError(f"{block.where}: run: {part}")
        lines += [*before, last]
    script = "\n".join(lines) + "\n"
    for words, here in {"sudo ": "", **replaced}.items():
        script = script.replace(words, here)
    return script
