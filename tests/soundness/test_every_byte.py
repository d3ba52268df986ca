"""Every byte of each proof part of a small bundle changed, digests recomputed, signed again: never accepted.

Signing and reading again say nothing about a proof, so the sweep over all bytes asks the proofs' own verifiers, under
the very statements that the verification derives: a typed MalformedError, or an equation that does not vanish. A
changed point is first put to the group's decoder, through which each point of a bundle goes; only if it still decodes
do its equations matter. One equation that fails by itself is enough: the verification settles their sum under weights
hashed from the whole proof. A sample of positions goes the whole way, re-signed, through `verify_bundle`, on both
backends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from core.algebra.batch.local import PointList, PointSums
from core.algebra.group import GroupBackend, Point, get_backend
from core.bundle.reader import BundleContents, read_bundle
from core.bundle.writer import BundleParts
from core.channel.equation import Equation
from core.channel.points import PointTable
from core.channel.settlement import is_satisfied
from core.claims.bounded.relation import BoundedRelation
from core.claims.bounded.verifier import verify_bounded
from core.claims.optimum.relation import OptimumRelation
from core.claims.optimum.statement import HiddenModel
from core.claims.optimum.verifier import verify_optimum
from core.claims.validity.relation import ValidityRelation
from core.claims.validity.verifier import verify_validity
from core.commitments.merkle import dataset_root
from core.errors import MalformedError
from core.relations.plan import TrainingPlan
from core.transcript.pattern import Kind, Pattern
from core.verification.claims import StatedBundle, state
from core.verification.verify import verify_bundle
from tests.soundness.hospital import Hospital, hospital, with_parts
from tests.soundness.tamper import bounded_for_small_datasets

PLAN = TrainingPlan(test_fraction=Fraction(0))
"""Eight records are too few to split: all of them are trained on."""
PARTS = 4
"""Tests that share the bytes of a proof, so that several processes do."""
COMPLETE_EVERY = 293
"""Of the native positions that also go the whole way; a prime, so that it falls on every place of a scalar."""


@cache
def small(hidden: bool = False) -> Hospital:
    return hospital(records=8, features=2, hidden=hidden, plan=PLAN, seed=b"every byte")


@cache
def opened(hidden: bool = False) -> tuple[BundleContents, StatedBundle]:
    contents = read_bundle(small(hidden).bundle())
    return contents, state(contents)


def changed(data: bytes, position: int) -> bytes:
    """Another value at `position`, a different difference at neighbouring positions."""
    result = bytearray(data)
    result[position] ^= 1 + position * 37 % 255
    return bytes(result)


def kinds(pattern: Pattern) -> list[tuple[Kind, int]]:
    """For each byte of a proof the kind of its step and the offset of the element that it belongs to."""
    result = []
    offset = 0
    for step in pattern.steps:
        size = 48 if step.kind is Kind.POINTS else 32
        for _ in range(step.size // size):
            result += [(step.kind, offset)] * size
            offset += size
    assert offset == pattern.size
    return result


class _Decoder:
    """The native decoder with a memory: it looks at each encoding by itself, so what it said once still holds."""

    def __init__(self) -> None:
        self.backend: GroupBackend = get_backend("native")
        self._known: dict[bytes, Point] = {}

    def one(self, blob: bytes) -> Point:
        if blob not in self._known:
            self._known[blob] = self.backend.decode([blob])[0]
        return self._known[blob]

    def all(self, blobs: Sequence[bytes]) -> list[PointSums]:
        return [PointList(self.backend, [self.one(blob) for blob in blobs])]


Verify = Callable[[bytes, PointTable], list[tuple[int, Equation]]]


def validity_of(contents: BundleContents, stated: StatedBundle) -> Verify:
    def verify(proof: bytes, table: PointTable) -> list[tuple[int, Equation]]:
        return verify_validity(stated.dataset, proof, table, table.add(contents.commitments))

    return verify


def optimum_of(contents: BundleContents, stated: StatedBundle) -> Verify:
    def verify(proof: bytes, table: PointTable) -> list[tuple[int, Equation]]:
        records, model = table.add(contents.commitments), stated.optimum.model
        handle = table.add([model.commitment])[0] if isinstance(model, HiddenModel) else None
        return verify_optimum(stated.optimum, proof, table, records, handle)

    return verify


def survivors(proof: bytes, pattern: Pattern, verify: Verify, positions: Sequence[int]) -> Iterator[int]:
    """Positions whose change neither is malformed nor makes an equation fail."""
    decoder, places = _Decoder(), kinds(pattern)
    table, sizes = PointTable(), []
    for place, (_, equation) in enumerate(verify(proof, table)):
        assert is_satisfied(equation, decoder.all(table.blobs), decoder.backend), "the honest proof must hold"
        used = sum(map(bool, equation.coefficients(range(len(table.blobs)))))
        sizes.append((used + len(equation.generators), place))
    shortest_first = [place for _, place in sorted(sizes)]
    for position in positions:
        forged = changed(proof, position)
        kind, offset = places[position]
        try:
            if kind is Kind.POINTS:
                decoder.one(forged[offset : offset + 48])
            table = PointTable()
            equations = verify(forged, table)
            points = decoder.all(table.blobs)
        except MalformedError:
            continue
        if all(is_satisfied(equations[place][1], points, decoder.backend) for place in shortest_first):
            yield position


@pytest.mark.parametrize("part", range(PARTS))
def test_every_byte_of_validity(part: int) -> None:
    contents, stated = opened()
    pattern = ValidityRelation(stated.dataset.count, stated.dataset.layout).pattern()
    every = range(part, len(contents.validity), PARTS)
    assert list(survivors(contents.validity, pattern, validity_of(contents, stated), every)) == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_byte_of_the_attestation(part: int) -> None:
    contents, stated = opened()
    pattern = OptimumRelation(stated.optimum).pattern()
    every = range(part, len(contents.attestation), PARTS)
    assert list(survivors(contents.attestation, pattern, optimum_of(contents, stated), every)) == []


def test_bytes_of_an_attestation_with_hidden_weights() -> None:
    """One byte in each scalar or so: the messages that only a hidden model has go the same way as all others."""
    contents, stated = opened(hidden=True)
    pattern = OptimumRelation(stated.optimum).pattern()
    some = range(5, len(contents.attestation), 29)
    assert list(survivors(contents.attestation, pattern, optimum_of(contents, stated), some)) == []


def test_bytes_of_a_proof_of_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim that takes the place of `validity` over large datasets: a byte in each element."""
    bounded_for_small_datasets(monkeypatch)
    h = hospital(records=8, features=2, plan=PLAN, seed=b"every byte", range_claim="bounded")
    contents = read_bundle(h.bundle())
    stated = state(contents)
    pattern = BoundedRelation(stated.dataset.count, stated.dataset.layout).pattern()

    def verify(proof: bytes, table: PointTable) -> list[tuple[int, Equation]]:
        return verify_bounded(stated.dataset, proof, table, table.add(contents.commitments))

    some = range(3, len(contents.validity), 31)
    assert list(survivors(contents.validity, pattern, verify, some)) == []


def forged_bundle(part: str, position: int) -> bytes:
    """The whole bundle with one byte of a proof part changed, everything that depends on it recomputed, re-signed."""
    h = small()
    parts = h.parts()
    if part == "attestation":
        return h.bundle(with_parts(parts, attestation=changed(parts.attestation, position)))
    if part == "validity":
        return h.bundle(with_validity_proof(parts, changed(parts.validity, position)))
    record, at = divmod(position, 56)
    numbers, commitments = list(parts.numbers), list(parts.commitments)
    if at < 8:
        numbers[record] = int.from_bytes(changed(numbers[record].to_bytes(8, "big"), at), "big")
    else:
        commitments[record] = changed(commitments[record], at - 8)
    return h.bundle(with_records(h, parts, numbers, commitments))


def with_validity_proof(parts: BundleParts, proof: bytes) -> BundleParts:
    dataset = {**parts.predicate["dataset"], "validity": {"proof": hashlib.sha256(proof).hexdigest()}}
    return with_parts(parts, validity=proof, predicate={**parts.predicate, "dataset": dataset})


def with_records(h: Hospital, parts: BundleParts, numbers: list[int], commitments: list[bytes]) -> BundleParts:
    """Another list of records, its root recomputed as far as one exists."""
    root = parts.predicate["dataset"]["root"]
    if sorted(set(numbers)) == numbers:
        root = dataset_root(numbers, commitments, h.schema.digest()).hex()
    dataset = {**parts.predicate["dataset"], "root": root, "count": len(numbers)}
    predicate = {**parts.predicate, "dataset": dataset}
    return replace(parts, predicate=predicate, numbers=tuple(numbers), commitments=tuple(commitments))


def sample() -> list[tuple[str, int]]:
    """Positions that go the whole way: all over both proofs, and over the list of records."""
    contents, _ = opened()
    listed = 56 * len(contents.numbers)
    sizes = {"validity": len(contents.validity), "attestation": len(contents.attestation), "records": listed}
    return [(part, at) for part, size in sizes.items() for at in range(0, size, COMPLETE_EVERY if size > 999 else 7)]


def test_sample_goes_the_whole_way() -> None:
    for part, position in sample():
        report = verify_bundle(forged_bundle(part, position))
        assert report.verdict in ("rejected", "malformed"), (part, position)
        assert report.code and report.stage and report.sentence
        assert all(claim.status != "accepted" for claim in report.claims if claim.name == "optimum"), (part, position)


@pytest.mark.parametrize("turn", range(24))
def test_fixed_sample_on_the_reference_backend(turn: int) -> None:
    """The same verdict, code and failing stages as on the native backend."""
    places = sample()
    part, position = places[turn * len(places) // 24]
    bundle = forged_bundle(part, position)
    native, reference = verify_bundle(bundle), verify_bundle(bundle, backend="reference")
    assert reference.verdict == native.verdict != "accepted"
    assert (reference.code, reference.stage, reference.detail) == (native.code, native.stage, native.detail)
