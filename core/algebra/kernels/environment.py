"""How numba is set up before it is imported, and the one decorator that every kernel carries.

Machine code is made for x86-64-v3 where the processor has it and for the baseline otherwise, never for the exact host,
so that a cache made on one machine is right on another. numba does not notice a change in a function that a kernel
calls from another file; therefore the cache folder is named after a hash of all kernel sources. The folder lies in the
user's cache, because the program's own may be read-only, and in a temporary folder if even that cannot be written.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import pkgutil
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

PACKAGE = "core.algebra.kernels"
NEEDED_FEATURES = {"avx2", "bmi1", "bmi2", "fma", "movbe"}

P = ParamSpec("P")
R = TypeVar("R")


def source_hash() -> str:
    """Sixteen hex digits over the code of every module of this package, also where only compiled code is at hand."""
    package = find_spec(PACKAGE)
    assert package is not None and package.submodule_search_locations is not None
    digest = hashlib.sha256()
    for name in sorted(info.name for info in pkgutil.iter_modules(package.submodule_search_locations)):
        spec = find_spec(f"{PACKAGE}.{name}")
        loader: Any = spec.loader if spec else None
        origin = Path(spec.origin) if spec and spec.origin else None
        if origin is not None and origin.suffix == ".py" and origin.is_file():
            content = origin.read_bytes()
        else:
            content = marshal.dumps(loader.get_code(f"{PACKAGE}.{name}"))
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:16]


def processor_features() -> set[str]:
    """What the processor says that it can do; empty where the system does not tell."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("flags"):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


def cache_folder() -> Path:
    """A writable folder for machine code made from exactly these sources."""
    base = os.environ.get("PROOFWARD_CACHE") or os.environ.get("XDG_CACHE_HOME")
    if not base and sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    try:
        root = Path(base) if base else Path.home() / ".cache"
        folder = root / "proofward" / "kernels" / source_hash()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):
        return Path(tempfile.mkdtemp(prefix="proofward-kernels-"))


def prepare() -> None:
    """Set numba's environment; called once, before its first import by this package."""
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    os.environ["NUMBA_CPU_NAME"] = "x86-64-v3" if x86 and processor_features() >= NEEDED_FEATURES else "generic"
    os.environ["NUMBA_CPU_FEATURES"] = ""
    os.environ["NUMBA_THREADING_LAYER"] = "omp"
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    loaded = sys.modules.get("numba.core.config")
    if loaded is not None:
        loaded.reload_config()


prepare()

if TYPE_CHECKING:

    def kernel(function: Callable[P, R]) -> Callable[P, R]: ...

else:
    from numba import njit

    kernel = njit(cache=True, nogil=True)
