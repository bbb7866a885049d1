"""The codes, and the drives named as arrived, in what a person types or pastes. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from usbkit.orders.arrival_entry import LENGTH, Telling, find_tellings, plain_name, plain_reference
from usbkit.orders.receipt_finding import GROUPS, find_codes, words_beside

#: Characters of the longest text that is looked through.
MOST_PASTED = 2**20


@dataclass(frozen=True, slots=True)
class Given:
    """Codes and tellings; ``text`` is what may say more: it is to be looked through for other drives' names."""

    codes: list[str]
    tellings: list[Telling]
    text: str = ""


def read_pasted(text: str) -> Given:
    """Return what a mail holds: codes, and the marks that drives' pages put there."""
    return Given(find_codes(text), find_tellings(text), text)


def read_typed(codes: tuple[str, ...]) -> Given:
    """Return what the words of a command line hold: codes, also where a shell took them apart, and names of drives."""
    named = [Telling(name) for code in codes if (name := _full_name(code)) is not None]
    if named:
        others = read_typed(tuple(code for code in codes if _full_name(code) is None))
        return replace(others, tellings=[*named, *others.tellings])
    text = " ".join(codes)
    found, told = find_codes(text), find_tellings(text)
    if found or told:
        rest = words_beside(text)
        beside = [plain_reference(word) for word in rest]
        if not told and None not in beside:
            told = [Telling(one) for one in dict.fromkeys(beside) if one is not None]
        return Given([*found, *_joined(rest)] if not told and _is_taken_apart(rest) else found, told, text)
    if len(codes) == 1 and abs(len(codes[0]) - LENGTH) <= 1:
        return Given([], [Telling(plain_reference(codes[0]) or codes[0])])
    references = [plain for code in codes if (plain := plain_reference(code)) is not None]
    rest = tuple(code for code in codes if plain_reference(code) is None)
    return Given(list(_joined(rest)), [Telling(plain) for plain in dict.fromkeys(references)])


def _full_name(typed: str) -> str | None:
    """The name of a drive that is more than its reference: REFERENCE@CHAIN or ORDER:NUMBER."""
    name = plain_name(typed)
    return None if name is None or plain_reference(name) is not None else name


def _is_taken_apart(rest: tuple[str, ...]) -> bool:
    """Whether these are the groups of codes that a shell took apart and that have a mistake in them: a mail's words are
    of other lengths, and have no digits.
    """
    is_grouped = bool(rest) and len(rest) % GROUPS == 0 and all(3 <= len(one) <= 5 and one.isalnum() for one in rest)
    return is_grouped and any(char.isdigit() for one in rest for char in one)


def _joined(codes: tuple[str, ...]) -> Iterator[str]:
    """Codes, also where a shell took one apart at its spaces: groups of up to four characters are put together."""
    group: list[str] = []
    for part in codes:
        if len(part.strip("-")) > 4:
            if group:
                yield " ".join(group)
                group = []
            yield part
            continue
        group.append(part)
        if len(group) == 5:
            yield " ".join(group)
            group = []
    if group:
        yield " ".join(group)
