"""The test vectors shared with the page: each gives its stated outcome, and the real minisign is asked too."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.trust.make_vectors import VECTORS, make_vectors
from usbkit.core.errors import InputError
from usbkit.trust.minisign import PublicKey, Signature, choose_key
from usbkit.trust.statement import SealStatement
from usbkit.trust.sums import parse_fingerprint, parse_sums

CORPUS: dict[str, Any] = json.loads(VECTORS.read_text())


def name_of(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def test_the_corpus_is_what_its_maker_makes() -> None:
    assert make_vectors() == CORPUS, "run python -m tests.trust.make_vectors"


def _outcome(vector: dict[str, Any]) -> str:
    sums, data = base64.b64decode(vector["sums"]), base64.b64decode(vector["signature"])
    try:
        signature = Signature.from_bytes(data)
        signature.require_valid(sums, choose_key(signature, [PublicKey.from_base64(vector["key"])]))
        SealStatement.parse(signature.trusted_comment).require_about(sums)
    except InputError as error:
        return error.findings[0].id
    return "ok"


@pytest.mark.parametrize("vector", CORPUS["signatures"], ids=name_of)
def test_signatures(vector: dict[str, Any]) -> None:
    assert _outcome(vector) == vector["outcome"]


@pytest.mark.parametrize("vector", CORPUS["sums"], ids=name_of)
def test_sums(vector: dict[str, Any]) -> None:
    try:
        parse_sums(base64.b64decode(vector["data"]))
    except InputError as error:
        assert error.findings[0].id == vector["outcome"]
    else:
        assert vector["outcome"] == "ok"


@pytest.mark.parametrize("vector", CORPUS["fingerprints"], ids=name_of)
def test_fingerprints(vector: dict[str, Any]) -> None:
    try:
        assert parse_fingerprint(vector["typed"]) == vector["outcome"]
    except InputError as error:
        assert error.findings[0].id == vector["outcome"]


@pytest.mark.parametrize("vector", CORPUS["keys"], ids=name_of)
def test_keys(vector: dict[str, Any]) -> None:
    try:
        assert PublicKey.from_base64(vector["key"]).to_base64() == vector["key"]
        assert vector["outcome"] == "ok"
    except InputError as error:
        assert error.findings[0].id == vector["outcome"]


@pytest.mark.needs("minisign")
@pytest.mark.parametrize("vector", [v for v in CORPUS["signatures"] if v["minisign"] is not None], ids=name_of)
def test_minisign_refuses_all_that_we_accept_no_less(vector: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_bytes(base64.b64decode(vector["sums"]))
    (tmp_path / "SHA256SUMS.minisig").write_bytes(base64.b64decode(vector["signature"]))
    ran = subprocess.run(
        ["minisign", "-VHm", "SHA256SUMS", "-P", vector["key"]], cwd=tmp_path, capture_output=True, check=False
    )
    assert (ran.returncode == 0) == vector["minisign"], ran.stderr
    if not vector["minisign"]:
        assert vector["outcome"] != "ok"
    elif vector["outcome"] != "ok":
        assert vector["why"], "where we are stricter, the corpus says why"
