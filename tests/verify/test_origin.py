"""Origin: only data from outside the drive counts, and all of it must agree."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from tests.verify.folders import FILES, KEY, OTHER_KEY, make_sealed
from usbkit.trust.demo_key import demo_key
from usbkit.trust.passport import Passport
from usbkit.trust.sums import fingerprint
from usbkit.trust.verdict import Content, Origin
from usbkit.verify import Trust, verify_directory


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    return make_sealed(tmp_path / "drive")


def fingerprint_of(root: Path) -> str:
    return fingerprint((root / "SHA256SUMS").read_bytes())


def test_nothing_given_proves_nothing(sealed: Path) -> None:
    verdict = verify_directory(sealed)
    assert verdict.origin is Origin.NOT_CHECKED and verdict.exit_code == 0


def test_fingerprint_and_key_prove(sealed: Path) -> None:
    for trust in (
        Trust(fingerprint_of(sealed)),
        Trust(keys=(OTHER_KEY.public, KEY.public)),
        Trust(fingerprint_of(sealed), (KEY.public,), edition=3),
    ):
        assert verify_directory(sealed, trust).origin is Origin.PROVEN


def test_one_that_does_not_agree_refuses(sealed: Path) -> None:
    for trust in (
        Trust("0" * 64),
        Trust(keys=(OTHER_KEY.public,)),
        Trust("0" * 64, (KEY.public,)),
        Trust(fingerprint_of(sealed), (OTHER_KEY.public,)),
        Trust(fingerprint_of(sealed), (KEY.public,), edition=4),
        Trust(edition=4),
    ):
        verdict = verify_directory(sealed, trust)
        assert verdict.content is Content.WHOLE
        assert verdict.origin is Origin.REFUSED and verdict.exit_code == 1 and verdict.origin_reasons


def test_a_key_given_and_no_signature_refuses(tmp_path: Path) -> None:
    unsigned = make_sealed(tmp_path / "drive", key=None)
    assert verify_directory(unsigned, Trust(keys=(KEY.public,))).origin is Origin.REFUSED


def test_all_signed_again_with_another_key(tmp_path: Path) -> None:
    ours = make_sealed(tmp_path / "ours")
    theirs = make_sealed(tmp_path / "theirs", {**FILES, "README.txt": b"Send money.\n"}, key=OTHER_KEY)
    verdict = verify_directory(theirs)
    assert verdict.content is Content.WHOLE and verdict.origin is Origin.NOT_CHECKED
    assert verify_directory(theirs, Trust(fingerprint_of(ours))).origin is Origin.REFUSED
    assert verify_directory(theirs, Trust(keys=(KEY.public,))).origin is Origin.REFUSED


def test_another_countrys_bundle_is_refused_and_named(sealed: Path, tmp_path: Path) -> None:
    honduras = make_sealed(tmp_path / "hn", {**FILES, "README.txt": b"Hola.\n"}, country="HN")
    verdict = verify_directory(honduras, Trust(fingerprint_of(sealed)))
    assert verdict.origin is Origin.REFUSED
    assert verdict.claims is not None and verdict.claims.country == "HN"


def test_a_signature_over_an_older_edition(sealed: Path, tmp_path: Path) -> None:
    older = make_sealed(tmp_path / "older", {**FILES, "README.txt": b"First.\n"}, edition=2)
    shutil.copy(older / "SHA256SUMS.minisig", sealed)
    assert verify_directory(sealed, Trust(keys=(KEY.public,))).origin is Origin.REFUSED


def test_the_demo_key_is_named_loudly(tmp_path: Path) -> None:
    verdict = verify_directory(make_sealed(tmp_path / "demo", key=demo_key()), Trust(keys=(demo_key().public,)))
    assert verdict.origin is Origin.PROVEN
    assert any("INSECURE DEMO KEY" in str(reason) for reason in verdict.origin_reasons)


def test_each_reason_is_said_and_no_other(sealed: Path) -> None:
    letter, key, other = fingerprint_of(sealed), (KEY.public,), (OTHER_KEY.public,)

    def reasons(trust: Trust) -> list[str]:
        return [str(reason) for reason in verify_directory(sealed, trust).origin_reasons]

    by_letter, by_key = "the fingerprint is the one given", f"signed with the key given, {KEY.public.name}"
    assert reasons(Trust(letter)) == [by_letter]
    assert reasons(Trust(keys=key)) == [by_key]
    assert reasons(Trust(letter, key)) == [by_letter, by_key]
    (why,) = reasons(Trust("0" * 64, key))
    assert "is not the one given" in why
    (why,) = reasons(Trust(letter, other))
    assert "key" in why
    (why,) = reasons(Trust(letter, key, edition=4))
    assert "edition 3" in why and "4" in why
    (why,) = reasons(Trust())
    assert "enter the fingerprint" in why


def test_the_digest_from_outside_is_the_one_given_or_the_one_recorded() -> None:
    says = Passport("forum-2020", "GT", 3, dt.date(2020, 11, 2), "corps", "ab" * 32)
    recorded = Trust(recorded=lambda one: "5e" * 32 if one == says else None)
    assert recorded.metadata_of(says) == "5e" * 32
    assert recorded.metadata_of(None) is None
    assert Trust(metadata="0f" * 32, recorded=lambda one: "5e" * 32).metadata_of(says) == "0f" * 32
    assert Trust(metadata="0f" * 32).metadata_of(says) == "0f" * 32
    assert Trust().metadata_of(says) is None


@pytest.mark.parametrize("data", [b"", b"x", b"\xff", b"0" * 64 + b"  a.txt"])
def test_what_is_no_seal_fits_no_key(sealed: Path, data: bytes) -> None:
    (sealed / "SHA256SUMS").write_bytes(data)
    for trust in (Trust(keys=(KEY.public,)), Trust(fingerprint="0" * 64)):
        verdict = verify_directory(sealed, trust)
        assert (verdict.content, verdict.origin) == (Content.NO_SEAL, Origin.REFUSED)
        assert "is no seal" in str(verdict.origin_reasons[0])
    assert verify_directory(sealed).origin is Origin.NOT_CHECKED
    (sealed / "SHA256SUMS").unlink()
    verdict = verify_directory(sealed, Trust(keys=(KEY.public,)))
    assert (verdict.origin, verdict.exit_code) == (Origin.NOT_CHECKED, 1) and verdict.origin_reasons
