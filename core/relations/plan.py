"""What is decided before training: C, the split, the distance to certify, the optimiser, and what was pre-registered.

The plan is hashed into the seed of the split, so it cannot be changed after the split is known. No torch here: a
verifier reads plans too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from core.encoding.canonical import dumps
from core.errors import InputError, MalformedError

PLAN_VERSION = 1
METHODS = ("lbfgs", "adam")
MAX_EPOCHS = 100_000
MAX_SEED = (1 << 53) - 1
_FRACTION = re.compile(r"[1-9][0-9]{0,9}(/[1-9][0-9]{0,9})?|0")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAX_FIELDS = 32
_MAX_TEXT = 4000


@dataclass(frozen=True, slots=True)
class OptimiserSettings:
    """How torch searches; the certificate does not depend on it.

    method: "lbfgs", or "adam" (full-batch Adam, then L-BFGS); epochs: at most so many steps of each;
    learning_rate: Adam's rate, or L-BFGS's first step; seed: of the starting point.
    """

    method: str = "lbfgs"
    epochs: int = 500
    learning_rate: Fraction = Fraction(1)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError("plan.method", f"The plan's optimiser must be one of: {', '.join(METHODS)}.")
        if not _is_integer(self.epochs) or not 1 <= self.epochs <= MAX_EPOCHS:
            raise InputError("plan.epochs", f"The plan's number of epochs must lie between 1 and {MAX_EPOCHS}.")
        if not _is_integer(self.seed) or not 0 <= self.seed <= MAX_SEED:
            raise InputError("plan.seed", "The plan's seed must be a whole number from 0 to 2^53 - 1.")
        if not 0 < self.learning_rate <= 100:
            raise InputError("plan.learning_rate", "The plan's learning rate must lie between 0 and 100.")

    def to_json(self) -> dict[str, int | str]:
        """The settings as JSON values."""
        return {
            "method": self.method,
            "epochs": self.epochs,
            "learning_rate": str(self.learning_rate),
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, document: object) -> OptimiserSettings:
        """Strict inverse of `to_json`; MalformedError plan.*."""
        fields = _fields(document, {"method", "epochs", "learning_rate", "seed"})
        method, epochs, seed = fields["method"], fields["epochs"], fields["seed"]
        if not isinstance(method, str):
            raise MalformedError("plan.method", "The plan does not name its optimiser by a text.")
        with _malformed_if_refused():
            return cls(
                method=method,
                epochs=epochs,  # type: ignore[arg-type]  # __post_init__ checks the types of integers
                learning_rate=_fraction(fields["learning_rate"]),
                seed=seed,  # type: ignore[arg-type]
            )


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """The plan of one attestation.

    c: inverse strength of the L2 penalty, as in scikit-learn; test_fraction: expected share of test records, 0 for
    none; target: distance to the optimum to certify, in the encoded space; registration: texts fixed beforehand, such
    as "intended_use" or "outcome_definition".
    """

    c: Fraction = Fraction(1)
    test_fraction: Fraction = Fraction(1, 5)
    target: Fraction = Fraction(1, 1000)
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    registration: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.c <= 0 or max(self.c.numerator, self.c.denominator) > 1 << 32:
            raise InputError("plan.c", "The plan's C must be a positive fraction with parts of at most 32 bits.")
        if not 0 <= self.test_fraction < 1:
            raise InputError("plan.test_fraction", "The plan's share of test records must be at least 0 and below 1.")
        if not 0 < self.target <= 1:
            raise InputError("plan.target", "The plan's target distance must lie between 0 and 1.")
        texts = dict(self.registration)
        if len(texts) > _MAX_FIELDS or not all(
            isinstance(name, str) and _FIELD_NAME.fullmatch(name) and isinstance(text, str) and _is_publishable(text)
            for name, text in texts.items()
        ):
            raise InputError(
                "plan.registration",
                f"Pre-registered texts need short lower-case names and at most {_MAX_TEXT} characters each.",
            )
        object.__setattr__(self, "registration", MappingProxyType(texts))

    def to_json(self) -> dict[str, object]:
        """The plan as JSON values; fractions are strings such as "1/5"."""
        return {
            "version": PLAN_VERSION,
            "c": str(self.c),
            "test_fraction": str(self.test_fraction),
            "target": str(self.target),
            "optimiser": self.optimiser.to_json(),
            "registration": dict(self.registration),
        }

    @classmethod
    def from_json(cls, document: object) -> TrainingPlan:
        """Strict inverse of `to_json`; MalformedError plan.* for other fields, values out of range, "2/4"."""
        fields = _fields(document, {"version", "c", "test_fraction", "target", "optimiser", "registration"})
        if not _is_integer(fields["version"]) or fields["version"] != PLAN_VERSION:
            raise MalformedError("plan.version", "The plan was written for another version of Proofward.")
        registration = fields["registration"]
        if not isinstance(registration, dict):
            raise MalformedError("plan.registration", "The plan's pre-registered texts must be named texts.")
        with _malformed_if_refused():
            return cls(
                c=_fraction(fields["c"]),
                test_fraction=_fraction(fields["test_fraction"]),
                target=_fraction(fields["target"]),
                optimiser=OptimiserSettings.from_json(fields["optimiser"]),
                registration=registration,
            )

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON, 32 bytes: the plan hash that goes into the seed of the split."""
        return hashlib.sha256(dumps(self.to_json())).digest()


def _fields(document: object, names: set[str]) -> dict[str, object]:
    if not isinstance(document, dict) or set(document) != names:
        raise MalformedError(
            "plan.fields",
            "The plan does not have the expected fields.",
            f"It needs exactly: {', '.join(sorted(names))}.",
        )
    return document


@contextmanager
def _malformed_if_refused() -> Iterator[None]:
    """A value that a person may not choose is, in a document, a fault of the document."""
    try:
        yield
    except InputError as error:
        raise MalformedError(error.code, error.message, error.remedy) from error


def _fraction(text: object) -> Fraction:
    if isinstance(text, str) and _FRACTION.fullmatch(text) and str(value := Fraction(text)) == text:
        return value
    raise MalformedError(
        "plan.fraction", 'The plan\'s numbers must be reduced fractions in quotes, such as "1/5" or "2".'
    )


def _is_publishable(text: str) -> bool:
    """Whether a text is short enough and can be written as UTF-8, which lone surrogates cannot."""
    return len(text) <= _MAX_TEXT and not any("\ud800" <= character <= "\udfff" for character in text)


def _is_integer(value: object) -> bool:
    return type(value) is int
