"""How much memory a job may have, and how much it has had, asked of the system itself; no library for two numbers."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.settings import MEMORY_VARIABLE

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")
_WORTH_NAMING = 10**8
_STATUS = Path("/proc/self/status")

REMEDY = "Import fewer columns or fewer records, close other programs, or use a machine with more memory."


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """size: bytes that a job may have, None if nobody knows; chosen: whether a person set them."""

    size: int | None
    chosen: bool = False

    def suffices(self, needed: int) -> bool:
        """Whether so many bytes may be had, as far as is known."""
        return self.size is None or needed <= self.size

    def remedy(self, needed: int) -> str:
        """What to do if that many bytes are too many."""
        if not self.chosen:
            return REMEDY
        return f"Allow {_gigabytes(needed)} GB, with --memory or {MEMORY_VARIABLE}, or import fewer columns or records."


def memory_limit(chosen: int | None) -> MemoryLimit:
    """The limit that was set, or what the machine has to spare where that is less."""
    available = available_memory()
    if chosen is None or (available is not None and available < chosen):
        return MemoryLimit(available)
    return MemoryLimit(chosen, chosen=True)


def available_memory() -> int | None:
    """Bytes that programs can still have without swapping; None where the system does not say.

    Linux: MemAvailable, or what is left of the control group's limit if that is less. Windows: free physical memory.
    macOS: all physical memory, because what it calls free is what nobody has used yet.
    """
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _darwin()
    known = [amount for amount in (_kilobytes(_MEMINFO, "MemAvailable"), _control_group(_GROUP)) if amount is not None]
    return min(known, default=None)


def require_memory(needed: int, limit: MemoryLimit, *, records: int, features: int, matrix: int = 0) -> None:
    """InputError machine.memory if so many bytes may not be had.

    records, features, and the bytes of their matrix, which no way of working saves, are for the sentence.
    """
    if limit.size is not None and not limit.suffices(needed):
        size = f"{limit.size / 1e9:.2f} GB"
        share = f", {_gigabytes(matrix)} GB of it for the matrix of records," if matrix >= _WORTH_NAMING else ""
        raise InputError(
            "machine.memory",
            f"Attesting {records} records with {features} features needs about {_gigabytes(needed)} GB of memory"
            f"{share or ','} "
            + (f"and at most {size} are allowed." if limit.chosen else f"and this machine has {size} to spare."),
            limit.remedy(needed),
        )


def peak_memory() -> int | None:
    """The most bytes that this process has held at once, None where the system does not say.

    Linux keeps that number for each process in /proc; the one of getrusage begins with the parent's.
    """
    if sys.platform == "win32":
        return _windows_peak()
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _kilobytes(_STATUS, "VmHWM")


def _gigabytes(count: int) -> str:
    """Rounded up, so that what is asked for suffices."""
    return f"{-(-count // 10**8) / 10:.1f}"


def _kilobytes(path: Path, wanted: str) -> int | None:
    """The line of this name in a file in the form of /proc/meminfo, in bytes."""
    try:
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            name, _, rest = line.partition(":")
            if name == wanted:
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


class _ProcessMemory(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("faults", ctypes.c_uint32),
        *((name, ctypes.c_size_t) for name in ("peak", "now", "pool_peak", "pool", "other_peak", "other")),
        ("pagefile", ctypes.c_size_t),
        ("pagefile_peak", ctypes.c_size_t),
    )


def _windows_peak() -> int | None:
    counters = _ProcessMemory()
    counters.length = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.length):
        return None
    return int(counters.peak)
