"""Writes breast_cancer.csv from scikit-learn's copy of the data set: python resources/samples/make_breast_cancer.py."""

from __future__ import annotations

import csv
from pathlib import Path

from sklearn.datasets import load_breast_cancer


def main() -> None:
    data = load_breast_cancer()
    with (Path(__file__).parent / "breast_cancer.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", *data.feature_names, "consent", "diagnosis"])
        for number, (values, target) in enumerate(zip(data.data, data.target, strict=True), 1):
            # In scikit-learn's copy 0 is malignant; here 1 is, the event that a clinician looks for.
            writer.writerow([f"MADE-UP-{number:04d}", *(f"{v:.12g}" for v in values), "yes", 1 - target])


if __name__ == "__main__":
    main()
