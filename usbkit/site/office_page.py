"""Pages for our own offices, in the command line's language: one environment for their templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.core import package_data
from usbkit.core.messages import Text

if TYPE_CHECKING:
    from jinja2 import Environment


def office_environment(templates: Path | None) -> Environment:
    """Return an environment that escapes everything and rejects unknown names; files in ``templates`` override ours."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([*([templates] if templates else []), package_data.templates()]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = _say
    return environment


def _say(id: str, **values: Any) -> Text:
    """A message of ours; the name that extraction looks for in these templates alone."""
    return Text(id, values)
