"""Several countries at a time, in real processes: same bytes, isolated failures, state after signals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.test_killed_build import tree
from tests.sources.transcode.clips import make_long_clip
from tests.support.cli import TOP, Done, usbkit
from usbkit.cli.countries import Results, _Board, for_each
from usbkit.cli.country import CountryOutcome, CountryState, Product
from usbkit.cli.settings import Settings
from usbkit.core.messages import Text
from usbkit.core.progress import Silence
from usbkit.workers.side_by_side import Answers

ALL = (
    "cambodia",
    "cote-divoire",
    "guatemala",
    "honduras",
    "indonesia",
    "kyrgyzstan",
    "myanmar",
    "paraguay",
    "russia",
    "uzbekistan",
)


@pytest.fixture(scope="module")
def one_by_one(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with ``out``, all countries' bundles made one after another; and ``said``, what was answered."""
    folder = tmp_path_factory.mktemp("one-by-one")
    done = build(demo, folder, "--jobs", "1").expect(0)
    (folder / "said").write_text(done.out)
    return folder


def words(demo: Path, folder: Path, *more: str) -> list[str]:
    return [
        *("--cache", str(folder / "cache"), "--manifests", str(demo / "manifests")),
        *("build", "--all", "-o", "out", *more),
    ]


def build(demo: Path, folder: Path, *more: str) -> Done:
    return usbkit(*words(demo, folder, *more), cwd=folder)


@pytest.fixture
def begun(demo: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """``build --all`` with two at a time, when it has said its first word."""
    process = subprocess.Popen(
        [sys.executable, "-m", "usbkit", *words(demo, tmp_path, "--jobs", "2")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    process.stderr.readline()
    yield process
    process.kill()
    process.communicate()


def test_the_last_count_is_said_too() -> None:
    said = list[str]()

    class Counting(Silence):
        def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
            said.append(str(what))

        def end(self, key: str, outcome: str, what: Text | None = None) -> None:
            said.extend([] if what is None else [str(what)])

    board = _Board(Results(), Settings(json=True), Counting(), 2)
    for index, stem in enumerate(("guatemala", "honduras")):
        board.take(index, CountryOutcome(stem, CountryState.MADE, Product({}, ())))
    assert said == ["1 of 2 countries done", "2 of 2 countries done"]


def await_end_of_session(leader: int) -> None:
    """Wait until nobody is left of the session that ``leader`` began."""
    for _attempt in range(600):
        states = [_state(p) for p in Path("/proc").glob("[0-9]*")]
        if not any(session == leader and state != "Z" for session, state in states):
            return
        time.sleep(0.1)
    raise AssertionError("a worker outlived its parent")


def _state(process: Path) -> tuple[int, str]:
    """Session and state, proc(5)."""
    try:
        fields = (process / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0, "Z"
    return int(fields[3]), fields[0]


def test_side_by_side_is_the_same_as_one_by_one(demo: Path, one_by_one: Path, tmp_path: Path) -> None:
    done = build(demo, tmp_path, "--jobs", "4").expect(0)
    assert tree(tmp_path / "out") == tree(one_by_one / "out")
    assert done.out == (one_by_one / "said").read_text(), "answers come in the countries' order"
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == list(ALL)
    assert "cambodia: " in done.err


@pytest.mark.parametrize(
    ("cores", "jobs", "at_once"), [(1, None, 2), (2, None, 3), (7, None, 8), (32, None, 8), (2, 1, 1), (2, 20, 20)]
)
def test_so_many_at_a_time(monkeypatch: pytest.MonkeyPatch, cores: int, jobs: int | None, at_once: int) -> None:
    """One more than cores, eight at most, and as many as were asked for."""
    given: list[object] = []

    def run(strands: object, progress: object, **options: object) -> Answers[object]:
        given.append(options["at_once"])
        return Answers((), 0.0, None)

    monkeypatch.setattr("usbkit.workers.side_by_side.run_side_by_side", run)
    monkeypatch.setattr("usbkit.cli.countries.cores", lambda: cores)
    for_each(["guatemala", "russia"], Settings(), lambda stem, progress: Product({}, ()), jobs)
    assert given == [at_once]


def test_images_too(demo: Path, tmp_path: Path) -> None:
    for jobs in ("1", "3"):
        shared = ("--cache", tmp_path / "cache", "--manifests", demo / "manifests")
        which = ("guatemala", "honduras", "russia", "--size", "200MB")
        usbkit(*shared, "image", *which, "-o", tmp_path / jobs / "x", "--jobs", jobs).expect(0)
    assert tree(tmp_path / "1") == tree(tmp_path / "3")


def test_a_failure_leaves_the_others(demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo / "manifests", tmp_path / "manifests")
    shutil.rmtree(tmp_path / "manifests/forum-2020/guatemala")
    done = usbkit(
        *("--cache", tmp_path / "cache", "--manifests", tmp_path / "manifests", "--library", demo / "library"),
        *("--json", "build", "--all", "-o", tmp_path / "out", "--jobs", "3"),
    ).expect(1)
    (failed,) = done.json["failed"]
    assert (failed["country"], failed["exit"]) == ("guatemala", 2)
    assert {f["id"] for f in failed["findings"]} == {"file-missing"}
    assert [b["country"] for b in done.json["bundles"]] == [c for c in ALL if c != "guatemala"]
    assert done.json["unfinished"] == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_all_and_the_state_is_said(
    demo: Path, one_by_one: Path, tmp_path: Path, begun: subprocess.Popen[str], number: signal.Signals, code: int
) -> None:
    os.killpg(begun.pid, number) if number == signal.SIGINT else begun.send_signal(number)
    out, err = begun.communicate()
    assert begun.returncode == code
    assert "Traceback" not in err
    done = re.search(r"^Stopped: (\d+) of 10 countries are done, whole\.$", err, re.M)
    undone = re.search(r"^Not done, and nothing half-finished left of: (.*)$", err, re.M)
    assert done and undone
    assert int(done[1]) + len(undone[1].split(", ")) == 10
    assert len(re.findall(r"^out/", out, re.M)) == int(done[1])
    await_end_of_session(begun.pid)
    standing = {p.name for p in (tmp_path / "out").glob("*")} if (tmp_path / "out").exists() else set()
    assert standing <= set(ALL)
    usbkit("--cache", tmp_path / "cache", "cache", "check").expect(0)
    build(demo, tmp_path).expect(0)
    assert tree(tmp_path / "out") == tree(one_by_one / "out")


def test_sigkill_takes_the_workers_along_and_the_next_run_finishes(
    demo: Path, one_by_one: Path, tmp_path: Path, begun: subprocess.Popen[str]
) -> None:
    begun.kill()
    begun.communicate()
    await_end_of_session(begun.pid)
    build(demo, tmp_path).expect(0)
    assert tree(tmp_path / "out") == tree(one_by_one / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == list(ALL)


def test_a_killed_worker_is_its_countrys_failure(tmp_path: Path, begun: subprocess.Popen[str]) -> None:
    children: list[str] = []
    while not children:
        children = Path(f"/proc/{begun.pid}/task/{begun.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    _out, err = begun.communicate()
    assert begun.returncode == 1
    assert "its process ended without a result" in err
    assert "1 of 10 countries failed: " in err
    assert len(list((tmp_path / "out").iterdir())) == 9


@pytest.mark.needs("ffmpeg")
def test_a_transcode_that_all_want_is_made_once(demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo / "library", tmp_path / "library")
    shutil.copytree(demo / "manifests", tmp_path / "manifests")
    make_long_clip(tmp_path, 70, "640x360").replace(tmp_path / "library/videos/id-cards.mp4")
    manifests = tmp_path / "manifests/forum-2020"
    for stem in ("guatemala", "honduras", "paraguay"):
        path = manifests / f"{stem}.toml"
        path.write_text(path.read_text().replace("\nlabel =", '\nquality = "180p"\nlabel ='))
    done = usbkit(
        *("--cache", tmp_path / "cache", "--manifests", manifests, "--library", tmp_path / "library"),
        *("build", "guatemala", "honduras", "paraguay", "--jobs", "3", "-o", tmp_path / "out"),
    ).expect(0)
    made = Counter(re.findall(r"Making (\S+\.mp4)$", done.err, re.M))
    assert made == {"id-cards.mp4": 1}
    kept = tmp_path / "cache/transcodes"
    assert len(list(kept.glob("*.mp4"))) == len(made)
    assert not [p for p in kept.iterdir() if p.suffix in (".turn", ".work")]


@pytest.mark.needs("ffmpeg")
def test_ctrl_c_ends_a_transcode_at_once_and_it_is_gone_on_with(demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo / "library", tmp_path / "library")
    shutil.copytree(demo / "manifests", tmp_path / "manifests")
    make_long_clip(tmp_path, 150, "640x360").replace(tmp_path / "library/videos/id-cards.mp4")
    path = tmp_path / "manifests/forum-2020/guatemala.toml"
    path.write_text(path.read_text().replace("\nlabel =", '\nquality = "360p"\nlabel ='))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "usbkit", "--cache", tmp_path / "cache", "--manifests", tmp_path / "manifests"),
            *("build", "guatemala", "honduras", "-o", tmp_path / "out"),
        ],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    while not re.search(r"guatemala: Making id-cards", line := process.stderr.readline()):
        assert line, "it ended before it made the video"
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate()
    assert process.returncode == 130
    assert "guatemala" in err
    await_end_of_session(process.pid)
    left = [p for p in (tmp_path / "cache/transcodes").rglob("*") if p.name.startswith(".new-")]
    assert left == [], "the worker was killed instead of ending"


def test_json_is_one_document(demo: Path, tmp_path: Path) -> None:
    done = build(demo, tmp_path, "--json", "--dry-run").expect(0)
    assert [b["country"] for b in json.loads(done.out)["bundles"]] == list(ALL)
