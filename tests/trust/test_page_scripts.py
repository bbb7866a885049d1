"""The page's scripts judge like the Python: the same vectors, and digests, debris and passports."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.trust.make_vectors import VECTORS
from usbkit.core import package_data
from usbkit.core.errors import InputError
from usbkit.core.run_names import RUN_ENDINGS
from usbkit.site.verify_page.tables import judging_tables
from usbkit.trust.companions import check_passport
from usbkit.trust.minisign import MAX_SIGNATURE, Signature
from usbkit.trust.passport import MAX_BYTES, DriveNumber, Passport, format_drive_js
from usbkit.trust.strangers import DEBRIS, RUN_BEGINNINGS, is_debris, is_run
from usbkit.trust.sums import fingerprint_rows

pytestmark = pytest.mark.needs("node")

CORPUS: dict[str, list[dict[str, Any]]] = json.loads(VECTORS.read_text())
RUNNER = Path(__file__).with_name("page_runner.js")


def judge(vectors: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """What the page's scripts say of each vector."""
    given = json.dumps({"tables": judging_tables(), "vectors": vectors})
    folder = package_data.templates() / "assets" / "verify"
    ran = subprocess.run(["node", RUNNER, folder], input=given, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    answers: dict[str, list[str]] = json.loads(ran.stdout)
    return answers


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_the_corpus() -> None:
    answers = judge(CORPUS)
    for kind, vectors in CORPUS.items():
        said = {v["name"]: answer for v, answer in zip(vectors, answers[kind], strict=True)}
        assert said == {v["name"]: v["outcome"] for v in vectors}


def test_a_fingerprint_is_shown_in_the_same_rows() -> None:
    digests = [hashlib.sha256(bytes([n])).hexdigest() for n in range(8)]
    answers = judge({"rows": [{"fingerprint": digest} for digest in digests]})["rows"]
    assert answers == [" / ".join(fingerprint_rows(digest)) for digest in digests]


@pytest.mark.parametrize(("size", "outcome"), [(MAX_SIGNATURE, "ok"), (MAX_SIGNATURE + 1, "signature-lines")])
def test_a_signature_is_as_long_as_both_readers_allow(size: int, outcome: str) -> None:
    """What is too much of it is in the comment that nothing signs."""
    (whole,) = [v for v in CORPUS["signatures"] if v["name"] == "ours"]
    first, rest = base64.b64decode(whole["signature"]).split(b"\n", 1)
    data = first.ljust(size - len(rest) - 1, b"x") + b"\n" + rest
    assert judge({"signatures": [{**whole, "signature": b64(data)}]})["signatures"] == [outcome]
    if outcome == "ok":
        Signature.from_bytes(data)
    else:
        with pytest.raises(InputError):
            Signature.from_bytes(data)


def test_plain_sha256_is_sha256() -> None:
    rng = random.Random(7)
    cases = [[rng.randbytes(n)] for n in (0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 100_000)]
    cases += [[rng.randbytes(rng.randrange(200)) for _piece in range(20)] for _case in range(20)]
    answers = judge({"digests": [{"pieces": [b64(p) for p in pieces]} for pieces in cases]})
    assert answers["digests"] == [hashlib.sha256(b"".join(pieces)).hexdigest() for pieces in cases]


OURS = ["", "videos", "videos/01.mp4", "index.html", "SHA256SUMS"]
PLACES = [
    "System Volume Information/WPSettings.dat",
    "System Volume Information/IndexerVolumeGuid",
    "System Volume Information/x.exe",
    ".DS_Store",
    "videos/.DS_Store",
    "elsewhere/.DS_Store",
    "videos/._01.mp4",
    "videos/._02.mp4",
    "._index.html",
    "._.Trashes",
    ".fseventsd/0123456789abcdef",
    ".fseventsd/x",
    "x/.fseventsd/no_log",
    ".Spotlight-V100/Store-V2/01234567-89AB-CDEF-0123-456789ABCDEF/0.indexHead",
]


def test_debris_is_judged_alike() -> None:
    sizes = sorted({size for rule in DEBRIS for size in (rule.least, rule.least - 1, rule.most, rule.most + 1)} | {36})
    cases = [{"path": path, "size": size, "ours": OURS} for path in PLACES for size in sizes]
    answers = judge({"debris": cases})["debris"]
    ours = set(OURS)
    assert answers == [str(is_debris(p, s, ours)).lower() for p in PLACES for s in sizes]
    assert "true" in answers and "false" in answers


def test_what_may_run_is_judged_alike() -> None:
    names = [f"a/b.{e}" for e in RUN_ENDINGS] + ["A.EXE", "x.exe. ", "AUTORUN.INF", "run", "b.mp4", "README", "İ.ıNF"]
    starts = [b"", b"MZ\x90", b"%PDF-1.7", b"\xef\xbb\xbf\r\n<!DocType html>", b"\xc3\x84 text", b"\xfe\xed\xfa\xcf"]
    starts += [mark.encode("latin-1") for mark in RUN_BEGINNINGS]
    cases = [(name, start) for name in names for start in starts]
    answers = judge({"runs": [{"path": name, "beginning": b64(start)} for name, start in cases]})["runs"]
    assert answers == [str(is_run(name, start)).lower() for name, start in cases]
    assert "true" in answers and "false" in answers


def test_passports_and_their_scripts_are_written_alike() -> None:
    day = dt.date(2020, 11, 2)
    good = [
        Passport("forum-2020", "GT", 3, day, "corps", "a" * 64),
        Passport("forum-2020", "GT", 3, day, None, "a" * 64, "b" * 64, DriveNumber(7, 20), "0123abcd" * 4),
        Passport("forum-2020", "GT", 3, day, None, "a" * 64, "b" * 64, DriveNumber(7, 20, "8EM5S"), "0123abcd" * 4),
        Passport("a" * 40, "ZZ", 9999, dt.date(9999, 12, 31), "mission", "f" * 64, None, DriveNumber(999_999, 999_999)),
    ]
    bad = [b"", b"[]", b"{}", b"null", good[0].to_json() + b" ", good[0].to_json().replace(b"3", b"-3")]
    bad += [good[0].to_json().replace(b"2020-11-02", b"2020-02-30"), good[0].to_json().replace(b"a" * 64, b"A" * 64)]
    whole = good[1].to_json()
    for old, new in (
        (b'"forum-2020"', b'"<b>"'),
        (b'"forum-2020"', b'"' + b"a" * 41 + b'"'),
        (b'"GT"', b'"GTM"'),
        (b'"edition": 3', b'"edition": 0'),
        (b'"edition": 3', b'"edition": 9007199254740993'),
        (b'"edition": 3', b'"edition": 3.0'),
        (b'"route": null', b'"route": "x"'),
        (b'"number": 7', b'"number": 21'),
        (b'"of": 20', b'"of": 1000000'),
        (b"0123abcd", b"0123ABCD"),
        (b'"nonce"', b'"nonse"'),
    ):
        assert old in whole
        bad.append(whole.replace(old, new))
    again = good[2].to_json()
    bad += [again.replace(b"8EM5S", other) for other in (b"8EM5", b"8em5s", b"8EM5I", b"8EM5SS")]
    bad += [whole[:-2] + b" " * 4096 + b"}\n", whole.ljust(MAX_BYTES), whole.ljust(MAX_BYTES + 1)]
    said = [_id(data) for data in bad]
    said[bad.index(whole.replace(b'"edition": 3', b'"edition": 3.0'))] = (
        "passport-form"  # a script has one kind of number
    )
    cases = [{"data": b64(p.to_json()), "signed": True} for p in good]
    cases += [{"data": b64(data), "signed": True} for data in bad]
    answers = judge({"passports": cases})["passports"]
    assert answers[: len(good)] == [format_drive_js(p, is_signed=True).decode() for p in good]
    assert answers[len(good) :] == said
    assert said[-2:] == ["passport-form", "passport-unreadable"], "one size bound for both readers"


def _id(data: bytes) -> str:
    """Why the program takes this for no passport."""
    with pytest.raises(InputError) as caught:
        check_passport(data)
    return caught.value.findings[0].id
