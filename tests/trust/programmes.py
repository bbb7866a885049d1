"""A programme with one country and its keys, as a folder of manifests; no media is needed to sign a seal."""

from __future__ import annotations

from pathlib import Path

from usbkit.trust.minisign import PublicKey
from usbkit.trust.sums import format_sums

SUMS = format_sums({"index.html": "a" * 64, "videos/01-opening.mp4": "b" * 64})
NEWER_SUMS = format_sums({"index.html": "c" * 64, "videos/01-opening.mp4": "b" * 64, "slides/01.pdf": "d" * 64})

_PROGRAMME = """\
id = "forum-2020"
edition = {edition}
date = 2020-11-02
library = "library"
organisers = [{{ en = "The organiser" }}]

[title]
en = "The forum"

[event]
date = 2020-09-24

[contact]
office = {{ en = "The desk" }}
email = "desk@example.org"

[[recording]]
id = "opening"
kind = "opening"
title = {{ en = "Opening" }}
source = "opening.mp4"
spoken = "ko"
{keys}"""

_COUNTRY = """\
code = "GT"
name = { en = "Guatemala" }
interface = ["en"]
subtitles = ["en"]
recordings = ["opening"]
delivery = "website"
label = "FORUM2020"
"""


def key_table(public: PublicKey, name: str, more: str = "") -> str:
    """A ``[[key]]`` of programme.toml as staff write it."""
    return f'\n[[key]]\nname = "{name}"\npublic = "{public.to_base64()}"  # whose\n{more}'


def make_manifests(folder: Path, keys: str, edition: int = 1) -> Path:
    """The programme's folder; made again with another edition, kept seals stay."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "programme.toml").write_text(_PROGRAMME.format(edition=edition, keys=keys), encoding="utf-8")
    (folder / "guatemala.toml").write_text(_COUNTRY, encoding="utf-8")
    return folder
