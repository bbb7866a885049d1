"""``usbkit``: the command group, the shared options, and the only place where errors become exit codes."""

from __future__ import annotations

import dataclasses
import importlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import click_words
from usbkit.cli.command_groups import COMMANDS, group_commands
from usbkit.cli.help_topics import find_way
from usbkit.cli.lost_interrupts import bring_back
from usbkit.cli.options import PLACE, SizeType, refuse_what_is_no_text
from usbkit.cli.output import show
from usbkit.cli.settings import CACHE_SIZE, Settings, cache_folder, language_wanted
from usbkit.core.cache import begin_run
from usbkit.core.errors import (
    EXIT_BROKEN_OFF,
    EXIT_NOT_BEGUN,
    EXIT_SIGINT,
    EXIT_SIGTERM,
    Finding,
    InputError,
    UsbkitError,
)
from usbkit.core.messages import LANGUAGES, _, mark, translate, use_language
from usbkit.manifest.finding import find_default, find_programme, has_programme

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


#: In click's context: whether the answer is wanted as JSON.
_WANTS_JSON = "usbkit.json"


class Terminated(BaseException):
    """SIGTERM arrived; raised like KeyboardInterrupt so that every ``finally`` runs."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are named, and translated when they are loaded."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_WANTS_JSON] = "--json" in args  # --version is answered before the options behind it are read
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return _command(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in group_commands(list(COMMANDS)):
            with formatter.section(str(title)):
                formatter.write_dl([(name, translate(COMMANDS[name])) for name in names], col_max=12)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Like click's, but without importing a command for its help line."""
        from click.shell_completion import CompletionItem

        items = [CompletionItem(name, help=line) for name, line in COMMANDS.items() if name.startswith(incomplete)]
        return items + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = find_way(args[0]) or show.near_miss(args[0], COMMANDS)
            ctx.fail(str(near or _("There is no command {name}. See usbkit --help.", name=args[0])))
        return super().resolve_command(ctx, args)


def _command(name: str) -> click.Command:
    """One of `COMMANDS`, loaded now."""
    command: click.Command = getattr(importlib.import_module(f"usbkit.cli.commands.{name}"), name)
    return _prepare(command)


def _prepare(command: click.Command) -> click.Command:
    """``command`` with the options every command takes and its help in the language in use; done once."""
    if getattr(command, "usbkit_prepared", False):
        return command
    vars(command)["usbkit_prepared"] = True
    if isinstance(command, click.Group):
        for sub in command.commands.values():
            _prepare(sub)
        _name_what_is_unknown(command)
        _list_in_full(command)
    shared = _shared_options(command)
    if isinstance(command, click.Group) and not command.invoke_without_command:
        for option in shared:
            option.hidden = True  # the commands below say what they are
    command.params.extend(shared)
    refuse_what_is_no_text(command)
    _translate(command)
    return command


def _name_what_is_unknown(group: click.Group) -> None:
    """Have a command below ``group`` that there is not answered in our words, with those that there are."""
    resolve = group.resolve_command

    def resolve_known(ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in group.commands and not name.startswith("-") and not ctx.resilient_parsing:
            what = _("{group} has no command {name}", group=ctx.command_path, name=name)
            todo = find_way(name) or show.suggest_near(name, group.commands)
            raise InputError(
                Finding("command-unknown", what, None, todo or _("There are: {names}", names=", ".join(group.commands)))
            )
        return resolve(ctx, args)

    vars(group)["resolve_command"] = resolve_known


#: Characters that no sentence of a command's help has.
_ANY_LENGTH = 10_000


def _list_in_full(group: click.Group) -> None:
    """Have the commands below ``group`` listed by whole sentences, where click cuts each to one line."""

    def format_commands(ctx: click.Context, formatter: click.HelpFormatter) -> None:
        below = [(name, group.get_command(ctx, name)) for name in group.list_commands(ctx)]
        with formatter.section(translate(click_words.WORDS["Commands"])):
            shown = [(name, one.get_short_help_str(_ANY_LENGTH)) for name, one in below if one and not one.hidden]
            formatter.write_dl(shown)

    vars(group)["format_commands"] = format_commands


def _shared_options(command: click.Command) -> list[click.Option]:
    """What stands before the command is understood behind its name too, where people write it."""

    def set_on(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value:
            settings: Settings = ctx.ensure_object(Settings)
            settings.apply(str(param.name), value)

    declared = [
        click.Option(["--json", "as_json"], is_flag=True, help=mark("Print JSON."), **_hook(set_on)),
        click.Option(["-q", "--quiet", "quiet"], is_flag=True, help=mark("Print only the answer."), **_hook(set_on)),
        click.Option(["-v", "--verbose", "verbose"], count=True, help=mark("Print more."), **_hook(set_on)),
        *(
            click.Option([f"--{name}"], type=kind, help=said, hidden=True, **_hook(set_on))
            for name, (kind, said) in _ANYWHERE.items()
        ),
    ]
    taken = {flag for p in command.params for flag in p.opts}
    return [o for o in declared if not taken.intersection(o.opts)]


#: The shared options that take a value, and what they take.
_ANYWHERE: Mapping[str, tuple[Any, str]] = {
    "manifests": (
        click.Path(path_type=Path),
        mark("The programme's folder, or a folder with one such folder in it (default: where you are, or manifests)."),
    ),
    "library": (click.Path(path_type=Path), mark("The media library (default: the programme's).")),
    "ledger": (PLACE, mark("The ledger: a file, or a database by URL.")),
    "templates": (click.Path(path_type=Path), mark("A folder of templates that override ours.")),
    "lang": (click.Choice(LANGUAGES), mark("Language of messages (default: the locale's).")),
}


def _hook(callback: Any) -> dict[str, Any]:
    return {"callback": callback, "expose_value": False}


def _translate(command: click.Command) -> None:
    if command.help:
        command.help = translate(command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = translate(parameter.help)


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from usbkit.core.build_info import describe_build

    build = describe_build()
    if ctx.meta[_WANTS_JSON]:
        show.document(dataclasses.asdict(build))
    else:
        show.answer(f"usbkit {build.usbkit}")
        show.answer(f"{build.python}, {build.system}")
        libraries = ", ".join(f"{name} {version}" for name, version in build.libraries.items())
        show.answer(_("What shapes the bytes of a drive: {libraries}", libraries=libraries))
        digests = {"code": build.code[:16], "templates": build.templates[:16]}
        show.answer(_("code {code}, templates {templates}", **digests))
    ctx.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "USBKIT", "max_content_width": 100},
    help=mark("Make, prove and follow the USB drives that carry a programme's recordings."),
)
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    help=_ANYWHERE["manifests"][1],
)
@click.option("--library", type=click.Path(path_type=Path), help=_ANYWHERE["library"][1])
@click.option("--cache", type=click.Path(path_type=Path), help=mark("Where digests and posters are remembered."))
@click.option(
    "--cache-size", type=SizeType(), default=CACHE_SIZE, help=mark("The most that is remembered there (default: 2GB).")
)
@click.option("--ledger", type=PLACE, metavar="URL", help=_ANYWHERE["ledger"][1])
@click.option("--hub", metavar="URL", help=mark("The hub of several stations: a PostgreSQL database by URL."))
@click.option("--templates", type=click.Path(path_type=Path), help=_ANYWHERE["templates"][1])
@click.option("--lang", type=click.Choice(LANGUAGES), help=_ANYWHERE["lang"][1])
@click.option("--json", "as_json", is_flag=True, help=mark("Print JSON."))
@click.option("-q", "--quiet", is_flag=True, help=mark("Print only the answer."))
@click.option("-v", "--verbose", count=True, help=mark("Print more."))
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help=mark("Print what this usbkit is, and what shapes the bytes it makes."),
)
@click.pass_context
def cli(
    ctx: click.Context,
    manifests: Path | None,
    library: Path | None,
    cache: Path | None,
    cache_size: int,
    ledger: str | None,
    hub: str | None,
    templates: Path | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> object:
    settings = ctx.obj = Settings(
        manifests=manifests or find_default(Path.cwd()),
        library=library,
        cache=cache or cache_folder(os.environ),
        cache_size=cache_size,
        ledger=ledger,
        hub=hub,
        templates=templates,
        language=lang or language_wanted([], os.environ),
        json=as_json,
        verbosity=-1 if quiet else verbose,
    )
    return None if ctx.invoked_subcommand else _show_status(ctx, settings)


refuse_what_is_no_text(cli)


def _show_status(ctx: click.Context, settings: Settings) -> object:
    """`usbkit` alone: what waits, where there is a programme; else what can be done, which is no answer."""
    if not has_programme(settings.manifests):
        if settings.json:
            find_programme(settings.manifests)  # says in JSON what is missing
        click.echo(ctx.get_help(), err=True)
        return EXIT_NOT_BEGUN
    status = _command("status")
    with status.make_context("status", [], parent=ctx) as below:
        return status.invoke(below)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line, with its libraries loaded; ends the process."""
    _open_standard()
    arguments = list(sys.argv[1:] if argv is None else argv)
    signal.signal(signal.SIGTERM, _on_sigterm)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    bring_back({KeyboardInterrupt: signal.SIGINT, Terminated: signal.SIGTERM})
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as standard error: no name ends the line that shows it
    code = run(arguments)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # what was said of it is all that can be; at its end the interpreter flushes again
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _on_sigterm(signum: int, frame: FrameType | None) -> None:
    raise Terminated


def _show_anywhere(error: UsbkitError, *, as_json: bool) -> None:
    """Say ``error``; where standard output takes nothing any more, on standard error alone."""
    try:
        show.error(error, as_json=as_json)
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        show.error(error, as_json=False)


def _open_standard() -> None:
    """Open descriptors 0 to 2 if they are closed: the next file opened would get the number of one of them, and a
    drive or a ledger at number 1 would be written to by whatever prints.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; raises nothing."""
    as_json = "--json" in arguments
    click_words.install()
    begin_run()
    show.answer_in_events(False)
    try:
        use_language(language_wanted(arguments, os.environ))
        _translate(cli)
        result = cli.main(args=list(arguments), prog_name="usbkit", standalone_mode=False)
        sys.stdout.flush()  # an answer that does not fit where it is to go is none
        return result if isinstance(result, int) else 0
    except UsbkitError as error:
        _show_anywhere(error, as_json=as_json)
        return error.exit_code
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError) and not as_json:
            click.echo(error.format_message(), err=True)  # its help, as `usbkit` alone prints it
            return EXIT_NOT_BEGUN
        ours = click_words.as_ours(error)
        _show_anywhere(ours, as_json=as_json)
        return ours.exit_code
    except (KeyboardInterrupt, click.Abort):
        show.say(_("Interrupted."))
        return EXIT_SIGINT
    except Terminated:
        show.say(_("Terminated."))
        return EXIT_SIGTERM
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_OFF
    except OSError as error:
        _show_anywhere(show.from_os_error(error), as_json=as_json)
        return EXIT_BROKEN_OFF
    except Exception as error:  # noqa: BLE001 - the last resort: a mistake of ours must not print a traceback
        if any(a in ("-v", "-vv", "--verbose") for a in arguments):
            traceback.print_exc()
        _show_anywhere(show.from_our_mistake(error), as_json=as_json)
        return EXIT_BROKEN_OFF
