"""Split, train and prove: the main job, from an opened dataset to everything that a bundle holds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from core.claims.attestation import optimum_statement, parameters_of, public_model, views_of
from core.claims.bounded.prover import prove_bounded
from core.claims.optimum.prover import OptimumSecrets, prove_optimum
from core.claims.optimum.statement import HiddenModel, PublicModel, model_basis
from core.claims.statement import VERSION, DatasetStatement
from core.claims.validity.prover import prove_validity
from core.claims.validity.relation import LARGEST_VALIDITY, ValidityRelation
from core.encoding.canonical import dumps
from core.engines.interface import Engine
from core.errors import InputError, RejectedError
from core.monitor import Monitor
from core.proving.begun import go_on, journal_of, model_blinding
from core.proving.checkpoint import Checkpoint, IterateKeeper, NoCheckpoint, load_trained, save_trained
from core.proving.dataset import OpenedDataset
from core.randomness import Tape
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan
from core.relations.views import Views
from core.training.quantise import TrainedModel, optimum_witness
from core.training.rows import Rows, RowView

OPTIMUM = "optimum"
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Attestation:
    """What goes into a bundle, and what the hospital alone sees.

    predicate: the proven part of the statement; subject: name and SHA-256 of the model file, or of the commitment to a
    hidden model; model: the model file, None if hidden; trained, seconds (by stage) and the blinding factor of a hidden
    model's commitment (0 for a public one) stay with the hospital.
    """

    predicate: dict[str, Any]
    subject_name: str
    subject_digest: str
    validity: bytes
    attestation: bytes
    model: bytes | None
    trained: TrainedModel = field(repr=False)
    model_blinding: int = field(repr=False)
    seconds: dict[str, float] = field(default_factory=dict)


class _Stages:
    """Announces stages and keeps their times."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self.seconds: dict[str, float] = {}

    def run(self, name: str, work: Callable[[], _Result]) -> _Result:
        self._monitor.stage(name)
        self._monitor.check()
        start = time.perf_counter()
        result = work()
        self.seconds[name] = time.perf_counter() - start
        self._monitor.progress(1.0)
        return result


def attest(
    dataset: OpenedDataset,
    *,
    plan: TrainingPlan,
    nonce: bytes | None,
    hide_weights: bool,
    validity: bytes | None,
    engine: Engine,
    tape: Tape,
    monitor: Monitor,
    range_claim: str | None = None,
    checkpoint: Checkpoint | None = None,
) -> Attestation:
    """Train on the views that root, plan and nonce give, and prove `validity` (unless at hand) and `optimum`.

    range_claim: "validity", "bounded", or None for what suits the dataset's size; validity: a proof of that claim.
    checkpoint: of this very job; gets the iterates, the trained model and the dataset's proof as they are finished, and
    the journals of proofs begun, and gives those of an interrupted run. Whoever keeps the attestation drops the journal
    of `optimum`.

    InputError where no model makes sense: no consenting records, an empty or one-class side of the split.
    """
    stages = _Stages(monitor)
    keeping = checkpoint or NoCheckpoint()
    layout = dataset.layout
    excluded = excluded_numbers(dataset)
    views, parameters = stages.run("split", lambda: _split(dataset, excluded, plan, nonce))
    train = np.asarray(views.train)
    features = RowView(dataset.rows, train, np.asarray(layout.features))
    outcomes = dataset.rows[train, layout.outcome].astype(np.int64)

    def train_model() -> TrainedModel:
        made = load_trained(keeping, parameters)
        if made is None:
            made = _train(features, outcomes, plan, keeping, monitor)
            save_trained(keeping, made)
        return made

    trained = stages.run("train", train_model)
    document = trained.document(features=layout.feature_names, schema_digest=dataset.schema.digest())
    statement = DatasetStatement(root=dataset.root, count=len(dataset.numbers), schema=dataset.schema)

    ranges = range_claim or range_claim_for(statement)

    def prove_dataset() -> bytes:
        kept = keeping.load(ranges)
        if kept is not None:
            return kept
        proof = validity
        if proof is None:
            prove = prove_bounded if ranges == "bounded" else prove_validity
            proof = go_on(
                checkpoint,
                ranges,
                lambda journal: prove(
                    statement,
                    dataset.rows,
                    dataset.blindings,
                    engine=engine,
                    tape=tape,
                    monitor=monitor,
                    journal=journal,
                ),
            )
        keeping.save(ranges, proof)
        keeping.drop(journal_of(ranges))
        return proof

    validity_proof = stages.run(ranges, prove_dataset)

    model_json: bytes | None = None
    blinding = 0
    model: PublicModel | HiddenModel
    if hide_weights:
        blinding = model_blinding(checkpoint, tape)
        commitment = engine.commit(model_basis(layout), [*trained.weights, trained.bias], blinding)
        model = HiddenModel(commitment)
        subject_name, digest = "model-commitment", hashlib.sha256(commitment).hexdigest()
        model_part = {"visibility": "hidden", "commitment": commitment.hex()}
    else:
        model_json = dumps(document.to_json())
        model = public_model(document, layout=layout, schema_digest=dataset.schema.digest(), parameters=parameters)
        subject_name, digest = "model/model.json", hashlib.sha256(model_json).hexdigest()
        model_part = {"visibility": "public", "digest": digest}
    predicate = {
        "version": VERSION,
        "dataset": {
            "root": dataset.root.hex(),
            "count": len(dataset.numbers),
            "schema": dataset.schema.digest().hex(),
            ranges: {"proof": hashlib.sha256(validity_proof).hexdigest()},
        },
        "plan": plan.to_json(),
        "nonce": None if nonce is None else nonce.hex(),
        "views": {"excluded": excluded, "train": len(views.train), "test": len(views.test)},
        "model": model_part,
        "claims": {"optimum": {}},
    }

    def prove_model() -> bytes:
        witness = optimum_witness(features, outcomes, weights=trained.weights, bias=trained.bias, parameters=parameters)
        claim = optimum_statement(
            predicate, count=len(dataset.numbers), layout=layout, views=views, parameters=parameters, model=model
        )
        secrets = OptimumSecrets(dataset.rows, dataset.blindings, witness, blinding)
        return go_on(
            checkpoint,
            OPTIMUM,
            lambda journal: prove_optimum(claim, secrets, engine=engine, tape=tape, monitor=monitor, journal=journal),
        )

    proof = stages.run(OPTIMUM, prove_model)
    return Attestation(
        predicate=predicate,
        subject_name=subject_name,
        subject_digest=digest,
        validity=validity_proof,
        attestation=proof,
        model=model_json,
        trained=trained,
        model_blinding=blinding,
        seconds=stages.seconds,
    )


def range_claim_for(statement: DatasetStatement) -> str:
    """The claim about the range of values that suits the dataset's size: "validity" as long as that is affordable."""
    relation = ValidityRelation(statement.count, statement.layout)
    return "bounded" if relation.cell_variables > LARGEST_VALIDITY else "validity"


def range_claim_of(predicate: dict[str, Any]) -> str:
    """The claim about the range of values that a predicate names."""
    return "bounded" if "bounded" in predicate["dataset"] else "validity"


def excluded_numbers(dataset: OpenedDataset) -> list[int]:
    """Record numbers without consent; they stay committed and take no part in training or testing."""
    consent = dataset.rows[:, dataset.layout.consent]
    return [number for number, given in zip(dataset.numbers, consent.tolist(), strict=True) if not given]


def _split(
    dataset: OpenedDataset, excluded: list[int], plan: TrainingPlan, nonce: bytes | None
) -> tuple[Views, OptimumParameters]:
    if len(excluded) == len(dataset.numbers):
        raise InputError(
            "views.no_consent", "No record has consent, so there is nothing to train on.", "Check the consent column."
        )
    try:
        views = views_of(dataset.numbers, excluded=excluded, root=dataset.root, plan=plan, nonce=nonce)
        parameters = parameters_of(views, layout=dataset.layout, plan=plan)
    except RejectedError as error:
        # here nobody has claimed anything yet: the plan does not suit the data
        raise InputError(error.code, error.message, error.remedy) from error
    outcome = dataset.rows[:, dataset.layout.outcome]
    for side, members in (("training", views.train), ("test", views.test)):
        if members and len(set(outcome[np.asarray(members)].tolist())) < 2:
            raise InputError(
                "views.one_class",
                f"All {side} records have the same outcome, so no model makes sense on this split.",
                "Use more records, another outcome, or another share of test records.",
            )
    return views, parameters


def _train(features: Rows, outcomes: Any, plan: TrainingPlan, checkpoint: Checkpoint, monitor: Monitor) -> TrainedModel:
    # it may need torch, which takes seconds to load and must never enter a process that only imports or verifies
    from core.training.certified import train

    return train(features, outcomes, plan=plan, monitor=monitor, keeper=IterateKeeper(checkpoint))
