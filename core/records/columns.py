"""One column of a schema: its role, its type, and how its values become committed integers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.records.decimals import declared

ENCODINGS = {
    ("feature", "number"): "range",
    ("feature", "flag"): "flag",
    ("feature", "category"): "one-hot",
    ("outcome", "flag"): "bit",
    ("consent", "flag"): "bit",
    ("group", "category"): "one-hot",
    ("patient_id", "text"): "digest",
    ("ignored", "text"): "none",
}
"""The combinations of role and type that exist, and how each is encoded."""


@dataclass(frozen=True, slots=True)
class Range:
    """The admissible range, ends included, as declared decimals; it is mapped onto 0..65535."""

    low: str
    high: str

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """Both ends as exact numbers."""
        return declared(self.low), declared(self.high)


@dataclass(frozen=True, slots=True)
class Missing:
    """What becomes of a missing value: "reject" its row, or put a declared "constant" (a number, or a level's name)."""

    policy: str = "reject"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its published name and how it is spelled in the data; without spellings it takes whatever is left."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the source.

    role: feature, outcome, group, consent, patient_id or ignored; type: number, flag (two levels, the first off, the
    second on), category or text; range: of numbers only; levels: of flags and categories only; missing: None for
    ignored columns only.
    """

    name: str
    role: str
    type: str
    unit: str = ""
    range: Range | None = None
    missing: Missing | None = Missing()
    levels: tuple[Level, ...] = ()

    @property
    def encoding(self) -> str:
        """How a value becomes committed integers; follows from role and type."""
        return ENCODINGS[self.role, self.type]

    @property
    def has_indicator(self) -> bool:
        """Whether a 0/1 column beside this feature says where its value was missing."""
        return self.role == "feature" and self.missing is not None and self.missing.policy == "constant"

    def to_json(self) -> dict[str, object]:
        """The column as JSON values, all members present."""
        missing: dict[str, object] | None = None
        if self.missing is not None:
            missing = {"policy": self.missing.policy}
            if self.missing.policy == "constant":
                missing["value"] = self.missing.value
        return {
            "name": self.name,
            "role": self.role,
            "type": self.type,
            "unit": self.unit,
            "range": None if self.range is None else {"low": self.range.low, "high": self.range.high},
            "missing": missing,
            "encoding": self.encoding,
            "levels": [{"name": level.name, "values": list(level.values)} for level in self.levels],
        }
