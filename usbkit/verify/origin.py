"""Origin: whether what the checker holds from outside the drive says that the seal is ours.

A fingerprint or key that stands on the drive itself never proves origin: whoever changed the drive could change it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _
from usbkit.trust.companions import CompanionReport
from usbkit.trust.demo_key import is_demo_key
from usbkit.trust.minisign import PublicKey, Signature, choose_key
from usbkit.trust.statement import SealStatement
from usbkit.trust.sums import fingerprint
from usbkit.trust.verdict import Origin


@dataclass(frozen=True, slots=True)
class Trust:
    """What the checker holds from outside: the letter's fingerprint (64 hex digits), public keys, the edition expected,

    and the digest of the file system's structure as it was made (64 hex digits). An edition alone proves nothing; it
    tells an older drive from the one the letter is about.
    """

    fingerprint: str | None = None
    keys: tuple[PublicKey, ...] = ()
    edition: int | None = None
    metadata: str | None = None


@dataclass(frozen=True, slots=True)
class OriginAnswer:
    """The answer and why."""

    origin: Origin
    reasons: tuple[Text, ...]


def judge_origin(sums: bytes, says: CompanionReport, trust: Trust) -> OriginAnswer:
    """Whether the seal ``sums`` with its companions is what ``trust`` vouches for.

    Everything given must agree: one refusal refuses. A key was given and nothing readable is signed with it: refused,
    since whoever changes a drive can take its signature away.
    """
    refusals = tuple(_refusals(sums, says, trust))
    if refusals:
        return OriginAnswer(Origin.REFUSED, refusals)
    if trust.fingerprint is None and not trust.keys:
        why = _("nothing from outside the drive was given: take the fingerprint from the verification letter")
        return OriginAnswer(Origin.NOT_CHECKED, (why,))
    return OriginAnswer(Origin.PROVEN, tuple(_proofs(says.signature, trust)))


def _refusals(sums: bytes, says: CompanionReport, trust: Trust) -> Iterator[Text]:
    if trust.fingerprint is not None and trust.fingerprint != fingerprint(sums):
        yield _("the fingerprint is not the one given: this is another bundle, or a changed one")
    if trust.keys:
        yield from _key_refusals(sums, says.signature, says.statement, trust.keys)
    if trust.edition is not None and says.claims is not None and says.claims.edition != trust.edition:
        yield _("it says edition {found}; expected {wanted}", found=says.claims.edition, wanted=trust.edition)


def _key_refusals(
    sums: bytes, signature: Signature | None, statement: SealStatement | None, keys: tuple[PublicKey, ...]
) -> Iterator[Text]:
    if signature is None:
        yield _("there is no signature that could be checked with the key given")
        return
    try:
        signature.require_valid(sums, choose_key(signature, keys))
    except InputError as error:
        yield error.findings[0].what
        return
    if statement is None:
        yield _("the signature is by the key given, but what it says is not about this seal")


def _proofs(signature: Signature | None, trust: Trust) -> Iterator[Text]:
    if trust.fingerprint is not None:
        yield _("the fingerprint is the one given")
    if trust.keys and signature is not None:
        key = choose_key(signature, trust.keys)
        yield _("signed with the key given, {key}", key=key.name)
        if is_demo_key(key):
            yield _("THIS IS THE INSECURE DEMO KEY: anybody can sign with it, it proves nothing")
