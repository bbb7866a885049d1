"""Speed of the pages with ten hours of recordings in six languages: ``python -m tests.browser.speed``.

It prints figures and asserts nothing. Chromium is slowed down for the opening (6×); typing is measured at full speed,
from the key's event until the results are laid out. Each is done five times: the best shows the pages, the median other
load of the machine.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.browser.sites import make_site, plan_with_clip
from tests.site.plans import COUNTRY, PROGRAMME, merged
from usbkit.sources.subtitles import Cue, Track

HOURS = 10
RECORDINGS = 8
SLOWDOWN = 6
ROUNDS = 5
LANGUAGES = ("en", "es", "ru", "zh", "vi", "km")
#: Milliseconds from one cue to the next, and letters in one, as in subtitles made by hand.
STEP = 4_320
_LETTERS = {"zh": 17, "km": 50}

_SYLLABLES = {
    "en": "the of and in re gis tra tion ci vil card na tio nal ser vice gov ern ment pub lic in for ma sys tem lo cal",
    "es": "la de que el en los re gis tro ci vil cé du la na cio nal ser vi cio go bier no pú bli co in for ma ción",
    "ru": "на го су дар ство ре ги стра ция граж дан ский удо сто ве ре ние служ ба пра ви тель си сте ма мест ный",
    "vi": "đăng ký hộ tịch thẻ căn cước công dân dịch vụ chính phủ số hệ thống thông tin địa phương người được",
    "zh": "国 民 身 份 证 登 记 政 府 公 共 服 务 信 息 系 统 地 方 选 举 管 理 数 字 我 们 的 是 在 可 以",
    "km": "ការ ចុះ បញ្ជី អត្ត សញ្ញាណ ប័ណ្ណ ជាតិ សេវា សាធារណៈ រដ្ឋា ភិបាល ព័ត៌ មាន ប្រព័ន្ធ មូល ដ្ឋាន",
}

QUERIES = (
    "registration",
    "cédula nacional",
    "государство",
    "国民身份",
    "căn cước công dân",
    "អត្តសញ្ញាណ",
    "identitx",
    "a b c",
)


def _vocabulary(language: str, chance: random.Random) -> list[str]:
    syllables = _SYLLABLES[language].split()
    if language in ("zh", "km", "vi"):
        return syllables
    return ["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 4)))) for _ in range(6_000)]


def _track(language: str, seed: int, count: int) -> Track:
    chance = random.Random(f"{language} {seed}")
    words = _vocabulary(language, random.Random(language))
    joiner = "" if language in ("zh", "km") else " "
    cues = []
    for number in range(count):
        text = ""
        while len(text) < _LETTERS.get(language, 62):
            text += (joiner if text else "") + chance.choice(words)
        cues.append(Cue(number * STEP, number * STEP + STEP - 200, text + ("。" if language == "zh" else ".")))
    return Track(language, tuple(cues), "utf-8", cues_in=count)


def make_large_site(folder: Path) -> Path:
    """Ten hours in eight recordings, six languages of interface and subtitles."""
    like = merged(PROGRAMME["recording"][0], chapters=[])
    recordings = [
        merged(like, id=f"part-{n}", source=f"part-{n}.mp4", title={"en": f"Part {n}"}) for n in range(RECORDINGS)
    ]
    programme = merged(PROGRAMME, recording=recordings, question=[])
    ids = [r["id"] for r in recordings]
    country = merged(
        COUNTRY, interface=list(LANGUAGES), subtitles=list(LANGUAGES), recordings=ids, requested=ids[:2], questions=[]
    )
    count = HOURS * 3_600_000 // RECORDINGS // STEP
    tracks = {id: {x: _track(x, n, count) for x in LANGUAGES} for n, id in enumerate(ids)}
    return make_site(plan_with_clip(folder / "plan", programme, country, tracks), folder / "site")


def _opening(page: Page, session: CDPSession, address: str) -> dict[str, float]:
    """Milliseconds from the start of navigation: scripts have run, everything has loaded, and the first picture."""
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(address)
    page.wait_for_timeout(500)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return dict(
        page.evaluate(
            "(() => { const n = performance.getEntriesByType('navigation')[0];"
            " const p = performance.getEntriesByName('first-contentful-paint')[0];"
            " return {painted: p ? p.startTime : 0, usable: n.domContentLoadedEventEnd, loaded: n.loadEventEnd}; })()"
        )
    )


_TYPE = """async (query) => {
  const box = document.querySelector('#q');
  const times = [];
  for (let length = 1; length <= query.length; length += 1) {
    box.value = query.slice(0, length);
    const before = performance.now();
    box.dispatchEvent(new Event('input'));
    document.querySelector('#results').getBoundingClientRect();
    times.push(performance.now() - before);
    await new Promise(done => setTimeout(done, 20));
  }
  return times;
}"""


def _typing(page: Page, queries: Sequence[str]) -> list[list[float]]:
    """Milliseconds of each key, in each round."""
    page.focus("#q")
    for _ in range(600):
        if page.evaluate("usbkit.search.isReady()"):
            break
        page.wait_for_timeout(50)
    rounds = [[ms for query in queries for ms in page.evaluate(_TYPE, query)] for _ in range(ROUNDS)]
    return [list(times) for times in zip(*rounds, strict=True)]


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _best_and_median(openings: Sequence[dict[str, float]]) -> dict[str, list[int]]:
    return {
        key: [round(min(o[key] for o in openings)), round(statistics.median(o[key] for o in openings))]
        for key in openings[0]
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(_percentile(values, 0.5), 1),
        "p95": round(_percentile(values, 0.95), 1),
        "max": round(max(values), 1),
    }


def measure(site: Path) -> dict[str, Any]:
    """All figures of one site."""
    data = sum(p.stat().st_size for p in (site / "assets" / "data").rglob("*.js"))
    page_sizes = [p.stat().st_size for p in (site / "pages").rglob("*-part-*.html")]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
        )
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        session = page.context.new_cdp_session(page)
        index = (site / "pages/es/index.html").as_uri()
        recording = (site / "pages/es/01-part-0.html").as_uri()
        openings = {
            name: [_opening(page, session, address) for _ in range(ROUNDS)]
            for name, address in (("index", index), ("recording", recording))
        }
        page.goto(index)
        before = page.evaluate("performance.memory.usedJSHeapSize")
        loading = page.evaluate("performance.now()")
        page.focus("#q")
        typed = _typing(page, QUERIES)
        ready = page.evaluate("performance.now()") - loading
        session.send("HeapProfiler.collectGarbage")
        after = page.evaluate("performance.memory.usedJSHeapSize")
        browser.close()
    return {
        "cues": HOURS * 3_600_000 // RECORDINGS // STEP * RECORDINGS * len(LANGUAGES),
        "data_bytes": data,
        "largest_page_bytes": max(page_sizes),
        "opening_ms_slowed": {name: _best_and_median(found) for name, found in openings.items()},
        "keys": len(typed),
        "key_ms_best": _spread([min(times) for times in typed]),
        "key_ms_median": _spread([statistics.median(times) for times in typed]),
        "heap_mb": {"before_search": round(before / 1e6, 1), "with_everything": round(after / 1e6, 1)},
        "all_loaded_and_typed_ms": round(ready),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(measure(make_large_site(Path(place))), indent=2))
