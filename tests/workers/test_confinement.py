"""The filter's tables against the kernel's own headers, and that a process keeps what it needs."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from usbkit.workers import confinement

#: What no process that only decodes needs: whatever opens, connects, starts, ends or changes something.
FORBIDDEN = re.compile(
    r"^(open|openat|openat2|creat|socket|connect|bind|listen|accept|execve|execveat|fork|vfork|ptrace|kill|tkill|tgkill|fcntl|unlink"
    r"|unlinkat|rename|renameat|renameat2|link|linkat|symlink|symlinkat|mkdir|mkdirat|mknod|mknodat|chmod|fchmod|fchmodat"
    r"|chown|fchown|truncate|ftruncate|mount|umount2|setuid|setgid|bpf|io_uring_\w+|process_vm_\w+|memfd_create|ioctl"
    r"|prctl|seccomp|prlimit64|setrlimit|clone3|unshare|setns|rt_sigqueueinfo|pidfd_\w+|shm\w+|msg\w+|sem\w+)$"
)


@pytest.mark.parametrize(
    ("machine", "header", "pattern"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", r"__NR_(\w+)\s+(\d+)"),
        ("aarch64", "/usr/include/asm-generic/unistd.h", r"__NR(?:3264)?_(\w+)\s+(\d+)"),
    ],
)
def test_only_calls_that_open_nothing_are_allowed(machine: str, header: str, pattern: str) -> None:
    if not Path(header).exists():
        pytest.skip("no kernel headers here (linux-libc-dev)")
    names = {int(number): name for name, number in re.findall(pattern, Path(header).read_text())}
    system = confinement._SYSTEMS[machine]
    allowed = {names[number] for number in system.allowed}
    assert {name for name in allowed if FORBIDDEN.match(name)} == set()
    assert {"read", "pread64", "preadv2", "mmap", "futex", "exit_group", "recvmsg", "sendto"} <= allowed
    assert (names[system.clone], names[system.fcntl], names[system.tgkill]) == ("clone", "fcntl", "tgkill")
    assert names[system.seccomp] == "seccomp"
    assert names.get(system.clone3, "clone3") == "clone3"


@pytest.mark.needs("linux-sandbox")
def test_a_confined_process_lives_and_ends_as_any_other() -> None:
    code = (
        "from usbkit.workers.bounds import Bounds; from usbkit.workers.confinement import confine\n"
        "confine(Bounds(2**30, 2**33, 5, 5)); import os; os._exit(sum(range(8)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 28


@pytest.mark.needs("linux-sandbox")
def test_somebody_s_own_lower_limit_stays() -> None:
    """`ulimit` in a shell: a process may lower it alone, and asking for more would end it with each file."""
    own = 3 * 2**30
    code = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_AS, ({own}, {own}))\n"
        "from usbkit.workers.bounds import Bounds; from usbkit.workers.confinement import confine\n"
        "confine(Bounds(2**30, 2**32, 5, 5)); print('confined', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"confined\n"
        space = resource.prlimit(process.pid, resource.RLIMIT_AS)
        memory = resource.prlimit(process.pid, resource.RLIMIT_DATA)
        process.communicate()
    assert (space, memory, process.returncode) == ((own, own), (2**30, 2**31), 0)
