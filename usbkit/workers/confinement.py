"""Limits and a sandbox for a process that decodes untrusted bytes, enforced by the kernel.

On Linux (x86-64, AArch64) ``confine`` leaves a process only its memory, threads, clock and the descriptors that it has
or is handed: it can open no file and no socket and start no process. Elsewhere the resource limits of POSIX apply, and
nothing on Windows.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from usbkit.workers.bounds import MOST_MEMORY, Bounds

#: linux/prctl.h
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
#: linux/seccomp.h: set a filter, of all threads that there are.
_SECCOMP_SET_MODE_FILTER: Final = 1
_SECCOMP_FILTER_FLAG_TSYNC: Final = 1
_RET_ALLOW: Final = 0x7FFF_0000
_RET_ERRNO: Final = 0x0005_0000
#: linux/filter.h: load a word of seccomp_data, compare, test bits, return.
_LD_W_ABS: Final = 0x20
_JEQ_K: Final = 0x15
_JSET_K: Final = 0x45
_RET_K: Final = 0x06
#: Offsets in struct seccomp_data: the system call's number, the architecture, the low words of two arguments.
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
#: linux/sched.h: a thread of this process and not another process.
_CLONE_THREAD: Final = 0x0001_0000
_EPERM, _ENOSYS = 1, 38
#: asm-generic/fcntl.h and linux/fcntl.h: what copies a descriptor and reads or sets its flags. Others have the kernel
#: send signals, to whatever process they name.
_FCNTL: Final = (0, 1, 2, 3, 4, 1030)


@dataclass(frozen=True, slots=True)
class _System:
    """A processor's audit number (linux/audit.h) and its system calls (the kernel's tables)."""

    audit: int
    allowed: tuple[int, ...]
    fcntl: int
    tgkill: int
    clone: int
    clone3: int
    seccomp: int


# Reading and writing what is open, memory, threads, signals of one's own, clocks. No call here takes a path but
# newfstatat and statx, which C libraries use for open descriptors too: they tell sizes and times, and open nothing.
_SYSTEMS: Final = {
    "x86_64": _System(
        audit=0xC000_003E,
        allowed=(
            *(0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 23, 24, 25, 28, 32, 33, 34, 35, 36, 38, 39),
            *(44, 45, 46, 47, 60, 63, 96, 98, 99, 131, 186, 201, 202, 204, 218, 219, 228, 229, 230, 231, 232),
            *(262, 270, 271, 273, 281, 292, 295, 296, 309, 318, 324, 327, 332, 334),
        ),
        fcntl=72,
        tgkill=234,
        clone=56,
        clone3=435,
        seccomp=317,
    ),
    "aarch64": _System(
        audit=0xC000_00B7,
        allowed=(
            *(22, 23, 24, 57, 62, 63, 64, 65, 66, 67, 68, 69, 70, 72, 73, 79, 80, 93, 94, 96, 98, 99, 101, 102),
            *(103, 113, 114, 115, 123, 124, 128, 132, 134, 135, 139, 153, 160, 165, 168, 169, 172, 178),
            *(179, 206, 207, 211, 212, 214, 215, 216, 222, 226, 233, 278, 283, 286, 291, 293),
        ),
        fcntl=25,
        tgkill=131,
        clone=220,
        clone3=435,
        seccomp=277,
    ),
}


#: Whether `confine` closes this system to the process: files, sockets, other processes.
HAS_FILTER = sys.platform == "linux" and platform.machine() in _SYSTEMS

#: Whether another process may be granted more memory, which this one cannot give itself.
CAN_GRANT = HAS_FILTER


def confine(bounds: Bounds) -> None:
    """Confine this process for the rest of its life. Import everything it needs first."""
    if os.name != "posix":
        return
    import resource

    sys.dont_write_bytecode = True  # a bound on files would cut a compiled module short, and leave it so
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all of us; the parent decides
    times = MOST_MEMORY if CAN_GRANT else 1
    limit(resource.RLIMIT_AS, bounds.space, times * bounds.space)
    limit(resource.RLIMIT_DATA, bounds.memory, times * bounds.memory)
    limit(resource.RLIMIT_FSIZE, bounds.file)
    limit(resource.RLIMIT_CORE, 0)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # it opens none, and is handed as many as a request has
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        _control(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
        _control(libc, _PR_SET_NO_NEW_PRIVS, 1)
        if HAS_FILTER:
            _filter(libc, _SYSTEMS[platform.machine()])


def limit(bound: int, value: int, most: int | None = None) -> None:
    """Set one of this process's limits (`resource`), and to ``most`` what it may be raised to, on POSIX.

    A limit that somebody set (`ulimit`) may only be lowered: asking for more would fail.
    """
    import resource

    inherited = resource.getrlimit(bound)[1]
    ceiling = sys.maxsize if inherited == resource.RLIM_INFINITY else inherited
    resource.setrlimit(bound, (min(value, ceiling), min(value if most is None else most, ceiling)))


def grant(process: int, bounds: Bounds, times: int) -> None:
    """Set another process's memory to so many times its bounds, on Linux. Raises OSError where it has ended, or where
    we may not.
    """
    import resource

    for bound, value in ((resource.RLIMIT_AS, bounds.space), (resource.RLIMIT_DATA, bounds.memory)):
        _now, most = resource.prlimit(process, bound)
        resource.prlimit(process, bound, (min(times * value, most), most))


def begin_request(bounds: Bounds) -> None:
    """Reset the process's CPU seconds; when they are used up, SIGPROF ends it."""
    if os.name == "posix":
        signal.setitimer(signal.ITIMER_PROF, bounds.seconds)


def _control(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _filter(libc: ctypes.CDLL, system: _System) -> None:
    program = b"".join(_program(system))
    count = len(program) // 8
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, padding, their address.
    header = struct.pack("HxxxxxxQ", count, ctypes.addressof(buffer))
    # Of every thread: a library may have started some when it was loaded.
    how = _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, ctypes.c_char_p(header)
    if libc.syscall(system.seccomp, *how) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _program(system: _System) -> Sequence[bytes]:
    """The filter in BPF: another architecture's calls fail, allowed ones pass, a clone passes for a thread alone, and a
    signal for this process alone.
    """
    lines = [
        _line(_LD_W_ABS, _ARCHITECTURE),
        _line(_JEQ_K, system.audit, 1, 0),
        _line(_RET_K, _RET_ERRNO | _EPERM),
        _line(_LD_W_ABS, _NUMBER),
    ]
    for number in system.allowed:
        lines += [_line(_JEQ_K, number, 0, 1), _line(_RET_K, _RET_ALLOW)]
    lines += _where(system.tgkill, _FIRST, [os.getpid()])
    lines += _where(system.fcntl, _SECOND, _FCNTL)
    lines += [
        # The C library falls back to clone, whose flags a filter can see.
        _line(_JEQ_K, system.clone3, 0, 1),
        _line(_RET_K, _RET_ERRNO | _ENOSYS),
        _line(_JEQ_K, system.clone, 0, 3),
        _line(_LD_W_ABS, _FIRST),
        _line(_JSET_K, _CLONE_THREAD, 0, 1),
        _line(_RET_K, _RET_ALLOW),
        _line(_RET_K, _RET_ERRNO | _EPERM),
    ]
    return lines


def _where(number: int, argument: int, values: Sequence[int]) -> Sequence[bytes]:
    """The call ``number`` passes where its argument, by its low word's offset, is one of ``values``, and else fails."""
    inner = [_line(_LD_W_ABS, argument)]
    inner += [_line(_JEQ_K, value, len(values) - index) for index, value in enumerate(values)]
    inner += [_line(_RET_K, _RET_ERRNO | _EPERM), _line(_RET_K, _RET_ALLOW)]
    return [_line(_JEQ_K, number, 0, len(inner)), *inner]


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """A struct sock_filter."""
    return struct.pack("HBBI", code, if_true, if_false, value)
