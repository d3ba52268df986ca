"""The most memory that this process has held at once, asked of the system itself."""

from __future__ import annotations

import ctypes
import sys


def peak_memory() -> int | None:
    """Largest resident size of this process so far, in bytes; None where the system does not say."""
    if sys.platform == "win32":
        return _windows()
    import resource

    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        *((name, ctypes.c_size_t) for name in ("working", "peak_paged", "paged", "peak_other", "other")),
        *((name, ctypes.c_size_t) for name in ("pagefile", "peak_pagefile")),
    )


def _windows() -> int | None:
    counters = _Counters()
    counters.length = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.length):
        return None
    return int(counters.peak_working_set)
