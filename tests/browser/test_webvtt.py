"""Chromium's WebVTT parser as judge: our canonical form of any file shows the same cues, or an error names the line.

The files are those of web-platform-tests (``../shared/corpora``), read in place. Same cues means the same times, words,
style and positions. White space at the ends of lines and empty lines inside a cue are not compared: they are invisible.
"""

from __future__ import annotations

import base64
import json
import random
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.sample import sample
from usbkit.core.errors import Finding, InputError
from usbkit.sources.subtitles import parse_track, to_webvtt

_CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "wpt-webvtt"
_CASES = Path(__file__).parents[3] / "shared" / "cases" / "material"

FILES = sorted(_CORPUS.rglob("*.vtt")) + sorted(_CASES.rglob("*.vtt"))

#: What WebVTT has and our pages do not: said as a remark, and then the place or the voice's look may be another.
_PLACE = frozenset({"subtitle-position", "subtitle-style-dropped"})

#: Errors that say that we carry more or other than browsers show, or that a cue is lost.
_EXCUSES = frozenset(
    f"subtitle-{x}"
    for x in (
        "arrow",
        "browsers-hide",
        "browsers-skip",
        "endless",
        "format",
        "garbage",
        "header-refused",
        "none",
        "timing",
        "empty-file",
    )
)

_READ = r"""
async (files) => {
  const read = (data) => new Promise((resolve) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const video = document.createElement('video');
    const track = document.createElement('track');
    const done = () => {
      const cues = track.track.cues ? Array.from(track.track.cues) : [];
      resolve(cues.map((cue) => ({
        start: Math.round(cue.startTime * 1000), end: Math.round(cue.endTime * 1000),
        runs: runs(cue.getCueAsHTML(), []),
        place: [cue.vertical, String(cue.line), cue.snapToLines, cue.lineAlign, String(cue.position),
                cue.positionAlign, cue.size, cue.align].join(' '),
      })));
      video.remove();
    };
    track.onload = done; track.onerror = done;
    track.src = URL.createObjectURL(new Blob([bytes], {type: 'text/vtt'}));
    video.append(track); document.body.append(video);
    track.track.mode = 'hidden';
  });
  const runs = (node, look) => {
    const found = [];
    for (const child of node.childNodes) {
      if (child.nodeType === 3) found.push([child.data, [...new Set(look)].sort().join(' ')]);
      else if (child.nodeType === 1) {
        const own = child.localName === 'span' && child.title ? ['voice=' + child.title]
          : child.localName === 'span' && child.lang ? ['lang=' + child.lang] : [child.localName];
        found.push(...runs(child, [...look.filter((x) => !x.startsWith(own[0].split('=')[0] + '=')), ...own]));
      }
    }
    return found;
  };
  const answers = [];
  for (const file of files) answers.push(await read(file));
  return answers;
}
"""


def _letters(cue: dict[str, Any]) -> list[tuple[str, str]]:
    """Each visible character with its look; line breaks between lines that hold something."""
    shown: list[tuple[str, str]] = []
    for text, look in cue["runs"]:
        shown += [(c, look) for c in text.replace("\ufeff", "").replace("\u2060", "")]
    lines: list[list[tuple[str, str]]] = [[]]
    for char, look in shown:
        if char == "\n":
            lines.append([])
        else:
            lines[-1].append((char, " ".join(x for x in look.split(" ") if x not in ("span", "ruby"))))
    kept = []
    for line in lines:
        while line and line[0][0] in " \t\f":
            line.pop(0)
        while line and line[-1][0] in " \t\f":
            line.pop()
        if line:
            kept += [*line, ("\n", "")]
    grouped: list[tuple[str, str]] = []
    for char, look in kept:
        if grouped and (grouped[-1][1] == look or char in " \n"):
            grouped[-1] = (grouped[-1][0] + char, grouped[-1][1])
        else:
            grouped.append((char, look))
    return [(unicodedata.normalize("NFC", text), look) for text, look in grouped]


def _times(cue: dict[str, Any]) -> tuple[int, int]:
    return cue["start"], cue["end"]


def _ours(name: str, data: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    try:
        track = parse_track(data, "en", f"{name}.vtt", encoding="utf-8")
    except InputError as problem:
        return b"", problem.findings
    return to_webvtt(track), track.findings


def show(browser: Browser, files: list[bytes]) -> list[list[dict[str, Any]]]:
    """The cues of each file as Chromium has them."""
    page = browser.new_page()
    try:
        page.goto("data:text/html,<!DOCTYPE html><title>x</title><body>")
        answer: list[list[dict[str, Any]]] = page.evaluate(_READ, [base64.b64encode(f).decode() for f in files])
        return answer
    finally:
        page.close()


def difference(theirs: list[dict[str, Any]], ours: list[dict[str, Any]], ids: set[str]) -> str | None:
    """The first thing in which the two lists of cues differ, None where they show the same."""
    theirs = [c for c in theirs if _letters(c)]
    ours = [c for c in ours if _letters(c)]
    for a, b in zip(sorted(theirs, key=_times), sorted(ours, key=_times), strict=False):
        if _times(a) != _times(b):
            return f"times: {_times(a)} / {_times(b)}"
        if _letters(a) != _letters(b):
            return f"text: {_letters(a)} / {_letters(b)}"
        if a["place"] != b["place"] and not ids & _PLACE:
            return f"place: {a['place']} / {b['place']}"
    return None if len(theirs) == len(ours) else f"cues: {len(theirs)} / {len(ours)}"


#: What random files are made of: what the algorithm asks about, and what stands in the way of it.
_PIECES = (
    *(
        "00:00:01.000 --> 00:00:02.000",
        "00:03.000 --> 00:04.000 line:0",
        "00:05.000-->00:06.000",
        "1:00:07.000 --> 1:00:08.000",
    ),
    *(
        "00:09,000 --> 00:10,000",
        "00:11.000 -> 00:12.000",
        "00:13.000 -->",
        "00:60.000 --> 00:61.000",
        "A --> B",
        "-->",
    ),
    *(
        "",
        "",
        "",
        "",
        " ",
        "\t",
        "NOTE",
        "NOTE x",
        "STYLE",
        "REGION",
        "id:fred",
        "::cue { color: red }",
        "1",
        "23",
        "Kind: captions",
    ),
    *(
        "Good morning",
        "Two words",
        "<b>bold",
        "<i>it</i> <u>x</u>",
        "<v Ann>Hello",
        "</v>",
        "<c.red>x</c>",
        "<Applause> x",
        "1 < 2",
    ),
    *(
        "<ruby>a<rt>b</rt></ruby>",
        "<b><i>x</b></i>",
        "AT&T &amp; &lt; &copy &nbsp;x",
        "<lang en>x",
        "<00:00:01.500>now",
        "a<br>b",
        "<",
        "&",
    ),
    *(
        "00:00:01.000 --> 00:00:02.000 region:fred align:middle",
        "00:14.000 --> 00:15.000 size:007% position:5.50%,center line:-1",
    ),
)


def _random_file(seed: int) -> bytes:
    chance = random.Random(seed)
    lines = [chance.choice(_PIECES) for _ in range(chance.randint(2, 14))]
    return ("WEBVTT" + chance.choice(["\n\n", "\n\n", "\n", " x\n\n"]) + "\n".join(lines)).encode()


def _judge(browser: Browser, files: dict[str, bytes]) -> tuple[int, list[Any], list[Any]]:
    """How many files agree, which differ under an error, and which differ without one."""
    ours = {name: _ours(name, data) for name, data in files.items()}
    shown = show(browser, [*files.values(), *(data for data, _findings in ours.values())])
    agreeing = 0
    said: list[Any] = []
    wrong: list[Any] = []
    for (name, (_data, findings)), theirs, mine in zip(
        ours.items(), shown[: len(files)], shown[len(files) :], strict=True
    ):
        found = difference(theirs, mine, {f.id for f in findings})
        errors = [f"{f.place}: {f.id}" for f in findings if f.id in _EXCUSES and f.is_error]
        if found is None:
            agreeing += 1
        else:
            (said if errors else wrong).append((name, found, errors))
    return agreeing, said, wrong


@pytest.mark.needs("browser")
@pytest.mark.skipif(not FILES, reason=f"no corpus at {_CORPUS}")
def test_browsers_show_the_same_or_an_error_names_the_line(chromium: Browser) -> None:
    files = {str(path.relative_to(_CORPUS.parents[1])): path.read_bytes() for path in FILES}
    agreeing, said, wrong = _judge(chromium, files)
    print(f"{len(files)} files, {agreeing} agree, {len(said)} differ under an error")
    print(json.dumps(said, indent=1, ensure_ascii=False))
    assert wrong == []
    assert agreeing >= len(files) - 4, said


@pytest.mark.needs("browser")
def test_random_files_show_the_same_or_an_error_names_the_line(chromium: Browser) -> None:
    seeds = range(sample("WebVTT: random files", 400, 4000))
    _agreeing, _said, wrong = _judge(chromium, {str(seed): _random_file(seed) for seed in seeds})
    assert wrong == []
