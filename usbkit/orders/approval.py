"""Approvals: who released which seal for a country, and whether that is still valid.

They are kept beside the manifests, one readable file per country (``approvals/guatemala.toml``), to which entries are
only added: outdated and withdrawn approvals stay readable. An approval names a seal's fingerprint, so any change to a
drive's content invalidates it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from usbkit.core.atomic import beside
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import _
from usbkit.manifest.bounds import read_manifest
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Model
from usbkit.manifest.samples import find_samples
from usbkit.manifest.syntax import read_toml
from usbkit.manifest.values import DIGEST_PATTERN, Language, Line

#: What `usbkit demo` leaves in a folder that it made: there, and only there, samples may be ordered.
DEMO_MARKER = "DEMO.txt"

_HEAD = """\
# Who released what for this country. `usbkit approve` adds to the end; nothing is ever taken out.
# The last decision counts, and an approval counts only for the seal it names.
"""

Digest = Annotated[str, StringConstraints(pattern=DIGEST_PATTERN)]


class Decision(Model):
    """A person's approval of a seal, or its withdrawal.

    ``inputs`` is the digest of everything that shaped the seal (``usbkit.bundle.seal_inputs``); ``allow_missing`` and
    ``allow_untranslated`` are the settings it was made with.
    """

    decision: Literal["approved", "withdrawn"]
    by: Line
    at: AwareDatetime
    edition: int = Field(strict=True)
    seal: Digest
    inputs: Digest
    note: str = ""
    allow_missing: list[Language] = Field(default_factory=list)
    allow_untranslated: bool = False


class Decisions(Model):
    """An approvals file, oldest decision first."""

    decision: list[Decision] = Field(default_factory=list)

    @property
    def last(self) -> Decision | None:
        return self.decision[-1] if self.decision else None


class Standing(StrEnum):
    """The state of a country's approval."""

    NONE = "none"
    APPROVED = "approved"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


def approvals_path(manifests: Manifests, stem: str) -> Path:
    """Return the file with the decisions about the country ``stem``."""
    return approvals_in(manifests.folder, stem)


def approvals_in(folder: Path, stem: str) -> Path:
    """The same, of the programme in ``folder``."""
    return folder / "approvals" / f"{stem}.toml"


def load_decisions(manifests: Manifests, stem: str) -> Decisions:
    """Return the decisions about ``stem``. Raises InputError if the file was edited and is invalid."""
    return read_decisions(approvals_path(manifests, stem))


def read_decisions(path: Path) -> Decisions:
    """Return the decisions in an approvals file, none if it is missing. Raises InputError like ``load_decisions``."""
    if not path.exists():
        return Decisions()
    reading = read_toml(read_manifest(path), str(path))
    if reading.findings:
        raise InputError(*reading.findings)
    try:
        return Decisions.model_validate(reading.document)
    except ValidationError as error:
        from usbkit.manifest.mistakes import describe_mistakes

        raise InputError(*describe_mistakes(error, Decisions, str(path), reading)) from None


def record_decision(manifests: Manifests, stem: str, decision: Decision) -> Path:
    """Add ``decision`` to the country's file, atomically; return the file's path."""
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
    if decision.allow_missing:
        lines.append(f"allow_missing = {json.dumps(decision.allow_missing)}")
    if decision.allow_untranslated:
        lines.append("allow_untranslated = true")
    if decision.note:
        lines.append(f"note = {json.dumps(decision.note, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def judge_approval(decisions: Decisions, seal: str) -> Standing:
    """Return the state of the approval of ``seal``, the fingerprint of drives made now."""
    last = decisions.last
    if last is None:
        return Standing.NONE
    if last.decision == "withdrawn":
        return Standing.WITHDRAWN
    return Standing.APPROVED if last.seal == seal else Standing.CHANGED


def is_demo(manifests: Manifests) -> bool:
    """Whether ``usbkit demo`` made these manifests' folder."""
    return any((folder / DEMO_MARKER).is_file() for folder in list(manifests.folder.absolute().parents)[:2])


def require_orderable(manifests: Manifests, stem: str, seal: str, decisions: Decisions, *, demo: bool) -> None:
    """Raise RefusedError unless drives of ``seal`` may be ordered for ``stem``: no invented parts, and approved
    unchanged.

    ``demo``: nothing made here is ever sent, so invented parts are allowed.
    """
    findings = [*_sample_findings(manifests, stem, demo), *_approval_findings(manifests, stem, seal, decisions)]
    if findings:
        raise RefusedError(*findings)


def _sample_findings(manifests: Manifests, stem: str, demo: bool) -> Iterable[Finding]:
    samples = find_samples(manifests.programme_for(stem), manifests.countries[stem])
    if samples and not demo:
        yield Finding(
            "order-sample",
            _("{count} values are marked SAMPLE: {names}", count=len(samples), names=", ".join(samples)),
            Place(str(manifests.country_sources[stem].path)),
            _("Replace what is invented by what is true, and take the marks out; samples are never sent."),
        )


def _approval_findings(manifests: Manifests, stem: str, seal: str, decisions: Decisions) -> Iterable[Finding]:
    place = Place(str(approvals_path(manifests, stem)))
    todo = _("Have it reviewed, then: usbkit approve {stem}", stem=stem)
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
