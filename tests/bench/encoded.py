"""A synthetic cohort as its encoded matrix on the disk, for sizes at which the CSV itself would be the bottleneck.

    python -m tests.bench.encoded 262144x1024 FOLDER

The same hidden severity and logistic outcome as in core.records.synthetic, written as 16-bit integers in the order of
the row layout, a block of records at a time. FOLDER/rows.u16 is the matrix, FOLDER/schema.json its schema. Prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.records.identity import digest_limbs, patient_digest
from core.records.infer import infer_schema
from core.records.layout import CONSENT, ID_LIMBS, OUTCOME, RowLayout
from core.records.schema import Schema
from core.records.schema_file import read_schema, schema_text
from core.records.synthetic import write_cohort
from tests.bench.clock import Stopwatch, peak_mb
from tests.bench.sizes import Size

ROWS, SCHEMA = "rows.u16", "schema.json"
BLOCK = 1 << 12
TYPICAL = 200
"""Records of a small CSV from which the schema is inferred."""
REACH = 4.0
"""Features lie in [-REACH, REACH], which the schema maps onto the 16-bit integers."""
WITH_CONSENT = 0.98


def write_encoded(size: Size, folder: Path, *, seed: int) -> None:
    """Both files; the same seed gives the same ones."""
    sample = folder / "typical.csv"
    write_cohort(sample, rows=TYPICAL, columns=size.features, seed=seed)
    schema = infer_schema(sample, outcome="outcome", patient_id="patient_id", consent="consent", groups=("sex",))
    sample.unlink()
    (folder / SCHEMA).write_text(schema_text(schema), encoding="utf-8")
    layout = RowLayout.from_schema(schema)
    random = np.random.RandomState(seed)
    weights = random.standard_normal(size.features) * (2.0 / np.sqrt(size.features))
    with (folder / ROWS).open("wb") as file:
        for first in range(0, size.rows, BLOCK):
            file.write(_block(random, layout, weights, first, min(BLOCK, size.rows - first)).tobytes())


def _block(
    random: np.random.RandomState, layout: RowLayout, weights: NDArray[np.float64], first: int, count: int
) -> NDArray[np.uint16]:
    """Rows of `count` patients, the first of them number first + 1."""
    rows = np.zeros((count, layout.width), dtype=np.uint16)
    severity = random.standard_normal((count, 1))
    raw = np.clip(0.5 * severity + np.sqrt(0.75) * random.standard_normal((count, len(weights))), -REACH, REACH)
    names = (f"SYNTHETIC-{number:07d}" for number in range(first + 1, first + count + 1))
    rows[:, :ID_LIMBS] = [digest_limbs(patient_digest(name)) for name in names]
    rows[:, CONSENT] = random.random_sample(count) < WITH_CONSENT
    rows[:, OUTCOME] = random.random_sample(count) < 1.0 / (1.0 + np.exp(0.5 - raw @ weights))
    (female, male), *_ = layout.groups
    rows[:, female] = random.random_sample(count) < 0.5
    rows[:, male] = 1 - rows[:, female]
    rows[:, list(layout.features)] = np.rint((raw + REACH) * (65535 / (2 * REACH)))
    return rows


def read_encoded(folder: Path) -> tuple[NDArray[np.uint16], Schema]:
    """The matrix, mapped from its file, and the schema."""
    schema = read_schema(folder / SCHEMA)
    width = RowLayout.from_schema(schema).width
    return np.memmap(folder / ROWS, dtype=np.uint16, mode="r").reshape(-1, width), schema


def main(arguments: Sequence[str]) -> None:
    size, folder = Size.parse(arguments[0]), Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    watch = Stopwatch()
    watch.run("write", lambda: write_encoded(size, folder, seed=1))
    print(json.dumps({**watch.medians(), "peak_mb": {"write": peak_mb()}}))


if __name__ == "__main__":
    main(sys.argv[1:])
