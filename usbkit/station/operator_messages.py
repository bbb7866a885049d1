"""The station's messages about a stick: its state, and what the operator must do. Words only."""

from __future__ import annotations

from collections.abc import Sequence

from usbkit.core.errors import Finding
from usbkit.core.messages import Text, _
from usbkit.core.units import format_size
from usbkit.drives.record import DriveRecord, Outcome
from usbkit.ledger.records import Journey
from usbkit.station.messages import Line, PortState
from usbkit.trust.verdict import Verdict

PROVING = _("reading back everything")
NOT_NEEDED = _("not needed: every number of the order is taken; nothing was written")
LOST = _("it was lost while it was written; plug it in again, in any port, to continue")
NOT_ALLOWED = _("you are not allowed to write to it: `usbkit station install --print` shows how to allow it")
NO_NUMBER = _("waiting: the last numbers belong to sticks that are being inspected or written")

NO_CLAIM = _("waiting for a number: this station holds none, and asks the hub again and again")


def elsewhere(journey: Journey, station: str) -> Text:
    """Another station made it and records what becomes of it."""
    return _("{name} of the station {station}: plug it in there", name=name(journey), station=station)


def name(journey: Journey) -> Text:
    """A drive's name as on its label."""
    return _(
        "{order}, {number} of {of} ({drive})",
        order=journey.order,
        number=journey.number,
        of=journey.of,
        drive=journey.drive,
    )


def writing(journey: Journey, *, is_held_back: bool, goes_on: bool) -> Text:
    """It is being written."""
    what = _("{name}: continuing where it stopped", name=name(journey)) if goes_on else name(journey)
    return _("{what}; in a slow port", what=what) if is_held_back else what


def whole(journey: Journey, done: int, wanted: int) -> Text:
    """It was written and verified; ``done`` of the ``wanted`` drives of its order are."""
    values = {"name": name(journey), "done": done, "wanted": wanted}
    return _("{name}: take it out; its label is ready; {done} of {wanted} done", **values)


def with_alike(text: Text, alike: Journey | None) -> Text:
    """Add to ``text`` that the ledger counts a drive made from a stick with this serial."""
    if alike is None:
        return text
    values = {"text": text, "name": name(alike), "drive": alike.drive}
    return _(
        "{text}. Its serial is that of {name}, which counts. Same stick? `usbkit ledger mark replaced {drive}`",
        **values,
    )


def whole_already(journey: Journey, *, is_outdated: bool) -> Text:
    """It was already whole, and was read again."""
    if is_outdated:
        values = {"name": name(journey), "order": journey.order}
        return _("{name}: is whole, and OUTDATED; to write it again: usbkit order renew {order}", **values)
    return _("{name}: is whole already, read again just now; take it out", name=name(journey))


def checking(journey: Journey) -> Text:
    """It claims to be finished."""
    return _("{name}: says it is finished; reading all of it", name=name(journey))


def no_longer_whole(journey: Journey, verdict: Verdict) -> Text:
    """It was finished and is no longer whole."""
    return _(
        "{name}: is not as it was made (content {content}, structure {structure})",
        name=name(journey),
        content=verdict.content,
        structure=verdict.structure,
    )


def two_faces(journey: Journey) -> Text:
    """The first look and the full reading found two passports: its electronics are unreliable."""
    return _(
        "{name}: shows one passport at first and another when all of it is read. Take it out; never use it",
        name=name(journey),
    )


def copy(journey: Journey, other: str | None) -> Text:
    """Two sticks have the same passport."""
    if other is None:
        return _("a copy of {name}, on other hardware: it does not count. Take it out", name=name(journey))
    return _("carries the passport of the stick in port {port}: one is a copy. Take it out", port=other)


def asking(question: Text, port: str) -> Text:
    """It may be written once a person agrees."""
    return _("{question}. To overwrite it, type {port} and Enter; else take it out", question=question, port=port)


def confirmed_alike(ports: Sequence[str]) -> Text:
    """One ``--confirm`` name fits several sticks."""
    return _("--confirm fits several sticks: those in ports {ports}. Confirm each by its port", ports=", ".join(ports))


def left_alone(why: Text) -> Text:
    """It is not the station's to write."""
    return _("{why}; nothing was written", why=why)


def in_use(record: DriveRecord) -> Text:
    """It could not be opened."""
    return _("{what}; will try again", what=_what(record))


def not_its_fault(record: DriveRecord) -> Text:
    """This computer failed, not the stick."""
    return _("{what}. The stick is not at fault", what=_what(record))


def bad(record: DriveRecord, *, marked: bool) -> Text:
    """The stick failed."""
    if record.outcome is Outcome.FAKE and record.true_size is not None:
        return _(
            "take it out: it holds {true} and says {said}. Do not use it",
            true=format_size(record.true_size),
            said=format_size(record.identity.size),
        )
    if marked:
        return _("take it out: {what}. It failed twice: do not use it", what=_what(record))
    return _("take it out: {what}. It may be tried once more, in another port", what=_what(record))


def marked(failures: Sequence[Journey]) -> Text:
    """The stick is refused from now on, because of its failures."""
    last = failures[-1]
    return _(
        "take it out: it failed {count} times, last as {drive}. `usbkit station clear {drive}` has it tried again",
        count=len(failures),
        drive=last.drive,
    )


def silent(findings: Sequence[Finding]) -> Text:
    """The stick could not be examined."""
    return _("take it out: {what}", what=findings[0].what if findings else _("it does not respond"))


def taken_out(line: Line) -> Text:
    """The port is empty again."""
    if line.state in (PortState.WRITING, PortState.PROVING):
        return _("pulled out while it was written; plug it in again, in any port, to continue")
    return _("empty")


def join(reasons_to_ask: Sequence[Text]) -> Text:
    """Join several reasons into one."""
    joined = reasons_to_ask[0]
    for reason in reasons_to_ask[1:]:
        joined = _("{one}; {other}", one=joined, other=reason)
    return joined


def _what(record: DriveRecord) -> Text:
    if record.findings:
        return record.findings[0].what
    if record.verdict is not None and record.verdict.troubles:
        trouble = record.verdict.troubles[0]
        return _("{path} did not read back as written: {detail}", path=trouble.path, detail=trouble.detail)
    if record.verdict is not None and record.verdict.structure_troubles:
        place = record.verdict.structure_troubles[0]
        return _("its file system did not read back as written: {place}", place=place)
    return record.state
