"""Every row of the tamper manifest is stopped by what it names, and every field of a bundle has a row."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

from core.bundle.limits import MODEL, SCHEMA
from core.encoding.canonical import loads
from core.transcript.pattern import Kind
from core.verification.report import VerificationReport
from core.verification.verify import verify_bundle
from tests.soundness.manifest import NONE, PROOFS, Row, container_rows, envelope_rows, rows
from tests.soundness.tamper import Draft, bounded_for_small_datasets, honest_bundle, leaves, patterns

BACKENDS = pytest.mark.parametrize("backend", ["native", "reference"])


@pytest.fixture(autouse=True)
def _bounded_for_small_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded_for_small_datasets(monkeypatch)


@cache
def manifest() -> tuple[Row, ...]:
    return tuple(rows())


def outcome(report: VerificationReport) -> tuple[str, str, frozenset[str]]:
    """What a row foretells of a report."""
    failing = frozenset(report.detail.split(", ")) if report.code.endswith(".proof") else NONE
    return report.verdict, report.code, failing


def disagreements(of: Iterable[Row], backend: str) -> list[str]:
    """Rows whose report is another one than foretold."""
    found = []
    for row in of:
        report = verify_bundle(row.bundle(), backend=backend)
        if outcome(report) != (row.verdict, row.code, row.stages):
            found.append(f"{row.name}: {report.verdict} {report.code} {report.detail}")
        elif row.verdict != "accepted" and not (report.stage and report.sentence):
            found.append(f"{row.name}: no stage or no sentence")
    return found


@BACKENDS
@pytest.mark.parametrize("kind", ["public", "hidden", "other", "later", "bounded"])
def test_what_is_tampered_with_is_accepted_before(backend: str, kind: str) -> None:
    assert verify_bundle(honest_bundle(kind), backend=backend).verdict == "accepted"


@BACKENDS
def test_bounded_is_for_large_datasets_alone(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hospital cannot choose the weaker claim where the stronger one costs nothing."""
    monkeypatch.undo()
    report = verify_bundle(honest_bundle("bounded"), backend=backend)
    assert (report.verdict, report.code) == ("rejected", "bounded.small")


STATEMENT_FIELDS = ("predicate", "subject", "_type", "unknown")
MESSAGES = tuple(f"{proof.member} " for proof in PROOFS)
PARTS = {
    "statement": STATEMENT_FIELDS,
    "files": (MODEL, SCHEMA, "commitments.bin", *(f"{proof.member}" for proof in PROOFS)),
    "validity": MESSAGES[:1],
    "attestation": MESSAGES[1:2],
    "bounded": MESSAGES[3:],
}


def rows_of(part: str) -> list[Row]:
    own = [row for row in manifest() if row.field.startswith(PARTS[part])]
    return [row for row in own if not row.field.startswith(MESSAGES)] if part == "files" else own


@pytest.mark.parametrize("part", PARTS)
def test_every_row_is_stopped_by_what_it_names(part: str) -> None:
    """Re-signed, native backend."""
    assert len(rows_of(part)) > 30
    assert disagreements(rows_of(part), "native") == []


def test_the_parts_above_are_the_whole_manifest() -> None:
    assert sum(len(rows_of(part)) for part in PARTS) == len(manifest())
    assert len({row.name for row in manifest()}) == len(manifest())


def test_each_outcome_on_the_reference_backend() -> None:
    """One row for each code, and for proofs one whose change spoils all equations and one that spoils the last; the
    reference backend names the same equations. It is some forty times slower, so the other rows run natively alone."""
    first: dict[object, Row] = {}
    for row in manifest():
        proof = (row.kind, "tie.final" in row.field) if row.stages else ()
        first.setdefault((row.verdict, row.code, proof), row)
    assert len(first) > 40
    assert disagreements(first.values(), "reference") == []


def test_nothing_passes_without_signing_anew() -> None:
    """Also what is only signed. What the reader already refuses, it refuses for the same reason."""
    for row in manifest():
        if row.field.startswith(STATEMENT_FIELDS):
            report = verify_bundle(row.bundle(signed=False))
            expected = (row.verdict, row.code) if row.early else ("rejected", "signature.payload")
            assert (report.verdict, report.code) == expected, row.name


@BACKENDS
def test_envelope_and_container(backend: str) -> None:
    found = []
    # signatures are checked by one library on both; two rows show that the reference backend reports the same
    envelopes = list(envelope_rows())[: None if backend == "native" else 2]
    for field, what, bundle, verdict, code in [*envelopes, *container_rows()]:
        report = verify_bundle(bundle, backend=backend)
        if (report.verdict, report.code) != (verdict, code):
            found.append(f"{field}, {what}: {report.verdict} {report.code}")
    assert found == []


# coverage --------------------------------------------------------------------------------------------------------


def without_row(fields: Iterable[str], covered: Iterable[str]) -> set[str]:
    return set(fields) - set(covered)


@pytest.mark.parametrize("kind", ["public", "hidden", "bounded"])
def test_every_member_of_the_statement_has_a_row(kind: str) -> None:
    fields = set(leaves(Draft.of(kind).statement))
    covered = {row.field for row in manifest()}
    assert len(fields) > 30
    assert without_row(fields, covered) == set()
    assert without_row({*fields, "predicate/colour"}, covered) == {"predicate/colour"}


@pytest.mark.parametrize("name", [MODEL, SCHEMA])
def test_every_member_of_model_and_schema_has_a_row(name: str) -> None:
    document = loads(Draft.of("public").files[name], limit=1 << 20, what="The file")
    assert isinstance(document, dict)
    fields = {f"{name}/{field}" for field in document}
    if name == SCHEMA:
        fields |= {f"{name}/columns/{field}" for field in document["columns"][0]}
    assert without_row(fields, {row.field for row in manifest()}) == set()


def test_every_file_has_a_row() -> None:
    members = {*Draft.of("public").files, *Draft.of("bounded").files}
    assert {name for name in members if any(row.field.split(" ")[0].startswith(name) for row in manifest())} == members


def test_every_member_of_the_envelope_has_a_row() -> None:
    envelope = loads(Draft.of("public").envelope, limit=1 << 22, what="The envelope")
    assert isinstance(envelope, dict)
    fields = {f"envelope/{name}" for name in envelope}
    fields |= {f"envelope/signatures/{name}" for name in envelope["signatures"][0]}
    assert without_row(fields, {field for field, *_ in envelope_rows()}) == set()


def test_every_step_of_both_patterns_has_rows() -> None:
    """A message that a later version adds must say here what it can be changed into and what stops that."""
    for proof in PROOFS:
        pattern = patterns(proof.kind)[proof.member]
        travelling = {f"{step.kind} {step.label}" for step in pattern.steps if step.kind is not Kind.CHALLENGE}
        covered = [step for step, _ in proof.steps()]
        assert sorted(travelling) == sorted(covered)
        named = {row.field for row in manifest() if row.kind == proof.kind and row.what == "another value"}
        assert without_row({f"{proof.member} {step}" for step in travelling}, named) == set()
