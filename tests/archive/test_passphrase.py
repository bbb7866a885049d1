"""Encrypted packs: each gets a new passphrase, which is asked for and never stored in readable form."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, tree, unpack
from tests.support.cli import TOP
from usbkit.archive.passphrase import Passphrase, new_passphrase, tidy
from usbkit.core.wordlist import words


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "guatemala")


def test_six_words_each_time_others() -> None:
    made = {new_passphrase() for _time in range(50)}
    assert len(made) == 50
    assert all(len(p.split("-")) == 6 and set(p.split("-")) <= set(words()) for p in made)


def test_what_is_forgiven() -> None:
    secret = new_passphrase()
    assert tidy("  " + secret.replace("-", " ").title() + " ") == secret
    assert tidy("Three Little-Words") == "Three Little-Words"
    assert secret not in repr(Passphrase(secret))


def test_each_pack_has_its_own(bundle: Path, tmp_path: Path) -> None:
    first, second = (pack(bundle, tmp_path / name, "--encrypt") for name in ("one", "other"))
    assert first[1] != second[1]
    unpack(tmp_path / "one", tmp_path / "back", passphrase=first[1]).expect(0)
    assert tree(tmp_path / "back") == tree(bundle)
    done = unpack(tmp_path / "other", tmp_path / "more", passphrase=first[1]).expect(2)
    assert "not its passphrase" in done.err
    assert not (tmp_path / "more").exists()


def test_nothing_says_what_is_in_it(bundle: Path, tmp_path: Path) -> None:
    done, passphrase = pack(bundle, tmp_path / "out", "--encrypt", "-v")
    done.expect(0)
    assert passphrase not in done.out + done.err
    for path in (tmp_path / "out").iterdir():
        assert "guatemala" not in path.name
        data = path.read_bytes()
        assert passphrase.encode() not in data
        assert b"videos" not in data
        assert "videos".encode("utf-16-le") not in data


def test_a_resumed_pack_wants_the_same_passphrase(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    passphrase = pack(bundle, out, "--encrypt", "--archive-size", "1MB")[1]
    (index,) = out.glob("*.pack.json")
    values = json.loads(index.read_text())
    values["archives"], values["complete"] = values["archives"][:2], False
    index.write_text(json.dumps(values))
    again = ("--encrypt", "--archive-size", "1MB")
    assert "nobody can be asked" in pack(bundle, out, *again)[0].expect(2).err
    assert "not its passphrase" in pack(bundle, out, *again, answer=new_passphrase())[0].expect(2).err
    done, new = pack(bundle, out, *again, answer=passphrase.replace("-", " "))
    done.expect(0)
    assert new == ""
    unpack(out, tmp_path / "back", passphrase=passphrase).expect(0)
    assert tree(tmp_path / "back") == tree(bundle)
    assert "before" in pack(bundle, out, *again)[0].expect(0).out  # finished: nobody is asked


def test_no_terminal_no_new_passphrase(bundle: Path, tmp_path: Path) -> None:
    from tests.cli.calls import call

    done = call("pack", bundle, "-o", tmp_path / "out", "--encrypt").expect(2)
    assert "--new-passphrase-fd" in done.err
    assert not (tmp_path / "out").exists()


def test_on_a_terminal_it_is_shown_once_and_asked_for(bundle: Path, tmp_path: Path) -> None:
    """And it stands in no list of processes: not in the command's own arguments or environment, nor its child's."""
    shown = _on_terminal(["pack", bundle, "-o", tmp_path / "out", "--encrypt", "--archive-size", "1MB"])
    found = re.findall(r"^ +((?:[a-z]+-){5}[a-z]+)\r?$", shown, re.M)
    assert len(found) == 1, shown
    assert shown.count(found[0]) == 1
    said = _on_terminal(["unpack", tmp_path / "out", "-o", tmp_path / "back"], found[0], watch=True)
    assert found[0] not in said
    assert tree(tmp_path / "back") == tree(bundle)


def _on_terminal(arguments: list[object], answer: str | None = None, *, watch: bool = False) -> str:
    ours, its = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "usbkit", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(TOP), "LC_ALL": "C.UTF-8"},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    said = b""
    while True:
        try:
            said += os.read(ours, 4096)
        except OSError:
            break
        if answer is not None and b"Passphrase" in said:
            os.write(ours, answer.encode() + b"\n")
            secret, answer = answer.encode(), None
        if watch and answer is None:
            assert not [p for p in _family(child.pid) if secret in p]
    os.close(ours)
    assert child.wait() == 0, said.decode()
    return said.decode()


def _family(pid: int) -> list[bytes]:
    """Arguments and environment of a process and its children, as any user's ``ps`` shows them."""
    found = []
    for one in [pid, *_children(pid)]:
        for name in ("cmdline", "environ"):
            try:
                found.append(Path(f"/proc/{one}/{name}").read_bytes())
            except OSError:
                continue
    return found


def _children(pid: int) -> list[int]:
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []
