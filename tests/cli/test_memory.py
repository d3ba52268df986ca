"""A limit of memory that is set is kept to, by the process itself; where that cannot be, nothing is begun."""

from __future__ import annotations

import json

import pytest

from core.proving.forecast.memory import memory_of, plan_memory
from core.proving.forecast.shape import Shape
from core.proving.forecast.table import plain_schema
from core.relations.plan import TrainingPlan
from tests.cli.conftest import Made, ok
from tests.cli.program import Program

# Just past a power of two on both sides: two million cells, so that the two ways differ by more than a hundredth.
ROWS, FEATURES = 16_500, 30


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, str]:
    folder = tmp_path_factory.mktemp("memory")
    (folder / "work").mkdir()
    program = Program(home=folder / "home", folder=folder / "work")
    ok(program("sample", "--rows", str(ROWS), "--columns", str(FEATURES), "-o", folder / "cohort.csv"))
    names = ("--outcome", "outcome", "--patient-id", "patient_id", "--consent", "consent", "--group", "sex")
    ok(program("schema", "infer", folder / "cohort.csv", *names, "-o", folder / "schema.json"))
    done = ok(program("import", folder / "cohort.csv", "--schema", folder / "schema.json", "--json"))
    return program, done.json["dataset_id"]


def shape() -> Shape:
    plan = TrainingPlan()
    test = int(ROWS * plan.test_fraction)
    return Shape(plain_schema(FEATURES), ROWS, ROWS - test, test, plan)


def run(program: Program, *words: str) -> tuple[int, dict[str, object]]:
    """In a process of its own, because the peak is a process's."""
    process = program.start(*words, "--json")
    out, _ = process.communicate(timeout=300)
    return process.returncode, json.loads(out)


def test_a_job_stays_within_its_limit_or_is_not_begun(large: tuple[Program, str]) -> None:
    program, dataset = large
    needed = max(memory_of(shape(), lean=True).values())
    limit = needed + 5_000_000
    assert not plan_memory(shape(), limit=None).lean and plan_memory(shape(), limit=limit).lean
    code, said = run(program, "attest", dataset, "--memory", str(needed - 1), "-o", "never.proofward")
    assert code == 2 and said["error"]["code"] == "machine.memory"  # type: ignore[index]
    assert f"{-(-needed // 10**8) / 10} GB" in said["error"]["remedy"]  # type: ignore[index]
    assert program.left() == set()
    assert ok(program("resume", "--list", "--json")).json["jobs"] == []
    assert ok(program("key", "list", "--json")).json["keys"] == []
    code, said = run(program, "attest", dataset, "--memory", str(limit), "-o", "model.proofward")
    assert code == 0 and said["verdict"] == "accepted"
    memory = said["memory"]
    assert isinstance(memory, dict) and memory["limit"] == limit
    # what was foretold is right within 40 %, and rather too much than too little
    assert 0.6 * needed < memory["peak"] <= limit


@pytest.mark.parametrize("words", [("attest", "ds-0", "--memory", "plenty"), ("resume", "--memory", "0")])
def test_a_limit_that_is_no_size_is_refused(words: tuple[str, ...], auditor: Program) -> None:
    done = auditor(*words, "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "settings.memory")


def test_the_estimate_names_the_way_and_the_limit(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFWARD_MEMORY", "300MB")
    said = ok(made.program("attest", made.dataset, "--estimate", "--json")).json["memory"]
    assert said["limit"] == 300_000_000 and said["suffices"] is False and said["lean"] is True
    assert "--memory" in said["remedy"] and said["available"] > said["limit"]
    text = ok(made.program("attest", made.dataset, "--estimate", "--memory", "20GB")).out
    assert "memory needed" in text and "There is not enough memory" not in text


def test_what_an_attestation_took_is_told(made: Made) -> None:
    memory = made.attested["memory"]
    assert set(memory) == {"peak", "limit"}
    assert memory["peak"] is None or 50_000_000 < memory["peak"] < 50_000_000_000
