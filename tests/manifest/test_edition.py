"""A country's own edition: only if higher than the programme's, and written without changing the rest."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from tests.orders.readiness.forum import country, manifests
from tests.support import plans
from usbkit.core.errors import InputError
from usbkit.manifest.edition import set_edition

DAY = dt.date(2021, 3, 1)
TEXT = '# Ours.\ncode = "GT"  # of ISO\nlabel = "X"\n\n[name]\nen = "Guatemala"\nedition = "not ours"\n'


def test_it_is_written_under_the_code_and_nothing_else_is_touched() -> None:
    written = set_edition(TEXT, 4, DAY, "guatemala.toml")
    assert written == TEXT.replace("# of ISO\n", "# of ISO\nedition = 4\ndate = 2021-03-01\n")
    again = set_edition(written, 5, dt.date(2021, 4, 2), "guatemala.toml")
    assert again == TEXT.replace("# of ISO\n", "# of ISO\nedition = 5\ndate = 2021-04-02\n")
    assert tomllib.loads(again)["name"] == {"en": "Guatemala", "edition": "not ours"}


@pytest.mark.parametrize(
    "text",
    ['label = "X"\n', 'code.x = "GT"\n', "no TOML", 'code = """\nedition = 1\n"""\n', '[a]\ncode = "GT"\n', ""],
)
def test_nothing_is_changed_by_guessing(text: str) -> None:
    with pytest.raises(InputError, match="the place of edition and date was not found"):
        set_edition(text, 4, DAY, "guatemala.toml")


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, (3, dt.date(2020, 10, 30))),
        ({"edition": 4, "date": DAY}, (4, DAY)),
        ({"edition": 3, "date": DAY}, (3, dt.date(2020, 10, 30))),
        ({"edition": 2, "date": DAY}, (3, dt.date(2020, 10, 30))),
    ],
)
def test_the_higher_edition_holds(tmp_path: object, own: dict[str, object], expected: tuple[int, dt.date]) -> None:
    from pathlib import Path

    forum = manifests(Path(str(tmp_path)), plans.programme(sample=["edition", "title"]), guatemala=country(**own))
    found = forum.programme_for("guatemala")
    assert (found.edition, found.date) == expected
    assert found.sample == (["title"] if own.get("edition") == 4 else ["edition", "title"])
    assert forum.programme.edition == 3
