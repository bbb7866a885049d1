"""Questions to a person at the terminal: yes or no, a line that may not be empty, a number to begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from usbkit.cli.output import show
from usbkit.core.messages import Text, _

#: How often a wrong number is asked about again.
MOST_TIMES: Final = 3

#: What people type for yes and no, in either language whatever the messages' is.
_YES: Final = frozenset(("y", "yes", "예", "네", "응"))
_NO: Final = frozenset(("n", "no", "아니오", "아니요", "아뇨"))


def ask_yes_no(question: Text | str, *, default: bool = False, err: bool = True) -> bool:
    """Ask until the answer is yes or no; an empty answer is ``default``. Raises click.Abort at the end of input."""

    def read(answer: str) -> bool:
        word = answer.strip().lower().rstrip(".!")
        if not word:
            return default
        if word not in _YES | _NO:
            raise click.UsageError(str(_("found {value}, expected y for yes or n for no", value=answer)))
        return word in _YES

    prompt = f"{question} [{'Y/n' if default else 'y/N'}]"
    return bool(click.prompt(prompt, default="", show_default=False, value_proc=read, err=err))


def ask_line(
    question: Text | str,
    read: Callable[[str], Any] = str,
    *,
    err: bool = False,
    hide: bool = False,
    twice: bool = False,
) -> Any:
    """Ask until ``read`` takes the answer, which raises click.UsageError for one it does not; say so of an empty one.

    ``hide`` shows nothing of what is typed, ``twice`` has it typed again.
    """

    def read_some(answer: str) -> Any:
        if not answer.strip():
            raise click.UsageError(str(_("nothing was typed, and an answer is needed; Ctrl-C ends the questions")))
        return read(answer)

    return click.prompt(
        str(question),
        default="",
        show_default=False,
        value_proc=read_some,
        hide_input=hide,
        confirmation_prompt=twice,
        err=err,
    )


def is_number_typed(word: int) -> bool:
    """Ask for the number of drives to be typed; whether it was, after up to ``MOST_TIMES`` answers."""
    prompt = str(_("Type {word} (the number of drives) to begin", word=word))
    for left in reversed(range(MOST_TIMES)):
        answer = str(click.prompt(prompt, default="", show_default=False, err=True)).strip()
        if answer == str(word):
            return True
        if left:
            show.say(_("found {answer}, expected {word}: so many drives", answer=answer or '""', word=word))
    return False
