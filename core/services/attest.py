"""Train and attest: from a stored dataset to a signed bundle that has been verified before anybody gets it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.encoding.canonical import dumps
from core.errors import InputError
from core.records.layout import RowLayout
from core.services.context import Context
from core.services.datasets import find_dataset
from core.services.expected import expected_seconds
from core.services.files import check_output, replacing
from core.services.loading import load_dataset
from core.services.memory import memory_limit, peak_memory
from core.services.memory_plan import affordable_plan
from core.services.plans import parse_nonce, read_plan
from core.services.release import checked, packed
from core.services.signing import ChosenKey, choose_key
from core.services.stages import StageClock
from core.services.unfinished import kept_job

if TYPE_CHECKING:
    from core.proving.forecast.memory import MemoryPlan
    from core.relations.plan import TrainingPlan
    from core.verification.report import VerificationReport
    from core.workspace.datasets import DatasetInfo
    from core.workspace.jobs import RunningJob


@dataclass(frozen=True, slots=True)
class Request:
    """dataset: id, root or a unique beginning; nonce: hexadecimal; plan (JSON values) or plan_path, neither for the
    default plan; hide_weights: keep the model out of the bundle; key: fingerprint or its beginning, None for the only.
    """

    dataset: str
    output: Path
    nonce: str | None = None
    plan: Mapping[str, object] | None = None
    plan_path: Path | None = None
    hide_weights: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The bundle and what it says; seconds by stage, sizes in bytes by part; training and losses stay in the house.

    continued: the results that an interrupted run of the same job had left; peak, limit: bytes that this process has
    held and might hold at most, None where nobody knows.
    """

    bundle: Path
    dataset_id: str
    root: str
    key: ChosenKey
    report: VerificationReport
    training: Mapping[str, str | int]
    losses: tuple[float, ...]
    seconds: Mapping[str, float]
    sizes: Mapping[str, int]
    hidden: bool
    plan_digest: str
    continued: tuple[str, ...] = ()
    peak: int | None = None
    limit: int | None = None
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        report = self.report.to_json()
        return {
            "bundle": str(self.bundle),
            "dataset_id": self.dataset_id,
            "root": self.root,
            "plan_digest": self.plan_digest,
            "key": self.key.to_json(),
            "hidden_weights": self.hidden,
            "verdict": report["verdict"],
            "claims": report["claims"],
            "numbers": report["numbers"],
            "notes": report["notes"],
            "training": dict(self.training),
            "losses": list(self.losses),
            "seconds": {name: round(spent, 4) for name, spent in self.seconds.items()},
            "sizes": dict(self.sizes),
            "memory": {"peak": self.peak, "limit": self.limit},
            "continued": list(self.continued),
        }


def run(request: Request, context: Context) -> Result:
    """Attest and leave the verified bundle at `output`, whole or not at all.

    Stages open, prepare, split, train, validity, optimum, bundle, check. An interrupted run of the same job (dataset,
    plan, nonce, output, hide_weights, key) is continued: what it had finished is not done again. PausedError keeps what
    is finished, CancelledError forgets it. InputError for an unusable dataset, plan, nonce or key and where no model
    makes sense, jobs.running; InternalError if our own verifier does not accept the bundle.
    """
    from core.bundle.limits import LIMITS

    check_output(request.output)
    nonce = parse_nonce(request.nonce)
    plan = read_plan(request.plan, request.plan_path)
    clock = StageClock(context.monitor)
    clock.stage("open")
    workspace = context.workspace
    info = find_dataset(workspace, request.dataset)
    if info.records > LIMITS.records:
        raise InputError(
            "attest.too_many_records",
            f"This dataset has {info.records} records; a bundle can hold at most {LIMITS.records}.",
            "Import fewer records.",
        )
    limit = memory_limit(context.settings.memory)
    memory = affordable_plan(workspace, info, limit, plan=plan, hidden=request.hide_weights)
    key = choose_key(workspace, request.key)
    arguments = {
        "dataset": info.dataset_id,
        "output": os.path.abspath(request.output),
        "nonce": None if nonce is None else nonce.hex(),
        "plan": plan.to_json(),
        "hide_weights": request.hide_weights,
        "key": None if request.key is None else key.fingerprint,
    }
    with kept_job(workspace, "attest", arguments) as job:
        clock.expect(expected_seconds(workspace, info, plan=plan, hidden=request.hide_weights, parts=job.parts))
        result = _run(request, context, job, clock=clock, plan=plan, nonce=nonce, key=key, info=info, memory=memory)
        return replace(result, peak=peak_memory(), limit=limit.size)


def _run(
    request: Request,
    context: Context,
    job: RunningJob,
    *,
    clock: StageClock,
    plan: TrainingPlan,
    nonce: bytes | None,
    key: ChosenKey,
    info: DatasetInfo,
    memory: MemoryPlan,
) -> Result:
    """From the dataset to the released bundle, with what `job` has kept."""
    from core.proving.attest import attest
    from core.proving.checkpoint import torch_is_needed
    from core.proving.finished import load_attestation, save_attestation

    workspace = context.workspace
    continued = job.parts
    layout = RowLayout.from_schema(info.schema)
    kept = workspace.validity(info.dataset_id)
    attestation = load_attestation(job, plan, features=len(layout.features))
    if attestation is not None:
        listed = workspace.dataset_commitments(info.dataset_id)
    else:
        dataset, engine = load_dataset(context, clock, info.dataset_id, torch=torch_is_needed(job))
        attestation = attest(
            dataset,
            plan=plan,
            nonce=nonce,
            hide_weights=request.hide_weights,
            validity=kept,
            engine=engine.leaner() if memory.lean else engine,
            tape=context.tape,
            monitor=clock,
            checkpoint=job,
        )
        save_attestation(job, attestation)
        listed = dataset.numbers, dataset.commitments
        del dataset, engine  # neither is needed for checking, which needs memory of its own
    clock.stage("bundle")
    data = packed(attestation, info.schema, *listed, key=key, created=context.now)
    report = checked(data, job, key=key, clock=clock)
    clock.finish()
    clock.check()
    document = attestation.trained.document(features=layout.feature_names, schema_digest=info.schema.digest())
    with replacing(request.output) as part:
        part.write_bytes(data)
        if key.new:  # only now, so that work that is cancelled or refused leaves no key behind
            workspace.add_key(key.key)
        if kept is None:
            workspace.save_validity(info.dataset_id, attestation.validity)
        workspace.save_model(
            info.dataset_id,
            attestation.subject_digest,
            dumps(document.to_json()),
            hidden=request.hide_weights,
            blinding=attestation.model_blinding if request.hide_weights else None,
        )
        workspace.save_bundle(info.dataset_id, data)
    return Result(
        bundle=request.output,
        dataset_id=info.dataset_id,
        root=info.root,
        key=key,
        report=report,
        training=attestation.trained.report(),
        losses=attestation.trained.losses,
        seconds=clock.seconds,
        sizes={
            "validity_proof": len(attestation.validity),
            "attestation_proof": len(attestation.attestation),
            "record_commitments": 56 * info.records,
            "bundle": len(data),
        },
        hidden=request.hide_weights,
        plan_digest=plan.digest().hex(),
        continued=continued,
    )
