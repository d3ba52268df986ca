"""The frozen program's one entry hands each of its parts the right words."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

import core.algebra.batch.helper
import core.cli.main
import core.jobs.worker
from tests.unit.packaging.scripts import load


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What the command line and the worker were called with."""
    calls: list[tuple[str, ...]] = []

    def command(words: Sequence[str] | None = None) -> int:
        calls.append(("command", *(words or ())))
        return 3

    def work() -> int:
        calls.append(("worker",))
        return 4

    monkeypatch.setattr(core.algebra.batch.helper, "main", lambda: calls.append(("points",)))
    monkeypatch.setattr(core.cli.main, "main", command)
    monkeypatch.setattr(core.jobs.worker, "main", work)
    return calls


@pytest.mark.parametrize(
    ("program", "words", "wanted", "code"),
    [
        ("proofward", ["verify", "a b.proofward"], ("command", "verify", "a b.proofward"), 3),
        ("proofward", ["--self-test"], ("command", "self-test"), 3),
        ("proofward", ["--worker"], ("worker",), 4),
        ("proofward-window", ["--points"], ("points",), 0),
        ("proofward", [], ("command",), 3),
        ("proofward-window", [], ("command", "app"), 3),
        ("proofward-window.exe", [], ("command", "app"), 3),
        ("proofward-window", ["--worker"], ("worker",), 4),
    ],
)
def test_words_reach_their_part(
    program: str,
    words: list[str],
    wanted: tuple[str, ...],
    code: int,
    heard: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", f"/opt/proofward/{program}")
    assert load("entry").main(words) == code
    assert heard == [wanted]
