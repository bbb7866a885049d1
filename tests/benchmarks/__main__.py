"""``make bench``: ``python -m tests.benchmarks [NAME…] [--runs N] [--quick]``.

A benchmark is a module of this package with ``run(runs, quick)``, which prints its tables.
"""

from __future__ import annotations

import argparse
import importlib

#: In the order in which they run.
NAMES = (
    "hashing",
    "starting",
    "images",
    "queues",
    "writing",
    "transcoding",
    "season",
    "ledger",
    "packing",
    "encodings",
    "stations",
    "pages",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure usbkit against limits and rivals. Needs root and quiet.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each measurement (default: 5)")
    parser.add_argument("--quick", action="store_true", help="usbkit alone, and smaller bundles")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for name in given.names or NAMES:
        print(f"\n== {name}\n", flush=True)
        importlib.import_module(f"tests.benchmarks.{name}").run(given.runs, given.quick)


if __name__ == "__main__":
    main()
