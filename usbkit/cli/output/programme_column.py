"""A column that says the programme, in a list of more than one."""

from __future__ import annotations

from collections.abc import Sequence

from usbkit.core.messages import Text, _

#: A row, or the headers.
Cells = Sequence[object]


def with_programmes(
    headers: Sequence[Text | str], rows: Sequence[Cells], programmes: Sequence[str]
) -> tuple[list[Text | str], list[Cells]]:
    """Return headers and rows, with each row's programme behind its second cell if there are several programmes."""
    if len(set(programmes)) < 2:
        return list(headers), list(rows)
    wider = [[*row[:2], programme, *row[2:]] for row, programme in zip(rows, programmes, strict=True)]
    return [*headers[:2], _("programme"), *headers[2:]], list(wider)
