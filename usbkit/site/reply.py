"""The recipient's reply: that a drive arrived, answers to the office's questions, and a question about a moment.

The text is in the page before any script runs, so that it can be sent, copied or printed without scripts; ``reply.js``
fills it in by the same rules. The mark in the first line is the same in every language; ``usbkit receipt enter`` finds
it in a mail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import quote

#: What stands for a reference that nobody has filled in.
GAP = "_____"

#: Characters of the longest address that mail programs take from a browser: Windows hands over no more than 2,083.
MOST_ADDRESS = 1900


@dataclass(frozen=True, slots=True)
class ReplyWords:
    """The parts of the text, in the page's language; ``reply.js`` gets the same as data.

    ``subject`` follows the mark in the mail's subject; ``asks`` are the office's questions.
    """

    email: str | None
    subject: str
    plays: str
    trouble: str
    hint: str
    about: str
    who: str
    asks: tuple[str, ...]
    question: str

    def to_data(self) -> dict[str, object]:
        return {**asdict(self), "gap": GAP, "most": MOST_ADDRESS}


def make_words(
    gettext: Callable[[str], str], email: str | None, subject: str, about: str, asks: Sequence[str]
) -> ReplyWords:
    """Return the words for one page."""
    _ = gettext
    return ReplyWords(
        email=email,
        subject=subject,
        plays=_("It arrived and plays."),
        trouble=_("It arrived, but something does not play."),
        hint=_("Five characters on the drive’s label, such as 7K3QF."),
        about=about,
        who=_("Who writes (name and office)"),
        asks=tuple(asks),
        question=_("Your question to us"),
    )


def mark_of(reference: str = GAP, *, plays: bool = True) -> str:
    """Return the mark of a drive, which ``usbkit.orders.arrival_entry.find_tellings`` finds."""
    return f"[USB {reference} {'plays' if plays else 'trouble'}]"


def write_text(words: ReplyWords, *, is_short: bool = False) -> str:
    """Return the text with blanks; ``is_short`` leaves out what the office knows anyway."""
    asks = [[f"{n}. {'' if is_short else ask}".rstrip(), ""] for n, ask in enumerate(words.asks, 1)]
    lines = [mark_of(), f"{GAP}: {words.hint}", words.plays, *([] if is_short else [words.about])]
    lines += ["", f"{words.who}: ", ""]
    lines += [line for ask in asks for line in ask]
    return "\n".join([*lines, f"{words.question}: "])


def write_address(words: ReplyWords) -> str | None:
    """Return the address that opens a mail with the text; None if the office has no e-mail address.

    A text too long for mail programs is shortened: first without the office's own questions, then to mark and sentence.
    """
    if words.email is None:
        return None
    address = ""
    subject = quote(f"{mark_of()} {words.subject}", safe="")
    for text in (write_text(words), write_text(words, is_short=True), f"{mark_of()}\n{words.plays}\n"):
        body = quote(text.replace("\n", "\r\n"), safe="")
        address = f"mailto:{quote(words.email, safe='@')}?subject={subject}&body={body}"
        if len(address) <= MOST_ADDRESS:
            break
    return address
