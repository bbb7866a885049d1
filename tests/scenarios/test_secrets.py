"""No command prints a secret: passwords of databases, nonces, letter words, passphrases.

Every command runs, in words and as JSON, where it succeeds, and where its ledger or hub refuses it or is missing. A
secret may be in the ledger and its copy, in the letter that carries the word, on the drive, and where it is shown to a
person once.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from tests.archive.packs import pack, unpack
from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import UNLIKELY_WORDS, open_ledger
from tests.support.cli import TOP, Done
from tests.support.postgresql import Server, running_server
from usbkit.cli.main import cli
from usbkit.trust.keyfiles import write_key_pair
from usbkit.trust.receipt_code import Found, Report, make_code
from usbkit.trust.secret import Cost

pytestmark = pytest.mark.needs("postgresql")

#: Passwords that need quoting in a URL, and one that does not.
OWNER, WRONG = "Geheim:wort/7@x", "Falsch%wort"
QUOTED = {OWNER: "Geheim%3Awort%2F7%40x", WRONG: "Falsch%25wort"}
PASSPHRASE = "correct horse battery"

#: Commands that take long, need a stick or what is not here: run where they fail.
#: `station` is run in the test below.
NEVER_DONE = {
    *("demo", "preview", "drives test", "mend", "order renew", "station", "station clear", "wipe", "write"),
    *("new country", "new programme", "key withdraw"),
}

#: Files that may hold secrets: the ledger and its copies, letters that carry their word, and what the test typed from.
HOLDING = {
    *("desk/ledger.sqlite", "desk/ledger.sqlite-wal", "copy.sqlite", "copy2.sqlite", "never.sqlite"),
    *("letter0.html", "letter1.html", "never.html", "passphrase", "wrong"),
    "dispatch.html/verification/guatemala-1-verification-letter.html",
}


def leaves(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command, with the words that call it."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command, words = group.get_command(ctx, name), (*above, name)
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield " ".join(words)
            yield from leaves(command, words)
        else:
            yield " ".join(words)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    """A server that asks for a password."""
    with running_server() as server:
        rules = server.data / "pg_hba.conf"
        sql = f"ALTER ROLE usbkit PASSWORD '{OWNER}'"
        psql = [str(server.programs / "psql"), "-h", str(server.folder), "-U", "usbkit", "-d", "postgres", "-qc", sql]
        subprocess.run(psql, check=True)
        for name in ("books", "shelf", "offices"):
            server.database(name)
        rules.write_text("local all all scram-sha-256\n")
        server.stop("fast")
        server.start()
        (server.folder / "log").write_bytes(b"")
        yield server


@dataclass
class Journey:
    """Runs commands, and searches what they say."""

    desk: Desk
    secrets: dict[str, str]
    done: dict[str, set[tuple[bool, bool]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def run(self, leaf: str, *arguments: object, code: int | None = 0, shows: str = "", where: object = ()) -> Done:
        """``leaf`` with its arguments, as JSON where ``--json`` is one of them. ``shows`` may be said."""
        done = self.desk.run(*(where or ()), *leaf.split(), *arguments)  # type: ignore[misc]
        if code not in (None, done.code):
            self.wrong.append(f"{leaf} {arguments}: exit {done.code}, not {code}: {done.out[-300:]}{done.err[-300:]}")
        self.search(f"{leaf} {arguments}", done.out + done.err, shows)
        self.done.setdefault(leaf, set()).add((done.code == 0, "--json" in arguments))
        return done

    def both(self, leaf: str, *arguments: object, code: int | None = 0, where: object = ()) -> None:
        self.run(leaf, *arguments, code=code, where=where)
        self.run(leaf, *arguments, "--json", code=code, where=where)

    def search(self, what: str, text: str, shows: str = "") -> None:
        found = {kind for secret, kind in self.secrets.items() if secret in text and secret != shows}
        if found or "Traceback" in text:
            self.wrong.append(f"{what} says {found}: {text[-2000:]}")

    def learn(self, file: Path) -> None:
        """The secrets in a ledger."""
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as raw:
            self.secrets |= {
                nonce: f"nonce of {drive}" for nonce, drive in raw.execute("SELECT nonce, drive FROM secret")
            }
            for word, salt in raw.execute("SELECT word, salt FROM letter_word"):
                self.secrets |= {word: "letter word", salt: "salt of a word"}

    def tell_files(self, folder: Path) -> dict[str, set[str]]:
        """Which secrets stand in which file below ``folder``, by its place there."""
        found: dict[str, set[str]] = {}
        for file in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
            data = file.read_bytes()
            if kinds := {kind.split()[0] for secret, kind in self.secrets.items() if secret.encode() in data}:
                found[file.relative_to(folder).as_posix()] = kinds
        return found


def url(server: Server, password: str, database: str = "books") -> str:
    return f"postgresql://usbkit:{QUOTED[password]}@/{database}?host={server.folder}"


@pytest.fixture
def journey(demo: Path, tmp_path: Path, guarded: Server, monkeypatch: pytest.MonkeyPatch) -> Journey:
    """A desk at a hub: an order at home and one at the hub, sticks, keys and a pack."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("usbkit.ledger.appending.words", lambda: UNLIKELY_WORDS)
    monkeypatch.setattr(write_key_pair, "__defaults__", (Cost(32768, 2**24),))
    secrets = {kind: f"password {kind}" for kind in (*QUOTED, *QUOTED.values())} | {PASSPHRASE: "passphrase"}
    return Journey(open_desk(demo, tmp_path / "desk"), secrets)


def test_no_command_says_a_secret(journey: Journey, demo: Path, tmp_path: Path, guarded: Server) -> None:
    desk, run = journey.desk, journey.run
    ledger, hub = desk.folder / "ledger.sqlite", ("--hub", url(guarded, OWNER))
    journey.learn(ledger)
    make_keys_and_packs(journey, demo, tmp_path)
    what_a_desk_does(journey, tmp_path, demo)
    what_a_hub_does(journey, hub, guarded, tmp_path)
    # Where the ledger is elsewhere: nobody there, and somebody who wants another password.
    far = f"postgresql://usbkit:{QUOTED[WRONG]}@127.0.0.1:1/books"
    other = url(guarded, WRONG)
    for leaf, arguments in refusable(desk, tmp_path, demo):
        run(leaf, *arguments, code=None, where=("--ledger", far, "-v"))
        run(leaf, *arguments, "--json", code=None, where=("--ledger", other))
        run(leaf, *arguments, code=None, where=("--hub", other, "--lang", "ko", "-v"))
        run(leaf, *arguments, "--json", code=None, where=("--hub", far))
    every = set(leaves(cli))
    never = {leaf for leaf in every if not any(is_done for is_done, _json in journey.done.get(leaf, ()))}
    lacking = {leaf for leaf in every if {as_json for _done, as_json in journey.done.get(leaf, ())} != {True, False}}
    # Doctor's answer is the machine's.
    assert (never ^ NEVER_DONE) - {"doctor"} == lacking == set(), (never ^ NEVER_DONE, lacking)
    assert journey.wrong == []
    found = journey.tell_files(tmp_path)
    assert set(found) <= HOLDING and {"copy.sqlite", "letter0.html"} <= set(found), found
    assert {name for name in found if (tmp_path / name).stat().st_mode & 0o077} == set()
    log = (guarded.folder / "log").read_text()
    assert [kind for secret, kind in journey.secrets.items() if secret in log] == []


def make_keys_and_packs(journey: Journey, demo: Path, folder: Path) -> None:
    run, secret = journey.run, folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    secret.chmod(0o600)
    keys = ("-o", folder / "keys", "--passphrase-file", secret)
    run("key new", "Desk", *keys)
    run("key new", "Desk", *keys, code=2)
    run("key new", "Other", *keys, "--json")
    run("key new", "Other", *keys, "--json", code=2)
    (folder / "wrong").write_text(WRONG + "\n")
    (folder / "wrong").chmod(0o600)
    for options in ((), ("--json",)):
        run("key export", "INSECURE DEMO KEY", *options)
        run("key export", "nobody", *options, code=2)
        run("key show", *options)
        run("seal sign", "guatemala", "--sums", demo / "guatemala/SHA256SUMS", "--demo-key", "--yes", *options)
        wrong = ("--key", folder / "keys/desk.key", "--passphrase-file", folder / "wrong", "--yes")
        run("seal sign", "guatemala", "--sums", demo / "guatemala/SHA256SUMS", *wrong, *options, code=2)
        out = folder / f"pack{len(options)}"
        done, passphrase = pack(demo / "guatemala", out, "--encrypt", *options)
        journey.secrets[passphrase] = "passphrase"
        journey.search("pack", done.expect(0).out + done.err)
        journey.search(
            "unpack", unpack(out, folder / f"back{len(options)}", *options, passphrase=passphrase).expect(0).out
        )
        done = unpack(out, folder / "never", *options, passphrase=WRONG).expect(2)
        journey.search("unpack", done.out + done.err)
        run("pack", demo / "guatemala", "-o", folder / "unseen", "--encrypt", *options, code=2)
        run("pack", demo / "guatemala", "-o", folder / "plain", *options)
        run("unpack", folder / "plain", "-o", folder / f"plain{len(options)}", *options)
        run("unpack", folder / "nothing", "-o", folder / "never", *options, code=2)


def what_a_desk_does(journey: Journey, folder: Path, demo: Path) -> None:
    """With a ledger in a file: orders, drives, papers, receipts; and each command where it is refused."""
    desk, run, both = journey.desk, journey.run, journey.both
    ledger = desk.folder / "ledger.sqlite"
    for leaf, arguments in LOOKING.items():
        both(leaf, *arguments, code=None if leaf == "doctor" else 0)
    both("seal check", "guatemala", "--sums", demo / "guatemala" / "SHA256SUMS")
    both("approve", "guatemala", "--show")
    both("diff", demo / "guatemala", demo / "guatemala")
    both("verify", demo / "guatemala")
    both("image", "--bundle", demo / "guatemala", "--explain")
    both("build", "guatemala", "--dry-run")
    both("lock", "kyrgyzstan")
    run("export bagit", demo / "guatemala", "-o", folder / "bag")
    run("export bagit", demo / "guatemala", "-o", folder / "bag2", "--json")
    both("demo", folder / "passphrase", code=2)
    both("new country", "zz", code=2)
    both("new programme", "a b", code=2)
    both("key withdraw", "nobody", "--on", "2021-03-01", code=2)
    both("mend", folder / "nothing", code=2)
    for name in ("preview", "image", "lock", "build", "check", "approve", "order add", "seal show", "seal check"):
        both(name, "nowhere", *(["1"] if name == "order add" else []), code=2)
    for name in ("write", "wipe", "drives test"):
        both(name, *(["--drive"] if name == "write" else []), folder / "nothing", "--yes", code=2)
    both("station ports", "--list")
    both("station install", "--print")
    run("order add", "guatemala", "1", "--yes")
    run("order add", "guatemala", "1", "--yes", "--json")
    both("order correct", "guatemala-2", "--note", "ring twice")
    run("order split", "guatemala-2", "--numbers", "1", "-o", folder / "share")
    run("order split", "guatemala-3", "--numbers", "1", "-o", folder / "share2", "--json")
    for share, options in (("share", ()), ("share2", ("--json",))):
        elsewhere = ("--ledger", folder / "there" / f"{share}.sqlite")
        run("order take", folder / share, *options, where=elsewhere)
        run("ledger merge", elsewhere[1], "--yes", *options)
    run("order cancel", "guatemala-2", "--yes")
    run("order cancel", "guatemala-3", "--yes", "--json")
    both("order renew", "guatemala-1", code=2)  # its country has no other seal
    learn_word(journey, ledger)
    drives = list(open_ledger(desk.folder).read().holders("guatemala-1").values())
    run("ledger mark", "sent", "guatemala-1:1")
    run("ledger mark", "lost", "guatemala-1:2", "--json")
    both("ledger show", drives[0].drive)
    for count, options in ((0, ()), (1, ("--json",))):
        nonce = open_ledger(desk.folder).nonce_of(drives[0].drive)
        seal = open_ledger(desk.folder).read().order("guatemala-1").added.fingerprint
        word = next(word for word, kind in journey.secrets.items() if kind == "letter word")
        for said, found in ((word, Found.WHOLE), ("another", Found.DAMAGED)):
            code = make_code(Report(drives[0].drive, found, count, True), nonce, seal, said)
            run("receipt enter", code, *options, code=None)
    for name in ("label", "letter cover", "dispatch"):
        more = ("--verification", "note") if name == "dispatch" else ()
        both(name, "guatemala-1", *more, "-o", folder / f"{name.replace(' ', '-')}.html")
    run("ledger backup", folder / "copy.sqlite")
    run("ledger backup", folder / "copy2.sqlite", "--json")
    run("ledger backup", folder / "copy.sqlite", code=2)
    run("ledger export", "-o", folder / "drives.csv")
    run("ledger export", "--format", "entries", "-o", folder / "entries", "--json")


def learn_word(journey: Journey, ledger: Path) -> None:
    """A letter's word is said by nobody, and stands in the letter alone."""
    for number, options in enumerate(((), ("--json",))):
        letter = journey.desk.folder.parent / f"letter{number}.html"
        done = journey.desk.run("letter", "verify", "guatemala-1", "-o", letter, *options).expect(0)
        journey.learn(ledger)
        journey.search("letter verify", done.out + done.err)
    journey.run("letter verify", "guatemala-1", "-o", letter)
    journey.run("letter verify", "guatemala-1", "-o", letter, "--json")


#: Commands that look.
LOOKING: dict[str, tuple[str, ...]] = {
    "status": (),
    "doctor": (),
    "help": (),
    "completion": ("bash",),
    "schema": ("country",),
    "drives": (),
    "check": ("guatemala",),
    "library check": (),
    "cache show": (),
    "cache check": (),
    "cache prune": (),
    "seal show": ("guatemala",),
    "order list": (),
    "order show": ("guatemala-1",),
    "ledger list": (),
    "ledger report": (),
    "ledger head": (),
    "ledger check": (),
    "ledger export": (),
    "receipt calls": (),
}


def what_a_hub_does(journey: Journey, hub: tuple[str, str], server: Server, folder: Path) -> None:
    run, both, ledger = journey.run, journey.both, journey.desk.folder / "ledger.sqlite"
    both("hub init", "--from", ledger, "--dry-run", where=hub)
    run("hub init", "--from", ledger, where=hub)
    run("hub init", "--from", ledger, "--json", where=hub, code=2)
    for name, options in (("busan", ()), ("daegu", ("--json",))):
        done = journey.desk.run(*hub, "hub", "add-station", name, *options).expect(0)
        line = done.json["pgpass"] if options else next(one for one in done.out.splitlines() if "usbkit_" in one)
        password = str(line).strip().rpartition(":")[2]
        assert len(password) == 32
        journey.secrets[password] = "password of a station"
        journey.search("hub add-station", done.out + done.err, shows=password)
        journey.done.setdefault("hub add-station", set()).add((True, bool(options)))
        run("hub add-station", name, *options, where=hub, code=2)
        far = ("--ledger", folder / f"{name}.sqlite", "--hub")
        login = f"postgresql://usbkit_{name}:{{}}@/books?host={server.folder}"
        both("hub sync", where=(*far, login.format(password)))
        both("hub sync", where=(*far, login.format(QUOTED[WRONG])), code=3)
    for leaf, arguments in (("hub stations", ()), ("hub sync", ()), ("order list", ()), ("status", ())):
        both(leaf, *arguments, where=hub)
    run("order recall", "guatemala-1", "--station", "busan", "--wait", "0", where=hub, code=None)
    for name, options in (("busan", ()), ("daegu", ("--json",))):
        run("hub remove-station", name, *options, where=hub)
    both("hub remove-station", "nobody", where=hub, code=2)


def refusable(desk: Desk, folder: Path, demo: Path) -> list[tuple[str, tuple[object, ...]]]:
    """Commands that ask the ledger or the hub, with what they take."""
    slow = {"check", "library check", "schema", "completion", "help", "seal show", "drives", "cache check"}
    return [
        *((leaf, arguments) for leaf, arguments in LOOKING.items() if leaf not in slow),
        *(("order add", ("guatemala", "1", "--yes")), ("order correct", ("guatemala-1", "--note", "x"))),
        *((name, ("guatemala-1",)) for name in ("order cancel", "order renew")),
        *((name, ("guatemala-1", "-o", folder / "never.html")) for name in ("label", "letter cover")),
        ("letter verify", ("guatemala-1", "-o", folder / "never.html")),
        ("dispatch", ("guatemala-1", "--verification", "note", "-o", folder / "never.html")),
        ("order split", ("guatemala-1", "--numbers", "1", "-o", folder / "never")),
        ("order take", (folder / "share", "--bundle", demo / "guatemala")),
        ("order recall", ("guatemala-1", "--station", "busan", "--wait", "0")),
        ("station", ("--yes", "--once", "--drive", folder / "stick")),
        *(("station clear", ("A1",)), ("station ports", ("--list",)), ("station install", ("--print",))),
        *(("receipt enter", ("0" * 20,)), ("ledger mark", ("lost", "00000")), ("ledger show", ("00000",))),
        *(("ledger backup", (folder / "never.sqlite",)), ("ledger merge", (folder / "copy.sqlite", "--yes"))),
        *((f"hub {name}", ()) for name in ("init", "stations", "sync")),
        *((f"hub {name}", ("ulsan",)) for name in ("add-station", "remove-station")),
    ]


#: A file that is made, and a program that is run, as strace(1) tells it.
_MADE = re.compile(
    r'(?:openat\(AT_FDCWD, |open\(|mkdir\(|mkdirat\(AT_FDCWD, |creat\()"([^"]+)", (?:[A-Z_|]+, )?(0[0-7]+)\)'
)
_RUN = re.compile(r"execve\(.*")


def traced(environ: dict[str, str], trace: Path, *arguments: object) -> tuple[dict[str, int], list[str]]:
    """Run ``usbkit`` where nothing masks modes: what it made, by path, with the mode that each had from its first byte;
    and the command lines of all that it started.
    """
    command = ["strace", "-f", "-s", "4096", "-e", "trace=openat,open,creat,mkdir,mkdirat,execve", "-o", str(trace)]
    done = subprocess.run(
        ["sh", "-c", 'umask 0; exec "$@"', "sh", *command, sys.executable, "-m", "usbkit", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(TOP), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = trace.read_text(errors="replace").splitlines()
    made = dict[str, int]()
    for line in lines:
        if (found := _MADE.search(line)) is not None and ("O_CREAT" in line or "mkdir" in line):
            made.setdefault(found[1], int(found[2], 8))
    return made, [line for line in lines if _RUN.search(line)]


@pytest.mark.needs("strace")
def test_what_holds_secrets_is_its_owners_from_its_first_byte(
    journey: Journey, guarded: Server, tmp_path: Path
) -> None:
    """Ledger with log and index, its copy, an export, the letter with its word, a state's folder and file."""
    ledger, data = journey.desk.folder / "ledger.sqlite", tmp_path / "data"
    password = {"USBKIT_HUB": url(guarded, OWNER, "offices")}
    journey.learn(ledger)
    where = ("--manifests", journey.desk.folder / "manifests", "--cache", tmp_path / "cache", "--ledger")
    stick = tmp_path / "stick.img"
    stick.touch()
    os.truncate(stick, 128 * 10**6)
    kept, started = dict[str, int](), list[str]()
    for environ, arguments in (
        ({}, (*where, tmp_path / "new/folder/ledger.sqlite", "station", "ports", "--forget")),
        ({}, (*where, ledger, "ledger", "backup", tmp_path / "copies/ledger.sqlite")),
        ({}, (*where, ledger, "ledger", "export", "-o", tmp_path / "drives.csv")),
        ({}, (*where, ledger, "letter", "verify", "guatemala-1", "-o", tmp_path / "letter.html")),
        ({"USBKIT_LEDGER": url(guarded, OWNER, "shelf")}, ("ledger", "list")),
        (password, (*where, ledger, "hub", "init", "--from", ledger)),
        (password, (*where, ledger, "station", "--order", "guatemala-1", "--once", "--yes", "--drive", stick)),
    ):
        there = {str(tmp_path), *map(str, tmp_path.rglob("*"))}
        made, run = traced({"XDG_DATA_HOME": str(data), **environ}, tmp_path / "trace", *arguments)
        started += run[1:]
        kept |= {p: mode for p, mode in made.items() if p.startswith(str(tmp_path)) and p not in there}
    journey.learn(ledger)
    # What is remembered of sources holds no secret, and a station's lock is empty and its group's.
    ours = {path: mode for path, mode in kept.items() if "/cache" not in path and not path.endswith(".station")}
    names = {Path(path).name for path in ours}
    assert {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "drives.csv", "new", "folder", "state"} <= names
    open_to_others = {path: oct(mode) for path, mode in ours.items() if mode & 0o077}
    assert open_to_others == {}, open_to_others
    assert (tmp_path / "letter.html").stat().st_mode & 0o777 == 0o600
    assert len(started) > 1 and not [line for line in started if any(secret in line for secret in journey.secrets)]
