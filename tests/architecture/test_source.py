"""Rules about our source that no import graph shows: what may stand in which file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, imported, module_of, path_of, reaches, sources, tree, verifier_closure

# The window talks to these alone; what a record or a proof is made of is not its business.
WINDOW_MAY_USE = {"core.services", "core.jobs", "core.errors", "core.settings", "core.resources"}
TERMINAL_MAY_USE = {*WINDOW_MAY_USE, "core.cli", "core.monitor", "core.randomness"}

# Modules from which chance or the time of day could enter a verdict.
CHANCE_AND_TIME = ("random", "secrets", "uuid", "time", "datetime", "numpy.random", "core.randomness")
OUR_ERRORS = {"InputError", "RejectedError", "MalformedError", "CancelledError", "InternalError"}


def test_torch_is_imported_in_training_alone() -> None:
    offenders = {
        module_of(path)
        for path in sources("core", "gui")
        if reaches(imported(path), "torch") and not module_of(path).startswith("core.training")
    }
    assert offenders == set()


def test_numba_is_imported_by_kernels_and_engines_alone() -> None:
    homes = ("core.algebra.kernels", "core.engines")
    offenders = {
        module_of(path)
        for path in sources("core", "gui")
        if reaches(imported(path), "numba") and not module_of(path).startswith(homes)
    }
    assert offenders == set()


@pytest.mark.parametrize(("package", "allowed"), [("gui", WINDOW_MAY_USE), ("core/cli", TERMINAL_MAY_USE)])
def test_faces_talk_to_services_and_jobs_alone(package: str, allowed: set[str]) -> None:
    offenders = {
        (module_of(path), name)
        for path in sources(package)
        for name in reaches(imported(path), "core")
        if not any(reaches({name}, door) for door in allowed)
    }
    assert offenders == set()


def test_the_closure_is_the_verifier() -> None:
    """The walk finds what it is meant to find; an empty closure would make every rule below true."""
    assert {
        "core.verification.verify",
        "core.channel.verifier",
        "core.claims.optimum.verifier",
        "core.algebra.backends.native",
        "core.algebra.batch.helper",
        "core.algebra.backends.reference",
        "core.bundle.reader",
        "core.bundle.envelope",
        "core.transcript",
    } <= set(verifier_closure())


def test_no_assert_decides_about_data() -> None:
    """`python -O` removes assert statements, so none may stand between a forged proof and its acceptance."""
    offenders = {
        (module, node.lineno)
        for module in verifier_closure()
        for node in ast.walk(tree(path_of(module)))
        if isinstance(node, ast.Assert)
    }
    assert offenders == set()


def test_a_verdict_depends_on_no_clock_and_no_chance() -> None:
    offenders = {
        (module, name)
        for module in verifier_closure()
        for source in CHANCE_AND_TIME
        for name in reaches(imported(path_of(module)), source)
    }
    assert offenders == set()


def test_a_verdict_depends_on_no_environment() -> None:
    offenders = {
        (module, ast.unparse(node))
        for module in verifier_closure()
        for node in ast.walk(tree(path_of(module)))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) in {"os.urandom", "os.getrandom", "os.environ", "os.getenv"}
    }
    assert offenders == set()


def test_the_verifier_raises_typed_errors_alone() -> None:
    """A library's own exception says nothing to an auditor; `raise` in the closure names one of ours, or re-raises."""
    offenders = set()
    for module in verifier_closure():
        for node in ast.walk(tree(path_of(module))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                target = ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
                if target[:1].isupper() and target not in OUR_ERRORS:
                    offenders.add((module, target))
    assert offenders == set()


@pytest.mark.parametrize("path", [*sources("core", "gui", "packaging")], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_holds_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_folder_packaging_stays_a_folder() -> None:
    """With an __init__.py it would shadow the library `packaging`, which pip, pytest and others import."""
    assert not (ROOT / "packaging" / "__init__.py").exists()
