"""The printed bounds against the same formulas in floats."""

from __future__ import annotations

import math
from fractions import Fraction

from core.relations.certificate import certify
from core.relations.parameters import OptimumParameters


def test_breast_cancer_sizes() -> None:
    p = OptimumParameters.derive(rows=455, features=30, c_num=1, c_den=1)
    certificate = certify(p)
    eps = 0.09622504487 / 8 / 2**16 + 2.0**-31 + math.exp(-(32 - 2.0**-8))
    bound = 2.0 ** (p.gradient_bits - 1) / (455 * 2.0**16 * 2.0 ** (p.value_bits + p.remainder_bits))
    gradient = math.sqrt(31) * (bound + eps)
    assert math.isclose(float(certificate.gradient), gradient, rel_tol=1e-6)
    assert math.isclose(float(certificate.distance), 455 * gradient, rel_tol=1e-6)
    assert math.isclose(float(certificate.excess_loss), 455 * gradient**2 / 2, rel_tol=1e-6)
    assert math.isclose(float(certificate.prediction), math.sqrt(31) * 455 * gradient / 4, rel_tol=1e-6)
    assert certificate.to_json() == {
        "distance": "0.000472",
        "excess_loss": "0.000000000245",
        "prediction": "0.000657",
    }


def test_texts_never_fall_below_the_bounds() -> None:
    for rows, features, c in ((7, 1, Fraction(1, 3)), (1025, 300, Fraction(2)), (100_000, 64, Fraction(1))):
        p = OptimumParameters.derive(rows=rows, features=features, c_num=c.numerator, c_den=c.denominator)
        certificate = certify(p)
        assert Fraction(certificate.distance_text) >= certificate.distance
        assert Fraction(certificate.excess_loss_text) >= certificate.excess_loss
        assert Fraction(certificate.prediction_text) >= certificate.prediction
