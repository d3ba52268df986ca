"""`attest --estimate`: what it would take, and nothing is begun."""

from __future__ import annotations

import pytest

from core.services import estimate, memory
from tests.cli.conftest import Made, ok
from tests.cli.program import Program

MEMBERS = {
    "dataset_id",
    "records",
    "features",
    "train_records",
    "test_records",
    "hidden_weights",
    "range_claim",
    "range_proof_known",
    "seconds",
    "processor_seconds",
    "total_seconds",
    "memory",
    "sizes",
}


def test_of_a_dataset_it_foretells_the_bundle_that_was_made(made: Made) -> None:
    """The split and so every proof's size are those of the same plan; the dataset's proof is already at hand."""
    said = ok(made.program("attest", made.dataset, "--plan", made.plan, "--estimate", "--json")).json
    assert set(said) == MEMBERS
    real = made.attested
    for part in ("validity_proof", "attestation_proof", "record_commitments"):
        assert said["sizes"][part] == real["sizes"][part], part
    assert abs(said["sizes"]["bundle"] - real["sizes"]["bundle"]) < 20 * (said["features"] + 1)
    numbers = real["numbers"]
    assert [said[name] for name in ("records", "train_records", "test_records")] == [
        int(numbers[name]) for name in ("records", "train_records", "test_records")
    ]
    assert said["range_proof_known"] is True and said["hidden_weights"] is False
    assert list(said["seconds"]) == ["open", "prepare", "split", "train", "optimum", "bundle", "check"]
    assert said["total_seconds"] == pytest.approx(sum(said["seconds"].values()), abs=0.01)
    assert set(said["memory"]) == {"peak", "stages", "lean", "limit", "available", "suffices", "remedy"}
    assert said["memory"]["peak"] == max(said["memory"]["stages"].values())
    text = ok(made.program("attest", made.dataset, "--estimate", "--hide-weights")).out
    assert "Nothing was trained" in text and "memory needed" in text and "at hand" in text


def test_of_a_size_it_needs_no_workspace(auditor: Program) -> None:
    done = ok(auditor("attest", "500x4", "--estimate", "--json"))
    assert set(done.json) == MEMBERS and done.json["dataset_id"] is None
    assert (done.json["records"], done.json["features"], done.json["test_records"]) == (500, 4, 100)
    assert {"commit", "validity", "optimum"} <= set(done.json["seconds"])
    assert not auditor.home.exists() and not list(auditor.folder.iterdir())


@pytest.mark.parametrize("size", ["1x4", "500x0", "2000000x3", "500x5000"])
def test_a_size_that_no_bundle_has_is_refused(size: str, auditor: Program) -> None:
    done = auditor("attest", size, "--estimate", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "estimate.size")


@pytest.mark.parametrize("words", [["no-such-dataset"], ["500x4x3"], ["500X4"]])
def test_anything_else_is_a_dataset(words: list[str], made: Made) -> None:
    done = made.program("attest", *words, "--estimate", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "dataset.unknown")


def test_estimate_and_announce_are_two_questions(made: Made) -> None:
    done = made.program("attest", made.dataset, "--estimate", "--announce")
    assert done.code == 2 and "--help" in done.sentence()


def test_too_little_memory_ends_it_before_it_begins(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 300_000_000)
    monkeypatch.setattr(estimate, "available_memory", lambda: 300_000_000)
    done = made.program("attest", made.dataset, "--out", "never.proofward")
    assert (done.code, done.out) == (2, "")
    assert "memory" in done.sentence() and "fewer columns" in done.sentence()
    assert not (made.program.folder / "never.proofward").exists()
    said = ok(made.program("attest", made.dataset, "--estimate", "--json")).json["memory"]
    assert said["suffices"] is False and said["available"] == 300_000_000 and "more memory" in said["remedy"]
    assert "There is not enough memory" in ok(made.program("attest", made.dataset, "--estimate")).out
