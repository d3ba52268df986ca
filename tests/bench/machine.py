"""What the measurements ran on, in words that name a kind of machine and nobody's own."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

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


def load() -> float:
    """Processes that wanted a core during the last minute, on average; ours is among them while it runs."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _field(file: str, name: str) -> str:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(rf"^{name}\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else ""
