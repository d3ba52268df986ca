"""Odd but honest tables: each is imported, attested, and accepted on both backends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Made, ok
from tests.cli.program import Program


def lines(*cells: str, rows: int = 40, outcome: str = "died") -> list[str]:
    """A header and rows; in each cell {n} is the row's number, {m} a number from 0 to 6, {y} the outcome."""
    names = ",".join(f"x{place}" for place in range(1, len(cells) + 1))
    row = ",".join([*cells, "{y}"])
    body = [row.format(n=n, m=n * 5 % 7, y=int(n * 5 % 7 + n % 3 > 4)) for n in range(rows)]
    return [f"{names},{outcome}", *body]


TABLES: dict[str, bytes] = {
    "three records": "\n".join(["x1,died", "1,0", "2,1", "4,1"]).encode(),
    "one feature": "\n".join(lines("{m}.5")).encode(),
    "a constant column": "\n".join(lines("{m}.5", "7")).encode(),
    "ends of the range": "\n".join([*lines("{m}.5"), "0,0", "10,1"]).encode(),
    "line ends of windows": "\r\n".join(lines("{m}.5", "{n}")).encode(),
    "a byte order mark": b"\xef\xbb\xbf" + "\n".join(lines("{m}.5", "{n}")).encode(),
    "line ends in quotes": "\n".join(lines("{m}.5", '"a, ""note""\nof patient {n}"')).encode(),
    "names beyond ascii": "\n".join(lines("{m}.5", "{n}", outcome="tödlich 死亡")).encode(),
    "semicolons and decimal commas": "\n".join(
        ["x1;x2;died", *(f"{n % 7},5;{n};{int(n % 7 > 3)}" for n in range(40))]
    ).encode(),
    "negative and tiny numbers": "\n".join(lines("-{m}e-7", "-{n}.25")).encode(),
}


def outcome_of(table: bytes) -> str:
    return table.decode("utf-8-sig").splitlines()[0].replace(";", ",").split(",")[-1]


@pytest.mark.parametrize("name", TABLES)
def test_an_odd_table_passes_on_both_backends(made: Made, program: Program, name: str) -> None:
    table = TABLES[name]
    source = program.folder / "patients.csv"
    source.write_bytes(table)
    ok(program("schema", "infer", source, "--outcome", outcome_of(table), "-o", "schema.json"))
    imported = ok(program("import", source, "--schema", "schema.json", "--json")).json
    assert imported["rejected"] == 0
    attested = ok(program("attest", imported["dataset_id"], "--plan", made.plan, "--json")).json
    assert float(attested["numbers"]["distance"]) <= 1e-3
    for backend in ("native", "reference"):
        report = ok(program("verify", "model.proofward", "--backend", backend, "--json")).json
        assert report["verdict"] == "accepted" and report["numbers"] == attested["numbers"]


def test_outputs_may_have_any_name(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "Ordner mit Größe"
    folder.mkdir()
    bundle = folder / "modèle 患者.proofward"
    ok(made.program("attest", made.dataset, "--plan", made.plan, "--out", bundle))
    assert [path.name for path in folder.iterdir()] == [bundle.name]
    assert made.program("verify", bundle).code == 0
