"""A first schema for a CSV file, for a person to look at, correct and confirm. It is published with every bundle.

Nothing in it is to come from a single patient: ranges are rounded outward (core.records.coarse), levels of fewer than
11 rows are merged, texts that are not few common levels are ignored. Names of columns and the two levels of the
outcome are taken as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.monitor import Monitor
from core.records.layout import CONSENT, MAX_WIDTH
from core.records.names import tidy
from core.records.profile import MISSING_VALUES, FileProfile, profile_csv
from core.records.proposals import propose_consent, propose_feature, propose_group, propose_outcome
from core.records.schema import Column, Schema


@dataclass(frozen=True, slots=True)
class Inference:
    """A schema to confirm, and in plain sentences what was decided on the way."""

    schema: Schema
    notes: tuple[str, ...]


def infer_schema(
    path: Path | str,
    *,
    outcome: str,
    patient_id: str | None = None,
    consent: str | None = None,
    groups: Sequence[str] = (),
    positive: str | None = None,
    monitor: Monitor | None = None,
) -> Schema:
    """The schema of `infer`, without its notes."""
    return infer(
        path,
        outcome=outcome,
        patient_id=patient_id,
        consent=consent,
        groups=groups,
        positive=positive,
        monitor=monitor,
    ).schema


def infer(
    path: Path | str,
    *,
    outcome: str,
    patient_id: str | None = None,
    consent: str | None = None,
    groups: Sequence[str] = (),
    positive: str | None = None,
    monitor: Monitor | None = None,
) -> Inference:
    """Read a CSV file and propose a schema; positive: how the outcome's positive level is spelled, else it is guessed.

    InputError csv.* for the file, infer.* for columns that cannot play the role asked for.
    """
    profile = profile_csv(path, monitor=monitor)
    return infer_from(
        profile, outcome=outcome, patient_id=patient_id, consent=consent, groups=groups, positive=positive
    )


def infer_from(
    profile: FileProfile,
    *,
    outcome: str,
    patient_id: str | None = None,
    consent: str | None = None,
    groups: Sequence[str] = (),
    positive: str | None = None,
) -> Inference:
    """The same from a profile at hand, so that roles can be changed without reading the file again."""
    asked = [(outcome, "outcome"), (patient_id, "patient_id"), (consent, "consent"), *((g, "group") for g in groups)]
    roles: dict[str, str] = {}
    for name, asked_role in asked:
        if name is None:
            continue
        found = profile.column(name)
        if found is None:
            raise InputError("infer.column", f"The file has no column “{tidy(name)}”.", "Check the name of the column.")
        if found.name in roles:
            raise InputError("infer.roles", f"The column “{found.name}” was given two roles.", "Give it one.")
        roles[found.name] = asked_role
    notes: list[str] = []
    columns = []
    for column in profile.columns:
        role = roles.get(column.name)
        if role == "patient_id":
            columns.append(Column(name=column.name, role="patient_id", type="text"))
        elif role == "outcome":
            columns.append(propose_outcome(column, profile.decimal, positive, notes))
        elif role == "consent":
            columns.append(propose_consent(column))
        elif role == "group":
            columns.append(propose_group(column, profile.decimal, notes))
        else:
            columns.append(propose_feature(column, profile.decimal, notes))
    _check_features(columns)
    schema = Schema(columns=tuple(columns), decimal=profile.decimal, missing_values=MISSING_VALUES)
    if schema.patient_id is None:
        notes.append("No column names the patients: each row is taken for a patient of its own.")
    if schema.consent is None:
        notes.append("No column holds consent: every row is taken to be usable.")
    if profile.ragged:
        notes.append(f"{profile.ragged} rows have another number of cells than the first line and will be rejected.")
    return Inference(schema, tuple(notes))


def _check_features(columns: Sequence[Column]) -> None:
    features = [column for column in columns if column.role == "feature"]
    if not features:
        raise InputError(
            "infer.features",
            "No column of the file can be used to predict the outcome.",
            "Choose a file with numbers, or with texts of a few common values.",
        )
    entries = CONSENT + 2
    for column in columns:
        if column.role in ("feature", "group"):
            entries += (len(column.levels) if column.type == "category" else 1) + column.has_indicator
    if entries > MAX_WIDTH:
        raise InputError(
            "infer.width",
            f"The records would have {entries} entries; at most {MAX_WIDTH} are possible.",
            "Leave some columns out of the file.",
        )
