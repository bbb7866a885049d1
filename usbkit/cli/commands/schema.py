"""``usbkit schema``: the JSON Schema of a manifest, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from usbkit.cli.output import show
from usbkit.core.messages import _, mark


@click.command(
    help=mark(
        "Print the JSON Schema of a manifest. Editors that know TOML use it when the manifest begins with a line"
        " such as #:schema ./country.schema.json"
    )
)
@click.argument("kind", type=click.Choice(["programme", "country"]), default="country")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=mark("Write the schemas of both kinds into this folder."),
)
def schema(kind: str, output: Path | None) -> None:
    import json

    from usbkit.manifest.schema import SCHEMAS, make_schema

    if output is None:
        show.document(make_schema(kind))
        return
    output.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        path = output / f"{name}.schema.json"
        path.write_text(json.dumps(make_schema(name), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        show.answer(_("{path} written", path=path))
