"""What the measurements ran on, in words that name a kind of machine and nobody's own."""

from __future__ import annotations

import os
import platform
import re
import time
from importlib.metadata import version
from pathlib import Path

from tests.bench.clock import processor_seconds

LIBRARIES = ("numpy", "numba", "torch", "scikit-learn", "py_arkworks_bls12381", "py_ecc")


def describe() -> dict[str, object]:
    """Processor, cores that may be used, memory, Python, and the libraries that do the work."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": allowed,
        "memory_gb": round(int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) * 1024 / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


class Neighbours:
    """How much of the machine other work took, from now on."""

    def __init__(self) -> None:
        self._began, self._busy, self._own = time.monotonic(), _busy_seconds(), processor_seconds()

    def cores(self) -> float | None:
        """Cores that were busy with other work (or withheld from a virtual machine), on average; None if unknown."""
        busy = _busy_seconds()
        if busy is None or self._busy is None:
            return None
        others = busy - self._busy - (processor_seconds() - self._own)
        return max(0.0, others / (time.monotonic() - self._began))


def _busy_seconds() -> float | None:
    """Processor seconds of the whole machine that were not idle, from Linux's own count."""
    counts = _field("/proc/stat", "cpu", "").split()
    if not counts:
        return None
    user, nice, system, _, _, interrupts, soft, stolen = (int(count) for count in counts[:8])
    return (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")


def _field(file: str, name: str, mark: str = ":") -> str:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(rf"^{name}\s*{mark}\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else ""
