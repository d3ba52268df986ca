from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records.encode import encode_csv
from core.records.guesses import positive_first
from core.records.infer import Inference, infer
from core.records.layout import RowLayout
from core.records.profile import profile_csv
from core.records.schema import Column, Level, Missing, Range


def write(folder: Path, columns: dict[str, list[Any]], delimiter: str = ",") -> Path:
    path = folder / "cohort.csv"
    lines = [delimiter.join(columns)]
    lines += [delimiter.join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def one(folder: Path, values: list[Any], **options: Any) -> Column:
    """What becomes of one column beside a plain outcome and a plain feature."""
    rows = len(values)
    columns = {"it": values, "x": [i % 7 for i in range(rows)], "y": [i % 2 for i in range(rows)]}
    inference = infer(write(folder, columns), outcome="y", **options)
    return inference.schema.columns[0]


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        infer(path, **options)
    return caught.value.code


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([18 + i % 80 for i in range(200)], Range("10", "100")),
        ([0.25 * i for i in range(100)], Range("0", "25")),
        ([-1.5 * i for i in range(100)], Range("-160", "0")),
        ([5] * 40, Range("0", "5")),
        ([0] * 40, Range("0", "1")),
        # One patient alone has the 7: it does not end the range. Twelve patients may.
        ([*[0, 1, 2, 3] * 20, 7], Range("0", "8")),
        ([*[0, 1, 2, 3] * 20, *[7] * 12], Range("0", "7")),
        ([*["1.1", "1.2"] * 20, "1.7"], Range("1", "1.8")),
    ],
)
def test_ranges_are_rounded_outward(tmp_path: Path, values: list[Any], bounds: Range) -> None:
    column = one(tmp_path, values)
    assert (column.role, column.type, column.range, column.missing) == ("feature", "number", bounds, Missing())


@pytest.mark.parametrize(
    ("values", "off", "on"),
    [
        (["0", "1"] * 20, ("0", "0"), ("1", "1")),
        (["0.0", "1.0", "1"] * 20, ("0", "0.0"), ("1", "1")),
        (["2", "1"] * 20, ("1", "1"), ("2", "2")),
        ([*["0"] * 30, "1"], ("0", "0"), ("1", "1")),
        (["137.5", "90"] * 20, ("90", "90"), ("137.5", "137.5")),
        (["no", "yes"] * 20, ("no", "no"), ("yes", "yes")),
        ([*["False"] * 30, "True"], ("False", "False"), ("True", "True")),
        (["left", "right"] * 20, ("left", "left"), ("right", "right")),
    ],
)
def test_two_valued_columns_are_flags(
    tmp_path: Path, values: list[str], off: tuple[str, str], on: tuple[str, str]
) -> None:
    column = one(tmp_path, values)
    assert (column.role, column.type) == ("feature", "flag")
    assert column.levels == (Level(off[0], (off[1],)), Level(on[0], (on[1],)))


def test_a_value_of_few_patients_is_no_level(tmp_path: Path) -> None:
    assert one(tmp_path, [*["90"] * 30, "137.5"]).range == Range("90", "140")
    assert one(tmp_path, [*["left"] * 30, "canary"]).role == "ignored"


def test_text_of_few_common_levels_is_one_hot(tmp_path: Path) -> None:
    column = one(tmp_path, [*["a", "b", "ä"] * 20, *["rare"] * 10])
    assert (column.role, column.type, column.missing) == ("feature", "category", Missing())
    assert column.levels == (Level("a", ("a",)), Level("b", ("b",)), Level("ä", ("ä",)), Level("other", ()))


def test_text_that_is_not_is_ignored(tmp_path: Path) -> None:
    for values in (
        [f"note {i}" for i in range(60)],
        [chr(ord("a") + i % 13) for i in range(13 * 12)],
        ["same"] * 60,
        [""] * 60,
        [f"2020-01-{i % 28 + 1:02d}" for i in range(300)],
    ):
        column = one(tmp_path, values)
        assert (column.role, column.type, column.missing) == ("ignored", "text", None)


def test_missing_values_get_a_constant_where_they_are_common(tmp_path: Path) -> None:
    assert one(tmp_path, [*range(100), *["NA"] * 11]).missing == Missing("constant", "50")
    assert one(tmp_path, [*range(100), *[""] * 10]).missing == Missing()
    assert one(tmp_path, [*["no", "yes"] * 20, *["?"] * 11]).missing == Missing("constant", "no")
    assert one(tmp_path, [*["a", "b", "c"] * 20, *["?"] * 11]).missing == Missing("constant", "c")


def test_a_few_odd_cells_do_not_make_a_number_a_text(tmp_path: Path) -> None:
    assert one(tmp_path, [*range(100), *["<5"] * 9]).type == "number"
    assert one(tmp_path, [*range(100), *["<5"] * 20]).type == "text"


def test_identifiers_by_name_are_ignored(tmp_path: Path) -> None:
    rows = range(30)
    columns = {name: [100 + i for i in rows] for name in ("id", "MRN", "Patient ID", "visit_id", "age", "width")}
    inference = infer(write(tmp_path, {**columns, "y": [i % 2 for i in rows]}), outcome="y")
    assert [column.name for column in inference.schema.features] == ["age", "width"]


def cohort(rows: int = 60) -> dict[str, list[Any]]:
    return {
        "mrn": [f"p{i}" for i in range(rows)],
        "x": [i % 9 for i in range(rows)],
        "sex": ["f" if i % 2 else "m" for i in range(rows)],
        "ok": ["no" if i % 10 == 0 else ("Yes" if i % 10 == 1 else "yes") for i in range(rows)],
        "died": ["no" if i % 3 else "yes" for i in range(rows)],
    }


def test_roles_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, cohort())
    inference = infer(path, outcome="died", patient_id=" mrn", consent="ok", groups=["sex"])
    schema = inference.schema
    assert [column.role for column in schema.columns] == ["patient_id", "feature", "group", "consent", "outcome"]
    assert schema.outcome.levels == (Level("no", ("no",)), Level("yes", ("yes",)))
    assert schema.consent is not None
    assert schema.consent.levels == (Level("not given", ()), Level("given", ("Yes", "yes")))
    dataset = encode_csv(path, schema)
    assert (len(dataset.numbers), dataset.consented, dataset.rejects) == (60, 54, ())


def test_groups_merge_rare_levels_and_missing_ones(tmp_path: Path) -> None:
    columns = cohort(70)
    columns["sex"] = [*["f", "m"] * 30, *["x"] * 9, ""]
    path = write(tmp_path, columns)
    inference = infer(path, outcome="died", groups=["sex"], patient_id="mrn")
    (group,) = inference.schema.groups
    assert group.levels == (Level("f", ("f",)), Level("m", ("m",)), Level("other", ()))
    assert group.missing == Missing("constant", "other")
    assert any("sex" in note for note in inference.notes)
    assert encode_csv(path, inference.schema).rows[-1, 10:13].tolist() == [0, 0, 1]


def test_a_level_that_is_called_other_keeps_its_name(tmp_path: Path) -> None:
    columns = cohort(70)
    columns["sex"] = [*["f", "other"] * 30, *["x"] * 10]
    (group,) = infer(write(tmp_path, columns), outcome="died", groups=["sex"], patient_id="mrn").schema.groups
    assert [level.name for level in group.levels] == ["f", "other", "other (merged)"]


@pytest.mark.parametrize(
    ("pair", "positive"),
    [
        (("0", "1"), "1"),
        (("1", "2"), "2"),
        (("no", "yes"), "yes"),
        (("died", "survived"), "died"),
        (("B", "M"), "M"),
        (("benign", "malignant"), "malignant"),
        (("control", "lupus"), "lupus"),
        (("FALSE", "TRUE"), "TRUE"),
    ],
)
def test_positive_level_is_guessed(pair: tuple[str, str], positive: str) -> None:
    assert positive_first(*pair) == positive_first(*pair[::-1]) == positive


def test_positive_level_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, cohort())
    assert infer(path, outcome="died", positive="no").schema.outcome.levels[1] == Level("no", ("no",))
    assert refused(path, outcome="died", positive="perhaps") == "infer.positive"


def test_refusals(tmp_path: Path) -> None:
    path = write(tmp_path, {**cohort(), "same": [1] * 60, "three": [i % 3 for i in range(60)], "void": [""] * 60})
    for column in ("same", "three", "void", "mrn"):
        assert refused(path, outcome=column) == "infer.outcome"
    assert refused(path, outcome="nowhere") == "infer.column"
    assert refused(path, outcome="died", groups=["died"]) == "infer.roles"
    assert refused(path, outcome="died", consent="sex") == "infer.consent"
    assert refused(write(tmp_path, {"a": ["x", "y"], "b": ["p", "q"]}), outcome="a") == "infer.features"
    wide = {f"c{j}": [f"l{i % 12}" for i in range(144)] for j in range(100)}
    assert refused(write(tmp_path, {**wide, "y": [i % 2 for i in range(144)]}), outcome="y") == "infer.width"
    empty = tmp_path / "cohort.csv"
    empty.write_text("a,b\n", encoding="utf-8")
    assert refused(empty, outcome="a") == "csv.no_rows"
    empty.write_text("a,b\n1\n2\n1,2\n", encoding="utf-8")
    assert refused(empty, outcome="a") == "csv.ragged"


def test_long_texts_are_no_levels(tmp_path: Path) -> None:
    long = [["a" * 100 + "b", "a" * 100 + "c"][i % 2] for i in range(60)]
    assert one(tmp_path, long).role == "ignored"
    assert refused(write(tmp_path, {**cohort(), "long": long}), outcome="long") == "infer.outcome"


def test_decimal_commas_are_found(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"x": [f"{i},5" for i in range(30)], "y": [i % 2 for i in range(30)]}
    path = write(tmp_path, columns, delimiter=";")
    schema = infer(path, outcome="y").schema
    assert schema.decimal == "," and schema.features[0].range == Range("0", "30")
    assert encode_csv(path, schema).rejects == ()


@pytest.mark.parametrize("rows", [3, 4, 5, 16, 17, 1025])
@pytest.mark.parametrize("features", [1, 300])
def test_odd_but_honest_shapes(tmp_path: Path, rows: int, features: int) -> None:
    columns: dict[str, list[Any]] = {
        f"größe {j}": [7 if j % 5 == 4 else (i * (j + 3)) % 11 - 5 for i in range(rows)] for j in range(features)
    }
    path = write(tmp_path, {**columns, "état": [i % 2 for i in range(rows)]})
    inference = infer(path, outcome="e\u0301tat")
    dataset = encode_csv(path, inference.schema)
    assert dataset.rows.shape == (rows, RowLayout.from_schema(inference.schema).width) == (rows, 10 + features)
    assert dataset.rejects == ()


def test_a_profile_can_be_used_again(tmp_path: Path) -> None:
    profile = profile_csv(write(tmp_path, cohort()))
    assert (profile.rows, profile.ragged, profile.delimiter, profile.decimal) == (60, 0, ",", ".")
    column = profile.column("x")
    assert column is not None and (column.numbers, column.low, column.high) == (60, 0, 8)
    assert profile.column("nowhere") is None


def test_notes_are_plain_and_say_what_is_missing(tmp_path: Path) -> None:
    inference: Inference = infer(write(tmp_path, cohort()), outcome="died")
    text = " ".join(inference.notes)
    assert "No column names the patients" in text and "No column holds consent" in text
