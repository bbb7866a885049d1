"""The JSON Schemas of the manifests, for completion and checks in editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from usbkit import __version__
from usbkit.core.messages import translate
from usbkit.manifest.models import Country, Model, Programme

#: What a schema is asked for by, and the model it describes.
SCHEMAS: Mapping[str, type[Model]] = {"programme": Programme, "country": Country}


def make_schema(kind: str) -> dict[str, Any]:
    """Return the schema of a manifest of ``kind`` (``SCHEMAS``), with descriptions in the active language."""
    schema = SCHEMAS[kind].model_json_schema(mode="validation")
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$comment": f"usbkit {__version__}",
        **_in_words(schema),
    }


def _in_words(value: Any) -> Any:
    """``value`` with descriptions translated, and without the titles that pydantic makes out of field names."""
    if isinstance(value, dict):
        return {
            k: translate(v) if k == "description" and isinstance(v, str) else _in_words(v)
            for k, v in value.items()
            if not (k == "title" and isinstance(v, str))
        }
    return [_in_words(v) for v in value] if isinstance(value, list) else value
