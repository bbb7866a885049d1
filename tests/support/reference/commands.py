"""Every command's own ``--help``, and the environment variables of its options."""

from __future__ import annotations

from collections.abc import Iterator

import click

from usbkit.cli.main import cli

#: Columns of a page: what a terminal has.
WIDTH = 80


def contexts() -> Iterator[click.Context]:
    """Of every command in the order of the journey, groups before what is in them."""
    settings = {**cli.context_settings, "terminal_width": WIDTH}
    yield from _below(click.Context(cli, info_name="usbkit", **settings))


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    if not isinstance(context.command, click.Group):
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        assert command is not None
        settings = {**command.context_settings, "terminal_width": WIDTH}
        yield from _below(click.Context(command, info_name=name, parent=context, **settings))


def variables(context: click.Context) -> list[tuple[str, str]]:
    """Option and environment variable of each option that has one."""
    prefix = context.auto_envvar_prefix
    return [
        (max(p.opts, key=len), f"{prefix}_{str(p.name).upper()}")
        for p in context.command.params
        if isinstance(p, click.Option) and p.expose_value and prefix
    ]


def write_commands() -> str:
    """The page."""
    parts = [
        "# Commands\n",
        "What each command says with `--help`, in the order of the journey. Every option may stand in the environment"
        " too, under the name given below the command; the command line goes before.\n",
    ]
    for context in contexts():
        parts.append(f"## {context.command_path}\n")
        parts.append(f"```text\n{context.get_help()}\n```\n")
        if named := variables(context):
            parts.append("Environment: " + ", ".join(f"`{v}` ({o})" for o, v in named) + "\n")
    return "\n".join(parts)
