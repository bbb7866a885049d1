"""The unpacking process: failures are told apart from a lack of memory."""

from __future__ import annotations

import errno
import marshal
import os
import subprocess
import sys
from pathlib import Path

import py7zr

from tests.support.cli import TOP
from usbkit.archive.extracting import ExtractionJob, explain


def _after(first: Exception, then: Exception) -> Exception:
    """``then`` as it is when it was raised while ``first`` was being handled."""
    then.__context__ = first
    return then


def test_what_fails_for_lack_of_memory_is_memory() -> None:
    assert explain(MemoryError()) == {"failed": "memory"}
    assert explain(_after(MemoryError(), EOFError("EOF read where object expected"))) == {"failed": "memory"}


def test_other_failures_keep_what_they_say() -> None:
    assert explain(_after(ValueError("no"), EOFError("short"))) == {"failed": "content", "detail": "EOFError: short"}
    full = {"failed": "system", "errno": errno.ENOSPC, "detail": "No space left on device"}
    assert explain(OSError(errno.ENOSPC, "No space left on device")) == full


def test_nothing_is_imported_once_memory_is_bounded() -> None:
    """An import without memory fails as damaged content would: it once did, in psutil, behind py7zr's own bound."""
    code = """
import io, sys, tempfile
from pathlib import Path
import py7zr
from usbkit.archive import extracting

packed = Path(tempfile.mkdtemp()) / "a.7z"
with py7zr.SevenZipFile(packed, "w", password="x") as archive:
    archive.writestr(b"words", "a")
job = extracting.ExtractionJob([], str(packed.parent / "out"), "x", 0, 0, 0)
for name in [m for m in sys.modules if m.split(".")[0] in ("psutil", "py7zr")]:
    del sys.modules[name]
extracting._load_unpacker()
before = set(sys.modules)
extracting._extract([str(packed)], {"a": ("a", 5)}, job)
print(sorted(set(sys.modules) - before), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_the_bound_on_files_cuts_no_compiled_module_short(tmp_path: Path) -> None:
    """CPython 3.11 puts a compiled module in place even where a bound let only its first bytes be written."""
    packed = tmp_path / "a.7z"
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.writestr(b"words", "a")
    job = ExtractionJob([([str(packed)], {"a": ("a", 5)})], str(tmp_path / "out"), None, 2**30, 2**31, 60)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path / "compiled")
    command = [sys.executable, "-m", "usbkit.archive.extracting"]
    done = subprocess.run(
        command, cwd=TOP, env=environment, input=job.to_json(), capture_output=True, text=True, check=True
    )
    assert '{"done": true}' in done.stdout
    compiled = list((tmp_path / "compiled").rglob("*.pyc"))
    assert any(p.name.startswith("properties.") for p in compiled)
    for path in compiled:
        marshal.loads(path.read_bytes()[16:])
