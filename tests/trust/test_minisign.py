"""A key that a user names: what is wrong with it is said of the file, or of the line, that was named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.folders import KEY
from usbkit.core.errors import InputError
from usbkit.trust.minisign import read_public_key


def said(given: str) -> str:
    with pytest.raises(InputError) as refused:
        read_public_key(given)
    (finding,) = refused.value.findings
    assert finding.id == "public-key" and finding.todo
    return f"{finding.place}: {finding.what}" if finding.place else str(finding.what)


def test_a_key_is_its_line_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "desk.pub").write_bytes(KEY.public.to_file())
    assert read_public_key(str(tmp_path / "desk.pub")) == read_public_key(KEY.public.to_base64()) == KEY.public


@pytest.mark.parametrize("given", ["/nope", "nope", "desk.pub", "RWdesk.pub", "~/desk.pub"])
def test_a_file_that_is_not_there_is_said_to_be_not_there(given: str) -> None:
    assert said(given).startswith(f"{given}: there is no file of this name")


def test_nothing_named_and_nothing_in_it(tmp_path: Path) -> None:
    assert said("").startswith("--key: there is no file")
    for number, data in enumerate((b"", b"\n", b" \r\n")):
        file = tmp_path / f"{number}.pub"
        file.write_bytes(data)
        assert said(str(file)) == f"{file}: this file is empty, not a public key"


def test_a_line_cut_short_is_called_no_key() -> None:
    assert said(KEY.public.to_base64()[:-1]).startswith("RW")
    assert "56 characters" in said("RWnothing")
