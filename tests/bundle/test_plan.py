import dataclasses
from pathlib import Path

import pytest

from tests.support import plans
from usbkit.bundle.plan import Plan, Role, plan_bundle
from usbkit.core.content import FileRange, Made
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    programme, country = plans.programme(), plans.country()
    return plan_bundle(programme, country, "guatemala", plans.inventory(tmp_path, programme, country))


def test_files_follow_the_country_s_order_and_have_plain_names(plan: Plan) -> None:
    assert [f.path for f in plan.files if f.role is Role.VIDEO] == ["videos/01-id-cards.mp4", "videos/02-opening.mp4"]
    assert {f.path for f in plan.files if f.role is Role.SUBTITLES} == {
        f"videos/{stem}.{language}.srt" for stem in ("01-id-cards", "02-opening") for language in ("es", "en")
    }
    assert [f.path for f in plan.files if f.role is Role.DOCUMENT] == ["documents/01-nota-de-cortesia.pdf"]
    assert [f.path for f in plan.files if f.role is Role.PHOTO] == [
        "photos/01-id-cards-1.jpg",
        "photos/02-opening-1.jpg",
    ]


def test_sources_are_named_and_never_copied_into_the_plan(plan: Plan) -> None:
    video = next(f for f in plan.files if f.role is Role.VIDEO)
    assert isinstance(video.content, FileRange)
    assert video.content.path.name == "id-cards.mp4"
    assert video.size == video.content.path.stat().st_size


def test_subtitles_are_written_anew_from_their_cues(plan: Plan) -> None:
    subtitles = next(f for f in plan.files if f.path == "videos/01-id-cards.es.srt")
    assert isinstance(subtitles.content, Made)
    assert b"id-cards in es" in subtitles.content.data


def test_a_playlist_names_the_recordings_in_the_country_s_order_and_language(plan: Plan) -> None:
    playlist = next(f for f in plan.files if f.path == "videos/playlist.m3u8")
    assert isinstance(playlist.content, Made)
    lines = playlist.content.data.decode().splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[2::2] == ["01-id-cards.mp4", "02-opening.mp4"]
    assert lines[1] == f"#EXTINF:{round(plan.recordings[0].media.duration / 1000)},Id-Cards"


def test_only_the_questions_named_are_planned(tmp_path: Path) -> None:
    programme, country = plans.programme(), plans.country(questions=[])
    plan = plan_bundle(programme, country, "guatemala", plans.inventory(tmp_path, programme, country))
    assert plan.questions == ()


def test_everything_missing_is_said_at_once(tmp_path: Path) -> None:
    programme, country = plans.programme(), plans.country(subtitles=["es", "ru", "vi"])
    inventory = plans.inventory(tmp_path, programme, country)
    gone = Finding("source-missing", _("there is no such file"), Place("videos/opening.mp4"))
    remark = Finding("vfr", _("a remark"), is_error=False)
    with pytest.raises(InputError) as caught:
        plan_bundle(programme, country, "guatemala", dataclasses.replace(inventory, findings=(gone, remark, gone)))
    assert [f.id for f in caught.value.findings] == ["source-missing"] + ["subtitle-not-named"] * 4


def test_languages_that_may_be_missing_stop_nothing(tmp_path: Path) -> None:
    programme, country = plans.programme(), plans.country(subtitles=["es", "ru"])
    inventory = plans.inventory(tmp_path, programme, country)
    plan = plan_bundle(programme, country, "guatemala", inventory, allow_missing=["ru"])
    assert list(plan.recordings[0].tracks) == ["es"]
