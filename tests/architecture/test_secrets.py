"""What is secret does not show itself: a traceback, a log line or a debugger's summary calls `repr` without asking."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import module_of, sources, tree

# Fields from which a record, a key or a passphrase follows: by their name, or as an array of rows of records.
SECRET = re.compile(r"(^|_)(blindings?|passphrase|secrets?|private|preimage)(_|$)")


def dataclasses_of_core() -> Iterator[tuple[str, ast.ClassDef, ast.expr]]:
    """Module, class and decorator of every dataclass."""
    for path in sources("core"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                for decorator in node.decorator_list:
                    if ast.unparse(decorator).split("(")[0] == "dataclass":
                        yield module_of(path), node, decorator


def secret_fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None]]:
    """Name and default of each field that must not be printed."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, kind = statement.target.id, ast.unparse(statement.annotation)
            if SECRET.search(name) or (name in ("rows", "values") and "NDArray" in kind):
                yield name, statement.value


def hides(node: ast.ClassDef, decorator: ast.expr, default: ast.expr | None) -> bool:
    """Whether the class writes its own `repr`, has none generated, or leaves this field out of it."""
    own = any(isinstance(member, ast.FunctionDef) and member.name == "__repr__" for member in node.body)
    return (
        own or "repr=False" in ast.unparse(decorator) or (default is not None and "repr=False" in ast.unparse(default))
    )


def test_secret_fields_are_not_printed() -> None:
    offenders = {
        f"{module}.{node.name}.{name}"
        for module, node, decorator in dataclasses_of_core()
        for name, default in secret_fields(node)
        if not hides(node, decorator, default)
    }
    assert offenders == set()


def test_there_is_something_to_hide() -> None:
    """The scan finds the dataset as the prover holds it; were it to find nothing, the test above would show nothing."""
    found = {node.name for _, node, _ in dataclasses_of_core() if list(secret_fields(node))}
    assert {"OpenedDataset", "EncodedDataset", "Settings"} <= found
