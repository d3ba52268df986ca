"""What an accepted optimum proof means in numbers: distance to the optimum, excess loss, change of predictions.

All bounds are functions of the public parameters alone, computed in rationals and rounded outward.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.relations.outward import decimal_up, sqrt_up
from core.relations.parameters import OptimumParameters
from core.relations.sigmoid_table import interpolation_error


@dataclass(frozen=True, slots=True)
class OptimumCertificate:
    """Upper bounds for a model whose G_j all lie in [-B, B); weights, bias and data in the encoded space [0, 1].

    gradient: |grad F|; distance: |(w, b) - optimum| (Euclidean); excess_loss: F - F*; prediction: change of a
    predicted probability for any encoded record. F is the mean log-loss plus (lambda/2) |(w, b)|^2.
    """

    gradient: Fraction
    distance: Fraction
    excess_loss: Fraction
    prediction: Fraction

    @property
    def distance_text(self) -> str:
        """The distance as a decimal, rounded up to three significant digits."""
        return decimal_up(self.distance)

    @property
    def excess_loss_text(self) -> str:
        """The excess loss as a decimal, rounded up to three significant digits."""
        return decimal_up(self.excess_loss)

    @property
    def prediction_text(self) -> str:
        """The change of a prediction as a decimal, rounded up to three significant digits."""
        return decimal_up(self.prediction)

    def to_json(self) -> dict[str, str]:
        """The three printed bounds, as decimal strings."""
        return {
            "distance": self.distance_text,
            "excess_loss": self.excess_loss_text,
            "prediction": self.prediction_text,
        }


def certify(parameters: OptimumParameters, *, bounded_records: int | None = None) -> OptimumCertificate:
    """The bounds that follow from these parameters (docs/protocol/fixed-point.md, theorem 1).

    |grad F|^2 <= sum_j (B / (n c_num 2^f_x S) + eps R_j)^2 with R_j = 1; distance = n C |grad F|;
    excess loss = n C |grad F|^2 / 2; prediction = |(x, 1)| distance / 4 with |(x, 1)| <= sqrt(d + 1).

    bounded_records: the number N of all records where only `bounded` was proven of them. Then a column's mean absolute
    value over the training view is at most sqrt(sum_i x_ij^2 / n) <= sqrt(N / n) by Cauchy-Schwarz, and the
    interpolation's error counts that much more; the prediction is that of a record within its ranges.
    """
    columns = parameters.features + 1
    steepness = Fraction(parameters.rows * parameters.c_num, parameters.c_den)
    root = sqrt_up(Fraction(columns))
    error = interpolation_error(parameters.step_bits, parameters.value_bits)
    if bounded_records is not None:
        error *= sqrt_up(Fraction(bounded_records, parameters.rows))
    gradient = root * (parameters.gradient_range + error)
    distance = steepness * gradient
    return OptimumCertificate(
        gradient=gradient,
        distance=distance,
        excess_loss=steepness * gradient**2 / 2,
        prediction=root * distance / 4,
    )
