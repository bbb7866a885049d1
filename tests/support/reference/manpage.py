"""``man usbkit``, from the text of ``--help``, in roff as described in man(7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from tests.support.reference.codes import EXITS
from tests.support.reference.commands import contexts, variables
from tests.support.release import release_moment
from usbkit import __version__


def write_manpage() -> str:
    """The page."""
    all_contexts = list(contexts())
    return "\n".join([*_head(all_contexts[0]), *_commands(all_contexts[1:]), *_foot(all_contexts[0])]) + "\n"


def _head(root: click.Context) -> Iterator[str]:
    day = release_moment().date().isoformat()
    yield '.\\" Made by "make reference" from the code. Change the code, not this page.'
    yield f'.TH USBKIT 1 {day} "usbkit {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "usbkit \\- " + _escape(str(root.command.help).rstrip("."))
    yield ".SH SYNOPSIS"
    yield ".B usbkit\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]"
    yield ".SH OPTIONS"
    yield from _options(root)


def _commands(all_contexts: list[click.Context]) -> Iterator[str]:
    yield ".SH COMMANDS"
    for context in all_contexts:
        usage = " ".join(context.command.collect_usage_pieces(context))
        yield f".SS {_escape(context.command_path.removeprefix('usbkit '))}"
        yield f".B {_escape(context.command_path)}\n{_escape(usage)}"
        yield ".PP"
        yield _escape(context.command.help or "")
        yield from _options(context)


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.params:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None:
            yield f".TP\n\\fB{_escape(record[0])}\\fR\n{_escape(record[1])}"


def _foot(root: click.Context) -> Iterator[str]:
    yield ".SH ENVIRONMENT"
    yield "Every option may stand in the environment, by the names of its command and itself, such as"
    yield ", ".join(f"\\fB{v}\\fR" for _option, v in variables(root)[:3]) + " and \\fBUSBKIT_BUILD_OUTPUT\\fR."
    yield ".SH EXIT STATUS"
    for code, meaning in EXITS:
        yield f".TP\n{code}\n{_escape(meaning)}"


def _escape(text: str) -> str:
    """Plain text in roff: backslashes, hyphens as they are typed, and no line that begins with a control character."""
    escaped = re.sub(r"\s+", " ", text).strip().replace("\\", "\\e").replace("-", "\\-")
    for char, name in (("’", "\\(cq"), ("…", "\\&..."), ("–", "\\(en")):
        escaped = escaped.replace(char, name)
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped
