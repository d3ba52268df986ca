"""Two provers' arithmetic behind one interface: plain integers to read, numba kernels to use."""

from __future__ import annotations

from core.engines.interface import Engine
from core.errors import InputError


def get_engine(name: str = "fast") -> Engine:
    """The engine called "plain" or "fast"; numba is loaded only for the latter."""
    if name == "plain":
        from core.engines.plain import PlainEngine

        return PlainEngine()
    if name == "fast":
        from core.engines.fast import FastEngine

        return FastEngine()
    raise InputError("engine.unknown", f"There is no engine called {name!r}.", "Use 'fast' or 'plain'.")
