"""Page and program on the same drives: the same answers and the same files named."""

from __future__ import annotations

import base64
import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.sample import sample
from tests.verify.folders import KEY
from tests.verify.mutations import CLAIMED, FILES, LETTER, Drive, Mutator, make_drives, seal
from usbkit.core import package_data
from usbkit.core.messages import _
from usbkit.core.progress import Silence
from usbkit.site.verify_page.tables import judging_tables
from usbkit.trust.tree import EntryKind, TreeEntry, UnreadableFileError
from usbkit.trust.verdict import Structure
from usbkit.verify import Trust
from usbkit.verify.content import check_tree

RUNNER = Path(__file__).with_name("page_check.js")
COMPANIONS = ("SHA256SUMS", "SHA256SUMS.minisig", "passport.json", "drive.js")
PROGRAMME = "forum-2020"
TABLES = {
    **judging_tables(),
    "programme": PROGRAMME,
    "edition": 3,
    "keys": [{"name": "desk", "public": KEY.public.to_base64(), "demo": False, "withdrawn": None}],
}


class DriveTree:
    """A `Tree` of a drive in memory."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive

    def entries(self) -> tuple[TreeEntry, ...]:
        folders = [TreeEntry(path, EntryKind.FOLDER) for path in self._drive.all_folders]
        files = [TreeEntry(path, EntryKind.FILE, self._size(path)) for path in self._drive.files]
        return tuple(sorted((*folders, *files), key=lambda e: e.path))

    def _size(self, path: str) -> int:
        return 3 if path in self._drive.unreadable else len(self._drive.files[path])

    def read(self, path: str) -> Iterator[bytes]:
        if path in self._drive.unreadable:
            raise UnreadableFileError(_("it is not there"))
        yield self._drive.files[path]

    def where(self, path: str) -> None:
        return None


def by_program(drive: Drive) -> dict[str, Any]:
    with_letter = check_tree(
        DriveTree(drive), Structure.NOT_CHECKED, (), Trust(LETTER, (KEY.public,)), Silence(), key="x"
    )
    keys_alone = check_tree(DriveTree(drive), Structure.NOT_CHECKED, (), Trust(None, (KEY.public,)), Silence(), key="x")
    said = with_letter.to_json()
    # The page counts its own keys only once somebody compared the fingerprint; and it also knows its programme.
    origin, alone = with_letter.origin.value, {"proven": "not checked"}.get(keys_alone.origin, keys_alone.origin.value)
    if with_letter.fingerprint and with_letter.claims is not None and with_letter.claims.programme != PROGRAMME:
        origin = alone = "refused"
    return {
        "content": said["content"],
        "fingerprint": said["fingerprint"],
        "files": said["files"],
        "bytes": said["bytes"],
        "troubles": sorted([t["path"], t["trouble"], t["runs"]] for t in said["troubles"]),
        "debris": sorted(said["debris"]),
        "claims": said["claims"],
        "origin": origin,
        "withoutLetter": alone,
    }


def by_page(drives: Iterable[Drive], tables: dict[str, Any] = TABLES, **how: Any) -> list[dict[str, Any]]:
    """What the page's scripts say, in Node, of drives that are dropped on it, or ``chosen`` in its dialog."""
    cases = [
        {
            "files": {
                path: None if path in drive.unreadable else base64.b64encode(data).decode()
                for path, data in drive.files.items()
            },
            "folders": sorted(drive.all_folders),
            "letter": LETTER,
            **how,
        }
        for drive in drives
    ]
    given = json.dumps({"tables": tables, "cases": cases})
    folder = package_data.templates() / "assets" / "verify"
    ran = subprocess.run(["node", RUNNER, folder], input=given, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == len(cases), ran.stderr[-2000:]
    for answer in answers:
        answer["order"] = [path for path, _trouble, _runs in answer["troubles"]]
        answer["troubles"] = sorted(answer["troubles"])
        answer["debris"] = sorted(answer["debris"])
    return answers


def compare(seed: int, count: int) -> Counter[str]:
    """All answers of ``count`` drives, counted. Fails with the first drives on which page and program differ."""
    said: Counter[str] = Counter()
    drives = list(make_drives(seed, count))
    for start in range(0, count, 500):
        some = drives[start : start + 500]
        for number, (drive, page) in enumerate(zip(some, by_page(some), strict=True), start):
            program = by_program(drive)
            differing = {name: (program[name], page[name]) for name in program if program[name] != page[name]}
            assert not differing, (seed, number, drive.done, differing)
            said[f"{program['content']} · {program['origin']}"] += 1
    return said


@pytest.mark.needs("node")
@pytest.mark.parametrize("seed", range(18, 18 + sample("page and program: seeds of 600 drives", 4, 20)))
def test_page_and_program_agree(seed: int) -> None:
    said = compare(seed, 600)
    assert {
        "whole · proven",
        "whole · refused",
        "damaged · refused",
        "no seal · not checked",
        "no seal · refused",
    } <= said.keys()


@pytest.mark.needs("node")
def test_what_is_chosen_in_the_dialog_is_the_root() -> None:
    """A browser gives no folders then, and the drive's name before every path."""
    drives = [d for d in make_drives(17, 150) if d.files and not d.unreadable]
    for drive in drives:
        empty = {f for f in drive.folders if not any(p.startswith(f + "/") for p in drive.files)}
        drive.folders -= empty
    for drive, page in zip(drives, by_page(drives, chosen="drive/"), strict=True):
        program = by_program(drive)
        assert {name: page[name] for name in program} == program, drive.done


def whole_drive() -> Drive:
    return Drive(seal(FILES, CLAIMED[0]))


@pytest.mark.needs("node")
def test_the_root_is_what_was_handed_over() -> None:
    """A genuine drive in a folder of somebody's is not whole, whichever way it comes; its place is told."""
    nested = Drive({f"backup/{path}": data for path, data in whole_drive().files.items()})
    nested.files |= {"index.html": b"<h1>theirs</h1>", "Open me.exe": b"MZ"}
    for how in ({}, {"loose": True}, {"chosen": "E/"}, {"chosen": ""}):
        (said,) = by_page([nested], **how)
        assert (said["content"], said["origin"]) == ("no seal", "not checked"), how
        assert said["below"] == ["backup"]


@pytest.mark.needs("node")
def test_the_name_of_what_was_handed_over() -> None:
    """A drive's own root has none in the dialog, nor have several things that were dropped at once."""
    for how, name in (
        ({}, "drive"),
        ({"loose": True}, "/"),
        ({"chosen": "GUATEMALA/"}, "GUATEMALA"),
        ({"chosen": ""}, "/"),
    ):
        (said,) = by_page([whole_drive()], **how)
        assert (said["name"], said["content"], said["below"]) == (name, "whole", []), how


@pytest.mark.needs("node")
def test_dropped_handles_and_entries_are_walked_alike() -> None:
    drives = list(make_drives(21, 60))
    assert by_page(drives, handles=True) == by_page(drives)
    assert by_page(drives[:20], handles=True, loose=True) == by_page(drives[:20], loose=True)
    drive = whole_drive()
    drive.folders.add("closed/below")
    (said,) = by_page([drive], closed=["closed/below"], handles=True)
    assert said["content"] == "damaged" and ["closed/below/", "unreadable", False] in said["troubles"]


@pytest.mark.needs("node")
def test_a_folder_of_one_file_is_one() -> None:
    for how in ({}, {"chosen": "E/"}, {"chosen": ""}, {"handles": True}):
        (said,) = by_page([Drive({"SHA256SUMS": b"x"})], **how)
        assert (said["content"], said["below"]) == ("no seal", [])
        (said,) = by_page([Drive({})], **how)
        assert (said["content"], said["troubles"]) == ("no seal", [["SHA256SUMS", "missing", False]])


@pytest.mark.needs("node")
@pytest.mark.parametrize("how", [{"chosen": "E/"}, {"chosen": ""}, {}])
def test_a_folder_that_an_engine_lists_within_itself_is_no_stranger(how: dict[str, Any]) -> None:
    """No file is called so, in the root or below; one that begins like it is a file."""
    drive = whole_drive()
    drive.files |= {".": b"", "photos/..": b"", "photos/.": b"", "photos/..note": b"theirs"}
    (said,) = by_page([drive], **how)
    assert (said["content"], said["troubles"]) == ("added to", [["photos/..note", "extra", False]])


@pytest.mark.needs("node")
def test_a_root_without_a_name_is_not_taken_for_a_folder_in_it() -> None:
    """As a Windows drive's: nothing stands before its paths, though all its files lie in folders."""
    for names in (("a", "b"), ("ab", "ac"), ("backup", "backup2")):
        drive = Drive({f"{name}/{seal}": b"x" for name in names for seal in ("SHA256SUMS", "x.txt")})
        (said,) = by_page([drive], chosen="")
        assert (said["name"], said["below"]) == ("/", list(names))
        (said,) = by_page([drive], chosen="E/")
        assert (said["name"], said["below"]) == ("E", list(names))


@pytest.mark.needs("node")
@pytest.mark.parametrize("second", ["videos/SHA256SUMS", "backup/SHA256SUMS", ".x/sha256sums"])
def test_a_second_seal_is_never_whole(second: str) -> None:
    """Beside the sealed files it is a stranger; and no seal of ours names one."""
    drive = whole_drive()
    drive.files[second] = drive.files["SHA256SUMS"]
    (said,) = by_page([drive])
    assert (said["content"], [t[0] for t in said["troubles"]]) == ("added to", [second])
    sealed = Drive(seal({**FILES, second.lstrip("."): b"x"}, CLAIMED[0]))
    assert by_page([sealed])[0]["content"] == by_program(sealed)["content"] == "no seal"


@pytest.mark.needs("node")
def test_a_folder_that_was_not_walked_is_never_whole() -> None:
    """The browser does not open it; it lies too deep; there is more than any drive of ours has."""
    drive = whole_drive()
    drive.folders.add("closed/below")
    (said,) = by_page([drive], closed=["closed/below"])
    assert said["content"] == "damaged" and ["closed/below/", "unreadable", False] in said["troubles"]
    (said,) = by_page([whole_drive()], closed=[""])
    assert said["content"] == "no seal"
    deep = Drive({**whole_drive().files, "/".join("d" * 40): b"x"})
    (said,) = by_page([deep])
    assert said["content"] == "damaged" and any(how == "unreadable" for _path, how, _runs in said["troubles"])
    many = Drive({**whole_drive().files, **{f"zz-{n:02}/x.txt": b"x" for n in range(30)}})
    entries = len(many.files) + len(many.all_folders)
    for most, content in ((entries, "added to"), (entries - 1, "damaged")):
        (said,) = by_page([many], {**TABLES, "maxEntries": most})
        assert said["content"] == content


@pytest.mark.needs("node")
def test_as_deep_as_the_program_walks_and_no_deeper() -> None:
    for depth, content in ((TABLES["maxDepth"], "added to"), (TABLES["maxDepth"] + 1, "damaged")):
        deep = Drive({**whole_drive().files, "/".join([*"d" * (depth - 1), "x.txt"]): b"x"})
        assert by_page([deep])[0]["content"] == content


@pytest.mark.needs("node")
def test_of_a_folder_that_was_not_walked_nothing_else_is_said() -> None:
    """Not that it is empty, nor which files stand in it."""
    drive = whole_drive()
    drive.folders |= {"closed", "empty"}
    (said,) = by_page([drive], closed=["closed"])
    assert said["troubles"] == [["closed/", "unreadable", False], ["empty/", "extra", False]]
    assert said["details"] == {"closed/": "not-walked", "empty/": "empty-folder"}


@pytest.mark.needs("node")
@pytest.mark.parametrize(
    ("name", "address", "beside"),
    [
        ("drive", "/media/desk/drive/verify.html", True),
        ("drive", "/media/desk/drive/backup/verify.html", False),
        ("a drive", "/media/a%20drive/verify.html", True),
        ("caf\u00e9", "/media/caf%E9/verify.html", False),
        ("/", "/E:/verify.html", True),
        ("/", "/verify.html", True),
        ("/", "/E:/backup/verify.html", False),
        ("drive", "/E:/verify.html", False),
    ],
)
def test_which_page_stands_in_the_folder(name: str, address: str, beside: bool) -> None:
    (said,) = by_page([whole_drive()], beside=[name, address])
    assert said["beside"] is beside


@pytest.mark.needs("node")
def test_keys_at_hand_and_no_signature_are_refused_without_any_letter() -> None:
    unsigned = Drive(seal(FILES, CLAIMED[2]))
    (said,) = by_page([unsigned])
    assert (said["content"], said["origin"], said["withoutLetter"]) == ("whole", "refused", "refused")
    (said,) = by_page([unsigned], {**TABLES, "keys": []})
    assert (said["origin"], said["withoutLetter"]) == ("proven", "not checked")


@pytest.mark.needs("node")
def test_troubles_are_named_in_the_order_of_their_paths() -> None:
    drive = whole_drive()
    for path in list(FILES):
        drive.files[path] = b"other"
    drive.files |= dict.fromkeys(("zz.txt", "a.txt", "M.txt", "videos/m.txt", ".hidden"), b"x")
    del drive.files["passport.json"], drive.files["drive.js"]
    ways: tuple[dict[str, Any], ...] = ({}, {"chosen": "E/"})
    for how in ways:
        (said,) = by_page([drive], **how)
        assert said["order"] == sorted(said["order"]) and len(said["order"]) == len(FILES) + 7


@pytest.mark.needs("node")
def test_no_more_is_read_of_a_file_than_it_may_have() -> None:
    """The page is given files of any size: what is no seal, passport or signature by its size alone is not read."""
    drive = whole_drive()
    drive.files |= {"long.txt": b"x" * 5000, "short.txt": b"xyz"}
    (said,) = by_page([drive])
    sizes = {name: len(drive.files[name]) for name in COMPANIONS}
    assert said["read"] == {**sizes, "long.txt": TABLES["beginning"], "short.txt": 3}
    assert said["begun"] == sum(map(len, FILES.values()))
    for name in COMPANIONS:
        bound = "maxSums" if name == "SHA256SUMS" else "maxCompanion"
        (said,) = by_page([drive], {**TABLES, bound: sizes[name]})
        assert name in said["read"]
        (said,) = by_page([drive], {**TABLES, bound: sizes[name] - 1})
        assert name not in said["read"]
        assert said["content"] == ("no seal" if name == "SHA256SUMS" else "damaged")
        if name != "drive.js":  # which is compared, not read
            emptied = Drive({**drive.files, name: b""})
            assert said["details"][name] == by_page([emptied])[0]["details"][name]


@pytest.mark.needs("node")
def test_a_file_under_another_name_is_told_from_a_stranger() -> None:
    drive = whole_drive()
    drive.files |= {"Lies mich.txt": drive.files.pop("README.txt"), "thesis.txt": b"three years of work"}
    drive.files["index.html"] = b"changed"
    (said,) = by_page([drive])
    assert said["details"] == {"README.txt": "", "Lies mich.txt": "README.txt", "thesis.txt": "", "index.html": ""}


@pytest.mark.needs("node")
def test_a_file_in_a_folder_s_place_is_named() -> None:
    drive = whole_drive()
    drive.files = {p: d for p, d in drive.files.items() if not p.startswith("videos/")} | {"videos": b"my own film"}
    (said,) = by_page([drive])
    assert ["videos", "extra", False] in said["troubles"] and said["content"] == "incomplete"
    assert said["troubles"] == by_program(drive)["troubles"]


@pytest.mark.needs("node")
def test_a_folder_in_a_file_s_place_is_not_read() -> None:
    for name in (*COMPANIONS, *FILES):
        drive = whole_drive()
        del drive.files[name]
        drive.files[f"{name}/below.txt"] = b"x"
        (said,) = by_page([drive])
        assert name not in said["read"]
        assert said["content"] == by_program(drive)["content"] != "whole"


def test_every_kind_of_mutation_changes_something() -> None:
    """None of them is idle: each makes some drive other than it was."""
    for name in [n for n in dir(Mutator) if n.startswith("do_")]:
        changed = 0
        for seed in range(40):
            mutator = Mutator(seed)
            drive = whole_drive()
            getattr(mutator, name)(drive)
            changed += (drive.files, drive.folders, drive.unreadable) != (whole_drive().files, set(), set())
        assert changed > 20, name
