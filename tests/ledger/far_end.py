"""A computer at the end of a cable that appends to a ledger on a server, repeatedly if needed.

``python -m tests.ledger.far_end URL NAME BEFORE HELD`` appends BEFORE orders, reports that it holds the ledger's lock
with HELD more, continues after a line on its standard input, and reports the result of each. Lost ones are appended
again after the next line.
"""

from __future__ import annotations

import sys

from tests.ledger.stories import clock, order
from usbkit.core.errors import UsbkitError
from usbkit.ledger import Ledger
from usbkit.ledger.place import find_ledger


def say(*words: object) -> None:
    print(*words, flush=True)


def main(url: str, name: str, before: int, held: int) -> None:
    ledger = Ledger.open(find_ledger(url, {}), name, clock)
    for n in range(before):
        ledger.append(order(f"{name}-{n}"))
    wanted = [f"{name}-held-{n}" for n in range(held)]
    try:
        with ledger.write() as writing:
            for id in wanted:
                writing.append(order(id))
            say("holding")
            sys.stdin.readline()
        say("kept")
        return
    except UsbkitError as problem:
        say("gave up:", problem.findings[0].id)
    sys.stdin.readline()
    there = set(ledger.read().orders)
    again = [id for id in wanted if id not in there]
    if again:
        ledger.append(*map(order, again))
    say("kept after all, again:", len(again))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
