"""Turn pydantic's errors into findings for staff: what was found, what was expected, what was probably meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.units import shown
from usbkit.manifest.fields import field_at, model_at, write_path
from usbkit.manifest.lookalikes import explain_text
from usbkit.manifest.positions import Path
from usbkit.manifest.suggestions import nearest, suggest
from usbkit.manifest.syntax import Reading
from usbkit.manifest.values import PATTERNS, InvalidValueError
from usbkit.manifest.wording import read_day, read_flag
from usbkit.manifest.write import example_value, to_toml

#: Mistakes of one file that are described: more than anybody mends at a time.
MOST_DESCRIBED = 200


def describe_mistakes(
    error: ValidationError,
    model: type[BaseModel],
    file: str,
    reading: Reading,
) -> list[Finding]:
    """Return a finding for each mistake in reading and in the values read, by line.

    A key that is missing because it is mistyped, or was lost with an invalid line, is reported once, there; a value
    that is wrong in both ways is reported once, as written, with its correction.
    """
    document, positions = reading.document, reading.positions
    every = sorted(
        (_Problem(e, model) for e in error.errors(include_url=False)), key=lambda p: positions.line(p.path) or 0
    )
    problems = every[:MOST_DESCRIBED]
    twice = set()
    for problem in problems:
        line = positions.line(problem.path) or 0
        key, _sign, written = reading.corrected.get(line, "").partition("=")
        if key.strip() and key.strip() == problem.path[-1]:
            problem.found = written.strip()
            twice.add(line)
    mistyped = {(*p.path[:-1], p.meant) for p in problems if p.meant}
    findings = [
        Finding(p.id, p.what(), Place(file, positions.line(p.path), write_path(p.path, document)), p.todo())
        for p in problems
        if not (p.type == "missing" and (p.path in mistyped or p.path[-1] in reading.lost))
    ]
    if more := len(every) - len(problems):
        what, todo = (
            _("{count} more mistakes", count=more),
            _("Correct those above first; the others are shown after that."),
        )
        findings.append(Finding("manifest-value", what, Place(file, positions.line(every[-1].path)), todo))
    return [*(f for f in reading.findings if f.place is None or f.place.line not in twice), *findings]


class _Problem:
    """One error of pydantic's."""

    def __init__(self, error: Any, model: type[BaseModel]) -> None:
        self.type: str = error["type"]
        self.found: object = error["input"]
        self.context: Mapping[str, Any] = error.get("ctx") or {}
        self.model = model
        # pydantic names the form of a union and the key of a mapping; a reader of the file sees neither.
        self.path: Path = tuple(s for s in error["loc"] if s != "[key]" and not str(s).startswith("<"))

    @property
    def id(self) -> str:
        return {"missing": "manifest-missing", "extra_forbidden": "manifest-unknown-key"}.get(
            self.type, "manifest-value"
        )

    @property
    def meant(self) -> str | None:
        """For an unknown key, the known one it resembles."""
        if self.type != "extra_forbidden":
            return None
        return nearest(str(self.path[-1]), self._known_keys())

    def what(self) -> Text:
        if self.type == "missing":
            return _missing(field_at(self.model, self.path), self.path)
        if self.type == "extra_forbidden":
            return _("unknown key {key}", key=str(self.path[-1]))
        if self.type == "value_error":
            reason = self.context["error"]
            return reason.what if isinstance(reason, InvalidValueError) else reason.args[0]
        return _("found {value}, expected {expected}", value=shown(self.found), expected=self._expected())

    def todo(self) -> Text | None:
        if self.type == "extra_forbidden":
            return explain_text(self.path[-1]) or suggest(self.meant, self._known_keys())
        if self.type != "missing" and (said := explain_text(self.found)) is not None:
            return said
        if (meant := self._meant_value()) is not None:
            return _("Write it as: {line}", line=f"{self.path[-1]} = {meant}")
        if self.type == "value_error":
            reason = self.context["error"]
            return reason.todo if isinstance(reason, InvalidValueError) else None
        if self.type in ("enum", "literal_error"):
            near = nearest(str(self.found), _quoted(self.context["expected"]))
            return _("Did you mean {near}?", near=near) if near else None
        return self._by_example()

    def _meant_value(self) -> str | None:
        """A flag or a day written otherwise, as TOML has it."""
        if not isinstance(self.path[-1], str) or not isinstance(self.found, str):
            return None
        if self.type == "bool_type":
            return read_flag(self.found)
        return read_day(self.found) if EXPECTED.get(self.type) is _date else None

    def _by_example(self) -> Text | None:
        field = field_at(self.model, self.path)
        if field is None or not isinstance(self.path[-1], str) or self.path[-1] not in self._known_keys():
            return None
        return _("Write it as in: {example}", example=f"{self.path[-1]} = {to_toml(example_value(field))}")

    def _known_keys(self) -> list[str]:
        table = model_at(self.model, self.path[:-1])
        return list(table.model_fields) if table else []

    def _expected(self) -> Text:
        return EXPECTED[self.type](self.context) if self.type in EXPECTED else _("something else")


def _missing(field: FieldInfo | None, path: Path) -> Text:
    if field is None or not field.description:
        return _("{key} is missing", key=str(path[-1]))
    return _("{key} is missing: {help}", key=str(path[-1]), help=Text(field.description))


def _quoted(expected: str) -> list[str]:
    """The values in pydantic's "'a', 'b' or 'c'"."""
    return expected.replace("'", "").replace(" or ", ", ").split(", ")


def _pattern(context: Mapping[str, Any]) -> Text:
    return Text(PATTERNS[context["pattern"]])


def _date(_context: Mapping[str, Any]) -> Text:
    return _("a date such as 2020-09-24")


def _moment(_context: Mapping[str, Any]) -> Text:
    return _("a date and time such as 2020-10-30T09:00:00Z")


def _time(_context: Mapping[str, Any]) -> Text:
    return _("a time such as 14:00:00")


#: What each kind of pydantic error asks for, in words.
EXPECTED: Mapping[str, Callable[[Mapping[str, Any]], Text]] = {
    "string_type": lambda c: _("text in quotation marks"),
    "string_too_short": lambda c: _("at least one character"),
    "string_too_long": lambda c: _("at most {count} characters", count=c["max_length"]),
    "string_pattern_mismatch": _pattern,
    "string_unicode": lambda c: _("text in UTF-8"),
    "int_type": lambda c: _("a whole number"),
    "bool_type": lambda c: _("true or false, without quotation marks"),
    "greater_than_equal": lambda c: _("{least} or more", least=c["ge"]),
    "less_than_equal": lambda c: _("{most} or less", most=c["le"]),
    "enum": lambda c: _("one of: {names}", names=", ".join(_quoted(c["expected"]))),
    "literal_error": lambda c: _("one of: {names}", names=", ".join(_quoted(c["expected"]))),
    "list_type": lambda c: _("a list in square brackets"),
    "too_short": lambda c: _("at least one entry"),
    "dict_type": lambda c: _("a table with a value for each language"),
    "model_type": lambda c: _("a table with keys of its own"),
    "date_type": _date,
    "date_from_datetime_parsing": _date,
    "date_from_datetime_inexact": _date,
    "datetime_type": _moment,
    "datetime_parsing": _moment,
    "datetime_from_date_parsing": _moment,
    "timezone_aware": _moment,
    "time_type": _time,
    "time_parsing": _time,
}
