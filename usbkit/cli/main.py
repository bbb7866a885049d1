"""``usbkit``: the command group, the options all commands share, and the one place where errors become exits."""

from __future__ import annotations

import dataclasses
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli.options import SizeType
from usbkit.cli.output import show
from usbkit.cli.settings import CACHE_SIZE, Settings, cache_folder, language_wanted
from usbkit.core.cache import begin_run
from usbkit.core.errors import EXIT_BROKEN_OFF, EXIT_NOT_BEGUN, EXIT_SIGINT, EXIT_SIGTERM, UsbkitError
from usbkit.core.messages import LANGUAGES, _, mark, translate, use_language

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


#: The commands in the order of the journey, and what each does in a line that fits beside its name in 80 columns.
#: A command ``x`` is ``x`` in ``usbkit.cli.commands.x``, loaded when asked for, so that ``verify`` imports nothing
#: Linux-only.
COMMANDS: Mapping[str, str] = {
    "demo": mark("A small library and Guatemala's drive, from manifest to verdict."),
    "new": mark("Begin a programme or a country with a manifest to go on with."),
    "schema": mark("The JSON Schema of a manifest, for editors."),
    "check": mark("Is a country ready? What is missing or wrong, and what to do."),
    "mend": mark("Make a video that plays of one that does not, beside it."),
    "approve": mark("Release the seal that a country's drives bear now."),
    "build": mark("Assemble and seal a country's bundle as a folder."),
    "preview": mark("Serve a country's pages here and reload them upon a change."),
    "image": mark("Write a country's whole drive as a sparse image file."),
    "lock": mark("Write down what a country gets, to make the same again."),
    "diff": mark("Say in words what changed between two states of a drive."),
    "drives": mark("What is plugged in, and what may be written."),
    "write": mark("Write drives, each at its own pace, and prove each by reading."),
    "wipe": mark("Empty a drive."),
    "verify": mark("Check drives, images or folders against their seal."),
    "key": mark("Make, show, hand out and withdraw the keys that sign seals."),
    "seal": mark("Show, sign and check seals."),
    "order": mark("Order drives, see how far orders are, cancel them."),
    "station": mark("Fill the open orders from whatever sticks are plugged in."),
    "receipt": mark("Enter the codes with which the far end says what it found."),
    "ledger": mark("What became of every drive, and does the record hold together?"),
    "label": mark("Labels for whole drives, with their number and a QR code."),
    "letter": mark("The letter with the drives, and the one that goes another way."),
    "dispatch": mark("All papers of orders that leave together."),
    "pack": mark("A bundle as 7z archives that travel as files."),
    "unpack": mark("The bundle out of such archives, once its seal holds."),
    "export": mark("A bundle in the form that archives take in."),
    "completion": mark("What makes a shell complete usbkit's commands."),
    "doctor": mark("What this machine has and lacks for what usbkit does."),
    "library": mark("Is every file of the library still what it was?"),
    "cache": mark("What is remembered between runs, and the kept transcodes."),
}


#: In click's context: whether the answer is wanted as JSON.
_WANTS_JSON = "usbkit.json"


class Terminated(BaseException):
    """SIGTERM arrived; travels like KeyboardInterrupt so that every ``finally`` runs."""


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
        command: click.Command = getattr(importlib.import_module(f"usbkit.cli.commands.{cmd_name}"), cmd_name)
        return _prepare(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(str(_("Commands"))):
            formatter.write_dl([(name, translate(line)) for name, line in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As click does it, but a command is not imported for the line about it."""
        from click.shell_completion import CompletionItem

        items = [CompletionItem(name, help=line) for name, line in COMMANDS.items() if name.startswith(incomplete)]
        return items + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = show.near_miss(args[0], COMMANDS)
            ctx.fail(str(near or _("There is no command {name}. See usbkit --help.", name=args[0])))
        return super().resolve_command(ctx, args)


def _prepare(command: click.Command) -> click.Command:
    """``command`` with the options every command takes and its help in the language in use; done once."""
    if getattr(command, "usbkit_prepared", False):
        return command
    vars(command)["usbkit_prepared"] = True
    if isinstance(command, click.Group):
        for sub in command.commands.values():
            _prepare(sub)
    if not isinstance(command, click.Group) or command.invoke_without_command:
        command.params.extend(_shared_options(command))
    _translate(command)
    return command


def _shared_options(command: click.Command) -> list[click.Parameter]:
    """``--json``, ``-q`` and ``-v`` are understood behind the command's name too, where people write them."""

    def set_on(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value:
            settings: Settings = ctx.ensure_object(Settings)
            settings.apply(str(param.name), value)

    declared = [
        click.Option(["--json", "as_json"], is_flag=True, help=mark("Print JSON."), **_hook(set_on)),
        click.Option(["-q", "--quiet", "quiet"], is_flag=True, help=mark("Say only what is asked."), **_hook(set_on)),
        click.Option(["-v", "--verbose", "verbose"], count=True, help=mark("Say more."), **_hook(set_on)),
    ]
    taken = {flag for p in command.params for flag in p.opts}
    return [o for o in declared if not taken.intersection(o.opts)]


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
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "USBKIT", "max_content_width": 100},
    help=mark("Make, prove and follow the USB drives that carry a programme's recordings."),
)
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=Path("manifests"),
    help=mark("The programme's folder, or a folder with exactly one such folder in it (default: manifests)."),
)
@click.option("--library", type=click.Path(path_type=Path), help=mark("The media library (default: the programme's)."))
@click.option("--cache", type=click.Path(path_type=Path), help=mark("Where digests and posters are remembered."))
@click.option(
    "--cache-size", type=SizeType(), default=CACHE_SIZE, help=mark("The most that is remembered there (default: 2GB).")
)
@click.option("--ledger", metavar="URL", help=mark("The ledger: a file, or a database by URL."))
@click.option("--templates", type=click.Path(path_type=Path), help=mark("A folder of templates that override ours."))
@click.option("--lang", type=click.Choice(LANGUAGES), help=mark("Language of messages (default: the locale's)."))
@click.option("--json", "as_json", is_flag=True, help=mark("Print JSON."))
@click.option("-q", "--quiet", is_flag=True, help=mark("Say only what is asked."))
@click.option("-v", "--verbose", count=True, help=mark("Say more."))
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
    manifests: Path,
    library: Path | None,
    cache: Path | None,
    cache_size: int,
    ledger: str | None,
    templates: Path | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> None:
    ctx.obj = Settings(
        manifests=manifests,
        library=library,
        cache=cache or cache_folder(os.environ),
        cache_size=cache_size,
        ledger=ledger,
        templates=templates,
        language=lang or language_wanted([], os.environ),
        json=as_json,
        verbosity=-1 if quiet else verbose,
    )


def main(argv: Sequence[str] | None = None) -> None:
    """The command line, once its libraries are loaded; ends the process."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    signal.signal(signal.SIGTERM, _on_sigterm)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(run(arguments))


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


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; no exception leaves."""
    as_json = "--json" in arguments
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
        error.show()
        return EXIT_NOT_BEGUN
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
