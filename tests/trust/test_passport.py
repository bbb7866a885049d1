import datetime as dt
import json

import pytest

from usbkit.core.errors import InputError
from usbkit.trust.passport import UNKNOWN_METADATA, DriveNumber, Passport, format_drive_js

PASSPORT = Passport(
    "forum-2020", "GT", 3, dt.date(2020, 10, 30), "corps", "ab" * 32, "cd" * 32, DriveNumber(2, 20), "n0"
)


def test_a_passport_survives_its_file() -> None:
    assert Passport.from_json(PASSPORT.to_json()) == PASSPORT


def test_the_metadata_digest_does_not_change_its_length() -> None:
    unknown = Passport("p", "GT", 1, dt.date(2020, 1, 1), None, "ab" * 32, UNKNOWN_METADATA)
    known = Passport("p", "GT", 1, dt.date(2020, 1, 1), None, "ab" * 32, "cd" * 32)
    assert len(unknown.to_json()) == len(known.to_json())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 4000,
        b" " * 5000,
        PASSPORT.to_json().replace(b"v1", b"v2"),
        PASSPORT.to_json().replace(b'"edition": 3', b'"edition": "3"'),
        PASSPORT.to_json().replace(b'"edition": 3', b'"edition": true'),
        PASSPORT.to_json().replace(b'"GT"', b'"\\u001b[2J"'),
        PASSPORT.to_json().replace(b"abab", b"ABAB"),
        PASSPORT.to_json().replace(b'"number"', b'"nummer"'),
        PASSPORT.to_json().replace(b"2020-10-30", b"2020-13-30"),
        PASSPORT.to_json().replace(b'"drive": {', b'"drive": [], "x": {'),
    ],
)
def test_what_is_no_passport_is_said_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        Passport.from_json(data, "E:/passport.json")
    assert str(caught.value.findings[0].place) == "E:/passport.json"


def test_the_page_s_data_holds_no_secret() -> None:
    script = format_drive_js(PASSPORT, is_signed=True).decode()
    assert script.startswith("window.usbkitDrive = ")
    values = json.loads(script.removeprefix("window.usbkitDrive = ").rstrip(";\n"))
    assert values["drive"] == {"number": 2, "of": 20}
    assert "nonce" not in values
    assert "n0" not in script
