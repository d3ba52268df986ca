"""The size of a bundle from public numbers alone: every part is written with zeros in the place of what is unknown.

Proofs, commitments, schema, statement, signatures and container have exactly the sizes that they will have. A public
model is the one exception: its weights are decimal numbers, and their digits are guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.bundle import limits as files
from core.bundle.container import Member, encode
from core.bundle.envelope import sign
from core.bundle.keys import SigningKey
from core.bundle.statement import PREDICATE_TYPE, STATEMENT_TYPE
from core.bundle.writer import TOOL_NAME
from core.claims.statement import VERSION
from core.encoding.canonical import dumps
from core.proving.forecast.shape import Shape
from core.relations.model import ModelDocument

RECORD_BYTES = 56
_HEX = "0" * 64
_CREATED = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of the parts and of the whole."""

    validity_proof: int
    attestation_proof: int
    record_commitments: int
    bundle: int

    def to_json(self) -> dict[str, int]:
        return {
            "validity_proof": self.validity_proof,
            "attestation_proof": self.attestation_proof,
            "record_commitments": self.record_commitments,
            "bundle": self.bundle,
        }


def sizes_of(shape: Shape, *, signers: Sequence[SigningKey], tool_version: str) -> Sizes:
    """All sizes of the bundle that these keys would sign."""
    attached = {
        files.RANGE_PROOFS[shape.range_claim]: shape.ranges.pattern().size,
        files.ATTESTATION: shape.optimum.pattern().size,
        files.COMMITMENTS: RECORD_BYTES * shape.count,
        files.SCHEMA: len(dumps(shape.schema.to_json())),
    }
    if not shape.hidden:
        attached[files.MODEL] = len(_model(shape))
    statement = _statement(shape, tuple(attached), signers=signers, tool_version=tool_version)
    envelope = sign(statement, signers)
    members = {files.STATEMENT: len(statement), files.ENVELOPE: len(envelope), **attached}
    around = len(encode([Member(name, b"") for name in members]))
    return Sizes(
        validity_proof=attached[files.RANGE_PROOFS[shape.range_claim]],
        attestation_proof=attached[files.ATTESTATION],
        record_commitments=attached[files.COMMITMENTS],
        bundle=around + sum(members.values()),
    )


def _statement(shape: Shape, names: Sequence[str], *, signers: Sequence[SigningKey], tool_version: str) -> bytes:
    if shape.hidden:
        subject, model = "model-commitment", {"visibility": "hidden", "commitment": "0" * 96}
    else:
        subject, model = "model/model.json", {"visibility": "public", "digest": _HEX}
    predicate = {
        "version": VERSION,
        "dataset": {"root": _HEX, "count": shape.count, "schema": _HEX, shape.range_claim: {"proof": _HEX}},
        "plan": shape.plan.to_json(),
        "nonce": None if shape.nonce is None else shape.nonce.hex(),
        "views": {"excluded": list(shape.excluded), "train": shape.train, "test": shape.test},
        "model": model,
        "claims": {"optimum": {}},
        "files": dict.fromkeys(names, _HEX),
        "times": {"created": _CREATED},
        "tool": {"name": TOOL_NAME, "version": tool_version},
        "signers": [key.signer.to_json() for key in signers],
    }
    return dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": subject, "digest": {"sha256": _HEX}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }
    )


def _model(shape: Shape) -> bytes:
    """A model whose weights are 1 and -1 by turns."""
    scale = shape.parameters.weight_scale_bits
    names = shape.layout.feature_names
    document = ModelDocument(
        schema=_HEX,
        features=names,
        scale_bits=scale,
        weights=tuple((-1) ** j << scale for j in range(len(names))),
        bias=1 << scale,
    )
    return dumps(document.to_json())
