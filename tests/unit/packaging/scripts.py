"""Loads the scripts in packaging/, which is no package."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tests.architecture.source import ROOT


def load(name: str) -> ModuleType:
    """The script packaging/NAME.py as a module, without running its main part."""
    spec = importlib.util.spec_from_file_location(f"proofward_packaging_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
