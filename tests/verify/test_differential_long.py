"""Page and program on twelve thousand mutated drives, and more as the seeds are changed."""

from __future__ import annotations

import pytest

from tests.verify.test_differential import compare


@pytest.mark.long
@pytest.mark.needs("node")
@pytest.mark.parametrize("seed", range(19, 31))
def test_page_and_program_agree_on_twelve_thousand(seed: int) -> None:
    print(compare(seed, 1000))
