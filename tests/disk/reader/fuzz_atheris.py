"""``fuzz`` guided by coverage: ``python -m tests.disk.reader.fuzz_atheris -max_total_time=600`` (needs atheris).

All arguments are libFuzzer's. Memory and time of each input are bounded by it as well.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def main() -> None:
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["usbkit.disk.reader"]):
        fuzz: Any = importlib.import_module("tests.disk.reader.fuzz")
    corpora = fuzz.make_corpora()

    def test_one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)

        def number(below: int) -> int:
            return int(provider.ConsumeIntInRange(0, below - 1))

        fuzz.check(fuzz.change(corpora[number(len(corpora))], fuzz.Dice(number)))

    atheris.Setup([sys.argv[0], "-rss_limit_mb=1024", "-timeout=10", *sys.argv[1:]], test_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
