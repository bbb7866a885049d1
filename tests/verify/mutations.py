# ruff: noqa: E501
"""Randomly changed sealed drives, made from a seed, to compare page and program."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tests.verify.folders import KEY, OTHER_KEY
from usbkit.trust.passport import DriveNumber, Passport, format_drive_js
from usbkit.trust.secret import SecretKey
from usbkit.trust.strangers import RUN_BEGINNINGS
from usbkit.trust.sums import UNSEALED_NAMES, fingerprint

SUMS, SIGNATURE, PASSPORT, SCRIPT = UNSEALED_NAMES
FILES = {
    "README.txt": b"Read me.\r\n",
    "index.html": b"<!doctype html><title>Recordings</title>",
    "documents/zeros.bin": bytes(300),
    "slides/01-id-cards.pdf": b"%PDF-1.4\n%%EOF\n",
    "videos/01-opening.mp4": bytes(range(256)),
    "videos/02-id-cards.mp4": bytes(reversed(range(256))),
    "videos/empty.srt": b"",
}
DAY = dt.date(2020, 11, 2)


@dataclass
class Drive:
    """A drive as a tree in memory. ``unreadable`` files are listed and give no bytes."""

    files: dict[str, bytes]
    folders: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    @property
    def all_folders(self) -> set[str]:
        """Those with files in them, too."""
        above = {path.rpartition("/")[0] for path in (*self.files, *self.folders)} | self.folders
        for path in list(above):
            parts = path.split("/")
            above |= {"/".join(parts[:n]) for n in range(1, len(parts))}
        return above - {""}


@dataclass(frozen=True)
class Claimed:
    """What a drive says it is, before it is written down."""

    programme: str = "forum-2020"
    country: str = "GT"
    edition: int = 3
    date: dt.date = DAY
    route: str | None = "corps"
    drive: DriveNumber | None = None
    nonce: str | None = None
    key: SecretKey | None = KEY


CLAIMED = (
    Claimed(),
    Claimed(drive=DriveNumber(7, 20), nonce="0123abcd" * 4),
    Claimed(key=None),
    Claimed(key=OTHER_KEY),
    Claimed(country="HN", edition=2, route="mission"),
    Claimed(route=None, date=dt.date(2019, 2, 28)),
    Claimed(programme="other-2021"),
)


def format_seal(digests: dict[str, str]) -> bytes:
    """As usbkit writes it, whatever the paths are."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode("utf-8", "surrogateescape")


def seal(files: dict[str, bytes], claimed: Claimed) -> dict[str, bytes]:
    """``files`` with seal, signature, passport and drive.js."""
    sums = format_seal({path: hashlib.sha256(data).hexdigest() for path, data in files.items()})
    c, mark = claimed, fingerprint(sums)
    passport = Passport(c.programme, c.country, c.edition, c.date, c.route, mark, None, c.drive, c.nonce)
    made = {
        **files,
        SUMS: sums,
        PASSPORT: passport.to_json(),
        SCRIPT: format_drive_js(passport, is_signed=c.key is not None),
    }
    if c.key is not None:
        said = f"usbkit seal v1 programme={c.programme} country={c.country} edition={c.edition} date={c.date}"
        made[SIGNATURE] = c.key.sign(sums, f"{said} files={len(files)} sha256={mark}").to_bytes()
    return made


LETTER = fingerprint(seal(FILES, CLAIMED[0])[SUMS])


class Mutator:
    """Does things to a drive. Each method is one kind; which, where and how is the seed's to say."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)

    def make(self) -> Drive:
        """A drive with up to four things done to it."""
        drive = Drive(seal(FILES, self.r.choice(CLAIMED)))
        kinds = [name for name in dir(self) if name.startswith("do_")]
        for name in self.r.choices(kinds, k=self.r.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            done: Callable[[Drive], None] = getattr(self, name)
            done(drive)
            drive.done.append(name)
        for path in drive.all_folders & drive.files.keys():  # no file system has both under one name
            del drive.files[path]
        drive.unreadable &= drive.files.keys()
        return drive

    # Files

    def _sealed(self, drive: Drive) -> str | None:
        paths = sorted(path for path in drive.files if path in FILES)
        return self.r.choice(paths) if paths else None

    def do_flip(self, drive: Drive) -> None:
        path = self.r.choice(sorted(drive.files))
        drive.files[path] = self._flipped(drive.files[path])

    def _flipped(self, data: bytes) -> bytes:
        if not data:
            return b"x"
        at = self.r.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << self.r.randrange(8)]) + data[at + 1 :]

    def do_cut_or_lengthen(self, drive: Drive) -> None:
        path = self.r.choice(sorted(drive.files))
        data = drive.files[path]
        longer = data + self.r.choice((b"\0", b"\n", b" ", data))
        drive.files[path] = self.r.choice((data[:-1], data[: len(data) // 2], b"", longer))

    def do_remove(self, drive: Drive) -> None:
        drive.files.pop(self.r.choice(sorted(drive.files)))

    def do_rename(self, drive: Drive) -> None:
        path = self.r.choice(sorted(drive.files))
        new = self.r.choice((path.upper(), path + ".bak", "moved/" + path, path.replace(".", "_"), self._name()))
        if self._fits(drive, new):
            drive.files[new] = drive.files.pop(path)

    def do_swap(self, drive: Drive) -> None:
        one, other = self.r.choice(sorted(drive.files)), self.r.choice(sorted(drive.files))
        drive.files[one], drive.files[other] = drive.files[other], drive.files[one]

    def do_put_a_folder_in_its_place(self, drive: Drive) -> None:
        path = self.r.choice(sorted({*FILES, *UNSEALED_NAMES}))
        drive.files.pop(path, None)
        if self.r.random() < 0.5:
            drive.folders.add(path)
        elif not any(p.startswith(path + "/") for p in drive.files):
            drive.files[f"{path}/inside.txt"] = b"x"

    def do_put_a_file_in_a_folder_s_place(self, drive: Drive) -> None:
        folder = self.r.choice(("videos", "slides", "documents"))
        drive.files = {p: data for p, data in drive.files.items() if not p.startswith(folder + "/")}
        drive.folders = {p for p in drive.folders if p != folder and not p.startswith(folder + "/")}
        drive.files[folder] = self._content()

    def do_make_unreadable(self, drive: Drive) -> None:
        drive.unreadable.add(self.r.choice(sorted(drive.files)))

    # What is added

    def do_add(self, drive: Drive) -> None:
        for _n in range(self.r.choice((1, 1, 3))):
            path = self._name()
            if self._fits(drive, path):
                drive.files[path] = self._content()

    def do_add_a_folder(self, drive: Drive) -> None:
        path = self.r.choice(
            (
                "System Volume Information",
                ".Trashes",
                ".fseventsd",
                "videos/new",
                "call us",
                ".Spotlight-V100/Store-V2",
                "a/b/c",
            )
        )
        if path not in drive.files:
            drive.folders.add(path)

    def do_add_a_whole_drive_below(self, drive: Drive) -> None:
        folder = self.r.choice(("backup", "videos", ".hidden"))
        for path, data in seal(FILES, self.r.choice(CLAIMED)).items():
            drive.files[f"{folder}/{path}"] = data

    def do_only_a_drive_below(self, drive: Drive) -> None:
        drive.files = {f"backup/{path}": data for path, data in drive.files.items()}
        drive.files["index.html"] = b"<h1>theirs</h1>"

    def _fits(self, drive: Drive, path: str) -> bool:
        """Whether a file system could hold it beside the others."""
        above = path.split("/")
        parents = {"/".join(above[:n]) for n in range(1, len(above))}
        return path not in drive.all_folders and not parents & drive.files.keys() and path not in drive.files

    def _name(self) -> str:
        folder = self.r.choice(
            ("", "", "", "videos/", "slides/", "new/", "System Volume Information/", ".fseventsd/", "a/b/")
        )
        known = (
            "WPSettings.dat", "IndexerVolumeGuid", ".DS_Store", "._01-opening.mp4", "._.Trashes", "._.", "no_log",
            "0123456789abcdef", ".apdisk", ".xdg-volume-info", "autorun.inf", "x.exe", "x.EXE. ", "x.lnk", "page.HTM",
            "desktop.ini", "note.txt", "SHA256SUMS", "sha256sums", "SHA256SUMS.minisig", "passport.json", "drive.js",
            "안내.pdf", "İ.ıNF", "a\u202egpj.exe", "<img src=x>.txt", "\U0001f600.txt", "x" * 200, "a b", "a'b", 'a"b',
            "%2e%2e", "con", "~$x.docm", "x.svg", "._index.html", "__proto__", "constructor", "toString", "x.tar.gz",
        )  # fmt: skip
        return folder + self.r.choice(known)

    def _content(self) -> bytes:
        mark = self.r.choice(RUN_BEGINNINGS).encode("latin-1")
        return self.r.choice(
            (b"", b"x", b"twelve bytes", b"g" * 76, mark, b"\xef\xbb\xbf \r\n" + mark.upper(), b" " * 511 + mark,
             bytes(70_000), b"\0" + mark, *FILES.values())
        )  # fmt: skip

    # The seal

    def do_edit_sums(self, drive: Drive) -> None:
        lines = drive.files.get(SUMS, b"x\n").split(b"\n")
        at = self.r.randrange(len(lines))
        line = lines[at]
        kinds: tuple[Callable[[], object], ...] = (
            lambda: lines.__setitem__(at, line.upper()),
            lambda: lines.__setitem__(at, line.replace(b"  ", b" ")),
            lambda: lines.__setitem__(at, line.replace(b"  ", b" *")),
            lambda: lines.__setitem__(at, line + b"\r"),
            lambda: lines.__setitem__(at, line + self.r.choice((b" ", b".", b"/", b"\t", b"\xc3\xa9", b"\0"))),
            lambda: lines.__setitem__(
                at, line.replace(b"  ", b"  " + self.r.choice((b"../", b"/", b"./", b"C:/", b"a//")))
            ),
            lambda: lines.insert(at, self.r.choice(lines)),
            lambda: lines.pop(at),
            lines.reverse,
            lambda: self.r.shuffle(lines),
            lambda: lines.insert(at, b"#" + line),
            lambda: lines.insert(at, b"a" * 64 + b"  " + self._sealed_name()),
        )
        self.r.choice(kinds)()
        drive.files[SUMS] = b"\n".join(lines)

    def _sealed_name(self) -> bytes:
        return self.r.choice(
            (b"SHA256SUMS", b"sha256sums", b"Passport.JSON", b"videos/SHA256SUMS", b"videos/sha256sums.MINISIG", b"a" * 200,
             b"a" * 201, b"README.TXT", b"readme.txt/x", b"videos", b"a/passport.json", b"0", b"x" + b"/y" * 90)
        )  # fmt: skip

    def do_seal_again(self, drive: Drive) -> None:
        """Everything as it now is, sealed anew: strangers become ours, damage whole."""
        files = {p: d for p, d in drive.files.items() if p not in UNSEALED_NAMES and p not in drive.unreadable}
        claimed = replace(self.r.choice(CLAIMED), key=self.r.choice((KEY, OTHER_KEY, None)))
        made = seal(files, claimed)
        if made.get(SIGNATURE) is None:
            drive.files.pop(SIGNATURE, None)
        drive.files.update(made)
        if self.r.random() < 0.3:
            drive.files[PASSPORT] = seal(FILES, claimed)[PASSPORT]

    # The signature

    def do_sign_something_else(self, drive: Drive) -> None:
        sums = drive.files.get(SUMS, b"")
        mark, count = fingerprint(sums), len(sums.splitlines())
        said = f"usbkit seal v1 programme=forum-2020 country=GT edition=3 date=2020-11-02 files={count} sha256={mark}"
        old, new = self.r.choice(
            (("GT", "HN"), ("GT", "gt"), ("edition=3", "edition=0"), ("edition=3", "edition=9999"), ("edition=3", "edition=10000"),
             ("2020-11-02", "2020-02-30"), ("2020-11-02", "0000-01-01"), ("seal v1", "head v1"), ("seal v1", "seal v2"),
             (f"files={count}", "files=1"), (mark, "0" * 64), ("forum-2020", "other-2021"), ("forum-2020", "a" * 40),
             ("forum-2020", "a" * 41), ("forum-2020", "a--b"), (" date", "  date"), (mark, mark + " "), (said, ""), (said, "hello"))
        )  # fmt: skip
        key = self.r.choice((KEY, OTHER_KEY))
        drive.files[SIGNATURE] = key.sign(sums, said.replace(old, new)).to_bytes()

    def do_edit_signature(self, drive: Drive) -> None:
        data = drive.files.get(SIGNATURE, b"\n\n\n\n")
        lines = data.split(b"\n")
        at = self.r.randrange(len(lines))
        kinds: tuple[Callable[[], bytes], ...] = (
            lambda: data.replace(b"\n", b"\r\n"),
            lambda: data + b"\n",
            lambda: data[:-1],
            lambda: data.replace(b"trusted comment:", b"Trusted comment:", 1),
            lambda: data.replace(b"\nRU", b"\nRW", 1),
            lambda: b"\n".join(
                [*lines[:at], lines[at] + self.r.choice((b" ", b"=", b"\0", b"\xff", b"A")), *lines[at + 1 :]]
            ),
            lambda: b"\n".join(lines[:at] + lines[at + 1 :]),
            lambda: b"untrusted comment: " + b"x" * self.r.choice((10, 16_000, 17_000)) + b"\n" + b"\n".join(lines[1:]),
            lambda: self._decoded(lines, 1),
            lambda: self._decoded(lines, 3),
        )
        drive.files[SIGNATURE] = self.r.choice(kinds)()

    def _decoded(self, lines: list[bytes], at: int) -> bytes:
        """One line's base64 with a bit of what it stands for changed, or padded in another way."""
        try:
            raw = base64.b64decode(lines[at])
        except (IndexError, ValueError):
            return b""
        new = self.r.choice((self._flipped(raw), raw + b"\0", raw[:-1]))
        return b"\n".join([*lines[:at], base64.b64encode(new), *lines[at + 1 :]])

    # Passport and drive.js

    def do_edit_passport(self, drive: Drive) -> None:
        """A field of another value, and for some drive.js made to fit."""
        try:
            values = json.loads(drive.files[PASSPORT])
            name = self.r.choice(sorted(values))
        except (LookupError, ValueError, TypeError, RecursionError):
            return
        choices: tuple[object, ...] = (
            None, True, 0, 1, 3, 7, 9999, 10_000, 2**53 + 1, -1, 3.5, "", "GT", "HN", "gt", "x" * 40, "x" * 5000, "a-b", "corps",
            "by hand", "2020-11-02", "2020-02-30", "a" * 64, "A" * 64, "0" * 32, "</script>", "\u202e", "안내", [], {},
            {"number": 7, "of": 3}, {"number": 0, "of": 0}, {"number": 1, "of": 1}, {"number": 999_999, "of": 999_999},
            {"number": 1, "of": 10**6}, {"number": "1", "of": 2}, {"number": 1}, {"number": 1, "of": 2, "more": 3},
            {"number": 1, "of": 2, "replaces": "3PKQ7"}, {"number": 1, "of": 2, "replaces": None},
            {"number": 1, "of": 2, "replaces": "3pkq7"}, {"number": 1, "of": 2, "replaces": 7},
            {"replaces": "3PKQ7", "number": 1, "of": 2},
        )  # fmt: skip
        values[name] = self.r.choice(choices)
        if self.r.random() < 0.1:
            values["more"] = 1
        drive.files[PASSPORT] = (json.dumps(values, indent=2) + "\n").encode()
        if self.r.random() < 0.6:
            names = ("programme", "country", "edition", "date", "route", "drive", "fingerprint")
            shown = {n: values.get(n) for n in names} | {"signed": SIGNATURE in drive.files}
            drive.files[SCRIPT] = f"window.usbkitDrive = {json.dumps(shown)};\n".encode()

    def do_spell_passport_otherwise(self, drive: Drive) -> None:
        data = drive.files.get(PASSPORT, b"{}\n")
        kinds: tuple[Callable[[], bytes], ...] = (
            lambda: data.replace(b": 3,", b": 3.0,"),
            lambda: data.replace(b": 3,", b": 30e-1,"),
            lambda: data.replace(b": 3,", b": 03,"),
            lambda: data.replace(b"GT", b"\\u0047T"),
            lambda: data.replace(b"\n", b"\r\n"),
            lambda: b"\xef\xbb\xbf" + data,
            lambda: data.decode("latin-1").encode("utf-16"),
            lambda: data.replace(b"  ", b"\t"),
            lambda: data[:-2] + b" " * 4096 + b"}\n",
            lambda: data.replace(b"{", b'{"country": "HN",', 1),
            lambda: b"[" * 3000,
            lambda: b"NaN",
            lambda: b"null",
        )
        drive.files[PASSPORT] = self.r.choice(kinds)()

    def do_edit_script(self, drive: Drive) -> None:
        data = drive.files.get(SCRIPT, b"")
        drive.files[SCRIPT] = self.r.choice(
            (data.replace(b";\n", b";alert(1);\n"), data.replace(b"true", b"false"), data.replace(b"false", b"true"),
             data + b"\n", b" " + data, data.replace(b'": "', b'":"'), bytes(70_000))
        )  # fmt: skip

    def do_forget_the_signature(self, drive: Drive) -> None:
        """Taken away, and drive.js made to say so."""
        drive.files.pop(SIGNATURE, None)
        if SCRIPT in drive.files:
            drive.files[SCRIPT] = drive.files[SCRIPT].replace(b'"signed": true', b'"signed": false')


def make_drives(seed: int, count: int) -> Iterator[Drive]:
    """``count`` drives, the same every time for the same ``seed``."""
    for number in range(count):
        yield Mutator(seed * 10**7 + number).make()
