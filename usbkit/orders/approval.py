"""Approvals: who released which seal for a country, and whether that still holds.

They are kept beside the manifests, one file a country (``approvals/guatemala.toml``), which staff can read and which
only ever grows: an approval that no longer fits, or was taken back, stays to be read. An approval names a seal's
fingerprint, so any change of what a drive would hold withdraws it by itself.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from usbkit import __version__
from usbkit.core import package_data
from usbkit.core.atomic import beside
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import _
from usbkit.manifest.load import Manifests
from usbkit.manifest.mistakes import describe_mistakes
from usbkit.manifest.models import Model
from usbkit.manifest.samples import find_samples
from usbkit.manifest.syntax import read_toml
from usbkit.manifest.values import DIGEST_PATTERN, Line
from usbkit.sources.inventory import Inventory

#: What `usbkit demo` leaves in a folder that it made: there, and only there, samples may be ordered.
DEMO_MARKER = "DEMO.txt"

_HEAD = """\
# Who released what for this country. `usbkit approve` adds to the end; nothing is ever taken out.
# The last decision counts, and an approval counts only for the seal it names.
"""

Digest = Annotated[str, StringConstraints(pattern=DIGEST_PATTERN)]


class Decision(Model):
    """Somebody approved a seal, or took the approval back. ``inputs`` is `digest_inputs` of that time."""

    decision: Literal["approved", "withdrawn"]
    by: Line
    at: AwareDatetime
    edition: int = Field(strict=True)
    seal: Digest
    inputs: Digest
    note: str = ""


class Decisions(Model):
    """An approvals file, oldest decision first."""

    decision: list[Decision] = Field(default_factory=list)

    @property
    def last(self) -> Decision | None:
        return self.decision[-1] if self.decision else None


class Standing(StrEnum):
    """What has become of a country's approval."""

    NONE = "none"
    APPROVED = "approved"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


def approvals_path(manifests: Manifests, stem: str) -> Path:
    """The file that keeps the decisions about the country ``stem``."""
    return manifests.folder / "approvals" / f"{stem}.toml"


def load_decisions(manifests: Manifests, stem: str) -> Decisions:
    """The decisions about ``stem``. Raises InputError when the file was edited into something else."""
    path = approvals_path(manifests, stem)
    if not path.exists():
        return Decisions()
    reading = read_toml(path.read_bytes(), str(path))
    if reading.findings:
        raise InputError(*reading.findings)
    try:
        return Decisions.model_validate(reading.document)
    except ValidationError as error:
        raise InputError(*describe_mistakes(error, Decisions, str(path), reading.document, reading.positions)) from None


def record_decision(manifests: Manifests, stem: str, decision: Decision) -> Path:
    """Add ``decision`` to the country's file, whole or not at all; the file's path."""
    path = approvals_path(manifests, stem)
    before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    with beside(path) as target:
        target.write_text(before + _entry(decision), encoding="utf-8", newline="\n")
        target.chmod(0o644)  # the umask has no say
    return path


def _entry(decision: Decision) -> str:
    at = decision.at.isoformat().replace("+00:00", "Z")
    lines = [
        "",
        "[[decision]]",
        f'decision = "{decision.decision}"',
        f"by = {json.dumps(decision.by, ensure_ascii=False)}",
        f"at = {at}",
        f"edition = {decision.edition}",
        f'seal = "{decision.seal}"',
        f'inputs = "{decision.inputs}"',
    ]
    if decision.note:
        lines.append(f"note = {json.dumps(decision.note, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def judge_approval(decisions: Decisions, seal: str) -> Standing:
    """What the decisions say of ``seal``, the fingerprint that a drive made now would bear."""
    last = decisions.last
    if last is None:
        return Standing.NONE
    if last.decision == "withdrawn":
        return Standing.WITHDRAWN
    return Standing.APPROVED if last.seal == seal else Standing.CHANGED


def digest_inputs(manifests: Manifests, stem: str, inventory: Inventory, templates: Path | None) -> str:
    """SHA-256 over everything a country's seal is made from, known without rendering its pages.

    While it stays the same the seal does; when it changes, only the seal itself tells.
    """
    sha = hashlib.sha256()
    for part in _inputs(manifests, stem, inventory, templates):
        data = part.encode("utf-8", "surrogatepass")
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()


def _inputs(manifests: Manifests, stem: str, inventory: Inventory, templates: Path | None) -> Iterator[str]:
    yield from ("usbkit", __version__, *(importlib.metadata.version(name) for name in ("jinja2", "babel")))
    yield stem
    yield manifests.programme.model_dump_json(exclude={"responsible"})
    yield manifests.countries[stem].model_dump_json()
    for name, file in sorted(inventory.files.items()):
        yield from (name, file.sha256)
    for folder in (package_data.templates(), *([templates] if templates else [])):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            yield from (path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())


def is_demo(manifests: Manifests) -> bool:
    """Whether `usbkit demo` made the folder these manifests are in."""
    return any((folder / DEMO_MARKER).is_file() for folder in list(manifests.folder.absolute().parents)[:2])


def require_orderable(manifests: Manifests, stem: str, seal: str, decisions: Decisions, *, demo: bool) -> None:
    """Whether drives of ``seal`` may be ordered for ``stem``: nothing invented in it, and approved as it is.

    ``demo`` says that nothing made here is ever sent, so that samples are no obstacle. Raises RefusedError.
    """
    findings = [*_sample_findings(manifests, stem, demo), *_approval_findings(manifests, stem, seal, decisions)]
    if findings:
        raise RefusedError(*findings)


def _sample_findings(manifests: Manifests, stem: str, demo: bool) -> Iterable[Finding]:
    samples = find_samples(manifests.programme, manifests.countries[stem])
    if samples and not demo:
        yield Finding(
            "order-sample",
            _("{count} values are marked as samples: {names}", count=len(samples), names=", ".join(samples)),
            Place(str(manifests.country_sources[stem].path)),
            _("Replace what is invented by what is true, and take the marks out; samples are never sent."),
        )


def _approval_findings(manifests: Manifests, stem: str, seal: str, decisions: Decisions) -> Iterable[Finding]:
    place = Place(str(approvals_path(manifests, stem)))
    todo = _("Have it looked at, then: usbkit approve {stem}", stem=stem)
    last = decisions.last
    match judge_approval(decisions, seal):
        case Standing.NONE:
            yield Finding("order-not-approved", _("nobody has approved {stem}", stem=stem), place, todo)
        case Standing.WITHDRAWN if last:
            what = _("{by} withdrew the approval on {date}", by=last.by, date=last.at.date())
            yield Finding("order-withdrawn", what, place, todo)
        case Standing.CHANGED if last:
            what = _(
                "{by} approved seal {approved}… on {date}, but the seal is {found}… now",
                by=last.by,
                approved=last.seal[:16],
                date=last.at.date(),
                found=seal[:16],
            )
            yield Finding("order-changed", what, place, todo)
