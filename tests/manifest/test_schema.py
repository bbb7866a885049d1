"""The JSON Schema accepts and rejects the same manifests as loading, as far as a schema can."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from tests.support.cli import usbkit
from usbkit.core import package_data
from usbkit.manifest import models
from usbkit.manifest.load import load_programme
from usbkit.manifest.models import Country, Model, Programme
from usbkit.manifest.schema import SCHEMAS, make_schema
from usbkit.manifest.write import example_value

FORUM = load_programme(package_data.manifests() / "forum-2020")
DOCUMENTS = {"programme.toml": ("programme", FORUM.programme_source.document)} | {
    f"{stem}.toml": ("country", source.document) for stem, source in FORUM.country_sources.items()
}


def as_editors_see(value: Any) -> Any:
    """Dates and times as text, the way a TOML editor hands them to a JSON Schema."""
    if isinstance(value, dict):
        return {k: as_editors_see(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_editors_see(v) for v in value]
    return str(value) if isinstance(value, dt.date | dt.time) else value


def is_valid(kind: str, document: Any) -> bool:
    validator = jsonschema.Draft202012Validator(make_schema(kind))
    return bool(validator.is_valid(as_editors_see(document)))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_forums_manifests_fit(name: str) -> None:
    kind, document = DOCUMENTS[name]
    assert is_valid(kind, document)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_one(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(make_schema(kind))


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "ZZ"},
        {"code": "gt"},
        {"interface": ["kr"]},
        {"interface": []},
        {"name": {"xx": "?"}},
        {"drives": "2"},
        {"drives": 1000},
        {"delivery": "ubs"},
        {"label": "forum"},
        {"minimum_size": 16},
        {"minimum_size": "big"},
        {"quality": "720"},
        {"colour": "blue"},
        {"recordings": ["A b"]},
        {"addressee": {"name": "A"}},
        {"question": [{"id": "q", "text": {"en": "?"}, "answers": [{"recording": "opening", "at": 5}]}]},
    ],
)
def test_what_loading_refuses_the_schema_refuses(changes: dict[str, Any]) -> None:
    document = {**copy.deepcopy(dict(FORUM.country_sources["guatemala"].document)), **changes}
    with pytest.raises(ValidationError):
        Country.model_validate(document)
    assert not is_valid("country", document)


def all_models() -> list[type[Model]]:
    found = [m for m in vars(models).values() if isinstance(m, type) and issubclass(m, Model) and m is not Model]
    assert Programme in found and Country in found
    return found


@pytest.mark.parametrize("model", all_models(), ids=lambda m: m.__name__)
def test_every_field_has_help_and_an_example_that_it_takes(model: type[Model]) -> None:
    needed = {k: example_value(f) for k, f in model.model_fields.items() if f.is_required()}
    for key, field in model.model_fields.items():
        assert field.description, key
        model.model_validate({**needed, key: example_value(field)})


def test_command(tmp_path: Path) -> None:
    assert usbkit("schema", "country").expect(0).json == make_schema("country")
    usbkit("schema", "-o", tmp_path).expect(0)
    assert json.loads((tmp_path / "programme.schema.json").read_text(encoding="utf-8")) == make_schema("programme")
