"""Write a manifest for staff to complete: known fields as values, all others as comments with an example.

Comments are the fields' own descriptions, so a manifest made by ``usbkit new`` is its own reference.
"""

from __future__ import annotations

import datetime as dt
import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from usbkit.core.messages import translate
from usbkit.manifest.fields import is_of, list_model, table_model

_WIDTH = 110


def to_toml(value: object) -> str:
    """Return ``value`` as TOML on one line: text, numbers, dates, lists, and mappings as inline tables."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | dt.date | dt.time):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {to_toml(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(to_toml(v) for v in value) + "]"
    # A JSON string is a TOML basic string, but for the control character that JSON lets stand.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else to_toml(key)


def write_manifest(model: type[BaseModel], values: Mapping[str, Any], head: str) -> str:
    """Return the text of a manifest of ``model`` with ``values``, below a comment ``head``."""
    lines = [*_comment(head), "", *_table(model, values, "")]
    return "\n".join(lines).rstrip() + "\n"


def _table(model: type[BaseModel], values: Mapping[str, Any], path: str, *, remarks: bool = True) -> Iterator[str]:
    """Plain keys first, since in TOML what follows a table's header belongs to that table; then its tables.

    ``remarks`` says whether fields are explained, and those without a value shown as comments.
    """
    fields = {k: f for k, f in model.model_fields.items() if remarks or k in values}
    for key, field in fields.items():
        if not _has_own_table(field, path, values.get(key)):
            yield from _plain(key, field, values, remarks=remarks)
    for key, field in fields.items():
        if _has_own_table(field, path, values.get(key)):
            yield ""
            yield from _comment(translate(field.description or "")) if remarks else ()
            yield from _own_table(key, field, values.get(key), path)


def _has_own_table(field: FieldInfo, path: str, value: object) -> bool:
    is_long = isinstance(value, Mapping) and len(to_toml(value)) > _WIDTH
    return is_long or table_model(field) is not None or (list_model(field) is not None and not path)


def _plain(key: str, field: FieldInfo, values: Mapping[str, Any], *, remarks: bool) -> Iterator[str]:
    if key not in values and field.is_required():
        return
    if remarks:
        yield from _comment(translate(field.description or ""))
    if key in values:
        yield f"{key} = {_spread(values[key])}"
    else:
        yield f"# {key} = {to_toml(example_value(field))}"


def _spread(value: object) -> str:
    """Long lists get a line an entry."""
    line = to_toml(value)
    if not isinstance(value, list) or len(line) <= _WIDTH:
        return line
    return "[\n" + "".join(f"  {to_toml(entry)},\n" for entry in value) + "]"


def _own_table(key: str, field: FieldInfo, value: Any, path: str) -> Iterator[str]:
    name = f"{path}{key}"
    if (inner := table_model(field)) is not None:
        yield from _shown(value, [f"[{name}]", *_table(inner, value or _examples(inner), f"{name}.")])
    elif (inner := list_model(field)) is not None:
        for number, entry in enumerate(value or [None]):
            if number:
                yield ""
            lines = _table(inner, entry or _examples(inner), f"{name}.", remarks=number == 0)
            yield from _shown(entry, [f"[[{name}]]", *lines])
    else:
        yield f"[{name}]"
        yield from (f"{_key(k)} = {to_toml(v)}" for k, v in value.items())


def _shown(value: object, lines: list[str]) -> list[str]:
    """``lines`` as they are, or as an example in comments where there is no value."""
    return lines if value else [f"# {line}" for line in lines if line and not line.startswith("#")]


def _examples(model: type[BaseModel]) -> dict[str, Any]:
    """A value for each field that must be there."""
    return {key: example_value(field) for key, field in model.model_fields.items() if field.is_required()}


def example_value(field: FieldInfo) -> Any:
    """Return a value that ``field`` accepts."""
    if (inner := table_model(field)) is not None:
        return _examples(inner)
    if (inner := list_model(field)) is not None:
        return [_examples(inner)]
    if not field.examples:
        return True  # switches alone have no example of their own
    example: Any = field.examples[0]
    for kind in (dt.date, dt.time):
        if is_of(field, kind):
            return kind.fromisoformat(str(example))
    return example


def _comment(text: str) -> list[str]:
    """``text`` as comment lines; its own line breaks stay."""
    wrapped = (textwrap.wrap(line, _WIDTH) or [""] for line in text.splitlines())
    return [f"# {line}".rstrip() for lines in wrapped for line in lines]
