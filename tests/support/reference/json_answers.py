"""The output of ``--json``: documents by command, and events with their fields, read from the source of ``cli/``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.support.cli import TOP
from tests.support.reference.codes import _name_of

INTRODUCTION = """\
# What `--json` prints

One document for a question that is answered at once, on standard output. Where a command runs long (`write`, `wipe`,
`drives test`, `drives --watch`, `check --watch`, `station`) it prints events instead, one JSON object a line. Names
and their meaning stay; more may be added. Sizes are bytes, times are UTC in ISO 8601, digests SHA-256 in hex.

An error is a document too, with the exit code and the findings (see [codes.md](codes.md)):

```json
{"error": {"exit": 2, "findings": [
  {"id": "file-missing", "level": "error", "file": "library/videos/id-cards.mp4", "line": null, "field": null,
   "what": "there is no such file", "todo": "Put the file there."}]}}
```

A manifest's mistakes carry `file`, `line` and `field`. `level` is `error`, or `remark` for what stops nothing. `what`
and `todo` follow the language; all else does not.
"""


def write_json() -> str:
    """The page."""
    lines = [INTRODUCTION, "## Documents\n", "… stands for fields that depend on the case.\n"]
    lines += ["| file of the command | fields |", "|---|---|"]
    for command, fields in sorted(set(_documents())):
        lines.append(f"| `{command}` | {fields} |")
    lines += ["\n## Events\n", "| file of the command | event | fields |", "|---|---|---|"]
    for command, event, fields in sorted(set(_events())):
        lines.append(f"| `{command}` | `{event}` | {fields} |")
    lines += ["\n## Phases\n", "The stable names in `phase`, of `phase` and `progress` events:\n"]
    lines.append(", ".join(f"`{p}`" for p in sorted(set(_phases()))) + "\n")
    return "\n".join(lines)


def _calls(folder: str) -> Iterator[tuple[str, ast.Call]]:
    for path in sorted((TOP / "usbkit" / folder).rglob("*.py")):
        name = path.relative_to(TOP / "usbkit").as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield name, node


def _documents() -> Iterator[tuple[str, str]]:
    for name, call in _calls("cli"):
        if _name_of(call.func) == "document" and call.args and isinstance(call.args[0], ast.Dict):
            keys = [f"`{k.value!s}`" if isinstance(k, ast.Constant) else "…" for k in call.args[0].keys]
            yield name, ", ".join(keys)


def _events() -> Iterator[tuple[str, str, str]]:
    for name, call in _calls("cli"):
        is_event = _name_of(call.func) in ("emit", "_emit") and call.args
        first = call.args[0] if is_event else None
        if isinstance(first, ast.Constant):
            keys = [f"`{k.arg}`" if k.arg else "…" for k in call.keywords] or ["…"]
            yield name, str(first.value), ", ".join(keys)


def _phases() -> Iterator[str]:
    from usbkit.drives.record import Phase

    yield from Phase
    for _name, call in _calls("."):
        if _name_of(call.func) == "begin" and len(call.args) == 4 and isinstance(call.args[1], ast.Constant):
            yield str(call.args[1].value)
