"""``usbkit help``: the commands by task, or the help of one of them."""

from __future__ import annotations

import click

from usbkit.cli.command_groups import COMMANDS, group_commands
from usbkit.cli.help_topics import find_way
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _, mark, translate


@click.command(name="help", help=mark("What can be done: all commands by task, or COMMAND with its options."))
@click.argument("command", metavar="[COMMAND]...", nargs=-1)
@click.pass_context
def help(ctx: click.Context, command: tuple[str, ...]) -> None:
    root = ctx.find_root()
    settings = ctx.ensure_object(Settings)
    said = command if command and command[0] not in COMMANDS else ()
    if (way := next(filter(None, map(find_way, said)), None)) is not None:
        if settings.json:
            show.document({"way": str(way)})
        else:
            show.answer(way)
        return
    found, context = _find(root, command)
    if settings.json and not command:
        show.document({"tasks": _tasks(root)})
    elif settings.json:
        show.document({"command": " ".join(command), "help": found.get_help(context)})
    else:
        show.answer(found.get_help(context))


def _tasks(root: click.Context) -> list[dict[str, object]]:
    return [
        {"task": title.id.lower(), "commands": [{"name": name, "about": translate(COMMANDS[name])} for name in names]}
        for title, names in group_commands(list(COMMANDS))
    ]


def _find(root: click.Context, names: tuple[str, ...]) -> tuple[click.Command, click.Context]:
    """The command that ``names`` lead to, in a context of its own. Raises InputError."""
    command, context = root.command, root
    for name in names:
        known = command.list_commands(context) if isinstance(command, click.Group) else []
        below = command.get_command(context, name) if isinstance(command, click.Group) else None
        if below is None:
            near = show.suggest_near(name, known)
            todo = near or _("`usbkit help` lists all commands.")
            raise InputError(Finding("help-unknown", _("there is no command {name}", name=" ".join(names)), None, todo))
        command, context = below, click.Context(below, info_name=name, parent=context)
    return command, context
