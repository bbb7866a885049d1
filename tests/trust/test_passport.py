import dataclasses
import datetime as dt
import json
from dataclasses import replace

import pytest

from usbkit.core.errors import InputError
from usbkit.trust.passport import UNKNOWN_METADATA, DriveNumber, Passport, format_drive_js, is_drive_js
from usbkit.trust.references import reference_of

PASSPORT = Passport(
    "forum-2020", "GT", 3, dt.date(2020, 10, 30), "corps", "ab" * 32, "cd" * 32, DriveNumber(2, 20), "0a" * 16
)


def test_a_passport_survives_its_file() -> None:
    assert Passport.from_json(PASSPORT.to_json()) == PASSPORT


def test_a_drive_in_place_of_another_says_so_and_no_other_speaks_of_it() -> None:
    later = replace(PASSPORT, drive=DriveNumber(2, 20, "3PKQ7"))
    assert Passport.from_json(later.to_json()) == later
    for data in (later.to_json(), format_drive_js(later, is_signed=False)):
        assert b'"replaces": "3PKQ7"' in data
    assert b"replaces" not in PASSPORT.to_json() + format_drive_js(PASSPORT, is_signed=False)


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
        PASSPORT.to_json().replace(b'"drive": {', b'"x": {'),
        PASSPORT.to_json().replace(b'"forum-2020"', b'"Proven by the ministry"'),
        PASSPORT.to_json().replace(b'"forum-2020"', b'"forum--2020"'),
        PASSPORT.to_json().replace(b'"forum-2020"', b'"' + b"a" * 41 + b'"'),
        PASSPORT.to_json().replace(b'"GT"', b'"GTM"'),
        PASSPORT.to_json().replace(b'"GT"', b'"gt"'),
        PASSPORT.to_json().replace(b'"edition": 3', b'"edition": 0'),
        PASSPORT.to_json().replace(b'"edition": 3', b'"edition": 10000'),
        PASSPORT.to_json().replace(b'"edition": 3', b'"edition": ' + b"9" * 4000),
        PASSPORT.to_json().replace(b'"edition": 3', b'"edition": 3.0'),
        PASSPORT.to_json().replace(b'"corps"', b'"by hand"'),
        PASSPORT.to_json().replace(b'"corps"', b'""'),
        PASSPORT.to_json().replace(b'"route": "corps",', b""),
        PASSPORT.to_json().replace(b'"number": 2', b'"number": 21'),
        PASSPORT.to_json().replace(b'"number": 2', b'"number": 0'),
        PASSPORT.to_json().replace(b'"of": 20', b'"of": 1000000'),
        PASSPORT.to_json().replace(b'"of": 20', b'"of": 20, "replaces": "3pkq7"'),
        PASSPORT.to_json().replace(b'"of": 20', b'"of": 20, "replaces": null'),
        PASSPORT.to_json().replace(b'"of": 20', b'"of": 20, "replaces": "3PKQ78"'),
        PASSPORT.to_json().replace(b"0a" * 16, b"0A" * 16),
        PASSPORT.to_json().replace(b"0a" * 16, b"0a" * 15),
        PASSPORT.to_json().replace(b"cd" * 32, b"cd" * 31),
        PASSPORT.to_json()[:-2] + b" " * 4096 + b"}\n",
    ],
)
def test_what_is_no_passport_is_said_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        Passport.from_json(data, "E:/passport.json")
    assert str(caught.value.findings[0].place) == "E:/passport.json"


def test_what_a_drive_says_does_not_stand_in_the_answer() -> None:
    data = PASSPORT.to_json().replace(b'"GT"', b'"CHECKED AND PROVEN"')
    with pytest.raises(InputError) as caught:
        Passport.from_json(data)
    assert "PROVEN" not in str(caught.value.findings[0].what)
    assert "country" in str(caught.value.findings[0].what)


def test_the_largest_of_each_field_is_taken() -> None:
    largest = Passport(
        "a" * 40, "ZZ", 9999, dt.date(9999, 12, 31), "mission", "f" * 64, "e" * 64, DriveNumber(999_999, 999_999)
    )
    assert Passport.from_json(largest.to_json()) == largest


def test_the_page_s_data_holds_no_secret() -> None:
    script = format_drive_js(PASSPORT, is_signed=True).decode()
    assert script.startswith("window.usbkitDrive = ")
    values = json.loads(script.removeprefix("window.usbkitDrive = ").rstrip(";\n"))
    assert values["drive"] == {"number": 2, "of": 20}
    assert "nonce" not in values
    assert "0a0a" not in script
    assert values["reference"] == reference_of("0a" * 16), "what stands on its label"
    folder = format_drive_js(dataclasses.replace(PASSPORT, nonce=None), is_signed=True)
    assert b"reference" not in folder


def test_a_script_that_was_written_before_drives_told_their_reference_is_still_ours() -> None:
    now = format_drive_js(PASSPORT, is_signed=True)
    before = now.replace(f', "reference": "{reference_of("0a" * 16)}"'.encode(), b"")
    assert len(before) < len(now)
    assert is_drive_js(now, PASSPORT, is_signed=True) and is_drive_js(before, PASSPORT, is_signed=True)
    other = now.replace(reference_of("0a" * 16).encode(), b"00000")
    assert not is_drive_js(other, PASSPORT, is_signed=True) and not is_drive_js(before, PASSPORT, is_signed=False)
