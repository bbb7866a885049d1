"""Subtitles from other projects' tests, read by us and by the project itself: compare the cues.

    python -m tests.benchmarks.other_tests FOLDER...

A FOLDER is a checkout of a repository; nothing of it is kept here. Its subtitle files are used, and the texts in its
test modules that look like subtitles. Each is read by us and by pysubs2, srt or webvtt-py.

same: equal cues, times and words. told: other cues, and an error of ours says so. more: we have all of theirs and cues
that they drop. silent: other cues without an error, to be explained one by one.
"""

from __future__ import annotations

import ast
import html
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pysubs2
import srt  # type: ignore[import-untyped]
import webvtt

from usbkit.core.errors import InputError
from usbkit.sources.subtitles import parse_track
from usbkit.sources.subtitles.others.conversion import convert

_SUFFIXES = (".srt", ".vtt", ".ass", ".ssa", ".sbv", ".ttml", ".dfxp")
_TAG = re.compile(r"</?(?:b|i|u|s|c|v|font|ruby|rt|lang)(?:[ .][^<>]*)?>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE)

#: When, and words.
Cues = list[tuple[int, int, str]]


def texts(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Name, suffix and bytes of every subtitle file in ``folder``, and of every text in its test modules."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES):
        yield str(path.relative_to(folder)), path.suffix.lower(), path.read_bytes()
    for path in sorted(folder.rglob("test*.py")):
        found = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant))
        for node in found:
            if isinstance(node.value, str) and (suffix := _suffix_of(node.value)):
                yield f"{path.relative_to(folder)}:{node.lineno}", suffix, node.value.encode("utf-8", "replace")


def _suffix_of(text: str) -> str:
    """The format of a text in a test module; "" where it is none."""
    start = text.strip()
    if start.startswith("[Script Info]") and "Dialogue:" in text:
        return ".ass"
    if re.match(r"(?:<\?xml.*?>\s*)?<tt\b", start, re.DOTALL):
        return ".ttml"
    if start.startswith("WEBVTT"):
        return ".vtt"
    return ".srt" if "\n" in start and re.search(r"^\d+:\d+:\d+[,.]\d+ *-->", text, re.MULTILINE) else ""


def ours(data: bytes, suffix: str) -> tuple[Cues, list[str]]:
    """Our cues, and the ids of our errors."""
    try:
        if suffix in (".srt", ".vtt"):
            track = parse_track(data, "en", f"x{suffix}")
            errors = [f.id for f in track.findings if f.is_error]
            return [(c.start, c.end, _words(c.plain)) for c in track.cues], errors
        converted = convert(data, f"x.en{suffix}", "en")
        return _read_by("srt", converted.data.decode("utf-8-sig")), []
    except InputError as problem:
        return [], [f"{f.id}: {f.what}" for f in problem.findings]


def theirs(data: bytes, suffix: str) -> dict[str, Cues | str]:
    """What each of the others reads, or the error that it raises."""
    names = {".srt": ("srt", "pysubs2", "webvtt-py"), ".vtt": ("webvtt-py", "pysubs2"), ".sbv": ("webvtt-py",)}
    text = data.decode("utf-8-sig", "replace")
    found: dict[str, Cues | str] = {}
    for name in names.get(suffix, ("pysubs2",)):
        try:
            found[name] = _read_by(name, text, suffix)
        except Exception as problem:  # noqa: BLE001 - whatever they raise is their answer
            found[name] = type(problem).__name__
    return found


def _read_by(name: str, text: str, suffix: str = ".srt") -> Cues:
    if name == "srt":
        read = srt.parse(text)
        return [(_ms(c.start.total_seconds()), _ms(c.end.total_seconds()), _words(c.content)) for c in read]
    if name == "webvtt-py":
        captions = webvtt.from_buffer(io.StringIO(text), format=suffix.removeprefix("."))
        return [
            (_ms(c.start_in_seconds, c.start), _ms(c.end_in_seconds, c.end), _words(c.text)) for c in captions.captions
        ]
    events = pysubs2.SSAFile.from_string(text).events
    return [(e.start, e.end, _words(e.plaintext)) for e in events if not e.is_comment]


def _ms(seconds: float, written: str = "") -> int:
    """Milliseconds; webvtt-py counts whole seconds, and writes the rest."""
    fraction = written.rpartition(".")[2]
    return round(seconds) * 1000 + int(fraction) if fraction.isdigit() else round(seconds * 1000)


def _words(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def compare(mine: Cues, errors: list[str], other: Cues | str) -> str:
    """See above; both drop what has no words."""
    if isinstance(other, str):
        return "told" if errors else "more"
    left, right = ([cue for cue in sorted(cues) if cue[2]] for cues in (mine, other))
    if left == right:
        return "same"
    if errors:
        return "told"
    return "more" if not Counter(right) - Counter(left) else "silent"


def main(folders: Iterable[str]) -> int:
    totals: Counter[tuple[str, str]] = Counter()
    for folder in map(Path, folders):
        for name, suffix, data in texts(folder):
            mine, errors = ours(data, suffix)
            answers = {who: compare(mine, errors, cues) for who, cues in theirs(data, suffix).items()}
            totals.update(answers.items())
            if set(answers.values()) != {"same"}:
                said = ", ".join(f"{who} {answer}" for who, answer in answers.items())
                print(f"{folder.name}/{name} ({suffix}, {len(mine)} cues): {said}  {' | '.join(errors[:2])[:110]}")
    for (who, answer), count in sorted(totals.items()):
        print(f"{who:10} {answer:7} {count:5}")
    return sum(count for (_who, answer), count in totals.items() if answer == "silent")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
