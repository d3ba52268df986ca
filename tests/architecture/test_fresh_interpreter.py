"""What a program really loads: a new interpreter imports one door, and we look at what came with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, module_of, sources

LIST = """
import importlib, json, sys
for name in {modules!r}:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def loaded_by(*modules: str) -> set[str]:
    """Names of all modules in a fresh interpreter that imported these and did nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", LIST.format(modules=modules)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout)
    return set(names)


def within(names: set[str], *packages: str) -> set[str]:
    return {name for name in names for package in packages if name == package or name.startswith(package + ".")}


HEAVY = ("torch", "numba", "llvmlite", "numpy", "scipy", "sklearn")
DATABASE = ("sqlite3", "sqlite_utils")
WINDOW = ("PySide6", "shiboken6", "pyqtgraph", "gui")
OTHER_ROOMS = (
    "core.cli",
    "core.engines",
    "core.algebra.kernels",
    "core.jobs",
    "core.proving",
    "core.randomness",
    "core.services",
    "core.training",
    "core.workspace",
    "core.channel.prover",
    "core.claims.optimum.prover",
    "core.claims.validity.prover",
    "core.lookup.prover",
    "core.sumcheck.prover",
)


@pytest.mark.parametrize("backend", ["native", "reference"])
def test_the_verifier_comes_alone(backend: str) -> None:
    names = loaded_by("core.verification.verify", f"core.algebra.backends.{backend}")
    assert within(names, *HEAVY, *DATABASE, *WINDOW, *OTHER_ROOMS) == set()


def test_the_reference_verifier_leaves_the_native_library_out() -> None:
    names = loaded_by("core.verification.verify", "core.algebra.backends.reference")
    assert within(names, "py_arkworks_bls12381", "core.algebra.backends.native") == set()


def test_the_window_leaves_torch_and_the_kernels_to_its_worker() -> None:
    modules = [module_of(path) for path in sources("gui") if path.name != "__main__.py"]
    names = loaded_by(*modules)
    assert within(names, "PySide6.QtWidgets")
    assert within(names, "torch", "numba", "llvmlite", "core.engines", "core.training.trainer") == set()


def test_a_polish_that_goes_on_needs_no_torch() -> None:
    assert within(loaded_by("core.training.certified", "core.proving.attest"), "torch") == set()


def test_the_command_line_starts_light() -> None:
    names = loaded_by("core.cli.main")
    assert within(names, "torch", "numba", "llvmlite", "sklearn", *WINDOW) == set()


def test_the_worker_starts_without_qt() -> None:
    names = loaded_by("core.jobs.worker")
    assert within(names, *WINDOW) == set()
