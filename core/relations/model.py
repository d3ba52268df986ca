"""The attested model as a file: integers at a public scale, exactly what the proof speaks about.

Strict both ways: a document that parses writes the same canonical JSON again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import InputError, MalformedError
from core.relations.parameters import FEATURE_BITS, MAX_FEATURES

MODEL_VERSION = 1
MODEL_KIND = "l2-logistic-regression"
_KEYS = {"version", "kind", "schema", "features", "encoding", "scale_bits", "weights", "bias"}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,39}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_NAME = 500
_MAX_SCALE_BITS = 64


@dataclass(frozen=True, slots=True)
class ModelDocument:
    """A fixed-point logistic model: weight j is weights[j] / 2^scale_bits, for the encoded feature X_j / 2^16.

    schema: SHA-256 (hex) of the schema whose encoding the features follow; features: names in the order of the weights.
    """

    schema: str
    features: tuple[str, ...]
    scale_bits: int
    weights: tuple[int, ...]
    bias: int

    def to_json(self) -> dict[str, object]:
        """The document as JSON values; weights and bias are decimal strings."""
        return {
            "version": MODEL_VERSION,
            "kind": MODEL_KIND,
            "schema": self.schema,
            "features": list(self.features),
            "encoding": {"feature_bits": FEATURE_BITS},
            "scale_bits": self.scale_bits,
            "weights": [str(weight) for weight in self.weights],
            "bias": str(self.bias),
        }

    @classmethod
    def from_json(cls, document: object) -> ModelDocument:
        """The model in untrusted JSON values; MalformedError model.* for anything but what `to_json` writes."""
        if not isinstance(document, dict) or set(document) != _KEYS:
            raise _malformed("model.fields", "The model file does not have the expected fields.")
        version = document["version"]
        if type(version) is not int or version != MODEL_VERSION or document["kind"] != MODEL_KIND:
            raise _malformed("model.version", "The model file is of a kind or version that this program does not know.")
        encoding = document["encoding"]
        if encoding != {"feature_bits": FEATURE_BITS} or type(encoding["feature_bits"]) is not int:
            raise _malformed("model.encoding", "The model file uses an unknown encoding of features.")
        schema, features, weights = document["schema"], document["features"], document["weights"]
        scale_bits = document["scale_bits"]
        if not isinstance(schema, str) or not _DIGEST.fullmatch(schema):
            raise _malformed("model.schema", "The model file does not name its schema by a digest.")
        if type(scale_bits) is not int or not 0 <= scale_bits <= _MAX_SCALE_BITS:
            raise _malformed("model.scale", "The scale of the model file is out of range.")
        if not isinstance(features, list) or not isinstance(weights, list):
            raise _malformed("model.fields", "The model file does not list features and weights.")
        if not 1 <= len(features) <= MAX_FEATURES or len(weights) != len(features):
            raise _malformed("model.count", "The model file does not have one weight for each feature.")
        if not all(isinstance(name, str) and len(name) <= _MAX_NAME for name in features):
            raise _malformed("model.names", "The model file names a feature in an unusable way.")
        return cls(
            schema=schema,
            features=tuple(features),
            scale_bits=scale_bits,
            weights=tuple(_integer(text) for text in weights),
            bias=_integer(document["bias"]),
        )

    def logit(self, values: Sequence[int]) -> int:
        """sum_j X_j W_j + 2^16 bias at scale 2^(16 + scale_bits), for one encoded record of integers in [0, 65535]."""
        if len(values) != len(self.weights) or not all(0 <= x < 1 << FEATURE_BITS for x in values):
            raise InputError("model.record", "This record does not have the features that the model was trained on.")
        return sum(int(x) * w for x, w in zip(values, self.weights, strict=True)) + (self.bias << FEATURE_BITS)

    def probability(self, values: Sequence[int]) -> float:
        """The predicted probability of the outcome; the logit is exact, only the last step is a float."""
        z = self.logit(values) / (1 << (FEATURE_BITS + self.scale_bits))
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(max(z, -745.0)) / (1 + math.exp(max(z, -745.0)))


def predict(document: Mapping[str, object], values: Sequence[int]) -> float:
    """Predicted probability for one encoded record (integers 0..65535), from the contents of a model file."""
    return ModelDocument.from_json(document).probability(values)


def _integer(text: object) -> int:
    if not isinstance(text, str) or not _INTEGER.fullmatch(text):
        raise _malformed("model.integer", "The model file holds a weight that is not a plain decimal integer.")
    return int(text)


def _malformed(code: str, message: str) -> MalformedError:
    return MalformedError(code, message, "Ask for the file again, or use a newer version of Proofward.")
