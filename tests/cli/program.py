"""The command line as a test calls it: words in, exit code, output and errors out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from core.cli.main import main
from core.cli.progress import STAGE_TITLES

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "canary passphrase of the tests"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON object that it is."""
        return json.loads(self.out)

    def sentence(self) -> str:
        """The error: the last line, plain, with its remedy; before it there is progress at most, never a traceback."""
        *progress, line = self.err.strip().splitlines()
        assert "Traceback" not in self.err and "Error(" not in self.err
        assert all(any(earlier.startswith(title) for title in STAGE_TITLES.values()) for earlier in progress), self.err
        assert line[0].isupper() or line[0] in "“123456789", line
        assert line.endswith((".", "--help")), line
        return line


@dataclass(frozen=True, slots=True)
class Program:
    """The command line over one workspace and one current folder."""

    home: Path
    folder: Path
    passphrase: str | None = PASSPHRASE

    @property
    def environment(self) -> dict[str, str]:
        """What the commands see."""
        values = {**os.environ, "PROOFWARD_HOME": str(self.home), "PYTHONPATH": str(ROOT)}
        values.pop("PROOFWARD_PASSPHRASE", None)
        if self.passphrase is not None:
            values["PROOFWARD_PASSPHRASE"] = self.passphrase
        return values

    def __call__(self, *words: str | Path) -> Done:
        """Run a command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main([str(word) for word in words])
        return Done(code, out.getvalue(), err.getvalue())

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Run a command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "core.cli", *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def left(self) -> set[str]:
        """Every file in the current folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


def write_table(path: Path, rows: int = 24, *, columns: int = 2, outcome: str = "died") -> Path:
    """A small table with an id, features, a group, consent, and an outcome that follows the first feature."""
    lines = [",".join(["mrn", *(f"x{column}" for column in range(1, columns + 1)), "sex", "ok", outcome])]
    for row in range(rows):
        values = [f"{(row * 7 + column * 5) % 19 / 10:.1f}" for column in range(columns)]
        died = int((row * 7) % 19 + (row % 3) * 4 > 12)
        lines.append(",".join([f"P{row:04}", *values, "fm"[row % 2], "yes", str(died)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_plan(path: Path, **changes: object) -> Path:
    """A training plan without test records: a split of so few would now and then leave one class on a side."""
    optimiser = {"method": "lbfgs", "epochs": 500, "learning_rate": "1", "seed": 0}
    plan = {
        "version": 1,
        "c": "1",
        "test_fraction": "0",
        "target": "1/1000",
        "optimiser": optimiser,
        "registration": {},
    }
    path.write_text(json.dumps(plan | changes, indent=3), encoding="utf-8")
    return path


INFER = ("--outcome", "died", "--patient-id", "mrn", "--consent", "ok", "--group", "sex")
