"""Measures two public encodings of the sample: the range mapped to [0, 1], and a coarse centre and scale.

    python tests/unit/records/compare_encodings.py

For each and for several C: the largest |x_j| that the range allows, the certified distance and change of a
prediction at the sizes that the claim derives (docs/protocol/fixed-point.md, theorem 1, with R_j = max |x_j|), the
condition number of the Hessian at the optimum, the L-BFGS steps to it, and log-loss and AUROC in ten-fold
cross-validation.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from core.records.coarse import step_above  # noqa: E402
from core.records.encode import encode_csv  # noqa: E402
from core.records.schema_file import read_schema  # noqa: E402
from core.relations.parameters import OptimumParameters  # noqa: E402
from core.relations.sigmoid_table import interpolation_error  # noqa: E402

SAMPLES = ROOT / "resources" / "samples"
Matrix = NDArray[np.float64]


def bounds(reach: Matrix, rows: int, c: Fraction) -> tuple[float, float]:
    """Distance and change of a prediction that theorem 1 certifies where |x_j| <= reach[j], the bias last (1)."""
    p = OptimumParameters.derive(rows=rows, features=len(reach) - 1, c_num=c.numerator, c_den=c.denominator)
    error = float(interpolation_error(p.step_bits, p.value_bits))
    distance = float(rows * c) * float(np.linalg.norm(float(p.gradient_range) + error * reach))
    return distance, 0.25 * float(np.linalg.norm(reach)) * distance


def describe(name: str, x: Matrix, y: NDArray[np.int64], *, reach: Matrix) -> None:
    ones = np.hstack([x, np.ones((len(x), 1))])
    for c in (Fraction(1), Fraction(10), Fraction(100)):
        model = LogisticRegression(C=float(c), fit_intercept=False, tol=1e-10, max_iter=100_000)
        model.fit(ones, y)
        p = model.predict_proba(ones)[:, 1]
        hessian = (ones * (p * (1 - p))[:, None]).T @ ones / len(ones) + np.eye(ones.shape[1]) / (float(c) * len(ones))
        folds = StratifiedKFold(10, shuffle=True, random_state=0)
        predicted = cross_val_predict(model, ones, y, cv=folds, method="predict_proba")[:, 1]
        distance, prediction = bounds(np.append(reach, 1.0), len(x), c)
        print(
            f"{name:12} C={c!s:4} reach {reach.max():5.1f}  distance {distance:.2e}  prediction {prediction:.2e}  "
            f"condition {np.linalg.cond(hessian):7.1f}  steps {int(model.n_iter_[0]):4}  "
            f"log-loss {log_loss(y, predicted):.4f}  AUROC {roc_auc_score(y, predicted):.4f}"
        )


def main() -> None:
    dataset = encode_csv(SAMPLES / "breast_cancer.csv", read_schema(SAMPLES / "breast_cancer.schema.json"))
    y = dataset.rows[:, dataset.layout.outcome].astype(np.int64)
    x = dataset.rows[:, list(dataset.layout.features)] / 65536.0
    describe("range", x, y, reach=np.ones(x.shape[1]))
    # A public centre and scale: mean and standard deviation, rounded to 1, 2 or 5 times a power of ten of the range.
    scale = np.array([float(step_above(Decimal(f"{s:.6f}"))) for s in x.std(axis=0)])
    centre = np.round(x.mean(axis=0) / scale * 2) / 2 * scale
    describe("standardised", (x - centre) / scale, y, reach=np.maximum(centre, 1 - centre) / scale)


if __name__ == "__main__":
    main()
