"""How much memory this process can still have, asked of the system itself; no library of its own for one number."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from core.errors import InputError

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


REMEDY = "Import fewer columns or fewer records, close other programs, or use a machine with more memory."


def available_memory() -> int | None:
    """Bytes that programs can still have without swapping; None where the system does not say.

    Linux: MemAvailable, or what is left of the control group's limit if that is less. Windows: free physical memory.
    macOS: all physical memory, because what it calls free is what nobody has used yet.
    """
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _darwin()
    known = [amount for amount in (_meminfo(_MEMINFO), _control_group(_GROUP)) if amount is not None]
    return min(known, default=None)


def require_memory(needed: int, *, records: int, features: int) -> None:
    """InputError machine.memory if so many bytes cannot be had; `records` and `features` are for the sentence."""
    available = available_memory()
    if available is not None and needed > available:
        raise InputError(
            "machine.memory",
            f"Attesting {records} records with {features} features needs about {_gigabytes(needed)} GB of memory, "
            f"and this machine has {_gigabytes(available)} GB to spare.",
            REMEDY,
        )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f}"


def _meminfo(path: Path) -> int | None:
    """MemAvailable of a file in the form of /proc/meminfo, in bytes."""
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            name, _, rest = line.partition(":")
            if name == "MemAvailable":
                return int(rest.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


def _control_group(folder: Path) -> int | None:
    """What is left of the limit on this process's group (cgroup v2), in bytes; None without one."""
    try:
        limit = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = (folder / "memory.current").read_text(encoding="ascii").strip()
        # files that were read are counted as used until somebody needs the space
        statistics = (folder / "memory.stat").read_text(encoding="ascii").split()
        cached = int(statistics[statistics.index("inactive_file") + 1])
        return max(0, int(limit) - int(used) + cached)
    except (OSError, ValueError, IndexError):
        return None


def _darwin() -> int | None:
    size = ctypes.c_uint64()
    length = ctypes.c_size_t(ctypes.sizeof(size))
    system = ctypes.CDLL(None)
    if system.sysctlbyname(b"hw.memsize", ctypes.byref(size), ctypes.byref(length), None, 0) != 0:
        return None
    return size.value


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "available", "page", "page_free", "virtual", "virtual_free")),
        ("extended", ctypes.c_uint64),
    )


def _windows() -> int | None:
    status = _MemoryStatus()
    status.length = ctypes.sizeof(status)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.available)
