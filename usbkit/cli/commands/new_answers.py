"""The questions of ``usbkit new``: each answer is validated at once, like the manifest's field."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from usbkit.cli.asking import ask_line
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _


def read_day(text: str) -> dt.date:
    from usbkit.manifest import wording

    day = wording.read_day(text)
    if day is None:
        raise _UnusableAnswer(_("found {value}, expected a day such as 2020-09-24", value=_brief(text)))
    return dt.date.fromisoformat(day)


def _brief(text: str) -> str:
    """``text`` as a message quotes it."""
    return text[:59] + "…" if len(text) > 60 else text or '""'


def read_line(text: str) -> str:
    """Return a line of text in the form a manifest accepts."""
    from usbkit.manifest.values import Line

    return _read_value(text, Line)


def read_email(text: str) -> str:
    from usbkit.manifest.values import EmailAddress

    return _read_value(text, EmailAddress)


def _read_value(text: str, kind: Any) -> str:
    """``text`` as a manifest's field of ``kind`` has it."""
    from usbkit.manifest.judging import judge_value
    from usbkit.manifest.values import InvalidValueError

    try:
        return judge_value(text, kind)
    except InvalidValueError as problem:
        raise _UnusableAnswer(problem.what) from problem


def require_id(id: str) -> None:
    """Validate a programme's id before anything is asked: it is also the name of its folder."""
    from usbkit.manifest.values import Id

    try:
        _read_value(id, Id)
    except _UnusableAnswer as problem:
        near = _("Did you mean {near}?", near=nearest) if (nearest := _id_like(id)) else None
        raise InputError(Finding("new-answer", problem.what, Place("ID"), near)) from problem


def _id_like(text: str) -> str:
    from usbkit.core.portable_names import slug
    from usbkit.manifest.romanised import romanise

    return slug(romanise(text), "")[:40].strip("-")


def read_language(text: str) -> str:
    from usbkit.manifest.suggestions import nearest_language, suggest
    from usbkit.manifest.values import LANGUAGE_NAMES

    word = text.strip()
    named = {name.casefold(): code for code, name in LANGUAGE_NAMES.items()}
    meant = word.lower() if word.lower() in LANGUAGE_NAMES else named.get(word.casefold())
    if meant is None:
        near = suggest(nearest_language(word, LANGUAGE_NAMES), LANGUAGE_NAMES)
        raise _UnusableAnswer(_("unknown language {value}", value=_brief(word)), near)
    return meant


def read_choice(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in choices:
            what = _("found {value}, expected one of: {names}", value=_brief(text), names=", ".join(choices))
            raise _UnusableAnswer(what)
        return word

    return read


def read_number(text: str) -> int:
    word = text.strip()
    if not (word.isdecimal() and len(word) < 4 and int(word) > 0):
        raise _UnusableAnswer(
            _("found {value}, expected a whole number from 1 to {most}", value=_brief(text), most=999)
        )
    return int(word)


def read_country(text: str) -> str:
    from usbkit.manifest.country_names import find_countries, suggest_country, why_ambiguous

    codes = find_countries(text)
    if len(codes) == 1:
        return codes[0]
    if codes:
        raise InputError(replace(why_ambiguous(_brief(text), codes), id="new-country"))
    near = suggest_country(text)
    todo = _("Did you mean {near}?", near=near) if near else None
    what = _("found {value}, expected the ISO 3166 code of a country or its name", value=_brief(text))
    raise InputError(Finding("new-country", what, todo=todo))


class _UnusableAnswer(Exception):
    """An answer that cannot be used: ``what`` was found and expected, and what was probably meant."""

    def __init__(self, what: Text, todo: Text | None = None) -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


class Questions:
    """Asks on a terminal for each missing value until it is valid; elsewhere reports all missing values at once."""

    def __init__(self) -> None:
        self.untold: list[str] = []

    def require(self, option: str, told: Any, question: Text, read: Callable[[str], Any] = str) -> Any:
        if told is not None:
            return told
        if sys.stdin.isatty():
            return ask_line(question, lambda answer: _read_answer(answer, read))
        self.untold.append(option)
        return ""

    def finish(self) -> None:
        if self.untold:
            raise InputError(
                Finding(
                    "new-untold",
                    _("no terminal to ask for {options}", options=", ".join(self.untold)),
                    todo=_("Give these options, or run the command in a terminal."),
                )
            )


def _read_answer(answer: str, read: Callable[[str], Any]) -> Any:
    """The answer as a value; click says what is wrong with it and asks again."""
    try:
        return read(answer)
    except _UnusableAnswer as problem:
        raise click.UsageError("\n    → ".join(str(part) for part in (problem.what, problem.todo) if part)) from problem


def read_told(option: str, told: str | None, read: Callable[[str], Any]) -> Any:
    """Return an option's value, parsed; None if it was not given."""
    return None if told is None else read_option(option, told, read)


def read_option(option: str, told: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(told)
    except _UnusableAnswer as problem:
        raise InputError(Finding("new-answer", problem.what, Place(option), problem.todo)) from problem


def require_fields(model: Any, told: dict[str, Any]) -> None:
    """Raise InputError if options have values that fields of ``model`` do not accept, before anything is asked."""
    from usbkit.manifest.judging import judge_fields

    if found := judge_fields(model, told):
        raise InputError(*(replace(f, id="new-answer", place=_option_of(f)) for f in found))


def _option_of(finding: Finding) -> Place:
    field = (finding.place.field or "") if finding.place else ""
    return Place("--" + re.split(r"[.\[]", field)[0].replace("_", "-"))
