"""click's own texts in our words and in the active language: its errors, and the headings of its help.

click asks gettext for each of its sentences, by its own English; `install` replaces gettext for it. A usage error
becomes one of ours: one line with the fault, one with the next step, and JSON if requested. click wraps its help by
characters; `install` has it wrapped by cells, since a Hangul syllable takes two.
"""

from __future__ import annotations

import re
import types
from typing import Final

import click
from click import core, decorators, exceptions, formatting, parser, termui
from click import types as parameters

from usbkit.cli.output.columns import fold
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import Text, _, mark, translate

#: click's sentence → ours, which fills in no more than click has for it. Of two for one and for several, the second.
WORDS: Final = {
    "Usage:": mark("Usage:"),
    "Options": mark("Options"),
    "Commands": mark("Commands"),
    "Positional arguments": mark("Arguments"),
    "Show this message and exit.": mark("Show this help."),
    "default: {default}": mark("default: {default}"),
    "Error: {message}": "{message}",
    "Error: The two entered values do not match.": mark("it was typed differently the second time"),
    "Repeat for confirmation": mark("Once more"),
    "Error: invalid input": mark("invalid input"),
    "Do you want to continue?": mark("Continue?"),
    "Missing command.": mark("No command is named."),
    "Missing argument": mark("missing:"),
    "Missing option": mark("missing option:"),
    "Missing parameter": mark("missing:"),
    "Got unexpected extra arguments ({args})": mark("too many arguments: {args}"),
    "No such option {name!r}.": mark("there is no option {name}."),
    "Did you mean {possibility}?": mark("Did you mean {possibility}?"),
    "(Did you mean one of: {possibilities}?)": mark("Did you mean one of: {possibilities}?"),
    "Option {name!r} does not take a value.": mark("the option {name} takes no value"),
    "Option {name!r} requires {nargs} arguments.": mark("the option {name} needs a value"),
    "Argument {name!r} takes {nargs} values.": mark("{name} takes {nargs} values"),
    "Takes {nargs} values but {len} were given.": mark("takes {nargs} values; given: {len}"),
    "Choose from:\n\t{choices}": mark("Choose one of: {choices}"),
    "Invalid value: {message}": "{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint}: {message}",
    "{value!r} is not one of {choices}.": mark("found {value}, expected one of: {choices}"),
    "{value!r} is not a valid {number_type}.": mark("found {value}, expected a number"),
    "{value} is not in the range {range}.": mark("found {value}, expected a number in this range: {range}"),
    "{name} {filename!r} does not exist.": mark("there is no {filename}"),
    "{name} {filename!r} is a file.": mark("{filename} is a file, and a folder is needed"),
    "{name} {filename!r} is a directory.": mark("{filename} is a folder, and a file is needed"),
    "{name} {filename!r} is not readable.": mark("{filename} may not be read by you"),
    "{name} {filename!r} is not writable.": mark("{filename} may not be written by you"),
}

_SAYING: Final = (core, decorators, exceptions, formatting, parser, termui, parameters)


_wrap_by_characters = formatting.wrap_text


def install() -> None:
    """Replace gettext and the wrapping of help for click."""
    for module in _SAYING:
        _put(module, "_", _say)
        _put(module, "ngettext", _say_number)
    _put(formatting, "wrap_text", wrap)


def wrap(
    text: str,
    width: int = 78,
    initial_indent: str = "",
    subsequent_indent: str = "",
    preserve_paragraphs: bool = False,
) -> str:
    """Wrap ``text`` into lines of at most ``width`` cells; replaces click's function of the same arguments."""
    if (initial_indent + text).isascii():
        return _wrap_by_characters(text, width, initial_indent, subsequent_indent, preserve_paragraphs)
    paragraphs = text.split("\n\n") if preserve_paragraphs else [text]
    return "\n\n".join("\n".join(fold(one, width, subsequent_indent, initial_indent)) for one in paragraphs)


def _put(module: types.ModuleType, name: str, say: object) -> None:
    if hasattr(module, name):
        setattr(module, name, say)


def _say(sentence: str) -> str:
    return translate(WORDS.get(sentence, sentence))


def _say_number(one: str, several: str, count: int) -> str:
    sentence = one if count == 1 else several
    ours = WORDS.get(sentence) or WORDS.get(several)
    return translate(ours) if ours else sentence


#: A name of an argument or option as click quotes it, with the brackets of one that may be left out.
_QUOTED_NAME: Final = re.compile(r"'\[?(--?[a-z][a-z-]*|[A-Z][A-Z_-]*)\]?(?:\.\.\.)?'")


def as_ours(error: click.ClickException) -> InputError:
    """Return a usage error as an error of ours."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context is not None else "usbkit"
    said = " ".join(error.format_message().split())
    if isinstance(error, exceptions.NoArgsIsHelpError):  # whose message is all of the help
        said = translate(WORDS["Missing command."])
    if isinstance(error, click.MissingParameter | click.NoSuchOption):  # click ends these with a full stop
        said = said.removesuffix(".")
    what = Text("{what}", {"what": _QUOTED_NAME.sub(r"\1", said)})
    return InputError(Finding("usage", what, None, _("See: {command} --help", command=command)))
