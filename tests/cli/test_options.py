"""Options and arguments: what is text must be text, and what is a name must be one, before anything is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.support.reference.commands import contexts
from usbkit.cli.main import run
from usbkit.cli.options import NOTE, PERSON, PlaceType
from usbkit.core.errors import InputError

#: No UTF-8, as the system hands it over.
ODD = os.fsdecode(b"Jos\xe9")

#: What may be a path beside something else; whatever else takes text takes text alone.
PLACES = {
    "--confirm", "--ledger", "--key", "--browser",
    "drives test named", "wipe named", "write --drive", "diff a", "diff b",
    "pack what", "export bagit what", "key show file", "ledger merge other", "hub init --from", "new programme --from",
}  # fmt: skip


def parameters() -> Iterator[tuple[click.Context, click.Parameter]]:
    for context in contexts():
        for parameter in context.command.params:
            if not (isinstance(parameter, click.Option) and parameter.is_flag):
                yield context, parameter


def name(context: click.Context, parameter: click.Parameter) -> tuple[str, str]:
    flag = max(parameter.opts, key=len)
    return flag, " ".join([*context.command_path.split()[1:], flag])


def test_bytes_that_are_no_text_are_refused_by_each_option_that_is_no_path() -> None:
    for context, parameter in parameters():
        kind = parameter.type
        if isinstance(kind, click.Path | PlaceType):
            if isinstance(kind, PlaceType):
                assert not PLACES.isdisjoint(name(context, parameter)), name(context, parameter)
                assert kind.convert(ODD, parameter, context) == ODD
            continue
        with pytest.raises((InputError, click.UsageError)) as caught:
            kind.convert(ODD, parameter, context)
        if isinstance(caught.value, InputError):
            (finding,) = caught.value.findings
            assert finding.id == "text-not-utf8" and "UTF-8" in str(finding.todo)
            shown = str(finding.place)
            assert shown in parameter.opts or shown in parameter.make_metavar(context), name(context, parameter)


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["receipt", "enter", "guatemala-1:1", "--from", ODD, "--by", "telephone", "--plays"], "--from"),
        (["approve", "guatemala", "--by", ODD, "--yes"], "--by"),
        (["station", "clear", ODD], "SERIAL|DRIVE"),
        (["station", "clear", "x", "--operator", ODD], "--operator"),
        (["ledger", "mark", "sent", "x", "--note", ODD], "--note"),
        (["ledger", "mark", "sent", "x", "--bag", ODD], "--bag"),
        (["check", ODD], "COUNTRY"),
        (["--hub", ODD, "status"], "--hub"),
    ],
)
def test_the_error_names_the_option_and_what_was_found(
    arguments: list[str], option: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    said = capfd.readouterr().err
    assert f"{option}: " in said and "Jos\\udce9" in said and "UTF-8" in said


def test_a_path_may_have_any_bytes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / f"{ODD}.img"
    place.write_bytes(bytes(1024))
    assert run(["verify", str(place)]) in (1, 3)
    assert "UTF-8" not in capfd.readouterr().err
    assert run(["--ledger", f"sqlite:///{tmp_path}/{ODD}.sqlite", "ledger", "list"]) == 2
    assert "text-not-utf8" not in capfd.readouterr().err


@pytest.mark.parametrize("option", [["approve", "x", "--by"], ["approve", "x", "--withdraw", "--by"],
                                    ["station", "--operator"], ["receipt", "enter", "x", "--from"],
                                    ["order", "add", "x", "1", "--operator"]])  # fmt: skip
@pytest.mark.parametrize("typed", ["x" * 121, "a\x1b[31m", "a\u202eb"])
def test_a_name_that_no_entry_may_have_is_refused_at_the_option(
    option: list[str], typed: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run([*option, typed]) == 2
    said = capfd.readouterr().err
    assert f"{option[-1]}: found" in said and "120" in said


def test_names_are_taken_without_what_is_not_seen_at_their_ends() -> None:
    assert PERSON.convert(" \u200bعلی\u200cرضا\u200b ", None, None) == "علی\u200cرضا"
    assert PERSON.convert(" ", None, None) == "" == PERSON.convert("\u200b", None, None)


def test_an_option_that_is_too_long_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "mark", "sent", "x", "--note", "x" * 2001]) == 2
    assert "--note: found 2001 characters" in capfd.readouterr().err
    assert NOTE.convert("x" * 2000, None, None) == "x" * 2000
