from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encoding.canonical import dumps, loads
from core.errors import MalformedError
from core.records.layout import MAX_WIDTH, RowLayout
from core.records.schema import MAX_COLUMNS, Column, Level, Missing, Range, Schema
from core.records.schema_file import parse_schema, read_schema, schema_text

OUTCOME = Column(name="died", role="outcome", type="flag", levels=(Level("no", ("0",)), Level("yes", ("1",))))
AGE = Column(
    name="Größe",
    role="feature",
    type="number",
    unit="cm",
    range=Range("0", "250"),
    missing=Missing("constant", "170.5"),
)
SMOKER = Column(name="smoker", role="feature", type="flag", levels=(Level("no", ("n",)), Level("yes", ("y", "Y"))))
WARD = Column(
    name="ward",
    role="feature",
    type="category",
    missing=Missing("constant", "other"),
    levels=(Level("a", ("a",)), Level("other", ())),
)
SEX = Column(name="sex", role="group", type="category", levels=(Level("f", ("f",)), Level("m", ("m",))))
CONSENT = Column(
    name="ok",
    role="consent",
    type="flag",
    missing=Missing("constant", "not given"),
    levels=(Level("not given", ()), Level("given", ("yes",))),
)
PATIENT = Column(name="mrn", role="patient_id", type="text")
NOTE = Column(name="note", role="ignored", type="text", missing=None)
SCHEMA = Schema(columns=(PATIENT, SEX, AGE, SMOKER, WARD, CONSENT, NOTE, OUTCOME), missing_values=("", "NA"))

Change = Callable[[dict[str, Any]], Any]


def with_column(column: Column) -> Schema:
    return Schema(columns=(OUTCOME, AGE, column))


def code_of(make: Callable[[], object]) -> str:
    with pytest.raises(MalformedError) as caught:
        make()
    return caught.value.code


def test_json_round_trip() -> None:
    data = dumps(SCHEMA.to_json())
    again = Schema.from_json(loads(data, limit=1 << 20, what="The schema"))
    assert again == SCHEMA
    assert dumps(again.to_json()) == data


def test_digest_is_of_the_canonical_json() -> None:
    assert SCHEMA.digest() == hashlib.sha256(dumps(SCHEMA.to_json())).digest()
    assert replace(SCHEMA, decimal=",").digest() != SCHEMA.digest()


def test_file_round_trip(tmp_path: Any) -> None:
    path = tmp_path / "schema.json"
    path.write_text(schema_text(SCHEMA), encoding="utf-8")
    assert read_schema(path) == SCHEMA
    path.write_bytes(b"\xef\xbb\xbf" + dumps(SCHEMA.to_json()))
    assert read_schema(path) == SCHEMA


def test_file_that_is_no_schema() -> None:
    assert code_of(lambda: parse_schema(b"\x00" * 100)) == "json.syntax"
    assert code_of(lambda: parse_schema(b"[]")) == "schema.members"
    assert code_of(lambda: parse_schema(b" " * (1 << 22) + b"1")) == "json.long"


def test_layout_of_every_kind_of_column() -> None:
    layout = RowLayout.from_schema(SCHEMA)
    kinds = [column.kind for column in layout.columns]
    assert kinds == ["limb16"] * 8 + ["bit"] * 4 + ["number", "flag", "flag", "flag", "flag", "flag"]
    assert layout.feature_names == ("Größe", "Größe (missing)", "smoker", "ward = a", "ward = other", "ward (missing)")
    assert layout.features == (12, 13, 14, 15, 16, 17)
    assert layout.groups == ((10, 11),)
    assert (layout.consent, layout.outcome, layout.width) == (8, 9, 18)
    assert [column.source for column in layout.columns[8:]] == [
        *("ok", "died", "sex", "sex", "Größe", "Größe", "smoker", "ward", "ward", "ward")
    ]


def test_layout_of_the_smallest_schema() -> None:
    layout = RowLayout.from_schema(Schema(columns=(OUTCOME, SMOKER)))
    assert layout.width == 11
    assert layout.groups == ()
    assert layout.columns[layout.consent].source == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda j: j.pop("decimal"), "schema.members"),
        (lambda j: j.update(extra=1), "schema.members"),
        (lambda j: j.update(version=2), "schema.version"),
        (lambda j: j.update(version=True), "schema.version"),
        (lambda j: j.update(version="1"), "schema.version"),
        (lambda j: j.update(decimal=";"), "schema.decimal"),
        (lambda j: j.update(decimal=None), "schema.text"),
        (lambda j: j.update(missing_values="NA"), "schema.spellings"),
        (lambda j: j.update(missing_values=["NA", "NA"]), "schema.spellings"),
        (lambda j: j.update(missing_values=[" NA"]), "schema.spellings"),
        (lambda j: j.update(missing_values=[str(i) for i in range(51)]), "schema.spellings"),
        (lambda j: j.update(missing_values=[1]), "schema.text"),
        (lambda j: j.update(columns={}), "schema.columns"),
        (lambda j: j.update(columns=[]), "schema.columns"),
        (lambda j: j.update(columns=[{}] * (MAX_COLUMNS + 1)), "schema.columns"),
        (lambda j: j.update(columns=[3]), "schema.members"),
        (lambda j: j["columns"].pop(), "schema.outcome"),
        (lambda j: j["columns"].append(copy.deepcopy(j["columns"][7])), "schema.names"),
        (lambda j: j["columns"].append({**j["columns"][7], "name": "other"}), "schema.outcome"),
        (lambda j: j["columns"].append({**j["columns"][0], "name": "other"}), "schema.roles"),
        (lambda j: j["columns"].append({**j["columns"][5], "name": "other"}), "schema.roles"),
        (lambda j: j["columns"][2].pop("unit"), "schema.members"),
        (lambda j: j["columns"][2].update(colour="red"), "schema.members"),
        (lambda j: j["columns"][2].update(name=7), "schema.text"),
        (lambda j: j["columns"][2].update(name=""), "schema.name"),
        (lambda j: j["columns"][2].update(name="a  b"), "schema.name"),
        (lambda j: j["columns"][2].update(name="a\u0308"), "schema.name"),
        (lambda j: j["columns"][2].update(name="a\u202eb"), "schema.name"),
        (lambda j: j["columns"][2].update(name="a\x00b"), "schema.name"),
        (lambda j: j["columns"][2].update(name="x" * 201), "schema.name"),
        (lambda j: j["columns"][2].update(unit="x" * 51), "schema.unit"),
        (lambda j: j["columns"][2].update(role="target"), "schema.role"),
        (lambda j: j["columns"][2].update(type="text"), "schema.role"),
        (lambda j: j["columns"][2].update(encoding="standardised"), "schema.encoding"),
        (lambda j: j["columns"][2].update(encoding=None), "schema.encoding"),
        (lambda j: j["columns"][2].update(range=None), "schema.range"),
        (lambda j: j["columns"][2].update(range=[0, 1]), "schema.members"),
        (lambda j: j["columns"][2]["range"].update(step="1"), "schema.members"),
        (lambda j: j["columns"][2]["range"].update(high=250), "schema.text"),
        (lambda j: j["columns"][2]["range"].update(high="0"), "schema.range"),
        (lambda j: j["columns"][2]["range"].update(high="-1"), "schema.range"),
        (lambda j: j["columns"][2]["range"].update(low="300"), "schema.range"),
        (lambda j: j["columns"][2].update(missing=None), "schema.missing"),
        (lambda j: j["columns"][2].update(missing={"policy": "guess"}), "schema.missing"),
        (lambda j: j["columns"][2].update(missing={"policy": "reject", "value": ""}), "schema.members"),
        (lambda j: j["columns"][2].update(missing={"policy": "constant"}), "schema.members"),
        (lambda j: j["columns"][2]["missing"].update(value="251"), "schema.missing"),
        (lambda j: j["columns"][2]["missing"].update(value="1e2"), "schema.missing"),
        (lambda j: j["columns"][2].update(levels=j["columns"][3]["levels"]), "schema.levels"),
        (lambda j: j["columns"][3].update(levels=[]), "schema.levels"),
        (lambda j: j["columns"][3].update(levels={}), "schema.levels"),
        (lambda j: j["columns"][3]["levels"].append({"name": "maybe", "values": ["m"]}), "schema.levels"),
        (lambda j: j["columns"][3]["levels"][0].update(values=[]), "schema.levels"),
        (lambda j: j["columns"][3]["levels"][0].update(values=["y"]), "schema.levels"),
        (lambda j: j["columns"][3]["levels"][0].update(name="yes"), "schema.levels"),
        (lambda j: j["columns"][3]["levels"][0].update(name=""), "schema.levels"),
        (lambda j: j["columns"][3]["levels"][0].pop("name"), "schema.members"),
        (lambda j: j["columns"][4]["missing"].update(value="nowhere"), "schema.missing"),
        (lambda j: j["columns"][5].update(missing={"policy": "reject"}), "schema.missing"),
        (lambda j: j["columns"][5]["missing"].update(value="given"), "schema.missing"),
        (lambda j: j["columns"][5]["levels"].reverse(), "schema.levels"),
        (lambda j: j["columns"][6].update(missing={"policy": "reject"}), "schema.missing"),
        (lambda j: j["columns"][7].update(missing={"policy": "constant", "value": "yes"}), "schema.missing"),
        (lambda j: j["columns"][7]["levels"][1].update(values=["00"]), "schema.levels"),
        (lambda j: j["columns"][7]["levels"][1].update(values=[]), "schema.levels"),
    ],
)
def test_other_json_is_malformed(change: Change, code: str) -> None:
    document = copy.deepcopy(SCHEMA.to_json())
    change(document)
    assert code_of(lambda: Schema.from_json(document)) == code


@pytest.mark.parametrize(
    "number", ["", "-", "01", "1.0", "1.", ".5", "+1", "-0", "1e3", "0x1", "\u0661", "1" * 19, "nan", " 1"]
)
def test_a_declared_number_has_one_spelling(number: str) -> None:
    assert code_of(lambda: with_column(replace(AGE, name="x", range=Range("-1000", number)))) == "schema.range"


def test_numbers_that_are_equal_are_one_spelling() -> None:
    twins = (Level("one", ("1",)), Level("uno", ("1.0",)))
    assert code_of(lambda: with_column(replace(SMOKER, levels=twins))) == "schema.levels"


def test_a_feature_is_needed() -> None:
    assert code_of(lambda: Schema(columns=(OUTCOME, SEX))) == "schema.features"


def test_width_is_limited() -> None:
    def wide(features: int) -> Schema:
        columns = [replace(AGE, name=f"x{j}", missing=Missing()) for j in range(features)]
        return Schema(columns=(OUTCOME, SEX, PATIENT, CONSENT, *columns))

    assert RowLayout.from_schema(wide(1024)).width == 1036
    levels = tuple(Level(f"l{i}", (f"l{i}",)) for i in range(100))
    wards = tuple(replace(WARD, name=f"w{i}", missing=Missing(), levels=levels) for i in range(11))
    assert MAX_WIDTH < 10 + 11 * 100
    assert code_of(lambda: Schema(columns=(OUTCOME, *wards))) == "schema.width"


def test_features_that_would_share_a_name_are_refused() -> None:
    twin = replace(SMOKER, name="Größe (missing)")
    assert code_of(lambda: with_column(twin)) == "schema.names"


def test_messages_of_a_malformed_schema_do_not_repeat_it() -> None:
    document = copy.deepcopy(SCHEMA.to_json())
    document["columns"][2]["name"] = "canary\x00"  # type: ignore[index]
    with pytest.raises(MalformedError) as caught:
        Schema.from_json(document)
    assert "canary" not in str(caught.value)


junk = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=6), junk)
def test_any_member_may_be_replaced_by_anything(path: list[int], value: object) -> None:
    document: Any = copy.deepcopy(SCHEMA.to_json())
    node = document
    for place in path:
        key = sorted(node)[place % len(node)] if isinstance(node, dict) else place % len(node)
        if not isinstance(node[key], (dict, list)) or not node[key]:
            break
        parent, node = node, node[key]
    else:
        node = parent
    node[key] = value
    try:
        schema = Schema.from_json(document)
    except MalformedError as error:
        assert error.code.startswith("schema.")
        return
    assert schema.to_json() == document
