"""What version 1 of the protocol has produced once, every later program verifies and produces again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from core.algebra.batch.local import PointList
from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.bundle.limits import ATTESTATION, VALIDITY
from core.bundle.reader import read_bundle
from core.channel.points import PointTable
from core.channel.settlement import failing_stages
from core.channel.verifier import VerifierChannel
from core.claims.bounded.verifier import verify_bounded
from core.verification.verify import verify_bundle
from tests.soundness import independent
from tests.vectors.make_golden import (
    FOLDER,
    PROTOCOL,
    ROW,
    STATEMENT,
    kept_weights,
    made,
    small_pattern,
    small_proof,
    tiny_bounded,
    tiny_dataset,
    tiny_parts,
    transcript_vector,
)

SUMMARY = json.loads((FOLDER / "summary.json").read_bytes())
SMALL = (FOLDER / "small.bin").read_bytes()


@pytest.mark.parametrize("backend", ["native", "reference"])
def test_the_kept_bundle_is_accepted(backend: str) -> None:
    report = verify_bundle((FOLDER / "bundle.bin").read_bytes(), backend=backend)
    assert report.verdict == "accepted", report.to_text()
    assert report.numbers["train_records"] == "8"
    assert {claim.name: claim.status for claim in report.claims} == dict.fromkeys(
        ("dataset", "validity", "consent", "optimum"), "accepted"
    )


def test_the_kept_bundle_holds_the_kept_proofs() -> None:
    contents = read_bundle((FOLDER / "bundle.bin").read_bytes())
    assert contents.validity == (FOLDER / "validity.bin").read_bytes()
    assert contents.attestation == (FOLDER / "attestation.bin").read_bytes()
    assert [blob.hex() for blob in contents.commitments] == SUMMARY["tiny"]["commitments"]
    assert contents.predicate["dataset"]["root"] == SUMMARY["tiny"]["root"]
    for name, data in ((VALIDITY, contents.validity), (ATTESTATION, contents.attestation)):
        kept = SUMMARY["tiny"][name.split("/")[1].removesuffix(".bin")]
        assert (len(data), hashlib.sha256(data).hexdigest()) == (kept["bytes"], kept["sha256"])


def test_the_same_seeds_produce_the_same_files() -> None:
    """Plain engine; all files but the signed bundle."""
    files = made(kept_weights())
    assert {name for name, data in files.items() if (FOLDER / name).read_bytes() != data} == set()


def test_the_fast_engine_produces_the_same_bytes() -> None:
    parts = tiny_parts(kept_weights(), "fast")
    assert parts.validity == (FOLDER / "validity.bin").read_bytes()
    assert parts.attestation == (FOLDER / "attestation.bin").read_bytes()
    assert small_proof("fast") == SMALL
    assert tiny_bounded("fast") == (FOLDER / "bounded.bin").read_bytes()


@pytest.mark.parametrize("backend", ["native", "reference"])
def test_the_kept_proof_of_bounded_is_accepted(backend: str) -> None:
    commitments = tuple(bytes.fromhex(blob) for blob in SUMMARY["tiny"]["commitments"])
    table, group = PointTable(), get_backend(backend)
    proof = (FOLDER / "bounded.bin").read_bytes()
    weighted = verify_bounded(tiny_dataset(commitments), proof, table, table.add(commitments))
    assert failing_stages(weighted, [PointList(group, group.decode(table.blobs))], group) == []


def test_challenges_are_the_kept_ones() -> None:
    assert transcript_vector() == SUMMARY["transcript"]


def small_failing(data: bytes) -> list[str]:
    table = PointTable()
    channel = VerifierChannel(PROTOCOL, STATEMENT, small_pattern(), data, table)
    (row,) = channel.points("rows", 1)
    a, b = channel.hidden("factors", 2)
    channel.log.product("product", a, b, a * 0 + 143)
    z = channel.challenge("point")
    forms = [[pow(z, k, ORDER) for k in range(len(ROW))], [1] * len(ROW)]
    values, slots = channel.evaluation_slots("values", 2)
    channel.log.zero("sum", values[1] - 25)
    channel.log.evaluations("row", basis=range(len(ROW)), objects=[{row: 1}], forms=forms, slots=slots)
    backend = get_backend("native")
    return failing_stages(channel.settle(), [PointList(backend, backend.decode(table.blobs))], backend)


def test_the_small_proof_is_accepted() -> None:
    assert small_failing(SMALL) == []


# the second reading --------------------------------------------------------------------------------------------------


def test_the_second_reading_knows_nothing_of_the_program() -> None:
    source = Path(independent.__file__).read_text()
    assert "import core" not in source and "from core" not in source


def test_the_second_reading_draws_the_same_challenges() -> None:
    vector = SUMMARY["transcript"]
    transcript = independent.Hash(vector["protocol"])
    drawn = [transcript.draw("start")]
    for label, data in vector["messages"]:
        transcript.put(label, bytes.fromhex(data))
        drawn.append(transcript.draw(label))
    drawn.append(transcript.draw(vector["messages"][-1][0]))
    assert [f"{value:064x}" for value in drawn] == vector["challenges"]


def test_the_second_reading_accepts_the_small_proof() -> None:
    verdict = independent.small_proof_holds(SMALL, protocol=PROTOCOL, statement=STATEMENT)
    assert verdict == {"row": True, "tie": True, "whole": True}


def test_the_second_reading_reads_the_same_pattern() -> None:
    steps = "\n".join(f"{step.kind} {step.label} {step.count}" for step in small_pattern().steps)
    assert steps == independent.SMALL_STEPS


@pytest.mark.parametrize("position", [48 + 48 + 31, 48 + 48 + 4 * 32 + 31, 847, len(SMALL) - 1])
def test_both_readings_refuse_the_same(position: int) -> None:
    """A hidden factor, f(0), an entry of the row's final z, and one of the tie's."""
    changed = SMALL[:position] + bytes([SMALL[position] ^ 1]) + SMALL[position + 1 :]
    verdict = independent.small_proof_holds(changed, protocol=PROTOCOL, statement=STATEMENT)
    assert small_failing(changed) == [stage for stage in ("row", "tie") if not verdict[stage]] != []


def test_both_readings_refuse_another_statement() -> None:
    verdict = independent.small_proof_holds(SMALL, protocol=PROTOCOL, statement=STATEMENT + b"!")
    assert not verdict["row"] and not verdict["tie"]
