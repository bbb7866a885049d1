import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import click
import pytest

from tests.support.cli import TOP, usbkit
from usbkit.cli import main
from usbkit.cli.command_groups import COMMANDS
from usbkit.cli.output.columns import width
from usbkit.cli.settings import language_wanted
from usbkit.core.errors import AnswerNoError, BrokenOffError, Finding, InputError, Place
from usbkit.core.messages import _, translate, use_language


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A command ``fail`` that raises what the test puts into the list."""
    problems: list[BaseException] = []

    @click.command(name="fail")
    def fail() -> None:
        raise problems[0]

    module = ModuleType("usbkit.cli.commands.fail")
    vars(module)["fail"] = fail
    monkeypatch.setattr(main, "COMMANDS", {"fail": ""})
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return problems


FINDING = Finding("bad-thing", _("{n} is wrong", n="\x1b[31m"), Place("a.toml", 3, "field"), _("Mend it."))


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (InputError(FINDING), 2),
        (AnswerNoError(FINDING), 1),
        (BrokenOffError(FINDING), 3),
        (OSError(28, "No space left on device", "/x"), 3),
        (KeyboardInterrupt(), 130),
        (main.Terminated(), 143),
        (ZeroDivisionError("ours"), 3),
    ],
)
def test_every_error_is_one_clear_message_and_an_exit_code(
    raising: list[BaseException], capsys: pytest.CaptureFixture[str], problem: BaseException, code: int
) -> None:
    raising.append(problem)
    assert main.run(["fail"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err


def test_an_error_names_place_finding_and_next_step(
    raising: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raising.append(InputError(FINDING))
    main.run(["fail"])
    assert capsys.readouterr().err == "a.toml:3: field: \\x1b[31m is wrong\n    → Mend it.\n"


def test_an_error_as_json(raising: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    raising.append(InputError(FINDING))
    assert main.run(["--json", "fail"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == {
        "exit": 2,
        "findings": [
            {
                "id": "bad-thing",
                "level": "error",
                "file": "a.toml",
                "line": 3,
                "field": "field",
                "what": "\\x1b[31m is wrong",
                "todo": "Mend it.",
            }
        ],
    }


@pytest.mark.parametrize("arguments", [["chekc"], ["--nonsense"], ["build", "--nonsense"], []])
def test_a_mistyped_command_line_exits_two(
    arguments: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # No words at all are `status` where there is a programme.
    assert main.run(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_mistyped_command_is_told_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    main.run(["chekc"])
    assert "Did you mean check" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "ko_KR.UTF-8"}, "ko"),
        ([], {"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ([], {"USBKIT_LANG": "ko", "LC_ALL": "C"}, "ko"),
        (["--lang", "ko", "check"], {}, "ko"),
        (["--lang=en", "check"], {"LANG": "ko_KR"}, "en"),
        (["--lang", "fr"], {}, "en"),
    ],
)
def test_language(arguments: list[str], environ: dict[str, str], language: str) -> None:
    assert language_wanted(arguments, environ) == language


def test_every_command_loads_and_has_help() -> None:
    use_language("en")
    group = main.cli
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None and command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts}"


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = f"{sys.executable} -m usbkit --help | head -c 10 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, env={**os.environ})
    assert "Traceback" not in done.stderr


def test_sigterm_ends_with_its_code() -> None:
    script = "import sys, usbkit.cli.main as m, signal, click\nm.COMMANDS={'x':''}\n"
    script += "sys.modules['usbkit.cli.commands.x'] = sys.modules['__main__']\n"
    script += "@click.command()\ndef x():\n    print('ready', flush=True)\n    signal.pause()\nm.main(['x'])\n"
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGTERM)
    _out, err = child.communicate()
    assert child.returncode == 143
    assert err.strip() == "Terminated."


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_a_command_does_fits_beside_its_name(language: str) -> None:
    """80 columns, less two before the name, two behind it, and the longest name."""
    use_language(language)
    room = 80 - 4 - max(map(len, COMMANDS))
    assert {n: line for n, line in COMMANDS.items() if width(translate(line)) > room} == {}
    use_language("en")


def test_the_list_of_commands_imports_none_of_them() -> None:
    script = "import sys; from usbkit.cli.main import run; run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "usbkit.cli.commands.demo" not in done.stdout
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--json", "--version"], 3, "No space left"),
        (["--version"], 3, "No space left"),
        (["--json", "check", "nowhere"], 2, "nowhere"),
    ],
)
def test_a_full_disk_behind_the_answer_is_an_error_and_no_traceback(arguments: list[str], code: int, said: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "usbkit", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == code
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    assert said in done.stderr


@pytest.mark.parametrize(
    ("arguments", "where", "code"),
    [
        ("--version", ">&-", 0),
        ("--version", "<&- >&- 2>&-", 0),
        ("--help", ">/dev/full", 3),
        ("order --help", ">/dev/full", 3),
        ("doctor --json", ">/dev/full", 3),
        ("drives --json", ">/dev/full", 3),
        ("--json check nowhere", "2>/dev/full", 2),
        ("check nowhere", "2>/dev/full", 2),
        ("check nowhere", ">/dev/full 2>/dev/full", 2),
        ("check nowhere", "2>&-", 2),
        ("--version", ">/dev/full 2>/dev/full", 3),
        ("--nonsense", ">/dev/full 2>/dev/full", 2),
    ],
)
def test_wherever_an_answer_goes_the_exit_code_is_the_command_s(
    tmp_path: Path, arguments: str, where: str, code: int
) -> None:
    # As a user's: output that is kept back is flushed once more when the interpreter ends.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m usbkit {arguments} {where}', sys.executable],
        cwd=tmp_path,
        env={**environ, "PYTHONPATH": str(TOP), "USBKIT_LEDGER": str(tmp_path / "ledger.sqlite")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr, "Exception ignored" in done.stderr) == (code, False, False)


def test_nothing_that_is_opened_gets_the_number_of_a_closed_output(tmp_path: Path) -> None:
    """Else whatever prints would write into it: a drive, a ledger."""
    script = (
        "from pathlib import Path; from usbkit.cli.main import _open_standard; _open_standard();"
        "file = open('opened', 'w'); Path('number').write_text(str(file.fileno())); print('said')"
    )
    for closed in (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
        subprocess.run(
            ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, script],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(TOP)},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        assert int((tmp_path / "number").read_text()) > 2
        assert (tmp_path / "opened").read_bytes() == b""


def test_what_stands_before_a_command_is_understood_behind_it(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for options in (
        ["--manifests", "elsewhere"],
        ["--lang", "ko"],
        ["--templates", "elsewhere", "--library", "elsewhere"],
    ):
        before = usbkit(*options, "check", "--all", cwd=tmp_path)
        behind = usbkit("check", "--all", *options, cwd=tmp_path)
        assert (before.code, before.out, before.err) == (behind.code, behind.out, behind.err) and behind.code == 2
    said = usbkit("ledger", "list", "--ledger", tmp_path / "none.sqlite", "--json", cwd=tmp_path).expect(2)
    assert "none.sqlite" in said.out
    assert usbkit("ledger", "--json", "list", "--ledger", tmp_path / "none.sqlite", cwd=tmp_path).out == said.out
    assert "--manifests" not in usbkit("check", "--help", cwd=tmp_path).expect(0).out, "one help says it for all"
