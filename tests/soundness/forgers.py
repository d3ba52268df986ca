"""The forgers: each breaks one named check, and nothing but that check stops it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.bundle.writer import BundleParts
from tests.soundness.forge import (
    without_equation,
    without_lookup,
    without_statement,
)
from tests.soundness.forgers_bounded import (
    bounded_of_other_rows,
    negative_projections,
    negative_slack,
    projections_of_nobody,
    slack_cut,
    slack_lie,
)
from tests.soundness.forgers_optimum import (
    altered_table,
    column_lie,
    consenting_record_left_out,
    fraction_lie,
    gradient_lie,
    gradient_limbs_too_large,
    gradient_top_too_wide,
    hidden_logit_lie,
    label_flipped,
    logit_called_saturated,
    logit_lie,
    lookup_lie,
    model_lie,
    model_on_foreign_generator,
    off_optimum,
    other_data,
    other_model_committed,
    product_lie,
    record_doubled,
    refusing_record_used,
    remainder_too_wide,
    row_not_in_table,
    slope_lie,
    table_changed,
    test_record_trained,
    weight_limbs_not_normal,
    weights_evaluation_lie,
    weights_not_in_range_check,
)
from tests.soundness.forgers_statement import (
    attestation_of_another_bundle,
    nonce_swapped,
    purpose_changed,
    schema_renamed,
    without_binding,
)
from tests.soundness.forgers_validity import (
    as_it_is,
    foreign_weight,
    validity_as_committed,
    validity_column_lie,
    validity_fraction_lie,
    validity_group_lie,
    validity_record_lie,
)
from tests.soundness.hospital import Hospital
from tests.soundness.starts import (
    all_consenting,
    flag_schema,
    hidden,
    larger,
    plain,
    set_column,
    set_feature,
    set_group,
    set_long_feature,
    undivided,
    with_refusal,
    with_test_record,
)

OPTIMUM_ALL = frozenset(
    f"optimum:{stage}"
    for stage in (
        "optimum.lookup",
        "optimum.gradient",
        "optimum.records",
        "optimum.columns_at",
        "consent",
        "tie",
    )
)
VALIDITY_ALL = frozenset(
    f"validity:{stage}" for stage in ("validity.records", "validity.columns", "validity.groups", "tie")
)
TIE_O, TIE_V, TIE_B = (frozenset({f"{claim}:tie"}) for claim in ("optimum", "validity", "bounded"))


@dataclass(frozen=True)
class Forger:
    """name; the hospital that it starts from; what it makes; the stages that must fail, no more and no fewer; and the
    world in which the one check that it breaks does not exist."""

    name: str
    start: Callable[[], Hospital]
    make: Callable[[Hospital], BundleParts]
    stages: frozenset[str]
    removal: Callable[[], AbstractContextManager[Any]]


def equation(*stages: str) -> Callable[[], AbstractContextManager[Any]]:
    return partial(without_equation, *stages)


def statement(*labels: str) -> Callable[[], AbstractContextManager[Any]]:
    return partial(without_statement, *labels)


def lookup(*blocks: str) -> Callable[[], AbstractContextManager[Any]]:
    return partial(without_lookup, *blocks)


def _test_record(*arguments: Any) -> Callable[[], Hospital]:
    return partial(with_test_record, *arguments)


def _only(*stages: str) -> frozenset[str]:
    return frozenset(stages)


def _opening(stage: str) -> tuple[frozenset[str], Callable[[], AbstractContextManager[Any]]]:
    """Stopped by the one opening, and free without it."""
    return frozenset({stage}), equation(stage)


_RECORDS = _opening("optimum:optimum.records")
_wild = _test_record(set_feature(70_000))
_FOREIGN = _only("validity:validity.records", "validity:validity.groups", "optimum:optimum.records", "optimum:consent")

_wraps = _test_record(set_long_feature(-(1 << 17)), None, "bounded")
_long = _test_record(set_long_feature(1 << 19), None, "bounded")
_OTHER_ROWS = _only("bounded:bounded.projected", "bounded:bounded.records")

FORGERS = (
    Forger("label flipped", plain, label_flipped, *_RECORDS),
    Forger("label flipped, hidden model", hidden, label_flipped, *_RECORDS),
    Forger("record doubled", plain, record_doubled, *_RECORDS),
    Forger("weights from other data", plain, other_data, *_RECORDS),
    Forger("test record trained on", plain, test_record_trained, *_RECORDS),
    Forger("consenting record left out", all_consenting, consenting_record_left_out, TIE_O, statement("consent")),
    Forger("refusing record used", with_refusal, refusing_record_used, TIE_O, statement("consent")),
    Forger("weights off the optimum", plain, off_optimum, TIE_O, statement("optimum.residual")),
    Forger("hidden weights off the optimum", hidden, off_optimum, TIE_O, statement("optimum.residual")),
    Forger(
        "gradient lied about",
        plain,
        gradient_lie,
        *_opening("optimum:optimum.gradient"),
    ),
    Forger("residual product false", plain, product_lie(1), TIE_O, statement("optimum.gradient")),
    Forger("tail product false", plain, product_lie(2), TIE_O, statement("optimum.tail")),
    Forger("outcome square false", plain, product_lie(3), TIE_O, statement("optimum.outcome")),
    Forger("slope product false", plain, slope_lie, TIE_O, statement("optimum.slope")),
    Forger(
        "table row lied about",
        plain,
        column_lie,
        *_opening("optimum:optimum.columns_at"),
    ),
    Forger("logit lied about", plain, logit_lie, *_RECORDS),
    Forger(
        "hidden weights lied about",
        hidden,
        model_lie,
        *_opening("optimum:optimum.model"),
    ),
    Forger("hidden logit lied about", hidden, hidden_logit_lie, TIE_O, statement("optimum.inner")),
    Forger("gradient limbs too large", plain, gradient_limbs_too_large, TIE_O, lookup("gradient", "gradient.top")),
    Forger("gradient top limb too wide", larger, gradient_top_too_wide, TIE_O, lookup("gradient.top")),
    Forger("row not in the table", plain, row_not_in_table, TIE_O, lookup("sigmoid")),
    Forger("logit called saturated", plain, logit_called_saturated, TIE_O, lookup("excess.0")),
    Forger("remainder too wide", plain, remainder_too_wide, TIE_O, lookup("rho.4")),
    Forger(
        "lookup columns lied about",
        plain,
        lookup_lie,
        *_opening("optimum:optimum.lookup"),
    ),
    Forger("fractions lied about", plain, fraction_lie, TIE_O, statement("fractions.first")),
    Forger("table changed", plain, table_changed, TIE_O, altered_table),
    Forger("weight limbs not normal", hidden, weight_limbs_not_normal, TIE_O, lookup("weights")),
    Forger("weights not range-checked", hidden, weights_not_in_range_check, TIE_O, statement("optimum.weights")),
    Forger(
        "weight limbs lied about",
        hidden,
        weights_evaluation_lie,
        *_opening("optimum:optimum.weights"),
    ),
    Forger(
        "another model committed",
        hidden,
        other_model_committed,
        *_opening("optimum:optimum.model"),
    ),
    Forger(
        "model on a foreign generator",
        hidden,
        model_on_foreign_generator,
        *_opening("optimum:optimum.model"),
    ),
    Forger(
        "feature beyond its range",
        _test_record(set_feature(65_536)),
        validity_as_committed,
        TIE_V,
        lookup("low", "high"),
    ),
    Forger(
        "feature below its range",
        _test_record(set_feature(-1)),
        validity_as_committed,
        TIE_V,
        lookup("low", "high"),
    ),
    Forger(
        "patient id limb too large",
        _test_record(set_column(3, 1 << 40)),
        validity_as_committed,
        TIE_V,
        lookup("low", "high"),
    ),
    Forger("outcome of 2", _test_record(set_column(9, 2)), validity_as_committed, TIE_V, lookup("bits")),
    Forger(
        "flag neither on nor off",
        _test_record(set_feature(1), flag_schema()),
        validity_as_committed,
        TIE_V,
        lookup("bits"),
    ),
    Forger(
        "group codes 2 and -1",
        _test_record(set_group(2, -1)),
        validity_as_committed,
        TIE_V,
        lookup("bits"),
    ),
    Forger(
        "no group at all",
        _test_record(set_group(0, 0)),
        validity_as_committed,
        TIE_V,
        statement("validity.groups"),
    ),
    Forger(
        "both groups at once",
        _test_record(set_group(1, 1)),
        validity_as_committed,
        TIE_V,
        statement("validity.groups"),
    ),
    Forger(
        "group lied about",
        _test_record(set_group(0, 0)),
        validity_group_lie,
        *_opening("validity:validity.groups"),
    ),
    Forger(
        "wild value lied about",
        _wild,
        validity_record_lie,
        *_opening("validity:validity.records"),
    ),
    Forger(
        "high bytes lied about",
        _wild,
        validity_column_lie,
        *_opening("validity:validity.columns"),
    ),
    Forger("wild value, false fractions", _wild, validity_fraction_lie, TIE_V, statement("fractions.first")),
    Forger("record on a foreign generator", foreign_weight, as_it_is, _FOREIGN, equation(*_FOREIGN)),
    Forger("entry that wraps", _wraps, negative_projections, TIE_B, lookup("projection", "projection.top")),
    Forger("sums of nobody", _wraps, projections_of_nobody, *_opening("bounded:bounded.projected")),
    Forger("column too long", _long, negative_slack, TIE_B, lookup("slack", "slack.top")),
    Forger("false square", _long, slack_cut, TIE_B, statement("bounded.square")),
    Forger("slack lied about", _long, slack_lie, *_opening("bounded:bounded.slack")),
    Forger("bounded of other rows", _long, bounded_of_other_rows, _OTHER_ROWS, equation(*_OTHER_ROWS)),
    Forger("nonce swapped", undivided, nonce_swapped, OPTIMUM_ALL, partial(without_binding, "nonce")),
    Forger("purpose changed afterwards", undivided, purpose_changed, OPTIMUM_ALL, partial(without_binding, "plan")),
    Forger(
        "ranges changed afterwards",
        undivided,
        schema_renamed,
        OPTIMUM_ALL | VALIDITY_ALL,
        partial(without_binding, "dataset", "model"),
    ),
    Forger(
        "attestation of another bundle",
        undivided,
        attestation_of_another_bundle,
        OPTIMUM_ALL,
        partial(without_binding, "nonce"),
    ),
)
