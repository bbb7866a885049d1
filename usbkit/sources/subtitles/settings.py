r"""The position of a cue: WebVTT cue settings (W3C WebVTT section 6.3) and SRT's ``{\anN}``."""

from __future__ import annotations

import re

_PERCENT = r"\d{1,9}(?:\.\d{1,9})?%"
_FORMS = {
    "vertical": re.compile(r"^(?:rl|lr)$"),
    "line": re.compile(rf"^(?:-?\d{{1,9}}(?:\.\d{{1,9}})?|{_PERCENT})(?:,(?:start|center|end))?$", re.ASCII),
    "position": re.compile(rf"^{_PERCENT}(?:,(?:line-left|center|line-right))?$", re.ASCII),
    "size": re.compile(rf"^{_PERCENT}$", re.ASCII),
    "align": re.compile(r"^(?:start|center|end|left|right)$"),
}
_AMOUNT = re.compile(r"^(-?)0*(\d+)(?:(\.\d*?)0*)?(?=[%,]|$)", re.ASCII)

#: Columns and rows of ``{\anN}``, laid out as on a numeric keypad.
_COLUMNS = ("left", "center", "right")
_MIDDLE_LINE, _TOP_LINE = "50%", "0"


def parse_settings(text: str) -> tuple[str, list[str]]:
    """Return the settings in ``text`` in canonical order, each once (the last one wins), and the words that are no
    setting.
    """
    kept: dict[str, str] = {}
    refused: list[str] = []
    for word in text.split():
        name, _colon, value = word.partition(":")
        value = "center" if (name, value) == ("align", "middle") else value  # the name before 2016
        form = _FORMS.get(name)
        percent, is_percent, _anchor = value.partition("%")
        is_too_much = bool(is_percent) and form is not None and bool(form.match(value)) and float(percent) > 100
        if form is not None and form.match(value) and not is_too_much:
            kept[name] = _AMOUNT.sub(_write_amount, value)
        else:
            refused.append(word)
    return " ".join(f"{name}:{kept[name]}" for name in _FORMS if name in kept), refused


#: What may stand behind the times: a setting by its form, which in SRT is WebVTT's own only; coordinates; signs.
_COORDINATE = r"[XYxy][12][:=]-?\d+(?:\.\d+)?"
_SETTING_FORMS = {
    "srt": re.compile(rf"(?:(?:{'|'.join(_FORMS)}|region):\S+|{_COORDINATE}|[\W_]+)", re.ASCII),
    "webvtt": re.compile(rf"(?:[a-z][a-z0-9_-]*[:=]\S*|[A-Z][:=]\S+|{_COORDINATE}|[\W_]+)"),
}


def split_settings(text: str, format: str) -> tuple[str, str]:
    """Return what may be meant as settings behind the times of a timing line, and the words there that are none."""
    form = _SETTING_FORMS[format]
    parts = [(word, bool(form.fullmatch(word))) for word in text.split()]
    return (
        " ".join(word for word, is_setting in parts if is_setting),
        " ".join(word for word, is_setting in parts if not is_setting),
    )


def _write_amount(match: re.Match[str]) -> str:
    """A number without zeros that say nothing: ``007.50`` is ``7.5``."""
    sign, whole, fraction = match.groups()
    return f"{sign}{whole}{fraction if fraction and fraction != '.' else ''}"


def from_alignment(number: int) -> str:
    r"""Return the settings equivalent to ``{\anN}`` (1 to 9); 2 is the default position."""
    row, column = divmod(number - 1, 3)
    line = {1: f"line:{_MIDDLE_LINE}", 2: f"line:{_TOP_LINE}"}.get(row, "")
    align = "" if _COLUMNS[column] == "center" else f"align:{_COLUMNS[column]}"
    return " ".join(filter(None, (line, align)))


def to_alignment(settings: str) -> int:
    r"""Return the ``{\anN}`` nearest to ``settings``."""
    values = dict(word.split(":", 1) for word in settings.split())
    column = {"left": 0, "start": 0, "right": 2, "end": 2}.get(values.get("align", ""), 1)
    return _row(values.get("line", "-1").partition(",")[0]) * 3 + column + 1


def _row(line: str) -> int:
    """0 for bottom, 1 for middle, 2 for top."""
    if line.endswith("%"):
        percent = float(line[:-1])
        return 2 if percent < 34 else 1 if percent < 67 else 0
    return 2 if not line.startswith("-") else 0


def to_cue_properties(settings: str) -> dict[str, str | float | bool]:
    """Return ``settings`` as properties of a browser's ``VTTCue`` (W3C WebVTT section 7.1)."""
    made: dict[str, str | float | bool] = {}
    for word in settings.split():
        name, _colon, value = word.partition(":")
        amount, _comma, anchor = value.partition(",")
        if name in ("align", "vertical"):
            made[name] = value
            continue
        made[name] = float(amount.removesuffix("%"))
        if name == "line":
            made["snapToLines"] = not amount.endswith("%")
        if anchor:
            made[f"{name}Align"] = anchor
    return made


def is_exact_in_srt(settings: str) -> bool:
    r"""Whether ``{\anN}`` expresses ``settings`` exactly."""
    return settings == from_alignment(to_alignment(settings))
