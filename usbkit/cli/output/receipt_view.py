"""The receipt of a check on a terminal: the code, a QR code, a sentence to copy, and its spelling."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from usbkit.cli.output import show
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.site.verify_page import LANGUAGES
from usbkit.trust.receipt_code import make_code, plain_word, report_of, show_code, spell
from usbkit.trust.references import reference_of
from usbkit.trust.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """A code in its groups, the drive's reference, and the sentence for the senders."""

    code: str
    reference: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "drive": self.reference,
            "sentence": self.sentence,
            "spelling": spell(self.code.replace("-", "")),
        }


def require_language(language: str) -> None:
    """Raise InputError for a language without such a sentence."""
    if language not in LANGUAGES:
        what = _("found {language}, expected one of {languages}", language=language, languages=", ".join(LANGUAGES))
        raise InputError(Finding("receipt-language", what, Place("--receipt-language")))


def receipt_for(verdict: Verdict, word: str, language: str) -> ShownReceipt | None:
    """Return the receipt of a check; None if the drive has no nonce or no seal."""
    passport = verdict.passport
    if passport is None or passport.nonce is None or verdict.fingerprint is None:
        return None
    reference = reference_of(passport.nonce)
    report = report_of(verdict, reference, has_letter=bool(plain_word(word)))
    if report is None:
        return None
    try:
        code = show_code(make_code(report, passport.nonce, verdict.fingerprint, plain_word(word)))
    except ValueError:
        return None  # somebody wrote a nonce that is none
    words = _page_words(language)
    drive = passport.drive
    sentence = words["receipt-sentence"].format(
        country=passport.country,
        number=drive.number if drive else "-",
        of=drive.of if drive else "-",
        drive=reference,
        edition=passport.edition,
        found=words[f"found-{report.found}"],
        code=code,
    )
    return ShownReceipt(code, reference, sentence)


def _page_words(language: str) -> dict[str, str]:
    """The words of ``verify.html``, so that page and command line say the same."""
    from usbkit.site.templates import Shelf
    from usbkit.site.verify_page.words import page_words
    from usbkit.site.words import load_words

    words = load_words(language, [folder / "verify" for folder in Shelf(None).locales])
    return page_words(words.translations.gettext)


def print_receipt(shown: ShownReceipt) -> None:
    """Print the receipt for people."""
    import segno

    show.answer(_("  receipt      {code}", code=shown.code))
    show.answer(f"  {shown.sentence}")
    for number, group in enumerate(spell(shown.code.replace("-", "")), start=1):
        show.answer(f"    {number}  {group}")
    drawn = io.StringIO()
    segno.make(shown.code, micro=False, error="m").terminal(drawn, compact=True, border=2)
    show.answer(drawn.getvalue().rstrip("\n"))
