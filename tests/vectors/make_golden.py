"""Makes the golden vectors of version 1 of the protocol, from fixed seeds and a fixed model.

    python -m tests.vectors.make_golden            compares the files with what this program makes
    python -m tests.vectors.make_golden --write    writes them anew, keeping weights and signed bundle

They are written once for each version of the protocol: a later program must still verify the old ones, so a difference
means that the protocol has changed and needs a new version, not that the files need an update. Blinding factors come
from a seed here and from the operating system in use.
"""

from __future__ import annotations

import hashlib
import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.algebra.field import ORDER
from core.bundle.writer import BundleParts
from core.channel.prover import Opened, ProverChannel
from core.channel.shape import ProofShape
from core.claims.attestation import optimum_statement, parameters_of, public_model, views_of
from core.claims.bounded.prover import prove_bounded
from core.claims.optimum.prover import OptimumSecrets, prove_optimum
from core.claims.statement import DatasetStatement
from core.claims.validity.prover import prove_validity
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.monitor import SilentMonitor
from core.proving.commit import commit_records
from core.randomness import SeededTape
from core.records.layout import RowLayout
from core.relations.model import ModelDocument
from core.relations.plan import TrainingPlan
from core.training.quantise import optimum_witness
from core.transcript.pattern import Pattern, challenge, hidden, points
from core.transcript.transcript import Transcript
from tests.soundness.hospital import assemble, schema_of, signing_key

FOLDER = Path(__file__).parent / "golden"

# a transcript --------------------------------------------------------------------------------------------------------

PROTOCOL = "proofward/test-vector/v1"
MESSAGES = (("first", b""), ("second", b"\x00"), ("first", b"abc"), ("", bytes(range(256))), ("größe", b"x" * 1000))


def transcript_vector() -> dict[str, object]:
    """Challenges drawn after each message, two of them in a row after the last."""
    transcript = Transcript(PROTOCOL)
    drawn = [transcript.challenge("start")]
    for label, data in MESSAGES:
        transcript.absorb(label, data)
        drawn.append(transcript.challenge(label))
    drawn.append(transcript.challenge(MESSAGES[-1][0]))
    return {
        "protocol": PROTOCOL,
        "messages": [[label, data.hex()] for label, data in MESSAGES],
        "challenges": [f"{value:064x}" for value in drawn],
    }


# a small proof with every closing step -------------------------------------------------------------------------------

ROW, FACTORS = (3, 1, 4, 1, 5, 9, 2), (11, 13)
STATEMENT = b"a row that sums to 25, and two factors of 143"


def small_pattern() -> Pattern:
    shape = ProofShape()
    shape.add(points("rows", 1), hidden("factors", 2), challenge("point"), hidden("values", 2))
    shape.product()
    shape.opening("row", len(ROW), 2)
    return shape.close()


def small_proof(engine_name: str = "plain") -> bytes:
    """Pad, a committed row, two hidden factors, one product, one group of two forms, the tie."""
    engine, tape = get_engine(engine_name), SeededTape(b"golden small proof")
    channel = ProverChannel(PROTOCOL, STATEMENT, small_pattern(), engine=engine, tape=tape, monitor=SilentMonitor())
    blinding = tape.scalar("row")
    channel.points("rows", [engine.commit(range(len(ROW)), ROW, blinding)])
    a, b = channel.hidden("factors", FACTORS)
    channel.log.product("product", a, b, a * 0 + 143)
    z = channel.challenge("point")
    forms = [[pow(z, k, ORDER) for k in range(len(ROW))], [1] * len(ROW)]
    opened = Opened(ROW, blinding)
    values, slots = channel.evaluation_slots("values", [opened.under(form) for form in forms])
    channel.log.zero("sum", values[1] - 25)
    channel.log.evaluations("row", basis=range(len(ROW)), objects=[opened], forms=forms, slots=slots)
    return channel.settle()


# a whole bundle ------------------------------------------------------------------------------------------------------

RECORDS = 8
NUMBERS = tuple(10 * (i + 1) for i in range(RECORDS))
PLAN = TrainingPlan(test_fraction=Fraction(0), registration={"intended_use": "test vector"})


def tiny_rows() -> np.ndarray:
    """Eight made-up records of two features and a group, written out by a formula."""
    schema = schema_of(2)
    layout = RowLayout.from_schema(schema)
    rows = np.zeros((RECORDS, layout.width), dtype=np.uint16)
    for i in range(RECORDS):
        rows[i, :8] = [(40503 * (8 * i + limb + 1)) % 65536 for limb in range(8)]
        rows[i, layout.consent] = 1
        rows[i, layout.outcome] = i % 2
        rows[i, layout.groups[0][i // 4]] = 1
        rows[i, list(layout.features)] = [(9973 * (i + 1)) % 65536, (65535, 0)[i % 3 == 0]]
    return rows


def tiny_parts(weights: tuple[int, ...], engine_name: str = "plain") -> BundleParts:
    """Commitments, both proofs and the statement of the tiny bundle, from three seeds and these weights."""
    engine, schema, rows = get_engine(engine_name), schema_of(2), tiny_rows()
    layout = RowLayout.from_schema(schema)
    monitor = SilentMonitor()
    commitments, blindings = commit_records(rows, engine=engine, tape=SeededTape(b"golden records"), monitor=monitor)
    dataset = tiny_dataset(tuple(commitments))
    numbers, root = NUMBERS, dataset.root
    tape = SeededTape(b"golden validity")
    validity = prove_validity(dataset, rows, blindings, engine=engine, tape=tape, monitor=monitor)
    views = views_of(numbers, excluded=(), root=root, plan=PLAN, nonce=bytes(32))
    parameters = parameters_of(views, layout=layout, plan=PLAN)
    document = ModelDocument(
        schema=schema.digest().hex(),
        features=layout.feature_names,
        scale_bits=parameters.weight_scale_bits,
        weights=weights[:-1],
        bias=weights[-1],
    )
    model_bytes = dumps(document.to_json())
    digest = hashlib.sha256(model_bytes).hexdigest()
    predicate = {
        "version": 1,
        "dataset": {
            "root": root.hex(),
            "count": RECORDS,
            "schema": schema.digest().hex(),
            "validity": {"proof": hashlib.sha256(validity).hexdigest()},
        },
        "plan": PLAN.to_json(),
        "nonce": bytes(32).hex(),
        "views": {"excluded": [], "train": RECORDS, "test": 0},
        "model": {"visibility": "public", "digest": digest},
        "claims": {"optimum": {}},
    }
    statement = optimum_statement(
        predicate,
        count=RECORDS,
        layout=layout,
        views=views,
        parameters=parameters,
        model=public_model(document, layout=layout, schema_digest=schema.digest(), parameters=parameters),
    )
    witness = optimum_witness(
        rows[:, list(layout.features)],
        rows[:, layout.outcome].astype(np.int64),
        weights=weights[:-1],
        bias=weights[-1],
        parameters=parameters,
    )
    secrets = OptimumSecrets(rows, blindings, witness)
    tape = SeededTape(b"golden attestation")
    attestation = prove_optimum(statement, secrets, engine=engine, tape=tape, monitor=monitor)
    return BundleParts(
        predicate=predicate,
        subject_name="model/model.json",
        subject_digest=digest,
        validity=validity,
        attestation=attestation,
        numbers=numbers,
        commitments=tuple(commitments),
        schema_bytes=dumps(schema.to_json()),
        model_bytes=model_bytes,
    )


def tiny_bounded(engine_name: str = "plain") -> bytes:
    """The other claim about the range of values, over the records of the tiny bundle."""
    engine, rows, monitor = get_engine(engine_name), tiny_rows(), SilentMonitor()
    commitments, blindings = commit_records(rows, engine=engine, tape=SeededTape(b"golden records"), monitor=monitor)
    statement = tiny_dataset(tuple(commitments))
    tape = SeededTape(b"golden bounded")
    return prove_bounded(statement, rows, blindings, engine=engine, tape=tape, monitor=monitor)


def tiny_dataset(commitments: tuple[bytes, ...]) -> DatasetStatement:
    """The dataset statement of the tiny bundle."""
    schema = schema_of(2)
    root = dataset_root(NUMBERS, commitments, schema.digest())
    return DatasetStatement(root=root, count=RECORDS, schema=schema)


def trained_weights() -> tuple[int, ...]:
    """The certified weights, the bias last; made once and kept, so that no float stands behind a vector."""
    from core.training.certified import train

    layout, rows = RowLayout.from_schema(schema_of(2)), tiny_rows()
    outcomes = rows[:, layout.outcome].astype(np.int64)
    trained = train(rows[:, list(layout.features)], outcomes, plan=PLAN, monitor=SilentMonitor())
    return (*trained.weights, trained.bias)


# files ---------------------------------------------------------------------------------------------------------------


def made(weights: tuple[int, ...]) -> dict[str, bytes]:
    """The files that must come out the same for ever; the signed bundle is not among them, because ML-DSA is hedged."""
    parts, small, bounded = tiny_parts(weights), small_proof(), tiny_bounded()
    summary = {
        "transcript": transcript_vector(),
        "small": {"bytes": len(small), "sha256": hashlib.sha256(small).hexdigest()},
        "tiny": {
            "weights": [str(weight) for weight in weights],
            "root": parts.predicate["dataset"]["root"],
            "commitments": [blob.hex() for blob in parts.commitments],
            "validity": {"bytes": len(parts.validity), "sha256": hashlib.sha256(parts.validity).hexdigest()},
            "bounded": {"bytes": len(bounded), "sha256": hashlib.sha256(bounded).hexdigest()},
            "attestation": {"bytes": len(parts.attestation), "sha256": hashlib.sha256(parts.attestation).hexdigest()},
        },
    }
    return {
        "summary.json": json.dumps(summary, indent=1, sort_keys=True).encode() + b"\n",
        "small.bin": small,
        "validity.bin": parts.validity,
        "attestation.bin": parts.attestation,
        "bounded.bin": bounded,
    }


def kept_weights() -> tuple[int, ...]:
    summary = json.loads((FOLDER / "summary.json").read_bytes())
    return tuple(int(weight) for weight in summary["tiny"]["weights"])


def main(arguments: list[str]) -> int:
    write = "--write" in arguments
    weights = kept_weights() if (FOLDER / "summary.json").exists() else trained_weights()
    files = made(weights)
    if write:
        FOLDER.mkdir(exist_ok=True)
        for name, data in files.items():
            (FOLDER / name).write_bytes(data)
        if not (FOLDER / "bundle.bin").exists():
            (FOLDER / "bundle.bin").write_bytes(assemble(tiny_parts(weights), signing_key()))
    different = [name for name, data in files.items() if (FOLDER / name).read_bytes() != data]
    print("different: " + ", ".join(different) if different else "all as kept")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
