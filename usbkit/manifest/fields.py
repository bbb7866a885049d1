"""What the models say of a field (table, help, example), looked up by its path."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from usbkit.manifest.positions import Path


def model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """Return the model of the table at ``path`` below ``model``; None if no table is allowed there."""
    found: Any = model
    for step in path:
        found = _annotation_below(found, step)
        if found is None:
            return None
    return next(_models_in(found), None)


def field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """Return the field that ``path`` names, or that contains the list or language entry at ``path``."""
    while path:
        table = model_at(model, path[:-1])
        if table is not None:
            return table.model_fields.get(str(path[-1]))
        path = path[:-1]
    return None


def write_path(path: Path, document: Any) -> str:
    """Return ``path`` as shown to people: entries by their id, if any, otherwise by their number from 1."""
    written = ""
    for step in path:
        document = _step_into(document, step)
        if isinstance(step, int):
            name = document.get("id") if isinstance(document, dict) else None
            written += f".{name}" if isinstance(name, str) else f"[{step + 1}]"
        else:
            written += f".{step}" if written else step
    return written


def _step_into(document: Any, step: str | int) -> Any:
    if isinstance(document, dict):
        return document.get(step)
    return document[step] if isinstance(document, list) and isinstance(step, int) and step < len(document) else None


def _annotation_below(annotation: Any, step: str | int) -> Any:
    """What stands at ``step`` of a value so annotated: a field, an entry of a list, a value of a mapping."""
    if isinstance(step, str):
        for model in _models_in(annotation):
            if step in model.model_fields:
                return model.model_fields[step].annotation
    container = list if isinstance(step, int) else dict
    for part in _alternatives(annotation):
        if typing.get_origin(part) is container:
            return typing.get_args(part)[-1]
    return None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    for part in _alternatives(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The members of a union, ``Annotated`` taken off."""
    if typing.get_origin(annotation) is typing.Annotated:
        yield from _alternatives(typing.get_args(annotation)[0])
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _alternatives(part)
    else:
        yield annotation


def table_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a field that is one table, None for any other field."""
    return next(_models_in(field.annotation), None)


def list_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of the entries of a field that is a list of tables, None for any other field."""
    below = _annotation_below(field.annotation, 0)
    return None if below is None else next(_models_in(below), None)


def is_of(field: FieldInfo, kind: type) -> bool:
    """Whether ``field`` holds a value of ``kind`` itself (not a list or table of them)."""
    return any(isinstance(part, type) and issubclass(part, kind) for part in _alternatives(field.annotation))


def is_table(field: FieldInfo) -> bool:
    """Whether ``field`` is one table, with fixed keys or by language."""
    return table_model(field) is not None or any(typing.get_origin(p) is dict for p in _alternatives(field.annotation))


def is_list_of_tables(field: FieldInfo) -> bool:
    """Whether ``field`` is a list of tables."""
    below = _annotation_below(field.annotation, 0)
    parts = () if below is None else tuple(_alternatives(below))
    return list_model(field) is not None or any(typing.get_origin(part) is dict for part in parts)
