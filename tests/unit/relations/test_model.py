"""The model file: strict both ways, and predictions from its integers."""

from __future__ import annotations

import json
import math

import pytest

from core.errors import InputError, MalformedError
from core.relations.model import ModelDocument, predict

MODEL = ModelDocument(schema="ab" * 32, features=("age", "größe"), scale_bits=32, weights=(-(2**33), 12345), bias=2**31)


def test_round_trip() -> None:
    assert ModelDocument.from_json(json.loads(json.dumps(MODEL.to_json()))) == MODEL


def test_prediction() -> None:
    # weights -2, 12345 / 2^32 and bias 1/2 on the record (1/2, 0)
    assert MODEL.logit((32768, 0)) == -(2**47)
    assert math.isclose(MODEL.probability((32768, 0)), 1 / (1 + math.exp(0.5)))
    assert predict(MODEL.to_json(), (32768, 0)) == MODEL.probability((32768, 0))


@pytest.mark.parametrize("bias", [10**30, -(10**30)])
def test_extreme_logits_do_not_overflow(bias: int) -> None:
    model = ModelDocument(schema="ab" * 32, features=("age",), scale_bits=24, weights=(0,), bias=bias)
    assert math.isclose(model.probability((1,)), float(bias > 0), abs_tol=1e-300)


@pytest.mark.parametrize("record", [(1,), (1, 2, 3), (1, 65536), (-1, 0)])
def test_records_of_another_kind(record: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        MODEL.logit(record)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("version", 2, "model.version"),
        ("version", True, "model.version"),
        ("kind", "forest", "model.version"),
        ("encoding", {"feature_bits": 15}, "model.encoding"),
        ("encoding", {"feature_bits": 16.0}, "model.encoding"),
        ("encoding", None, "model.encoding"),
        ("schema", "AB" * 32, "model.schema"),
        ("schema", "ab" * 31, "model.schema"),
        ("scale_bits", 65, "model.scale"),
        ("scale_bits", -1, "model.scale"),
        ("scale_bits", True, "model.scale"),
        ("features", "age", "model.fields"),
        ("features", ["age"], "model.count"),
        ("features", ["age", 3], "model.names"),
        ("weights", [1, 2], "model.integer"),
        ("weights", ["1", "-0"], "model.integer"),
        ("weights", ["1", "01"], "model.integer"),
        ("weights", ["1", "1e3"], "model.integer"),
        ("weights", ["1", "9" * 41], "model.integer"),
        ("weights", ["1", "\u0661"], "model.integer"),
        ("bias", 7, "model.integer"),
        ("more", 1, "model.fields"),
    ],
)
def test_documents_that_are_no_model(name: str, value: object, code: str) -> None:
    document = json.loads(json.dumps(MODEL.to_json()))
    document[name] = value
    with pytest.raises(MalformedError) as caught:
        ModelDocument.from_json(document)
    assert caught.value.code == code
