"""Validate single values as a manifest's fields do, before there is a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from usbkit.core.errors import Finding
from usbkit.manifest.bounds import check_document
from usbkit.manifest.mistakes import describe_mistakes
from usbkit.manifest.positions import Positions
from usbkit.manifest.syntax import Reading
from usbkit.manifest.values import InvalidValueError


def judge_value(text: str, kind: Any) -> str:
    """Return ``text`` as the value of a field of ``kind``. Raises InvalidValueError."""
    document = {"value": text}
    if (excess := check_document(document)) is not None:
        raise InvalidValueError(excess.what)
    model = create_model("Answer", value=(kind, ...))
    try:
        return str(model.model_validate(document).model_dump()["value"])
    except ValidationError as error:
        raise InvalidValueError(_describe(error, model, document)[0].what) from error


def judge_fields(model: type[BaseModel], told: Mapping[str, Any]) -> list[Finding]:
    """Return the findings of ``model``'s fields about the values ``told``, by field name."""
    fields: Any = {key: (model.model_fields[key].annotation, model.model_fields[key]) for key in told}
    part = create_model("Part", **fields)
    try:
        part.model_validate(told)
    except ValidationError as error:
        return _describe(error, part, told)
    return []


def _describe(error: ValidationError, model: type[BaseModel], document: Mapping[str, Any]) -> list[Finding]:
    return describe_mistakes(error, model, "", Reading(document, Positions(), ()))
