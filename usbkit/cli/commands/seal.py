"""``usbkit seal``: show what is sealed and who signed it, and sign it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from usbkit.cli import options
from usbkit.cli.asking import ask_yes_no
from usbkit.cli.commands.key import ask_passphrase, key_folder, passphrase_file
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, AnswerNoError, Finding, InputError, RefusedError
from usbkit.core.messages import _, mark
from usbkit.core.small_files import read_small
from usbkit.trust.key_at_hand import SealAtHand
from usbkit.trust.secret import SecretKey
from usbkit.trust.statement import compare_seals
from usbkit.trust.sums import MAX_SUMS, SUMS_NAME, parse_sums

Command = Callable[..., Any]

#: Paths of a difference that are named on a terminal before the rest is only counted.
_SHOWN = 20


@click.group(help=mark("Show, sign and check seals."))
def seal() -> None:
    pass


def from_sums(function: Command) -> Command:
    """``--sums FILE``: take the seal from a file, when neither library nor built bundle is available."""
    return click.option(
        "--sums",
        "sums_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help=mark("Take SHA256SUMS from this file instead of building: on the computer where the key is."),
    )(function)


def _at_hand(
    settings: Settings, names: tuple[str, ...], every: bool, sums_file: Path | None, allow_missing: tuple[str, ...]
) -> list[SealAtHand]:
    manifests = settings.load()
    stems = manifests.pick(names, every)
    if sums_file is not None:
        if len(stems) != 1:
            raise InputError.of("sums-of-one", _("--sums is of one country; {count} are named", count=len(stems)))
        sums = _read_sums(sums_file)
        return [SealAtHand(manifests, stems[0], sums)]
    context = settings.context(manifests, settings.progress(), allow_missing=allow_missing)
    return [SealAtHand(manifests, stem, context.make_bundle(stem).sums) for stem in stems]


def _read_sums(path: Path) -> bytes:
    sums = read_small(path, MAX_SUMS)
    parse_sums(sums)
    return sums


@seal.command("show", help=mark("Show each COUNTRY's fingerprint, what a signature says of it, and who signed."))
@options.countries
@from_sums
@options.allow_missing
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help=mark("Write SHA256SUMS here."))
@click.pass_obj
def show_(
    settings: Settings,
    names: tuple[str, ...],
    every: bool,
    sums_file: Path | None,
    allow_missing: tuple[str, ...],
    output: Path | None,
) -> None:
    seals = _at_hand(settings, names, every, sums_file, allow_missing)
    for at_hand in seals:
        if output is not None:
            folder = output / at_hand.stem
            folder.mkdir(parents=True, exist_ok=True)
            (folder / SUMS_NAME).write_bytes(at_hand.sums)
        if not settings.json:
            _print_seal(at_hand)
    if settings.json:
        show.document({"seals": [_to_json(at_hand) for at_hand in seals]})


def _to_json(at_hand: SealAtHand) -> dict[str, Any]:
    says = at_hand.statement
    return {
        "country": at_hand.stem,
        "fingerprint": says.sha256,
        "statement": str(says),
        "files": says.files,
        "signed_by": at_hand.signer(),
    }


def _print_seal(at_hand: SealAtHand) -> None:
    says = at_hand.statement
    values = {"stem": at_hand.stem, "edition": says.edition, "date": says.date, "files": says.files}
    show.answer(_("{stem}: edition {edition} of {date}, {files} files", **values))
    show.fingerprint(says.sha256)
    show.answer(_("  {statement}", statement=says))
    signer = at_hand.signer()
    show.answer(_("  signed with {name}", name=signer) if signer else _("  not signed"))


@seal.command(help=mark("Sign each COUNTRY's seal, after showing what is signed and what is new in it."))
@options.countries
@from_sums
@options.allow_missing
@click.option("--key", "key_file", type=click.Path(path_type=Path), help=mark("The secret key: a file or its name."))
@click.option("--demo-key", is_flag=True, help=mark("Sign with the insecure demo key, where the programme lists it."))
@click.option("--yes", is_flag=True, help=mark("Do not ask again."))
@passphrase_file
@click.pass_obj
def sign(
    settings: Settings,
    names: tuple[str, ...],
    every: bool,
    sums_file: Path | None,
    allow_missing: tuple[str, ...],
    key_file: Path | None,
    demo_key: bool,
    yes: bool,
    passphrase_file: Path | None,
) -> None:
    from usbkit.trust.signing import sign_seal

    secret = secret_key(key_file, demo_key, passphrase_file)
    seals = _at_hand(settings, names, every, sums_file, allow_missing)
    signatures = [sign_seal(s.programme, s.country, s.sums, secret) for s in seals]
    kept = []
    for at_hand, signature in zip(seals, signatures, strict=True):
        _print_difference(at_hand)
        if not (yes or ask_yes_no(_("Sign {stem} with {key}?", stem=at_hand.stem, key=secret.public.name))):
            raise click.Abort
        edition = at_hand.programme.edition
        path = at_hand.store.keep(edition, at_hand.sums, signature)
        kept.append({**_to_json(at_hand), "signature": str(path)})
        show.say(_("{path} is kept; images made from now on carry it.", path=path))
    if settings.json:
        show.document({"signed": kept})


def secret_key(file: Path | None, is_demo: bool, passphrase: Path | None) -> SecretKey:
    """Return the key to sign with: from the file, from the key folder by name, or the demo's."""
    from usbkit.trust.demo_key import demo_key, is_demo_key
    from usbkit.trust.keyfiles import SECRET_SUFFIX, read_secret_key

    if is_demo and file is None:
        return demo_key()
    todo = _("Name one key: --key NAME, or in a demo --demo-key.")
    if file is None:
        raise InputError.of("one-key", _("no key to sign with was named"), todo=todo)
    if is_demo:
        raise InputError.of(
            "one-key", _("found --key {file} and --demo-key, expected one of them", file=file), todo=todo
        )
    named = key_folder() / f"{file}{SECRET_SUFFIX}"
    secret = read_secret_key(
        named if not file.exists() and named.exists() else file, ask_passphrase(passphrase, is_new=False)
    )
    if is_demo_key(secret.public):
        what = _("this is the insecure demo key, which anybody has")
        raise RefusedError(Finding("demo-key", what, todo=_("For a demo, pass --demo-key.")))
    return secret


def _print_difference(at_hand: SealAtHand) -> None:
    """What is signed, on standard error so that ``--json`` stays one document."""
    says = at_hand.statement
    show.say(_("{statement}", statement=says))
    show.fingerprint(says.sha256, aside=True)
    again = at_hand.store.read_edition(says.edition)
    if again is not None and again != at_hand.sums:
        show.say(_("  Edition {edition} was signed before, with other contents.", edition=says.edition))
        show.say(_("  Where a drive of that edition has left, raise the edition instead."))
    last = at_hand.store.last_before(says.edition)
    if last is None:
        show.say(_("  No earlier edition of it was signed here."))
        return
    difference = compare_seals(last[1], at_hand.sums)
    show.say(_("  Against edition {edition}: {same} files are the same.", edition=last[0], same=difference.same))
    for sign_, paths in (("+", difference.added), ("-", difference.removed), ("~", difference.changed)):
        for path in paths[:_SHOWN]:
            show.say(_("  {sign} {path}", sign=sign_, path=path))
        if len(paths) > _SHOWN:
            show.say(_("  {sign} and {count} more", sign=sign_, count=len(paths) - _SHOWN))


@seal.command(help=mark("Check that the kept signature of each COUNTRY is of the seal that would be built now."))
@options.countries
@from_sums
@options.allow_missing
@click.pass_obj
def check(
    settings: Settings, names: tuple[str, ...], every: bool, sums_file: Path | None, allow_missing: tuple[str, ...]
) -> int:
    from usbkit.trust.signing import check_signature

    answers: list[dict[str, Any]] = []
    for at_hand in _at_hand(settings, names, every, sums_file, allow_missing):
        signature = at_hand.store.read_signature()
        reason = None
        try:
            if signature is None:
                raise AnswerNoError.of("not-signed", _("not signed"))
            check_signature(at_hand.programme, at_hand.country, at_hand.sums, signature)
        except (InputError, AnswerNoError) as error:
            reason = error.findings[0].what
        answers.append({**_to_json(at_hand), "reason": None if reason is None else str(reason)})
        if not settings.json:
            signed = _("{stem}: signed with {name}", stem=at_hand.stem, name=at_hand.signer() or "-")
            show.answer(_("{stem}: {reason}", stem=at_hand.stem, reason=reason) if reason else signed)
    if settings.json:
        show.document({"seals": answers})
    return EXIT_NO if any(a["reason"] for a in answers) else EXIT_DONE
