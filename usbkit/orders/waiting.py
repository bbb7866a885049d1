"""What waits for whom, and the next command, from manifests, approvals and ledger. Reads no source, renders nothing.

Missing material is detected by file names alone; ``usbkit check`` reads the files.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from usbkit.core.messages import Text, _
from usbkit.core.spelled_paths import find_spelled
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.reporting import By, Counts, DeliveryReport, report
from usbkit.ledger.seals import is_outdated
from usbkit.ledger.selecting import Choice
from usbkit.ledger.state_view import StateView
from usbkit.ledger.succession import count_ordered
from usbkit.ledger.tracking import AT_HAND
from usbkit.manifest.kinds import Delivery
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Responsible
from usbkit.orders.approval import load_decisions
from usbkit.sources.inventory import tracks_of

#: The most drives that one line names.
MOST_NAMED = 3


#: Whether a country may have changed since it was approved; it is asked with its stem and the files that it needs.
IsChanged = Callable[[str, Sequence[str]], bool]


class Kind(StrEnum):
    """What something waits for, in the order of a season. Stable names."""

    MISSING = "missing"
    APPROVE = "approve"
    ORDER = "order"
    MAKE = "make"
    SEND = "send"
    LATE = "late"
    ANSWER = "answer"
    REPLACE = "replace"
    CHECK = "check"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Waiting:
    """``count`` items of ``country`` wait; ``whom`` is who must act, empty for the desk; ``command`` is the next
    command.
    """

    kind: Kind
    country: str
    count: int
    what: Text
    command: str
    whom: Text | str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """A file that a country needs, and who delivers it; ``name`` is empty if the manifest names none."""

    name: str
    whom: str | None


def find_waiting(
    manifests: Manifests,
    stems: Sequence[str],
    state: StateView,
    now: dt.datetime,
    library: Path | None = None,
    is_changed: IsChanged = lambda stem, names: False,
    is_surely_changed: IsChanged = lambda stem, names: False,
) -> list[Waiting]:
    """Return everything that waits for somebody, in the order of the season, by country.

    ``is_changed`` tells whether a country, with these files, may now get another seal than the approved one,
    ``is_surely_changed`` whether it was seen to. Raises InputError for an invalid approvals file.
    """
    choice = Choice(programmes=(manifests.programme.id,), countries=tuple(stems))
    by_order = report(state, By.ORDER, choice, now)
    orders = state.orders.select("programme = ?", (manifests.programme.id,))
    orders = [order for order in orders if order.added.country in stems]
    at = library or manifests.library
    found = [w for stem in stems for w in _of_material(manifests, stem, at, is_changed, is_surely_changed)]
    found += [w for stem in stems for w in _to_order(manifests, stem, orders, found)]
    found += _of_orders([order for order in orders if not order.is_cancelled], by_order, state)
    chosen = f" --programme {manifests.programme.id}" if len(state.programmes()) > 1 else ""
    found += _of_drives(by_order, state, manifests.programme.check_required, chosen)
    return sorted(found, key=lambda w: (list(Kind).index(w.kind), w.country))


def _of_material(
    manifests: Manifests, stem: str, library: Path, is_changed: IsChanged, is_surely_changed: IsChanged
) -> Iterator[Waiting]:
    needed = list(_needed(manifests, stem))
    missing = [m for m in needed if not _is_there(manifests, library, m.name)]
    if missing:
        whom = ", ".join(dict.fromkeys(m.whom for m in missing if m.whom))
        what = _("{count} files", count=len(missing))
        yield Waiting(Kind.MISSING, stem, len(missing), what, f"usbkit check {stem}", whom)
    if missing:
        return
    if (why := _why_unapproved(manifests, stem)) is not None:
        yield Waiting(Kind.APPROVE, stem, 1, why, f"usbkit approve {stem}")
    elif is_surely_changed(stem, names := [m.name for m in needed]):
        yield Waiting(Kind.APPROVE, stem, 1, _("it was changed since it was approved"), f"usbkit approve {stem}")
    elif is_changed(stem, names):
        why = _("it may have changed since it was approved")
        yield Waiting(Kind.APPROVE, stem, 1, why, f"usbkit check {stem}")


def _needed(manifests: Manifests, stem: str) -> Iterator[Material]:
    """Every file that the country's drive is made of."""
    programme, country = manifests.programme, manifests.countries[stem]
    by = programme.responsible or Responsible.model_construct()
    recordings = {recording.id: recording for recording in programme.recording}
    for recording in (recordings[id] for id in country.recordings):
        for name in country.videos_of(recording):
            yield Material(name, by.video)
        for language in country.subtitles:
            names = [entry.file for entry in tracks_of(recording, [language]).values()]
            yield from (Material(name, by.subtitles.get(language)) for name in names or [""])
        for slides in recording.slides:
            yield Material(slides.file, by.slides)
        for photo in recording.photos:
            yield Material(photo.file, by.photos)
    for document in country.document:
        yield Material(f"{stem}/{document.file}", by.documents)


def _is_there(manifests: Manifests, library: Path, name: str) -> bool:
    """Whether a file is among the library's, or a country's own documents."""
    own = name.partition("/")[0] in manifests.countries
    return bool(name) and (
        find_spelled(library, name).is_file() or (own and find_spelled(manifests.folder, name).is_file())
    )


def _why_unapproved(manifests: Manifests, stem: str) -> Text | None:
    last = load_decisions(manifests, stem).last
    if last is None:
        return _("nobody has approved it")
    if last.decision == "withdrawn":
        return _("{by} withdrew the approval", by=last.by)
    edition = manifests.programme_for(stem).edition
    if last.edition != edition:
        values = {"approved": last.edition, "now": edition}
        return _("approved as edition {approved}, now {now}", **values)
    return None


def _to_order(manifests: Manifests, stem: str, orders: Sequence[Order], before: Sequence[Waiting]) -> Iterator[Waiting]:
    """Drives that are wanted and not ordered, once the country is approved."""
    country = manifests.countries[stem]
    is_blocked = any(w.country == stem and w.kind in (Kind.MISSING, Kind.APPROVE) for w in before)
    if is_blocked or country.delivery is Delivery.WEBSITE:
        return
    of_it = [order for order in orders if order.added.country == stem]
    if (lacking := country.drives - count_ordered(of_it)) > 0:
        values = {"count": lacking, "wanted": country.drives}
        what = _("{count} of {wanted} drives", **values)
        if of_it and all(order.is_cancelled for order in of_it):
            what = _("{count} of {wanted} drives; {order} was cancelled", order=of_it[-1].id, **values)
        yield Waiting(Kind.ORDER, stem, lacking, what, f"usbkit order add {stem} {lacking}")


def _of_orders(orders: Sequence[Order], found: DeliveryReport, state: StateView) -> Iterator[Waiting]:
    """What is to be made and sent. A drive that is outdated or came back with trouble is not to be sent; one of a demo
    stays here.
    """
    unfit = {journey.drive: journey.order for journey in (*found.outdated, *found.doubted) if journey.where in AT_HAND}
    staying = Counter(unfit.values())
    for order in orders:
        counts = found.groups.get(order.id, Counts())
        country, id = order.added.country, order.id
        if (lacking := counts.ordered - counts.made) > 0:
            what = _("{count} of {wanted} drives of {order}", count=lacking, wanted=counts.ordered, order=id)
            is_ours = order.origin == state.home
            command = "usbkit station" if is_ours or order.at_hub else "usbkit ledger merge FILE"
            if is_ours and is_outdated(state, order):  # the station leaves it out
                command = f"usbkit order renew {id}"
            whom = _("the station") if is_ours else _("the station {origin}", origin=order.origin)
            yield Waiting(Kind.MAKE, country, lacking, what, command, whom)
        if not order.added.is_demo and (here := counts.here - staying[id]) > 0:
            what = _("{count} drives of {order}", count=here, order=id)
            yield Waiting(Kind.SEND, country, here, what, f"usbkit dispatch {id} --verification note")


def _of_drives(found: DeliveryReport, state: StateView, is_check_required: bool, chosen: str) -> Iterator[Waiting]:
    """What became of drives; ``chosen`` is the option that keeps lists to the programme, where there are several."""
    far = _("the recipients")
    for country, late in _by_country(found.late, state).items():
        command = f"usbkit ledger list --late --country {country}{chosen}"
        yield Waiting(Kind.LATE, country, len(late), _name_drives(late), command, far)
    troubled = (*found.calls, *found.unplayed)
    for country, drives in _by_country(troubled, state).items():
        yield Waiting(Kind.ANSWER, country, len(drives), _name_drives(drives), f"usbkit ledger show {drives[0].drive}")
    for country, lost in _by_country(found.lost, state).items():
        command = f"usbkit order add {country} --replaces {lost[0].drive}"
        what = _("lost: {drives}", drives=_name_drives(lost))
        yield Waiting(Kind.REPLACE, country, len(lost), what, command)
    for country, drives in _by_country(found.doubted, state).items():
        what = _("came back with trouble: {drives}", drives=_name_drives(drives))
        ours = next((journey.order for journey in drives if journey.origin == state.home), None)
        command = f"usbkit order add {country} --replaces {drives[0].drive}"
        if ours is not None:  # its station reads it, and knows
            command = f"usbkit station --order {ours}"
        yield Waiting(Kind.REPLACE, country, len(drives), what, command)
    for country, drives in _by_country(found.outdated, state).items():
        at_hand = [state.orders[journey.order] for journey in drives if journey.where in AT_HAND]
        renewable = next((order.id for order in at_hand if order.origin == state.home), None)
        command = f"usbkit ledger list --outdated --country {country}{chosen}"
        if renewable is not None:
            command = f"usbkit order renew {renewable}"
        yield Waiting(Kind.OUTDATED, country, len(drives), _name_drives(drives), command)
    if is_check_required and found.total.told:
        told: Counter[str] = Counter()
        for id, counts in found.groups.items():
            told[state.orders[id].added.country] += counts.told
        for country, count in (+told).items():
            what = _("{count} drives were told to have arrived", count=count)
            command = f"usbkit ledger list --where arrived --country {country}{chosen}"
            yield Waiting(Kind.CHECK, country, count, what, command, far)


def _by_country(journeys: Sequence[Journey], state: StateView) -> Mapping[str, list[Journey]]:
    found: dict[str, dict[str, Journey]] = defaultdict(dict)
    for journey in journeys:
        found[state.orders[journey.order].added.country][journey.drive] = journey
    return {country: list(drives.values()) for country, drives in found.items()}


def _name_drives(drives: Sequence[Journey]) -> Text:
    names = ", ".join(j.drive for j in drives[:MOST_NAMED])
    if len(drives) > MOST_NAMED:
        return _("{count} drives: {names} …", count=len(drives), names=names)
    return _("{count} drives: {names}", count=len(drives), names=names)
