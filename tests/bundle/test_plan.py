import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import plans
from usbkit.bundle.plan import Plan, Role, format_playlist, plan_bundle
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


SEVERAL = {
    "slides": [{"file": "slides/one.pdf"}, {"file": "slides/two.PDF"}],
    "photos": [{"file": "photos/one.jpg"}, {"file": "photos/two.jpg"}],
    "demos": [
        {"file": "demos/form.mp4", "title": {"en": "A form"}},
        {"file": "demos/desk.MP4", "title": {"en": "A desk"}},
    ],
    "versions": [
        {"kind": "sign-language", "file": "signed/korean.mp4"},
        {"kind": "audio-description", "file": "described/one.mp4"},
        {"kind": "sign-language", "file": "signed/other.mp4"},
    ],
}


def plan_several(folder: Path, lengths: Mapping[str, int] | None = None, **country: object) -> Plan:
    """A recording of 20 s with two of everything; ``lengths`` are those of further videos, in milliseconds."""
    of = plans.programme(recording=[plans.recording("opening", **SEVERAL)], question=[])
    to = plans.country(recordings=["opening"], questions=[], **country)
    inventory = plans.inventory(folder, of, to)
    further = [d.file for d in of.recording[0].demos] + [v.file for v in of.recording[0].versions]
    main = inventory.media["videos/opening.mp4"]
    files, media = dict(inventory.files), dict(inventory.media)
    for name in further:
        files[name] = plans.source(folder / name, name.encode())
        media[name] = dataclasses.replace(main, duration=(lengths or {}).get(name, main.duration))
    return plan_bundle(of, to, "guatemala", dataclasses.replace(inventory, files=files, media=media))


def test_what_a_recording_has_several_of_is_numbered_from_one(tmp_path: Path) -> None:
    (recording,) = plan_several(tmp_path).recordings
    assert [s.path for s in recording.slides] == ["slides/01-opening-1.pdf", "slides/01-opening-2.pdf"]
    assert [p.path for p in recording.photos] == ["photos/01-opening-1.jpg", "photos/01-opening-2.jpg"]
    assert [d.path for d in recording.demos] == ["videos/01-opening-demo-1.mp4", "videos/01-opening-demo-2.mp4"]
    assert [v.path for v in recording.versions] == [
        "videos/01-opening-sign-language.mp4",
        "videos/01-opening-audio-description.mp4",
        "videos/01-opening-sign-language-2.mp4",
    ]


def test_versions_that_a_country_does_not_get_are_not_planned(tmp_path: Path) -> None:
    (recording,) = plan_several(tmp_path, versions=["audio-description"]).recordings
    assert [v.path for v in recording.versions] == ["videos/01-opening-audio-description.mp4"]


@pytest.mark.parametrize(("length", "is_in_step"), [(18_000, True), (22_000, True), (17_999, False), (22_001, False)])
def test_a_version_has_the_subtitles_when_it_is_as_long(tmp_path: Path, length: int, is_in_step: bool) -> None:
    plan = plan_several(tmp_path, {"signed/other.mp4": length})
    version = plan.recordings[0].versions[2]
    assert version.is_in_step is is_in_step
    beside = {f.path for f in plan.files if f.path.startswith("videos/01-opening-sign-language-2.")}
    subtitles = {f"videos/01-opening-sign-language-2.{language}.srt" for language in ("en", "es")}
    assert beside == {version.path} | (subtitles if is_in_step else set())


def test_a_source_is_taken_from_its_first_byte_to_its_last(plan: Plan) -> None:
    taken = [f.content for f in plan.files if isinstance(f.content, FileRange)]
    assert taken and all((c.offset, c.length) == (0, c.path.stat().st_size) for c in taken)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("report.docm", "'01-report.docm' is a name that a computer may run or obey"),
        ("report.p\u0434f", "'01-report.p\u0434f' has characters that not every system can hold"),
        (f"report.{'x' * 60}", "is longer than 64 characters"),
    ],
)
def test_a_document_whose_name_no_drive_may_have_is_refused(tmp_path: Path, document: str, said: str) -> None:
    programme = plans.programme()
    country = plans.country(document=[{"file": name, "title": {"en": "A"}} for name in ("good.pdf", document)][::-1])
    inventory = plans.inventory(tmp_path, programme, country)
    with pytest.raises(InputError) as caught:
        plan_bundle(programme, country, "guatemala", inventory)
    (finding,) = caught.value.findings
    assert (finding.id, finding.place) == ("name-unfit", Place("guatemala.toml"))
    assert said in str(finding.what)


def test_a_playlist_has_a_title_in_english_or_the_id_where_the_language_has_none(tmp_path: Path) -> None:
    recordings = [
        plans.recording("opening", title={"en": "Opening", "es": "Apertura\n del  foro"}),
        plans.recording("id-cards", title={"en": "Cards"}),
        plans.recording("closing", title={"ko": "폐회"}),
    ]
    programme = plans.programme(recording=recordings)
    country = plans.country(recordings=["opening", "id-cards", "closing"], questions=[])
    plan = plan_bundle(programme, country, "guatemala", plans.inventory(tmp_path, programme, country))
    titles = [line.partition(",")[2] for line in format_playlist(plan.recordings, "es").decode().split("\n")[1::2]]
    assert titles == ["Apertura del foro", "Cards", "closing", ""]


@pytest.mark.parametrize(("length", "seconds"), [(3_782_499, 3782), (3_782_501, 3783)])
def test_a_playlist_has_lengths_in_whole_seconds(plan: Plan, length: int, seconds: int) -> None:
    first = plan.recordings[0]
    long = dataclasses.replace(first, media=dataclasses.replace(first.media, duration=length))
    assert f"#EXTINF:{seconds},Id-Cards\n" in format_playlist([long], "en").decode()


def test_the_country_s_own_questions_follow_those_of_the_programme_that_it_chose(tmp_path: Path) -> None:
    asked: list[dict[str, object]] = [{"id": id, "text": {"en": "?"}, "answers": []} for id in ("q1", "q2", "q3")]
    programme = plans.programme(question=asked)
    country = plans.country(questions=["q3", "q1"], question=[{"id": "own", "text": {"en": "?"}}])
    plan = plan_bundle(programme, country, "guatemala", plans.inventory(tmp_path, programme, country))
    assert [q.id for q in plan.questions] == ["q3", "q1", "own"]


def test_what_is_wrong_with_a_video_or_a_subtitle_stops_the_plan(tmp_path: Path) -> None:
    programme, country = plans.programme(), plans.country()
    inventory = plans.inventory(tmp_path, programme, country)
    broken = Finding("media-damaged", _("the picture cannot be decoded"), Place("videos/opening.mp4"))
    lost = Finding("subtitle-timing", _("no timing line"), Place("subtitles/opening.es.srt", 3))
    media = {
        **inventory.media,
        "videos/opening.mp4": dataclasses.replace(inventory.media["videos/opening.mp4"], findings=(broken,)),
    }
    tracks = {
        **inventory.tracks,
        "subtitles/opening.es.srt": dataclasses.replace(inventory.tracks["subtitles/opening.es.srt"], findings=(lost,)),
    }
    with pytest.raises(InputError) as caught:
        plan_bundle(programme, country, "guatemala", dataclasses.replace(inventory, media=media, tracks=tracks))
    assert caught.value.findings == (broken, lost)


def test_what_one_recording_lacks_is_said_whatever_others_stand_before_it(tmp_path: Path) -> None:
    of = [plans.recording("closing"), plans.recording("opening"), plans.recording("id-cards", subtitles={})]
    programme, country = plans.programme(recording=of), plans.country(recordings=["id-cards", "opening"])
    with pytest.raises(InputError) as caught:
        plan_bundle(programme, country, "guatemala", plans.inventory(tmp_path, programme, country), ["en"])
    (finding,) = caught.value.findings
    assert str(finding.what) == "the recording id-cards has no subtitles in es, which the country wants"


def test_subtitles_that_only_another_country_s_recording_lacks_stop_nothing(tmp_path: Path) -> None:
    of = [plans.recording("opening"), plans.recording("id-cards", subtitles={})]
    programme, country = plans.programme(recording=of, question=[]), plans.country(recordings=["opening"], questions=[])
    plan = plan_bundle(programme, country, "guatemala", plans.inventory(tmp_path, programme, country))
    assert [r.stem for r in plan.recordings] == ["01-opening"]
