"""``python -m tests.support.interrupt WORD…``: run a command that serves until Ctrl-C, and interrupt it once it serves.

It ends like the command. The command's output before its address, and after it, is passed on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys


def main(words: list[str]) -> int:
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            if "http://" in line:
                child.send_signal(signal.SIGINT)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
