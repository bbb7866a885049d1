"""The example programme, and a folder of manifests with every kind of mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from usbkit.core import package_data
from usbkit.core.errors import Finding, InputError
from usbkit.manifest.finding import find_programme
from usbkit.manifest.load import Manifests, load_programme

PROGRAMME = """\
id = "forum"
edition = 1
date = 2020-10-30
library = "library"
title = { en = "A forum" }
event = { date = 2020-09-24 }
organisers = [{ en = "An office" }]
contact = { office = { en = "An office" } }

[[recording]]
id = "opening"
kind = "opening"
title = { en = "Opening" }
source = "videos/opening.mp4"
spoken = "ko"
subtitles = { en = "subtitles/opening.en.srt" }
"""

COUNTRY = """\
code = "GT"
name = { en = "Guatemala" }
interface = ["es", "en"]
subtitles = ["en"]
recordings = ["opening"]
delivery = "usb"
route = "corps"
drives = 2
label = "FORUM2020GT"
"""


def write(folder: Path, programme: str = PROGRAMME, **countries: str) -> Path:
    (folder / "programme.toml").write_text(programme, encoding="utf-8")
    for stem, text in countries.items():
        (folder / f"{stem}.toml").write_text(text, encoding="utf-8")
    return folder


def findings_of(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as raised:
        load_programme(folder)
    return raised.value.findings


def only_finding(folder: Path) -> Finding:
    findings = findings_of(folder)
    assert len(findings) == 1, [str(f.what) for f in findings]
    return findings[0]


@pytest.fixture(scope="module")
def forum() -> Manifests:
    return load_programme(find_programme(package_data.manifests()))


def test_ten_countries_load(forum: Manifests) -> None:
    assert [c.code for c in forum.countries.values()] == ["KH", "CI", "GT", "HN", "ID", "KG", "MM", "PY", "RU", "UZ"]
    assert [r.id for r in forum.programme.recording][2:5] == ["civil-registration", "id-cards", "elections"]


def test_what_a_country_asked_for_comes_first(forum: Manifests) -> None:
    for country in forum.countries.values():
        assert country.recordings[: len(country.requested)] == country.requested


def test_nothing_invented_passes_for_real(forum: Manifests) -> None:
    for country in forum.countries.values():
        assert {"delivery", "label"} <= set(country.sample)
        assert country.addressee is None or country.addressee.sample
        assert all(d.sample for d in country.document)
    assert forum.programme.contact.sample
    assert all(a.sample for q in forum.programme.question for a in q.answers)
    assert all(r.sample for r in forum.programme.recording if r.chapters)


def test_places_name_file_line_and_field(forum: Manifests) -> None:
    place = forum.programme_source.place("recording", 3, "subtitles", "es")
    assert place.field == "recording.id-cards.subtitles.es"
    assert place.line is not None
    assert "id-cards.es.srt" in Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]


@pytest.mark.parametrize("names", [["GT"], ["gt"], ["guatemala"], ["Guatemala", "gt"]])
def test_pick_takes_stems_and_codes(forum: Manifests, names: list[str]) -> None:
    assert forum.pick(names, False) == ["guatemala"]


def test_pick_all(forum: Manifests) -> None:
    assert len(forum.pick([], True)) == 10


@pytest.mark.parametrize(
    ("names", "every", "id"),
    [(["guatmala"], False, "country-unknown"), ([], False, "country-not-named"), (["gt"], True, "country-and-all")],
)
def test_pick_refuses(forum: Manifests, names: list[str], every: bool, id: str) -> None:
    with pytest.raises(InputError) as raised:
        forum.pick(names, every)
    assert raised.value.findings[0].id == id


def test_pick_suggests(forum: Manifests) -> None:
    with pytest.raises(InputError) as raised:
        forum.pick(["guatmala", "hondurs"], False)
    assert [str(f.todo) for f in raised.value.findings] == ["Did you mean guatemala?", "Did you mean honduras?"]


def test_finds_the_only_programme_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "forum"
    folder.mkdir()
    write(folder)
    assert find_programme(tmp_path) == folder
    assert find_programme(folder) == folder


def test_find_refuses_none_and_several(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"found no programme\.toml"):
        find_programme(tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        find_programme(tmp_path / "absent")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(tmp_path / name)
    with pytest.raises(InputError, match="found several programmes"):
        find_programme(tmp_path)


def test_byte_order_mark_and_dos_lines_are_taken(tmp_path: Path) -> None:
    write(tmp_path)
    text = COUNTRY.replace("\n", "\r\n").replace('"usb"', '"usbb"')
    (tmp_path / "gt.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    finding = only_finding(tmp_path)
    assert finding.place is not None
    assert finding.place.line == 6
    assert str(finding.todo) == "Did you mean usb?"


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "gt.toml").write_bytes(COUNTRY.replace("Guatemala", "과테말라").encode("cp949"))
    finding = only_finding(tmp_path)
    assert (finding.id, finding.place and finding.place.line) == ("manifest-encoding", 2)


def test_a_country_file_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "gt.toml").mkdir()
    assert only_finding(tmp_path).id == "manifest-unreadable"


def test_name_of_a_country_file(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "Côte d'Ivoire.toml").write_text(COUNTRY, encoding="utf-8")
    finding = only_finding(tmp_path)
    assert (finding.id, str(finding.todo)) == ("manifest-name", "Rename it, for example to cote-d-ivoire.toml")


def test_mistakes_of_all_files_at_once_in_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        PROGRAMME.replace('"ko"', '"kr"'),
        gt=COUNTRY.replace("drives = 2", 'drives = "2"'),
        hn=COUNTRY.replace('"GT"', '"HN"').replace('"opening"', '"openning"'),
    )
    assert [(Path(f.place.file).name, f.place.line) for f in findings_of(tmp_path) if f.place] == [
        ("programme.toml", 15),
        ("gt.toml", 8),
        ("hn.toml", 5),
    ]


def test_a_line_that_is_wrong_in_two_ways_is_said_once_with_what_it_should_be(tmp_path: Path) -> None:
    finding = only_finding(write(tmp_path, f"sample = yes\n{PROGRAMME}", gt=COUNTRY))
    assert str(finding.what) == 'found "yes", expected a list in square brackets'
    assert str(finding.todo) == 'Write it as in: sample = ["contact"]'


def test_a_mistyped_header_of_every_recording_is_one_mistake(tmp_path: Path) -> None:
    for wrong in ("[recording]", "[[recordings]]", "[Recording]"):
        text = PROGRAMME.replace("[[recording]]", wrong)
        second = text[text.index(wrong) :].replace("opening", "closing").replace('"closing"\ntitle', '"opening"\ntitle')
        finding = only_finding(write(tmp_path, f"{text}\n{second}", gt=COUNTRY))
        assert str(finding.todo) == "Write the line as: [[recording]] (1 more like it)"


def test_two_mistakes_of_one_line_are_both_said(tmp_path: Path) -> None:
    """A character that looks right and is not, and a value that is wrong with the right one too."""
    both = findings_of(write(tmp_path, f"sample\u00a0= 5\n{PROGRAMME}", gt=COUNTRY))
    assert [f.id for f in both] == ["manifest-character", "manifest-value"]


def test_a_header_that_is_hardly_like_one_is_named_and_not_read_as_it(tmp_path: Path) -> None:
    finding = only_finding(write(tmp_path, f'{PROGRAMME}\n[[person]]\nid = "a"\n', gt=COUNTRY))
    assert str(finding.what) == "unknown key person"


def test_a_mistyped_key_is_the_only_mistake(tmp_path: Path) -> None:
    """`drive = 2` is no country without drives."""
    finding = only_finding(write(tmp_path, guatemala=COUNTRY.replace("drives = 2", "drive = 2")))
    assert finding.place is not None and finding.place.field == "drive" and "drives" in str(finding.todo)
