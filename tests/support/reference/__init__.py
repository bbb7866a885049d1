"""The reference in ``docs/reference/``, generated from the code: ``python -m tests.support.reference [DIR]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.reference.codes import write_codes
from tests.support.reference.commands import write_commands
from tests.support.reference.json_answers import write_json
from tests.support.reference.manifest_fields import write_manifest
from tests.support.reference.manpage import write_manpage

#: What stands at the head of each page.
GENERATED = "<!-- Made by `make reference` from the code. Change the code, not this page. -->\n\n"

PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": lambda: GENERATED + write_commands(),
    "manifest.md": lambda: GENERATED + write_manifest(),
    "json.md": lambda: GENERATED + write_json(),
    "codes.md": lambda: GENERATED + write_codes(),
    "usbkit.1": write_manpage,
}
