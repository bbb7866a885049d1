"""``usbkit mend`` for subtitles, pictures and documents: conversion and output."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _

#: The language in a name such as ``opening.ko.ass``.
_LANGUAGE = re.compile(r"\.([a-z]{2})$")

_LOOK = _("  Look at it, then name it in programme.toml or put it in the old file's place.")


def mend_subtitles(file: Path, folder: Path, encoding: str | None, *, dry_run: bool) -> dict[str, Any]:
    """Convert another format's subtitles to SubRip. Raises InputError if a sentence would be lost."""
    from usbkit.sources.subtitles.formats import SRT, WEBVTT, recognise_format
    from usbkit.sources.subtitles.others.conversion import HOW_TO_STATE, convert
    from usbkit.sources.subtitles.reading import decode_file, read_bytes

    language = _LANGUAGE.search(file.stem)
    claimed = language.group(1) if language else None
    data = read_bytes(file, str(file))
    document: dict[str, Any] = {"file": str(file), "mended": None, "written": False, "cues": 0, "left_out": []}
    decoded = decode_file(data, claimed or "en", encoding, str(file), HOW_TO_STATE)
    document["format"] = recognise_format(decoded.text)
    if document["format"] in (SRT, WEBVTT):
        return document
    made = convert(data, str(file), claimed, encoding)
    target = folder / f"{file.stem}-mended.srt"
    document |= {"mended": str(target), "cues": made.cues, "left_out": list(made.left_out)}
    document["found"] = [f.id for f in made.findings]
    _write(target, made.data, document, dry_run=dry_run)
    return document


def say_subtitles(made: dict[str, Any]) -> None:
    """Print the result for a subtitle file."""
    if made["mended"] is None:
        show.answer(_("{file}: nothing to mend", file=made["file"]))
        return
    values = {name: made[name] for name in ("file", "mended", "cues", "format")}
    show.answer(
        _("{mended}: made of {file}: {cues} cues of {format}, every sentence kept", **values)
        if made["written"]
        else _("{mended}: would be made of {file}: {cues} cues of {format}, every sentence kept", **values)
    )
    if made["left_out"]:
        count, first = len(made["left_out"]), made["left_out"][0][:80]
        show.answer(
            _("  {count} remarks are left out, which no player shows; the first: {first}", count=count, first=first)
        )
    show.answer(_("  Fonts, colours and exact places are not kept."))
    if made["written"]:
        show.answer(_LOOK)


def mend_picture(file: Path, folder: Path, *, dry_run: bool) -> dict[str, Any]:
    """Convert a picture that browsers do not show to JPEG. Raises InputError if it cannot be read."""
    from usbkit.sources.attachments.pictures import BROWSERS_SHOW
    from usbkit.sources.decoding import examine_attachment, to_jpeg

    document: dict[str, Any] = {"file": str(file), "mended": None, "written": False, "found": []}
    if file.suffix.lower() in BROWSERS_SHOW:
        document["found"] = [f.id for f in examine_attachment(file, "photo")]
        if not document["found"]:
            return document
    made = to_jpeg(file)
    target = folder / f"{file.stem}-mended.jpg"
    document["mended"] = str(target)
    document["found"] += [f.id for f in made.findings]
    _write(target, made.data, document, dry_run=dry_run)
    for finding in made.findings:
        show.say_finding(finding)
    return document


def say_picture(made: dict[str, Any]) -> None:
    """Print the result for a picture."""
    if made["mended"] is None:
        show.answer(_("{file}: nothing to mend", file=made["file"]))
    elif made["written"]:
        show.answer(_("{mended}: made of {file}: a JPEG without the camera's notes", **_pair(made)))
        show.answer(_LOOK)
    else:
        show.answer(_("{mended}: would be made of {file}: a JPEG without the camera's notes", **_pair(made)))


def mend_document(settings: Settings, file: Path, folder: Path, *, dry_run: bool) -> dict[str, Any]:
    """Convert an office document to PDF. Raises InputError if LibreOffice is missing or fails."""
    from usbkit.sources.attachments.office_pdf import SECONDS, make_pdf, require_office
    from usbkit.sources.mended import require_free

    target = folder / f"{file.stem}-mended.pdf"
    document: dict[str, Any] = {"file": str(file), "mended": str(target), "written": False, "pages": None}
    document["missing_words"] = None
    require_office(file)
    if dry_run:
        _require_there(file)
        return document
    require_free(target)
    values = {"name": file.name, "minutes": SECONDS // 60}
    what = _("{name}: LibreOffice makes a PDF of it; that takes up to {minutes} minutes", **values)
    made = make_pdf(file, begin=lambda: settings.progress().remark(what))
    document |= {"pages": made.pages, "missing_words": None if made.missing is None else list(made.missing)}
    _write(target, made.data, document, dry_run=False)
    return document


def say_document(made: dict[str, Any]) -> None:
    """Print the result for a document, with the advice that a person inspects it."""
    if not made["written"]:
        show.answer(_("{mended}: would be made of {file} by LibreOffice", **_pair(made)))
        return
    show.answer(_("{mended}: made of {file} by LibreOffice: {pages} pages", pages=made["pages"], **_pair(made)))
    if made["missing_words"]:
        count, words = len(made["missing_words"]), ", ".join(made["missing_words"][:5])
        show.answer(_("  {count} words of it were not found in the PDF: {words}", count=count, words=words))
    show.answer(
        _("  Look at every page beside the original: LibreOffice may have other fonts and break lines elsewhere.")
    )


def _pair(made: dict[str, Any]) -> dict[str, str]:
    return {"file": made["file"], "mended": made["mended"]}


def _require_there(file: Path) -> None:
    if not file.is_file():
        raise InputError(
            Finding("file-missing", _("there is no such file"), Place(str(file)), _("Put the file there."))
        )


def _write(target: Path, data: bytes, document: dict[str, Any], *, dry_run: bool) -> None:
    from usbkit.sources.mended import mended_file

    if dry_run:
        return
    with mended_file(target) as unfinished:
        unfinished.write_bytes(data)
    document["written"] = True
