"""``usbkit completion``: the shell code that completes our commands, options and countries."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from usbkit.cli.output import show
from usbkit.core.messages import mark

#: The variable by which a shell asks us; click's own name for it.
_ASKS = "_USBKIT_COMPLETE"


@click.command(
    help=mark(
        "Print the lines that make SHELL complete commands, options and countries. Put them where it reads such lines:"
        " for bash ~/.local/share/bash-completion/completions/usbkit, for fish ~/.config/fish/completions/usbkit.fish,"
        " for zsh a file _usbkit in a folder of its fpath."
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    source = get_completion_class(shell)
    assert source is not None  # click has all three
    show.answer(source(click.get_current_context().find_root().command, {}, "usbkit", _ASKS).source())
