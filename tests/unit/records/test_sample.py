from __future__ import annotations

import csv

import numpy as np
from sklearn.datasets import load_breast_cancer

from core.records.encode import encode_csv
from core.records.infer import infer_schema
from core.records.schema_file import read_schema
from core.resources import resource_path

SAMPLE = resource_path("samples", "breast_cancer.csv")
SCHEMA = resource_path("samples", "breast_cancer.schema.json")


def test_sample_is_the_published_data_set() -> None:
    data = load_breast_cancer()
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    values = np.array([[float(row[name]) for name in data.feature_names] for row in rows])
    assert np.array_equal(values, data.data)
    # There 0 is malignant, here 1.
    assert [int(row["diagnosis"]) for row in rows] == (1 - data.target).tolist()
    assert all(row["patient_id"].startswith("MADE-UP-") and row["consent"] == "yes" for row in rows)


def test_every_record_of_the_sample_is_taken() -> None:
    dataset = encode_csv(SAMPLE, read_schema(SCHEMA))
    assert dataset.rows.shape == (569, 40) and dataset.rejects == () and dataset.consented == 569
    assert int(dataset.rows[:, dataset.layout.outcome].sum()) == 212
    values = load_breast_cancer().data
    for position, column in zip(dataset.layout.features, dataset.schema.features, strict=True):
        assert column.range is not None
        low, high = (float(end) for end in column.range.ends)
        decoded = low + dataset.rows[:, position] * (high - low) / 65535
        original = values[:, position - dataset.layout.features[0]]
        assert np.abs(decoded - original).max() <= (high - low) / 131070 * (1 + 1e-9)


def test_sample_schema_is_the_proposed_one_but_for_the_names_of_outcomes() -> None:
    proposed = infer_schema(SAMPLE, outcome="diagnosis", patient_id="patient_id", consent="consent")
    kept = read_schema(SCHEMA)
    assert kept.columns[:-1] == proposed.columns[:-1]
    assert [level.name for level in kept.outcome.levels] == ["benign", "malignant"]
    assert [level.values for level in kept.outcome.levels] == [level.values for level in proposed.outcome.levels]
