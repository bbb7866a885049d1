"""Every field of ``programme.toml`` and of a country manifest, from the models and their JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from usbkit.manifest.schema import make_schema
from usbkit.manifest.values import LANGUAGE_NAMES, PATTERNS

INTRODUCTION = """\
# Manifests

`programme.toml` says what was recorded; a file a country (`guatemala.toml`) says what that country gets. Both are TOML
in UTF-8. `usbkit new` writes them with a remark on every field, `usbkit check` says what is wrong with its line, and
`usbkit schema` prints the JSON Schema for an editor. A text "by language" is a table such as
`{ en = "Guatemala", es = "Guatemala" }`; English stands in where a language is missing.
"""

_TABLES = {"programme": "programme.toml", "country": "a country's file"}


def write_manifest() -> str:
    """The page."""
    lines = [INTRODUCTION]
    seen: set[str] = set()
    for kind, title in _TABLES.items():
        schema = make_schema(kind)
        tables = {k: v for k, v in schema.get("$defs", {}).items() if "properties" in v}
        lines += [f"## {title}\n", *_table(schema, schema.get("$defs", {}))]
        for name, table in tables.items():
            if name not in seen:
                seen.add(name)
                lines += [f"### {name}\n", *_table(table, schema["$defs"])]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    yield "| field | type | without it | meaning |"
    yield "|---|---|---|---|"
    for name, field in schema["properties"].items():
        default = "required" if name in required else _default(field.get("default"))
        meaning = str(field.get("description", "")).replace("|", "\\|")
        examples = [e for e in field.get("examples", ()) if not isinstance(e, dict | list)]
        example = f" For example `{examples[0]}`." if examples else ""
        yield f"| `{name}` | {_type(field, definitions)} | {default} | {meaning}{example} |"
    yield ""


def _default(value: Any) -> str:
    if value is None or value in ([], {}):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        target = definitions[name]
        return f"table [{name}](#{name.lower()})" if "properties" in target else _type(target, definitions)
    for choice in ("anyOf", "oneOf"):
        if choice in field:
            types = [_type(f, definitions) for f in field[choice] if f.get("type") != "null"]
            return " or ".join(dict.fromkeys(types))
    if "enum" in field or "const" in field:
        values = field.get("enum", [field.get("const")])
        return "language" if set(values) == set(LANGUAGE_NAMES) else " or ".join(f"`{v}`" for v in values)
    match field.get("type"):
        case "array":
            return f"list of {_type(field.get('items', {}), definitions)}"
        case "object":
            below = field.get("additionalProperties")
            if not isinstance(below, dict):
                return "table"
            by = "language" if "propertyNames" in field else "name"
            return f"{_type(below, definitions)} by {by}"
        case "string":
            words = PATTERNS.get(field.get("pattern", ""))
            return words or {"date": "date", "time": "time", "date-time": "date and time"}.get(
                field.get("format", ""), "text"
            )
        case "integer":
            bounds = [str(field[k]) for k in ("minimum", "maximum") if k in field]
            return f"number ({' to '.join(bounds)})" if bounds else "number"
        case "boolean":
            return "`true` or `false`"
    return "value"
