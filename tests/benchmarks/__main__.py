"""``make bench``: ``python -m tests.benchmarks [--runs N] [--quick]``."""

from __future__ import annotations

import argparse

from tests.benchmarks import writing


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure usbkit against limits and rivals. Needs root and quiet.")
    parser.add_argument("--runs", type=int, default=5, help="runs of each measurement (default: 5)")
    parser.add_argument("--quick", action="store_true", help="usbkit alone, and smaller bundles")
    given = parser.parse_args()
    writing.run(given.runs, given.quick)


if __name__ == "__main__":
    main()
