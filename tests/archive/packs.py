"""Packing and unpacking within the test's process, with passphrases through pipes, as a script would pass them."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.cli.calls import call
from tests.support.cli import Done
from tests.writing.bundles import make_bundle_folder
from usbkit.trust.passport import Passport, format_drive_js
from usbkit.trust.sums import DRIVE_SCRIPT_NAME, PASSPORT_NAME, SUMS_NAME, UNSEALED_NAMES, fingerprint, format_sums

#: 7-Zip's own program.
SEVENZIP = "7zz"


def make_bundle(folder: Path, **options: Any) -> Path:
    """A bundle of five videos of half a megabyte each, pages, subtitles and pictures."""
    return make_bundle_folder(folder, **{"video": 500_000, "more_videos": 4, **options})


def pack(bundle: Path, output: Path, *options: object, answer: str | None = None) -> tuple[Done, str]:
    """Pack ``bundle``; what it said, and the new passphrase where there was one. ``answer`` is typed when asked."""
    new_read, new_write = os.pipe()
    asked = _pipe_with(answer)
    words = ["pack", bundle, "-o", output, *options, "--new-passphrase-fd", new_write]
    done = call(*words, *(["--passphrase-fd", asked] if asked is not None else []))
    os.close(new_write)
    with os.fdopen(new_read) as said:
        passphrase = said.read().strip()
    if asked is not None:
        os.close(asked)
    return done, passphrase


def unpack(found: Path, output: Path, *options: object, passphrase: str | None = None) -> Done:
    """Unpack ``found`` to ``output``."""
    asked = _pipe_with(passphrase)
    done = call("unpack", found, "-o", output, *options, *(["--passphrase-fd", asked] if asked is not None else []))
    if asked is not None:
        os.close(asked)
    return done


def _pipe_with(line: str | None) -> int | None:
    if line is None:
        return None
    read, write = os.pipe()
    os.write(write, line.encode() + b"\n")
    os.close(write)
    return read


def tree(folder: Path) -> dict[str, str]:
    """Path → SHA-256 of every file below ``folder``, hidden ones too."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def reseal(bundle: Path, edition: int = 1) -> Path:
    """Seal a bundle again after its files were changed."""
    sums = format_sums({path: digest for path, digest in tree(bundle).items() if path not in UNSEALED_NAMES})
    old = Passport.from_json((bundle / PASSPORT_NAME).read_bytes())
    passport = replace(old, edition=edition, fingerprint=fingerprint(sums))
    (bundle / SUMS_NAME).write_bytes(sums)
    (bundle / PASSPORT_NAME).write_bytes(passport.to_json())
    (bundle / DRIVE_SCRIPT_NAME).write_bytes(format_drive_js(passport, is_signed=False))
    return bundle


def sevenzip(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run 7-Zip."""
    return subprocess.run(
        [SEVENZIP, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
