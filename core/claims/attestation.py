"""From what a bundle states to what `optimum` proves; prover and verifier take the same way.

Everything here is public. The verifier derives views and sizes again and accepts none of them from the bundle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.claims.optimum.statement import HiddenModel, OptimumStatement, PublicModel
from core.claims.statement import proven_part
from core.errors import InputError, RejectedError
from core.records.layout import RowLayout
from core.relations.model import ModelDocument
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan
from core.relations.views import Views, derive_views, split_seed


def views_of(
    numbers: Sequence[int], *, excluded: Sequence[int], root: bytes, plan: TrainingPlan, nonce: bytes | None
) -> Views:
    """The views that root, plan and nonce give; RejectedError views.empty if a side that the plan asks for is empty."""
    seed = split_seed(root=root, plan_digest=plan.digest(), nonce=nonce)
    views = derive_views(numbers, excluded=excluded, seed=seed, share=plan.test_fraction)
    if not views.train or (plan.test_fraction > 0 and not views.test):
        raise RejectedError(
            "views.empty",
            "The split leaves no records to train on, or none to test on.",
            "Use more records or another share of test records.",
        )
    return views


def parameters_of(views: Views, *, layout: RowLayout, plan: TrainingPlan) -> OptimumParameters:
    """The sizes of the optimum claim for these views; RejectedError if the plan's target cannot be certified."""
    try:
        return OptimumParameters.derive(
            rows=len(views.train),
            features=len(layout.features),
            c_num=plan.c.numerator,
            c_den=plan.c.denominator,
            target=plan.target,
        )
    except InputError as error:
        raise RejectedError(error.code, error.message, error.remedy, stage="attestation") from error


def public_model(
    document: ModelDocument, *, layout: RowLayout, schema_digest: bytes, parameters: OptimumParameters
) -> PublicModel:
    """The weights of a model file that fits this dataset and these sizes; RejectedError model.* otherwise."""
    if document.schema != schema_digest.hex() or document.features != tuple(layout.feature_names):
        raise RejectedError("model.schema", "The model is not about the features of this dataset.", stage="model")
    if document.scale_bits != parameters.weight_scale_bits:
        raise RejectedError(
            "model.scale", "The model's weights are not at the scale that the proof uses.", stage="model"
        )
    weights = (*document.weights, document.bias)
    bound = parameters.weight_bound
    if not all(-bound <= weight < bound for weight in weights):
        raise RejectedError(
            "model.range", "A weight of the model is larger than the proof can speak about.", stage="model"
        )
    return PublicModel(weights)


def optimum_statement(
    predicate: Mapping[str, Any],
    *,
    count: int,
    layout: RowLayout,
    views: Views,
    parameters: OptimumParameters,
    model: PublicModel | HiddenModel,
) -> OptimumStatement:
    """The statement of `optimum` bound to the whole proven part of the predicate."""
    return OptimumStatement(
        context=proven_part(predicate),
        layout=layout,
        parameters=parameters,
        count=count,
        train=views.train,
        members=views.members,
        model=model,
    )
