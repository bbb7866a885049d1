"""``usbkit ledger head`` and ``check``: whether the record is consistent."""

from __future__ import annotations

from pathlib import Path

import click

from usbkit.cli import ledger_access, options
from usbkit.cli.commands.key import passphrase_file
from usbkit.cli.output import show
from usbkit.cli.output.dispute_rows import disputes_json, say_dispute
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place
from usbkit.core.messages import _, mark
from usbkit.core.small_files import read_small
from usbkit.ledger.audit import Audit
from usbkit.ledger.chain import Head
from usbkit.trust.minisign import MAX_SIGNATURE, PublicKey, Signature, choose_key, read_public_key

#: Beside a file of heads: its signature.
SIGNATURE_SUFFIX = ".minisig"

#: Bytes of the largest file of heads: those of some thousands of chains.
_MAX_HEADS = 2**20


@click.command(help=mark("Where each chain ends: note it elsewhere, and `ledger check --head` can compare."))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=mark("Write the heads here."))
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help=mark("Sign them: a secret key's file or name.")
)
@click.option("--demo-key", is_flag=True, help=mark("Sign them with the insecure demo key."))
@passphrase_file
@click.pass_obj
def head(
    settings: Settings, output: Path | None, key_file: Path | None, demo_key: bool, passphrase_file: Path | None
) -> int:
    from usbkit.ledger.checking import checked_heads

    heads = checked_heads(ledger_access.open_ledger(settings))
    lines = "".join(f"{one}\n" for one in heads)
    signature = None
    if key_file is not None or demo_key:
        if output is None:
            todo = _("Give a file with -o FILE; the signature is written beside it.")
            raise InputError(Finding("head-nowhere", _("a signature needs a file"), Place("--key"), todo))
        from usbkit.cli.commands.seal import secret_key

        signature = secret_key(key_file, demo_key, passphrase_file).sign(lines.encode(), str(heads[0])).to_bytes()
    if output is not None:
        output.write_text(lines, encoding="ascii")
        if signature is not None:
            output.with_name(output.name + SIGNATURE_SUFFIX).write_bytes(signature)
    if settings.json:
        found = [{"origin": h.origin, "sequence": h.sequence, "hash": h.hash} for h in heads]
        show.document({"heads": found, "file": output and str(output), "signed": signature is not None})
    else:
        show.answer(lines.rstrip())
    return EXIT_DONE


@click.command(help=mark("Check the chains, what their entries say, the secrets, and heads noted elsewhere."))
@click.option(
    "--head",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=mark("A file with lines that `ledger head` printed; may be given several times."),
)
@click.option(
    "--key",
    "keys",
    metavar="K",
    type=options.PLACE,
    multiple=True,
    help=mark("The files must be signed by this public key."),
)
@click.option("--rebuild", is_flag=True, help=mark("Rebuild, from all entries, the tables that commands read."))
@click.pass_obj
def check(settings: Settings, files: tuple[Path, ...], keys: tuple[str, ...], rebuild: bool) -> int:
    from usbkit.ledger.checking import check_ledger

    opened = ledger_access.open_ledger(settings)
    publics = [read_public_key(key) for key in keys]
    heads = [one for file in files for one in read_heads(file, publics)]
    if rebuild:
        opened.rebuild()
    result = check_ledger(opened, heads)
    if settings.json:
        breaks = [{"origin": b.origin, "sequence": b.sequence, "why": str(b.why)} for b in result.breaks]
        show.document(
            {
                "holds": result.holds,
                "anchored": result.is_anchored,
                "entries": result.entries,
                "without_secret": result.without_secret,
                "unknown": result.unknown,
                "state": result.is_state_right,
                "documents": list(result.documents),
                "lacking": list(result.lacking),
                "misnaming": list(result.misnaming),
                "unadopted": list(result.unadopted),
                "disputes": disputes_json(result.disputes),
                "breaks": breaks,
            }
        )
    else:
        _say(result)
    return EXIT_DONE if result.holds else EXIT_NO


def _say(result: Audit) -> None:
    for one in result.breaks:
        show.answer(one.line)
    if result.lost is not None:
        show.answer(result.lost)
    elif not result.is_state_right:
        show.answer(_("The tables that commands read do not agree with the entries."))
        show.answer(_("Find out who changed them; usbkit ledger check --rebuild puts them right."))
    for name in result.documents:
        show.answer(_("document {name} was changed, or is not the one that its order names", name=name))
    if result.breaks:
        show.answer(_("This ledger is inconsistent in {count} places.", count=len(result.breaks)))
    elif not result.holds:
        pass
    elif result.is_anchored:
        values = {"entries": result.entries, "anchors": result.anchors}
        show.answer(_("{entries} entries are consistent, up to the {anchors} heads given.", **values))
    else:
        show.answer(_("{entries} entries are consistent in themselves, but not anchored.", entries=result.entries))
        show.answer(_("Missing last entries do not show this way: give a head noted elsewhere, with --head FILE."))
    _say_of_others(result)


def _say_of_others(result: Audit) -> None:
    """What is worth knowing, and no fault of this ledger."""
    for claimed in result.disputes:
        say_dispute(claimed)
    if result.unknown:
        show.answer(_("{count} entries are of kinds that only a newer usbkit understands.", count=result.unknown))
    if result.unadopted:
        origins = ", ".join(result.unadopted)
        show.answer(_("Chains that an older usbkit took, believed as headquarters: {origins}", origins=origins))
        show.answer(_("Say what each is: usbkit ledger merge ITS-LEDGER --as station"))
    if result.lacking:
        show.answer(_("Orders whose order sheet is not here: {orders}", orders=", ".join(result.lacking)))
        show.answer(_("Their papers need it: merge the ledger in which they were added."))
    if result.misnaming:
        show.answer(
            _("Others' orders that name a sheet which is not theirs: {orders}", orders=", ".join(result.misnaming))
        )
        show.answer(_("No papers are made of them: ask the station that added them."))
    if result.without_secret:
        show.answer(_("{count} drives of other origins came without their secrets.", count=result.without_secret))
        show.answer(_("Their receipts cannot be read here: merge their own ledger."))


def read_heads(file: Path, keys: list[PublicKey]) -> list[Head]:
    """Return the heads in ``file``, which one of ``keys`` must have signed, if there are any.

    Raises InputError for an invalid line, for a file without heads, and for a signature of another file.
    """
    data = read_small(file, _MAX_HEADS)
    heads = []
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            heads.append(Head.parse(line))
        except ValueError:
            todo = _("It should read: usbkit head v1 origin=… sequence=… hash=…")
            raise InputError(
                Finding(
                    "head-unreadable", _("found {line}, expected a head", line=line), Place(str(file), number), todo
                )
            ) from None
    if not heads:
        raise InputError(Finding("head-none", _("there is no head in it"), Place(str(file))))
    if keys:
        _require_signed(file, data, heads, keys)
    return heads


def _require_signed(file: Path, data: bytes, heads: list[Head], keys: list[PublicKey]) -> None:
    beside = file.with_name(file.name + SIGNATURE_SUFFIX)
    if not beside.is_file():
        what, todo = _("there is no signature"), _("Leave out --key, or put the signature beside the file.")
        raise InputError(Finding("head-unsigned", what, Place(str(beside)), todo))
    signature = Signature.from_bytes(read_small(beside, MAX_SIGNATURE))
    signature.require_valid(data, choose_key(signature, keys))
    # The kind stands in front: what was signed for another purpose is no head, whoever signed it.
    if signature.trusted_comment not in map(str, heads):
        what = _("it signs {said}, which is no head of the file", said=signature.trusted_comment)
        raise InputError(Finding("head-other", what, Place(str(beside))))
