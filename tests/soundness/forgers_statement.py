"""Forgers of statements: true proofs, moved to where they do not belong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import core.claims.attestation as attestation_module
from core.bundle.writer import BundleParts
from core.claims.statement import SIGNED_ONLY, DatasetStatement
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.records.schema import Range, Schema
from tests.soundness.forge import (
    with_validity,
)
from tests.soundness.hospital import Hospital, hospital

# another statement ---------------------------------------------------------------------------------------------------


def nonce_swapped(h: Hospital) -> BundleParts:
    return replace(h.parts(), predicate={**h.attestation.predicate, "nonce": "ff" * 32})


def purpose_changed(h: Hospital) -> BundleParts:
    plan = {**h.attestation.predicate["plan"], "registration": {"intended_use": "insurance"}}
    return replace(h.parts(), predicate={**h.attestation.predicate, "plan": plan})


def schema_renamed(h: Hospital) -> BundleParts:
    """The ranges of the schema are doubled after the fact: the same integers, other measurements."""
    columns = [c if c.range is None else replace(c, range=Range("0", "2")) for c in h.schema.columns]
    schema = Schema(columns=tuple(columns))
    parts = h.parts()
    root = dataset_root(parts.numbers, parts.commitments, schema.digest())
    dataset = {**h.attestation.predicate["dataset"], "root": root.hex(), "schema": schema.digest().hex()}
    model = dumps(
        {
            **h.attestation.trained.document(
                features=h.dataset.layout.feature_names, schema_digest=schema.digest()
            ).to_json()
        }
    )
    digest = hashlib.sha256(model).hexdigest()
    predicate = {**h.attestation.predicate, "dataset": dataset, "model": {"visibility": "public", "digest": digest}}
    return replace(
        parts,
        predicate=predicate,
        subject_digest=digest,
        schema_bytes=dumps(schema.to_json()),
        model_bytes=model,
    )


def validity_of_another_dataset(h: Hospital) -> BundleParts:
    other = hospital(plan=h.plan, nonce=h.nonce, seed=b"another hospital")
    return with_validity(h, other.attestation.validity)


def attestation_of_another_bundle(h: Hospital) -> BundleParts:
    other = hospital(plan=h.plan, nonce=b"\x07" * 32)
    return replace(h.parts(), attestation=other.attestation.attestation)


@contextmanager
def without_binding(*members: str) -> Iterator[None]:
    """A world in which the transcripts do not absorb these members of the statement."""

    def less(predicate: Any) -> bytes:
        left_out = {*SIGNED_ONLY, *members}
        return dumps({name: value for name, value in predicate.items() if name not in left_out})

    with ExitStack() as stack:
        stack.enter_context(patch.object(attestation_module, "proven_part", less))
        if "dataset" in members:
            stack.enter_context(patch.object(DatasetStatement, "canonical", lambda self: b"any dataset"))
        yield
