"""Exit codes, and the id of every finding, collected from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.cli import TOP
from usbkit.drives.target import Failure

EXITS = (
    ("0", "done; the answer is yes"),
    ("1", "the answer is no: not ready, not whole, refused origin, or at least one of several failed"),
    ("2", "could not be asked or begun: bad input, missing device, refused by a safety rule"),
    ("3", "begun, then interrupted by an error outside usbkit: device vanished, disk full, I/O error on our side"),
    ("130, 143", "interrupted by Ctrl-C, or by SIGTERM; the state is said"),
)

_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)+$")
#: Calls that take words of the same form and make no finding of them.
_OTHERS = {
    *("begin", "end", "emit", "_emit", "remark", "encode", "decode", "Decoded", "Track", "UndecodableError"),
    *("send_header", "ThreadPoolExecutor", "Command", "command", "option", "argument", "Choice", "made", "get"),
    *("Literal", "removeprefix", "startswith", "endswith", "replace", "add_argument"),
}


def write_codes() -> str:
    """The page."""
    lines = ["# Exit codes and findings\n", "## Exit codes\n", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXITS]
    lines += [
        "\n## Findings\n",
        "Whatever is wrong is said as a finding: a place, what was found and expected, and what to do. With `--json` it"
        " has an `id`, which stays the same in every version and language. These are all of them, with what they say in"
        " English. Those about videos and subtitles are explained in [material.md](../material.md), those about drives"
        " in [writing.md](../writing.md).\n",
        "| id | says |",
        "|---|---|",
    ]
    lines += [f"| `{id}` | {' · '.join(says)} |" for id, says in find_ids().items()]
    return "\n".join(lines) + "\n"


def find_ids() -> dict[str, list[str]]:
    """Every id, sorted, with the messages that it is said with where they stand beside it."""
    found: dict[str, list[str]] = {f"drive-{failure}": [] for failure in Failure}
    for path in sorted((TOP / "usbkit").rglob("*.py")):
        if path.relative_to(TOP).parts[1] != "demo":
            for id, says in _ids_in(path):
                said = found.setdefault(id, [])
                if says and says not in said:
                    said.append(says)
    return dict(sorted(found.items()))


def _ids_in(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {n: v for n, v in _assigned(tree.body) if isinstance(v, ast.Constant)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if _name_of(call.func) in _OTHERS:
            continue
        arguments = [*call.args, *(k.value for k in call.keywords if k.arg in ("id", "what"))]
        for argument in arguments:
            value = constants.get(argument.id) if isinstance(argument, ast.Name) else argument
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and _ID.match(value.value):
                yield value.value, _says(tree, call, arguments)


def _says(tree: ast.Module, call: ast.Call, arguments: list[ast.expr]) -> str:
    """The message among ``arguments``, or the one that a name there was given shortly before."""
    for argument in arguments:
        if (message := _message(argument)) is not None:
            return message
        if isinstance(argument, ast.Name):
            before = [
                v
                for n, v in _assigned(ast.walk(tree))
                if n == argument.id and call.lineno - 12 <= v.lineno <= call.lineno
            ]
            if before and (message := _message(max(before, key=lambda v: v.lineno))) is not None:
                return message
    return ""


def _message(value: ast.expr) -> str | None:
    is_message = isinstance(value, ast.Call) and _name_of(value.func) == "_" and value.args
    first = value.args[0] if is_message and isinstance(value, ast.Call) else None
    return str(first.value).replace("|", "\\|") if isinstance(first, ast.Constant) else None


def _assigned(nodes: object) -> Iterator[tuple[str, ast.expr]]:
    """Names and the values they are given; ``what, todo = …, …`` is two."""
    for node in nodes:  # type: ignore[attr-defined]
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for name, value in zip(target.elts, node.value.elts, strict=False):
                    if isinstance(name, ast.Name):
                        yield name.id, value


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""
