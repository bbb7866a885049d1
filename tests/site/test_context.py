"""``docs/templates.md`` lists every field that templates are given, as the code has them."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

from usbkit.site import context

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "templates.md"
_MARK = "<!-- begin: fields, from usbkit/site/context.py -->\n"


def fields_as_markdown() -> str:
    """A table a class, in the order of the module."""
    parts = []
    for name, kind in vars(context).items():
        if not (inspect.isclass(kind) and dataclasses.is_dataclass(kind) and kind.__module__ == context.__name__):
            continue
        said = " ".join((inspect.getdoc(kind) or "").split())
        about = "" if said.startswith(f"{name}(") else f"\n{said}\n"
        rows = [f"| `{field.name}` | `{_cell(str(field.type))}` |" for field in dataclasses.fields(kind)]
        rows += [
            f"| `{key}` | `{value.fget.__annotations__['return']}` |"
            for key, value in vars(kind).items()
            if isinstance(value, property) and value.fget
        ]
        parts.append(
            "\n".join([f"### {name}", about, "| field | type |", "|---|---|", *rows]).replace("\n\n\n", "\n\n")
        )
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def test_the_document_lists_every_field() -> None:
    _before, _mark, listed = DOCUMENT.read_text(encoding="utf-8").partition(_MARK)
    assert listed == "\n" + fields_as_markdown(), "put the text of fields_as_markdown() there"


def test_the_document_names_every_block() -> None:
    import re

    from usbkit.core import package_data

    text = DOCUMENT.read_text(encoding="utf-8")
    for name in ("base.html", "index.html", "recording.html"):
        for block in re.findall(r"{%-? block (\w+)", (package_data.templates() / name).read_text(encoding="utf-8")):
            assert f"`{block}`" in text, block
