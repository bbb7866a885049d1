"""What was withdrawn since drives were ordered: the approval of their seal, or the key that signed it.

An order sheet records the state when it was written. Before a paper is made from it, the programme's folder is checked
for withdrawals; its manifests may be of another edition by now, or half edited.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from usbkit.core.errors import Finding, Place, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.order_sheet import OrderSheet
from usbkit.ledger.records import Order
from usbkit.orders.approval import approvals_in, read_decisions


def require_still_released(folder: Path, order: Order, sheet: OrderSheet) -> None:
    """Raise RefusedError if approval or key of ``order`` were withdrawn. ``folder`` is the programme's."""
    findings = [*_approval_taken_back(folder, order), *_key_withdrawn(folder, order, sheet)]
    if findings:
        raise RefusedError(*findings)


def _approval_taken_back(folder: Path, order: Order) -> Iterator[Finding]:
    """The last word about this very seal; that another was approved since takes nothing back."""
    stem, seal = order.added.country, order.added.fingerprint
    path = approvals_in(folder, stem)
    last = next((d for d in reversed(read_decisions(path).decision) if d.seal == seal), None)
    if last is not None and last.decision == "withdrawn":
        values = {"by": last.by, "date": last.at.date(), "order": order.id}
        what = _("{by} withdrew the approval of what {order} is for on {date}", **values)
        todo = _("Have it reviewed; if it may go, approve it again: usbkit approve {stem}", stem=stem)
        yield Finding("order-withdrawn", what, Place(str(path)), todo)


def _key_withdrawn(folder: Path, order: Order, sheet: OrderSheet) -> Iterator[Finding]:
    path = folder / "programme.toml"
    for key in _keys(path):
        if sheet.signer is not None and key.get("public") == sheet.signer.key and key.get("withdrawn") is not None:
            values = {"name": sheet.signer.name, "date": key["withdrawn"], "order": order.id}
            what = _("the key {name}, which signed what {order} is for, was withdrawn on {date}", **values)
            todo = _("Sign with another key, and order what has that signature.")
            yield Finding("key-withdrawn", what, Place(str(path), field="key"), todo)


def _keys(path: Path) -> Iterator[dict[str, object]]:
    """The keys that a ``programme.toml`` lists, whatever else is wrong with it."""
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("key")
    except (OSError, ValueError):
        return
    yield from (key for key in listed if isinstance(key, dict)) if isinstance(listed, list) else ()
