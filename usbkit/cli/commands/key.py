"""``usbkit key``: keys that sign seals."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from usbkit.cli import options
from usbkit.cli.asking import ask_line
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError, Place
from usbkit.core.messages import _, mark

Command = Callable[..., Any]


def key_folder() -> Path:
    """Return the default folder for keys: in XDG's configuration folder."""
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "usbkit" / "keys"


def passphrase_file(function: Command) -> Command:
    """``--passphrase-file FILE``: an option for the passphrase itself would show it in the list of processes."""
    return click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, allow_dash=True),
        help=mark("Read the passphrase from the first line of this file, or - for standard input, instead of asking."),
    )(function)


def ask_passphrase(file: Path | None, *, is_new: bool) -> str:
    """Return the passphrase from ``file``, otherwise ask for it; a new one is asked for twice."""
    if file is None:
        return str(ask_line(_("Passphrase"), hide=True, twice=is_new, err=True))
    text = sys.stdin.readline() if str(file) == "-" else _read_line(file)
    return text.rstrip("\r\n")


def _read_line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return lines.readline()


@click.group(help=mark("Make, show, hand out and withdraw the keys that sign seals."))
def key() -> None:
    pass


@key.command(help=mark("Make a key NAME: the secret half encrypted by a passphrase, the public half to hand out."))
@click.argument("name", metavar="NAME")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=mark("The folder for both halves."))
@passphrase_file
@click.pass_obj
def new(settings: Settings, name: str, output: Path | None, passphrase_file: Path | None) -> None:
    from usbkit.core.portable_names import slug
    from usbkit.trust.keyfiles import write_key_pair
    from usbkit.trust.secret import SecretKey

    made = SecretKey.new()
    passphrase = ask_passphrase(passphrase_file, is_new=True)
    secret, public = write_key_pair(made, output or key_folder(), slug(name, "key"), passphrase)
    if settings.json:
        show.document({"name": name, "key": made.public.name, "public": made.public.to_base64(), "secret": str(secret)})
        return
    show.answer(_("{path}  the secret half: keep it, and a copy elsewhere; nobody can make it again", path=secret))
    show.answer(_("{path}  the public half", path=public))
    show.answer()
    show.answer(_("Write this into programme.toml before drives are built:"))
    show.answer(f'\n[[key]]\nname = "{_toml(name)}"\npublic = "{made.public.to_base64()}"')


def _toml(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@key.command("show", help=mark("Show the programme's keys, or the one in FILE.pub."))
@click.argument("file", metavar="[FILE]", type=options.PLACE, required=False)
@click.pass_obj
def show_(settings: Settings, file: str | None) -> None:
    from usbkit.trust.demo_key import is_demo_key
    from usbkit.trust.minisign import read_public_key
    from usbkit.trust.signing import ListedKey, listed_keys

    if file is None:
        keys = listed_keys(settings.load().programme)
    else:
        public = read_public_key(file)
        keys = (ListedKey(file, public, is_demo_key(public), None),)
    rows = [
        {
            "name": k.name,
            "key": k.public.name,
            "public": k.public.to_base64(),
            "insecure_demo": k.is_demo,
            "withdrawn": None if k.withdrawn is None else k.withdrawn.isoformat(),
        }
        for k in keys
    ]
    if settings.json:
        show.document({"keys": rows})
    elif not rows:
        show.answer(_("The programme lists no key: its seals cannot be signed. Make one with usbkit key new."))
    else:
        show.table(
            [_("name"), _("key"), _("public half"), _("state")],
            [[r["name"], r["key"], r["public"], _state(r)] for r in rows],
        )


def _state(row: dict[str, Any]) -> str:
    if row["withdrawn"]:
        return str(_("withdrawn {day}", day=row["withdrawn"]))
    return str(_("INSECURE DEMO KEY")) if row["insecure_demo"] else ""


@key.command(help=mark("Write the public half of the programme's KEY as a file that minisign reads."))
@click.argument("wanted", metavar="KEY")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=mark("The file (default: standard output)."))
@click.pass_obj
def export(settings: Settings, wanted: str, output: Path | None) -> None:
    from usbkit.trust.keyfiles import find_key

    data = find_key(settings.load().programme, wanted).public.to_file()
    if output is None:
        show.answer(data.decode().rstrip("\n"))
    else:
        output.write_bytes(data)


@key.command(help=mark("Withdraw the programme's KEY: note it in programme.toml and write the notice to send."))
@click.argument("wanted", metavar="KEY")
@click.option("--on", "day", metavar="DATE", required=True, help=mark("The day, such as 2021-03-01."))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=mark("The notice (default: standard output)."))
@click.pass_obj
def withdraw(settings: Settings, wanted: str, day: str, output: Path | None) -> None:
    from usbkit.core.atomic import beside
    from usbkit.trust.keyfiles import describe_withdrawal, find_key, withdraw_in_manifest

    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        raise InputError.of("day-form", _("{day} is not a day such as 2021-03-01", day=day)) from None
    manifests = settings.load()
    listed = find_key(manifests.programme, wanted)
    if listed.withdrawn is not None:
        what = _("{name} was withdrawn on {date} already", name=listed.name, date=listed.withdrawn)
        raise InputError.of("key-withdrawn", what, place=Place("programme.toml", field="key"))
    path = manifests.folder / "programme.toml"
    changed = withdraw_in_manifest(path.read_bytes().decode(), listed.public, date)
    with beside(path) as target:
        target.write_bytes(changed.encode())
    notice = describe_withdrawal(manifests.programme, listed, date)
    if output is None:
        show.answer(notice.rstrip("\n"))
    else:
        output.write_text(notice, encoding="utf-8")
    show.say(_("{path} records it; pages built from now on refuse the key.", path=path))
