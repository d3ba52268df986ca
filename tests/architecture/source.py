"""Our own source as syntax trees: what is imported where, and what the verifier's closure consists of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
VERIFIER = "core.verification.verify"
HELPER = "core.algebra.batch.helper"
"""What a process runs that helps the verifier; nothing imports it."""


def sources(*packages: str) -> Iterator[Path]:
    """Every Python file below these top-level folders."""
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def path_of(module: str) -> Path:
    """The file of one of our modules."""
    folder = ROOT.joinpath(*module.split("."))
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """Dotted names of everything that a file imports anywhere in it, inside functions and type checking included."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ""
            if node.level:
                own = module_of(path).split(".")
                keep = len(own) - node.level + (path.name == "__init__.py")
                package = ".".join(own[:keep])
            base = ".".join(filter(None, (package, node.module)))
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


def reaches(names: set[str], package: str) -> set[str]:
    """Those names that are the package or lie in it."""
    return {name for name in names if name == package or name.startswith(package + ".")}


@cache
def verifier_closure() -> tuple[str, ...]:
    """Every module of ours that verifying can ever load, late imports and parent packages included."""
    graph = grimp.build_graph("core", include_external_packages=True, exclude_type_checking_imports=True)
    modules = {name for door in (VERIFIER, HELPER) for name in (door, *graph.find_upstream_modules(door))}
    ours = {module for module in modules if module.split(".")[0] == "core"}
    for module in tuple(ours):
        parts = module.split(".")
        ours.update(".".join(parts[:length]) for length in range(1, len(parts)))
    return tuple(sorted(ours))
