"""Sign a country's seal, and check a kept signature, with the keys that ``programme.toml`` lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import _
from usbkit.core.portable_names import slug
from usbkit.manifest.models import Country, Programme, SigningKey
from usbkit.trust.demo_key import is_demo_key
from usbkit.trust.minisign import PublicKey, Signature, choose_key, refuse
from usbkit.trust.secret import SecretKey
from usbkit.trust.statement import SealStatement
from usbkit.trust.sums import fingerprint, parse_sums


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key parsed from ``programme.toml``."""

    name: str
    public: PublicKey
    is_demo: bool
    withdrawn: dt.date | None


def listed_keys(programme: Programme) -> tuple[ListedKey, ...]:
    """Return the programme's keys. Raises InputError for an invalid key, and for a demo key not marked as one."""
    keys = tuple(
        ListedKey(key.name, PublicKey.from_base64(key.public), key.insecure_demo, key.withdrawn)
        for key in programme.key
    )
    if findings := tuple(_wrongly_listed(programme.key, keys)):
        raise InputError(*findings)
    return keys


def _wrongly_listed(listed: list[SigningKey], keys: tuple[ListedKey, ...]) -> Iterator[Finding]:
    for number, key in enumerate(keys):
        place = Place("programme.toml", field=f"key[{number}].insecure_demo")
        if is_demo_key(key.public) and not listed[number].insecure_demo:
            what = _("{name} is the insecure demo key: anybody can sign with it", name=key.name)
            yield Finding("demo-key-listed", what, place, _("Remove it, and make a key with usbkit key new."))
        if listed[number].insecure_demo and not is_demo_key(key.public):
            what = _("{name} is called the insecure demo key, but is another key", name=key.name)
            yield Finding("demo-key-other", what, place, _("Take insecure_demo out, or list the demo's key."))


def signing_option(programme: Programme) -> str | None:
    """Return the option with which the programme's seals are signed: ``--key NAME`` or ``--demo-key``.

    None unless exactly one listed key is not withdrawn: then nobody but the user knows which.
    """
    in_use = [key for key in programme.key if key.withdrawn is None]
    if len(in_use) != 1:
        return None
    return "--demo-key" if in_use[0].insecure_demo else f"--key {slug(in_use[0].name, 'key')}"


def make_statement(programme: Programme, country: Country, sums: bytes) -> SealStatement:
    """Return the statement for a signature over ``sums``."""
    return SealStatement(
        programme=programme.id,
        country=country.code,
        edition=programme.edition,
        date=programme.date,
        files=len(parse_sums(sums)),
        sha256=fingerprint(sums),
    )


def sign_seal(programme: Programme, country: Country, sums: bytes, key: SecretKey) -> bytes:
    """Return the signature file over a country's ``SHA256SUMS``.

    Raises RefusedError for a key that the programme does not list or has withdrawn: recipients could not check it.
    """
    listed = find_listed(programme, key.public)
    if listed is None:
        what = _("the key {key} is not among the keys of programme.toml", key=key.public.name)
        todo = _('Add [[key]] with name and public = "{line}", build again, then sign.', line=key.public.to_base64())
        raise RefusedError(Finding("key-not-listed", what, Place("programme.toml", field="key"), todo))
    if listed.withdrawn is not None:
        what = _("the key {name} was withdrawn on {date}", name=listed.name, date=listed.withdrawn)
        raise RefusedError(Finding("key-withdrawn", what, todo=_("Sign with another key.")))
    return key.sign(sums, str(make_statement(programme, country, sums))).to_bytes()


def find_listed(programme: Programme, public: PublicKey) -> ListedKey | None:
    """The programme's entry for a key."""
    return next((key for key in listed_keys(programme) if key.public == public), None)


def check_signature(programme: Programme, country: Country, sums: bytes, data: bytes) -> ListedKey:
    """Return the key that made ``data``, the signature of a country's ``SHA256SUMS``.

    Raises InputError unless the key is listed and not withdrawn, and the statement is exactly right for this seal.
    """
    listed, said = _check(programme, sums, data)
    if said != make_statement(programme, country, sums):
        raise refuse("statement-other", _("its statement says {said}", said=said))
    return listed


def check_any_edition(
    programme: Programme, country: Country, sums: bytes, data: bytes
) -> tuple[ListedKey, SealStatement]:
    """Return the key that made ``data``, the signature of a country's ``SHA256SUMS`` of any edition, and its statement.

    Raises InputError unless the key is listed and not withdrawn, and the statement is about this seal of this country.
    """
    listed, said = _check(programme, sums, data)
    said.require_about(sums)
    if (said.programme, said.country) != (programme.id, country.code):
        raise refuse("statement-other", _("its statement says {said}", said=said))
    return listed, said


def _check(programme: Programme, sums: bytes, data: bytes) -> tuple[ListedKey, SealStatement]:
    signature = Signature.from_bytes(data)
    keys = listed_keys(programme)
    public = choose_key(signature, [key.public for key in keys])
    signature.require_valid(sums, public)
    listed = next(key for key in keys if key.public == public)
    if listed.withdrawn is not None:
        raise refuse(
            "key-withdrawn", _("its key {name} was withdrawn on {date}", name=listed.name, date=listed.withdrawn)
        )
    return listed, SealStatement.parse(signature.trusted_comment)
