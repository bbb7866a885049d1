"""All subtitle findings by id, and which of them are errors. A manifest may allow any but the fatal ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import groupby

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _

#: There is nothing to go on with: raised, not collected.
FATAL = frozenset({"subtitle-missing", "subtitle-unreadable", "subtitle-empty-file", "subtitle-format"})
FATAL |= {"subtitle-not-kept"}
FATAL |= {"subtitle-encoding", "subtitle-encoding-broken", "subtitle-encoding-unknown"}

#: A sentence is lost, or would be shown wrongly.
ERRORS = frozenset(
    {
        "subtitle-arrow",
        "subtitle-backwards",
        "subtitle-browsers-hide",
        "subtitle-browsers-skip",
        "subtitle-cut-off",
        "subtitle-empty",
        "subtitle-encoding-guess",
        "subtitle-encoding-stated",
        "subtitle-endless",
        "subtitle-garbage",
        "subtitle-header-refused",
        "subtitle-language",
        "subtitle-lost-characters",
        "subtitle-mojibake",
        "subtitle-none",
        "subtitle-number-shown",
        "subtitle-order",
        "subtitle-past-end",
        "subtitle-stray-text",
        "subtitle-timing",
        "subtitle-timing-in-text",
        "subtitle-timing-words",
    }
)

#: Worth a look; stops nothing.
REMARKS = frozenset(
    {
        "subtitle-allowance-unused",
        "subtitle-blank-inside",
        "subtitle-blank-missing",
        "subtitle-encoding-likely",
        "subtitle-ends-early",
        "subtitle-entity",
        "subtitle-fast",
        "subtitle-fewer-cues",
        "subtitle-flash",
        "subtitle-gap",
        "subtitle-header",
        "subtitle-late-end",
        "subtitle-line-break-tag",
        "subtitle-long",
        "subtitle-many-lines",
        "subtitle-number-missing",
        "subtitle-number-order",
        "subtitle-overlap",
        "subtitle-position",
        "subtitle-rich",
        "subtitle-rolling",
        "subtitle-strange",
        "subtitle-style-dropped",
        "subtitle-tag-broken",
        "subtitle-tag-stray",
        "subtitle-tag-twice",
        "subtitle-tag-unclosed",
        "subtitle-timing-form",
        "subtitle-traditional",
        "subtitle-twice",
        "subtitle-unknown-tag",
        "subtitle-wide",
        "subtitle-wrong-extension",
    }
)

#: What a manifest's ``allow`` may name.
ALLOWABLE = ERRORS | REMARKS - {"subtitle-allowance-unused"}

#: So many findings of one id are said one by one; the rest is counted.
_MOST_ERRORS, _MOST_REMARKS = 20, 3


#: Errors that the program that wrote the file makes in every cue.
_OF_A_PROGRAM = frozenset({"subtitle-browsers-skip", "subtitle-browsers-hide", "subtitle-number-shown"})


def find(id: str, what: Text, place: Place, todo: Text | None = None) -> Finding:
    """Return a finding with the severity declared here."""
    if id not in ERRORS | REMARKS | FATAL:
        raise KeyError(id)
    return Finding(id, what, place, todo, is_error=id not in REMARKS)


_OF_ENCODING = ("subtitle-language", "subtitle-garbage", "subtitle-mojibake", "subtitle-fast", "subtitle-strange")

#: Where the first is found, the others are what it leads to.
_LEADS_TO = {
    "subtitle-mojibake": ("subtitle-language", "subtitle-garbage", "subtitle-lost-characters", "subtitle-fast"),
    "subtitle-encoding-guess": _OF_ENCODING,
    "subtitle-encoding-stated": _OF_ENCODING,
    "subtitle-language": ("subtitle-strange",),
    "subtitle-garbage": ("subtitle-strange",),
    "subtitle-lost-characters": ("subtitle-strange",),
    "subtitle-past-end": ("subtitle-cut-off", "subtitle-ends-early"),
    "subtitle-timing": ("subtitle-none",),
}


def keep_causes(findings: Iterable[Finding], text: str) -> list[Finding]:
    """Return ``findings`` of the file ``text`` without those that follow from another: one cause, one finding."""
    kept = list(findings)
    ids = {f.id for f in kept}
    led = {id for cause, others in _LEADS_TO.items() if cause in ids for id in others}
    kept = [f for f in kept if f.id not in led]
    worded = {_line(f) for f in kept if f.id == "subtitle-timing-words"}
    kept = [f for f in kept if f.id != "subtitle-empty" or _line(f) not in worded]
    cuts = [f for f in kept if f.id == "subtitle-cut-off"]
    last = text.rstrip().count("\n") + 1
    if cuts:
        kept = [f for f in kept if f is cuts[0] or not (f in cuts or _is_cut_line(f, last))]
    return kept


def _is_cut_line(finding: Finding, last: int) -> bool:
    """Whether a cue is lost or empty because the file ends in it."""
    return finding.id in ("subtitle-timing", "subtitle-empty") and _line(finding) == last


def _line(finding: Finding) -> int | None:
    return finding.place.line if finding.place else None


def settle(findings: Iterable[Finding], allow: Mapping[str, str], name: str) -> tuple[Finding, ...]:
    """Return findings by line, without those that the manifest allows, and with long repetitions cut short.

    An allowed error stays as one remark with the reason; an allowed remark is dropped. An unused allowance is reported:
    its cause may have been fixed, or its id misspelt.
    """
    by_id = {id: list(group) for id, group in groupby(sorted(findings, key=lambda f: f.id), key=lambda f: f.id)}
    kept: list[Finding] = []
    for id, group in by_id.items():
        kept += _allowed(group, allow[id]) if id in allow else _shortened(group)
    for id in sorted(set(allow) - set(by_id)):
        what = _("the manifest allows {id}, but nothing of the kind was found", id=id)
        kept.append(find("subtitle-allowance-unused", what, Place(name), _advise(id)))
    return tuple(sorted(kept, key=lambda f: (f.place.line or 0 if f.place else 0, not f.is_error, f.id)))


def _advise(id: str) -> Text:
    near = difflib.get_close_matches(id, ALLOWABLE, n=1)
    if id in ALLOWABLE or not near:
        return _("Take it out of the manifest.")
    return _("Did you mean {near}?", near=near[0])


def _allowed(group: list[Finding], reason: str) -> list[Finding]:
    if not group[0].is_error:
        return []
    what = _("allowed {count} times: {what}", count=len(group), what=group[0].what)
    return [Finding(group[0].id, what, group[0].place, _("Reason: {reason}", reason=reason), is_error=False)]


def _shortened(group: list[Finding]) -> list[Finding]:
    most = _MOST_ERRORS if group[0].is_error and group[0].id not in _OF_A_PROGRAM else _MOST_REMARKS
    if len(group) <= most + 1:
        return group
    rest = group[most]
    what = _("{what} (and {count} more of the kind)", what=rest.what, count=len(group) - most - 1)
    return [*group[:most], Finding(rest.id, what, rest.place, rest.todo, rest.is_error)]
