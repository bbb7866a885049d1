"""Labels, one for each whole drive, on sheets or as single labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from usbkit.bundle.drive_ids import moment_of
from usbkit.core.errors import Finding, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.order_sheet import SheetWords
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.papers.paper_templates import Paper, PaperPart, PaperTemplates
from usbkit.papers.sheets import Sheet, place_labels
from usbkit.site.phrase import say

#: Digits of a fingerprint that sort drives by their seal. They prove nothing, and the label says so.
SORTING_DIGITS = 8

#: Stands for the reference of a drive that is not there.
NO_REFERENCE = "-----"


@dataclass(frozen=True)
class Label:
    """The content of one label, with the ``words`` of its order; ``fingerprint`` is the seal's, shown in part and for
    sorting.

    ``replaces`` is the drive whose number it took over.
    """

    reference: str
    number: int
    of: int
    words: SheetWords
    edition: int
    fingerprint: str
    is_sample: bool
    is_dry_run: bool = False
    replaces: str | None = None

    @property
    def code(self) -> str:
        return self.words.country.code


@dataclass(frozen=True, slots=True)
class Form:
    """Sizes on a label in millimetres, from the size of the label."""

    padding: float
    code: float
    reference: float
    country: float
    text: float
    number: float
    sorting: float
    lines: int


def form_of(sheet: Sheet) -> Form:
    """Return the form of a label of this sheet: set by its height, or by its width if that is smaller."""
    unit = min(sheet.height / 12, sheet.width / 21, 3.4)
    padding = max(1.3, min(3.5, unit * 1.1))
    reference = max(2.2, unit * 1.25)
    return Form(
        padding=round(padding, 2),
        code=round(min(sheet.height - 2 * padding - reference * 1.2, sheet.width * 0.4), 2),
        reference=round(reference, 2),
        country=round(unit * 1.3, 2),
        text=round(max(1.45, unit * 0.8), 2),
        number=round(unit * 1.9, 2),
        sorting=round(max(1.4, unit * 0.7), 2),
        lines=1 if sheet.height < 24 else 2,
    )


def label_of(journey: Journey, order: Order, words: SheetWords) -> Label:
    """Return the label of a drive. Raises RefusedError for one that does not count: it would pass for a whole one."""
    if not journey.counts:
        values = {"drive": journey.drive, "state": journey.stage}
        what = _("drive {drive} is not a whole drive of its order: {state}", **values)
        todo = _("Labels are for whole drives. To try a sheet of labels: usbkit label ORDER --dry-run")
        raise RefusedError(Finding("label-not-whole", what, None, todo))
    added = order.added
    return Label(
        journey.reference,
        journey.number,
        journey.of,
        words,
        added.edition,
        added.fingerprint,
        is_sample=_is_sample(order, words),
        replaces=journey.instead_of or added.replaces,
    )


def labels_of_order(ledger_state: LedgerState, order: Order, words: SheetWords, *, dry_run: bool) -> list[Label]:
    """Return the labels of an order's whole drives by number; in a dry run one for each number, marked as such.

    Raises RefusedError if no drive of it is whole.
    """
    added = order.added
    if dry_run:
        is_sample = _is_sample(order, words)
        return [
            Label(NO_REFERENCE, n, added.of, words, added.edition, added.fingerprint, is_sample, is_dry_run=True)
            for n in order.numbers
        ]
    holders = (ledger_state.holder(order.id, number) for number in order.numbers)
    whole = [j for j in holders if j is not None and j.counts]
    if not whole:
        what = _("no drive of {order} is whole yet", order=order.id)
        todo = _("Fill the order with: usbkit station. To try a sheet of labels: --dry-run")
        raise RefusedError(Finding("label-none-whole", what, None, todo))
    return [label_of(journey, order, words) for journey in whole]


def _is_sample(order: Order, words: SheetWords) -> bool:
    return order.added.is_demo or bool(words.samples)


def make_labels(
    name: str,
    labels: Sequence[Label],
    sheet: Sheet,
    templates: PaperTemplates,
    *,
    skip: int = 0,
    language: str | None = None,
) -> Paper:
    """Place ``labels`` on sheets, each in ``language``, or in the first of its country's languages."""
    spots = list(place_labels(sheet, len(labels), skip))
    parts = list[PaperPart]()
    for page in range(spots[-1].page + 1):
        placed = [(spot, label) for spot, label in zip(spots, labels, strict=True) if spot.page == page]
        cells = [
            Markup('<div class="label" lang="{}" dir="{}" style="left:{:.2f}mm;top:{:.2f}mm">\n{}</div>\n').format(
                part.language, part.direction, spot.x, spot.y, part.body
            )
            for spot, label in placed
            for part in [_render(label, templates, language)]
        ]
        parts.append(PaperPart("en", "ltr", Markup('<div class="sheet">\n{}</div>\n').format(Markup("").join(cells))))
    html = templates.page("labels.css", name, parts, sheet=sheet, form=form_of(sheet))
    return Paper(name, html, moment_of(max(label.words.programme.date for label in labels)))


def _render(label: Label, templates: PaperTemplates, language: str | None) -> PaperPart:
    country, programme = label.words.country, label.words.programme
    spoken = language or country.interface[0]
    context = {
        "label": label,
        "country": say(country.name, spoken),
        "programme": say(programme.title, spoken),
        "digits": f"{label.fingerprint[:SORTING_DIGITS]}…",
        "code": draw_code(label.reference),
    }
    return templates.part("label.html", spoken, context)


def draw_code(text: str) -> Markup:
    """Return a QR code of ``text`` as an SVG element, with a quiet zone of four modules around it (ISO/IEC 18004)."""
    import segno

    return Markup(segno.make(text, error="m", micro=False).svg_inline(border=4, omitsize=True))
