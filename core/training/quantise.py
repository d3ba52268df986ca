"""The trained model as it is attested: fixed-point weights, their gap to the float model, and the prover's witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.errors import InternalError
from core.relations.certificate import OptimumCertificate, certify
from core.relations.gradient import is_certified
from core.relations.model import ModelDocument
from core.relations.outward import decimal_up
from core.relations.parameters import OptimumParameters
from core.training.exact import Evaluation, ExactView
from core.training.rows import Rows


@dataclass(frozen=True, slots=True, repr=False)
class TrainedModel:
    """A fixed-point model certified to be near the optimum, and where it came from; secret if it is to be hidden.

    weights (d integers) and bias at scale 2^f_w; float_weights (d + 1 floats, the bias last): the model that torch
    found; losses: its loss curve; polish_steps: Newton steps between the two. No value of a single record.
    """

    parameters: OptimumParameters
    weights: tuple[int, ...]
    bias: int
    float_weights: tuple[float, ...]
    losses: tuple[float, ...]
    polish_steps: int

    @property
    def gap(self) -> Fraction:
        """max_j |W_j / 2^f_w - w_j|, exactly: how far the attested model is from the float model."""
        scale = 1 << self.parameters.weight_scale_bits
        pairs = zip((*self.weights, self.bias), self.float_weights, strict=True)
        return max(abs(Fraction(fixed, scale) - Fraction(real)) for fixed, real in pairs)

    @property
    def certificate(self) -> OptimumCertificate:
        """The public bounds on the distance to the optimum; they hold for every model that the proof accepts."""
        return certify(self.parameters)

    def report(self) -> dict[str, str | int]:
        """Gap and bounds in words for the hospital's own eyes; the gap depends on the weights: never in a bundle."""
        return {
            "gap_to_float_model": decimal_up(self.gap),
            "distance_to_optimum": self.certificate.distance_text,
            "weight_scale_bits": self.parameters.weight_scale_bits,
            "training_steps": len(self.losses),
            "polish_steps": self.polish_steps,
        }

    def document(self, *, features: Sequence[str], schema_digest: bytes) -> ModelDocument:
        """The model file that is exported and attested; `features` are the names in layout order."""
        if len(features) != len(self.weights):
            raise InternalError("training.names", "There must be one name for each feature of the model.")
        return ModelDocument(
            schema=schema_digest.hex(),
            features=tuple(features),
            scale_bits=self.parameters.weight_scale_bits,
            weights=self.weights,
            bias=self.bias,
        )


@dataclass(frozen=True, slots=True, repr=False)
class OptimumWitness:
    """What the prover of `optimum` needs beside the rows. Secret; never leaves the prover.

    weights (d) and bias: integers at scale 2^f_w. Per training row, int64 of shape (n,): row u, value T(u),
    slope(u), tail, excess, remainder with z_i = (u - Q - 1) 2^k + remainder + tail excess 2^k.
    gradient: G_0..G_d, integers in [-B, B), the bias last.
    """

    parameters: OptimumParameters
    weights: tuple[int, ...]
    bias: int
    row: NDArray[np.int64]
    value: NDArray[np.int64]
    slope: NDArray[np.int64]
    tail: NDArray[np.int64]
    excess: NDArray[np.int64]
    remainder: NDArray[np.int64]
    gradient: tuple[int, ...]


def optimum_witness(
    rows: Rows,
    outcomes: NDArray[np.integer],
    *,
    weights: Sequence[int],
    bias: int,
    parameters: OptimumParameters,
) -> OptimumWitness:
    """The witness of a model on its training view: rows (n, d) uint16, outcomes (n,) of 0 and 1.

    InternalError optimum.gradient if the model is not certified on this view.
    """
    view = ExactView(rows, outcomes, parameters=parameters)
    evaluation = view.evaluate((*(int(w) for w in weights), int(bias)))
    if not is_certified(evaluation.gradient, parameters):
        raise InternalError("optimum.gradient", "This model is not near the optimum on these training records.")
    return witness_from(evaluation, weights=tuple(int(w) for w in weights), bias=int(bias), parameters=parameters)


def witness_from(
    evaluation: Evaluation, *, weights: tuple[int, ...], bias: int, parameters: OptimumParameters
) -> OptimumWitness:
    """The same from an evaluation at hand, such as the last one of `polish`."""
    return OptimumWitness(
        parameters=parameters,
        weights=weights,
        bias=bias,
        row=evaluation.row,
        value=evaluation.value,
        slope=evaluation.slope,
        tail=evaluation.tail,
        excess=evaluation.excess,
        remainder=evaluation.remainder,
        gradient=evaluation.gradient,
    )
