"""Origin: whether data from outside the drive confirms that the seal is ours.

A fingerprint or key on the drive itself never proves origin: whoever changes the drive can change it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _
from usbkit.trust.companions import CompanionReport
from usbkit.trust.demo_key import is_demo_key
from usbkit.trust.minisign import PublicKey, Signature, choose_key
from usbkit.trust.passport import Passport
from usbkit.trust.statement import SealStatement
from usbkit.trust.sums import SUMS_NAME, fingerprint
from usbkit.trust.verdict import Origin


@dataclass(frozen=True, slots=True)
class Trust:
    """What the checker has from outside: the letter's fingerprint (64 hex digits), public keys, the expected edition,
    and the digest of the original file system structure (64 hex digits), or a function that finds it by passport.

    An edition alone proves nothing; it tells an older drive from the one in the letter.
    """

    fingerprint: str | None = None
    keys: tuple[PublicKey, ...] = ()
    edition: int | None = None
    metadata: str | None = None
    recorded: Callable[[Passport], str | None] | None = None

    @property
    def is_given(self) -> bool:
        """Whether there is anything that could prove origin."""
        return self.fingerprint is not None or bool(self.keys)

    def metadata_of(self, says: Passport | None) -> str | None:
        """Return the digest for a drive with the passport ``says``."""
        if self.metadata is not None or self.recorded is None or says is None:
            return self.metadata
        return self.recorded(says)


@dataclass(frozen=True, slots=True)
class OriginAnswer:
    """The answer and why."""

    origin: Origin
    reasons: tuple[Text, ...]


def judge_origin(sums: bytes, says: CompanionReport, trust: Trust) -> OriginAnswer:
    """Return whether ``trust`` confirms the seal ``sums`` with its companions.

    Everything given must agree: one mismatch refuses. If a key was given and no readable signature is by it, the answer
    is refused, since whoever changes a drive can remove its signature.
    """
    refusals = tuple(_refusals(sums, says, trust))
    if refusals:
        return OriginAnswer(Origin.REFUSED, refusals)
    if not trust.is_given:
        return _nothing_given()
    return OriginAnswer(Origin.PROVEN, tuple(_proofs(says.signature, trust)))


def judge_without_seal(trust: Trust, *, is_there: bool) -> OriginAnswer:
    """Return the answer where no seal can be read; ``is_there``: something has its name."""
    if not is_there:
        return OriginAnswer(Origin.NOT_CHECKED, (_("there is no seal whose origin could be checked"),))
    if not trust.is_given:
        return _nothing_given()
    why = _("{name} is no seal, so no key or fingerprint fits it", name=SUMS_NAME)
    return OriginAnswer(Origin.REFUSED, (why,))


def _nothing_given() -> OriginAnswer:
    why = _("nothing from outside the drive was given: enter the fingerprint from the verification letter")
    return OriginAnswer(Origin.NOT_CHECKED, (why,))


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
