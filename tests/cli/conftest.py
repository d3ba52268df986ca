"""One workspace with one dataset and one bundle, made through the command line once and only read afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import INFER, Done, Program, write_plan, write_table


@dataclass(frozen=True, slots=True)
class Made:
    """A workspace in use: what each command printed, and the files it left."""

    program: Program
    imported: dict[str, Any]
    attested: dict[str, Any]
    bundle: Path
    plan: Path

    @property
    def dataset(self) -> str:
        return str(self.imported["dataset_id"])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """For tests that only read; each leaves datasets and keys as they are."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "work").mkdir()
    program = Program(home=folder / "home", folder=folder / "work")
    table = write_table(folder / "work" / "patients.csv")
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    imported = ok(program("import", table, "--schema", "schema.json", "--json")).json
    plan = write_plan(folder / "plan.json")
    attested = ok(program("attest", imported["dataset_id"], "--plan", plan, "--out", "model.proofward", "--json")).json
    return Made(program, imported, attested, folder / "work" / "model.proofward", plan)


def ok(done: Done) -> Done:
    """The same, unless the command failed."""
    assert done.code == 0, done.err + done.out
    return done


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """An empty workspace and an empty folder."""
    (tmp_path / "work").mkdir()
    return Program(home=tmp_path / "home", folder=tmp_path / "work")


@pytest.fixture
def auditor(made: Made, tmp_path: Path) -> Program:
    """Somebody elsewhere: no workspace, no passphrase, an empty folder."""
    (tmp_path / "elsewhere").mkdir()
    return Program(home=tmp_path / "nothing", folder=tmp_path / "elsewhere", passphrase=None)
