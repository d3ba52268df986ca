from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import CancelledError, InputError
from core.monitor import SilentMonitor
from core.records.encode import encode_csv
from core.records.infer import infer_schema
from core.records.synthetic import write_cohort


def test_a_cohort_is_a_file_that_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    cohort = write_cohort(path, rows=3000, columns=5, seed=1)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "patient_id,x1,x2,x3,x4,x5,sex,consent,outcome"
    assert len(lines) == 3001 and all(line.startswith("SYNTHETIC-") for line in lines[1:])
    schema = infer_schema(path, outcome="outcome", patient_id="patient_id", consent="consent", groups=["sex"])
    dataset = encode_csv(path, schema)
    assert len(dataset.numbers) == 3000 and dataset.rejects == ()
    assert 2800 < dataset.consented < 3000
    assert len(cohort.weights) == 5


def test_there_is_something_to_learn_from_it(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    cohort = write_cohort(path, rows=4000, columns=8, seed=3)
    cells = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    x = np.array([[float(cell) for cell in row[1:9]] for row in cells])
    y = np.array([int(row[-1]) for row in cells])
    logits = x @ np.array(cohort.weights) + cohort.bias
    expected = 1 / (1 + np.exp(-logits))
    # Outcomes follow the stated model: in each tenth of the predictions, within five standard errors.
    for part in np.array_split(np.argsort(logits), 10):
        error = np.sqrt((expected[part] * (1 - expected[part])).sum()) / len(part)
        assert abs(y[part].mean() - expected[part].mean()) < 5 * error
    assert np.corrcoef(expected, y)[0, 1] > 0.3


def test_a_seed_is_a_file(tmp_path: Path) -> None:
    files = [tmp_path / name for name in "abc"]
    for file, seed in zip(files, (5, 5, 6), strict=True):
        write_cohort(file, rows=2500, columns=3, seed=seed)
    first, again, other = (file.read_bytes() for file in files)
    assert first == again != other


@pytest.mark.parametrize(
    ("rows", "columns", "seed", "code"),
    [
        (0, 1, 0, "sample.rows"),
        (1 << 23, 1, 0, "sample.rows"),
        (1, 0, 0, "sample.columns"),
        (1, 1025, 0, "sample.columns"),
        (1, 1, -1, "sample.seed"),
        (1, 1, 1 << 32, "sample.seed"),
    ],
)
def test_limits(tmp_path: Path, rows: int, columns: int, seed: int, code: str) -> None:
    with pytest.raises(InputError) as caught:
        write_cohort(tmp_path / "x.csv", rows=rows, columns=columns, seed=seed)
    assert caught.value.code == code and list(tmp_path.iterdir()) == []


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    class Impatient(SilentMonitor):
        def progress(self, done: float) -> None:
            raise CancelledError

    with pytest.raises(CancelledError):
        write_cohort(tmp_path / "x.csv", rows=10, columns=1, seed=0, monitor=Impatient())
    with pytest.raises(InputError) as caught:
        write_cohort(tmp_path / "nowhere" / "x.csv", rows=10, columns=1, seed=0)
    assert caught.value.code == "sample.unwritable"
    assert list(tmp_path.iterdir()) == []
