"""Helper processes: this program a second time, with one part of its work and a pipe either way.

A helper ends when its standard input does, so it outlives nobody, and nothing depends on whether there is one.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

ENDING = 5.0
"""Seconds that a killed process may take to be gone."""
_WIDE = 1 << 20
"""Bytes; the most that Linux lets anybody have, unless it was set up otherwise."""


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def may_start() -> bool:
    """A child of multiprocessing starts no processes of its own: it is one of many already."""
    children = sys.modules.get("multiprocessing.process")
    return bool(sys.executable) and (children is None or children.parent_process() is None)


def command(module: str, option: str) -> list[str]:
    """What starts `main` of this module of ours: nothing but its own modules, and none from the present folder.

    option: what the frozen program calls it (packaging/entry.py).
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, option]
    path = [str(Path(__file__).resolve().parents[1]), *(entry for entry in sys.path if entry)]
    program = f"import sys; sys.path[:] = {path!r}; from {module} import main; main()"
    return [sys.executable, "-I", "-S", "-c", program]


def start(line: list[str]) -> subprocess.Popen[bytes]:
    """The process of a `command`, with pipes for what it reads and writes; OSError if it cannot be started."""
    return subprocess.Popen(
        line,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def widen(stream: IO[bytes]) -> None:
    """Let a pipe hold more at once, where the system can; so who reads it is woken less often."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, _WIDE)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill it and wait until it is gone, also while another thread speaks with it."""
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(ENDING)


def release(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes of a process that has ended, once nobody speaks with it any more."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
