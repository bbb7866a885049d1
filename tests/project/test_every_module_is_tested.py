"""Every module has its own tests: ``tests/`` mirrors the package, or a test imports the module by its name.

``TESTED_THROUGH_OTHERS`` lists the original exceptions; it may only shrink.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from pathlib import Path

from tests.support.cli import TOP

#: Package → its modules that are reached only through a command or another module, as a test of the whole.
TESTED_THROUGH_OTHERS = {
    "usbkit.archive": (
        "admission coders cursor discovery errors extraction limits opening packing paths source unpacking"
    ),
    "usbkit.bundle": "size_estimate",
    "usbkit.cli": "batch paper_output passphrases",
    "usbkit.cli.commands": (
        "build cache check completion diff doctor drives export image ledger ledger_chain ledger_mark "
        "lock order pack preview receipt schema unpack wipe write"
    ),
    "usbkit.cli.output": "drive_rows readiness receipt_view report_page",
    "usbkit.core": "atomic",
    "usbkit.demo": "canvas papers",
    "usbkit.disk": "dates mbr tree volume",
    "usbkit.disk.reader": "bitmap entrysets exfat fat32",
    "usbkit.drives": "hotplug readback surface",
    "usbkit.ledger": "migrations",
    "usbkit.manifest": "fields samples suggestions",
    "usbkit.orders.readiness": "changes model page space survey tasks timestamp_checks",
    "usbkit.site": "office_page web",
    "usbkit.sources.media": "model",
    "usbkit.sources.subtitles": "checks model report writing",
    "usbkit.sources.transcode": "mending words",
    "usbkit.station": "operator_messages",
    "usbkit.trust": "key_at_hand",
    "usbkit.workers": "interrupts",
    "usbkit.writing": "batch making surface",
}

#: How many there may be; lower it with the table, never raise it.
MOST = 86


def _modules() -> Iterator[tuple[str, Path]]:
    """Modules that do something, and the test module that mirrors each."""
    for path in sorted((TOP / "usbkit").rglob("*.py")):
        below = path.relative_to(TOP / "usbkit")
        name = ".".join(("usbkit", *below.with_suffix("").parts)).removesuffix(".__init__")
        acts = any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in ast.parse(path.read_text()).body)
        if path.name != "__init__.py" or acts:
            yield name, TOP / "tests" / below.parent / f"test_{path.name}"


def _imported_by_tests() -> Set[str]:
    names: set[str] = set()
    for path in (TOP / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _untested() -> Set[str]:
    imported = _imported_by_tests()
    return {name for name, mirror in _modules() if not mirror.exists() and name not in imported}


def _listed() -> list[str]:
    return [f"{package}.{name}" for package, names in TESTED_THROUGH_OTHERS.items() for name in names.split()]


def test_a_new_module_comes_with_a_test_module() -> None:
    assert sorted(_untested() - set(_listed())) == [], "write tests/…/test_NAME.py beside it"


def test_the_list_of_exceptions_only_shrinks() -> None:
    assert sorted(set(_listed()) - _untested()) == [], "these are tested now or gone: take them off, and lower MOST"
    assert len(_listed()) == len(set(_listed())) <= MOST
