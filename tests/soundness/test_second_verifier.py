"""A verifier written from the pages alone agrees with the product's on honest bundles and on forgers of every kind.

Prover and verifier share much code, so an error there is invisible to a round trip; it is not invisible here.
"""

from __future__ import annotations

import random
from fractions import Fraction
from functools import partial

import pytest

import core.verification.claims as verification
from core.errors import InputError
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan
from core.relations.sigmoid_table import sigmoid_table
from core.verification.verify import verify_bundle
from tests.soundness import second_verifier
from tests.soundness.forgers import FORGERS, Forger
from tests.soundness.hospital import hospital, schema_of
from tests.soundness.second_model import sigmoid_rows, sizes
from tests.soundness.second_protocol import Refused
from tests.soundness.second_verifier import verify

SIXTEEN = {"records": 16}
LOOSE = TrainingPlan(c=Fraction(3, 7), target=Fraction(1, 50))
WHOLE = {"records": 2100, "features": 3, "nonce": b"abc", "plan": LOOSE}
STEEP = {
    "records": 20,
    "features": 4,
    "plan": TrainingPlan(c=Fraction(500), target=Fraction(1, 100), test_fraction=Fraction(0)),
}
UNGROUPED = {"records": 33, "schema": schema_of(5, groups=False)}
HONEST = {"sixteen": SIXTEEN, "whole values": WHOLE, "fine table": STEEP, "no groups": UNGROUPED}


@pytest.fixture(autouse=True)
def bounded_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small datasets must prove `validity`; here `bounded` is tried on small ones."""
    monkeypatch.setattr(verification, "LARGEST_VALIDITY", 0)
    monkeypatch.setattr(second_verifier, "LARGEST_VALIDITY", 0)


@pytest.mark.parametrize("range_claim", ["validity", "bounded"])
@pytest.mark.parametrize("hidden", [False, True], ids=["public", "hidden"])
@pytest.mark.parametrize("name", HONEST)
def test_honest_bundles_are_accepted_by_both(name: str, hidden: bool, range_claim: str) -> None:
    bundle = hospital(**HONEST[name], hidden=hidden, range_claim=range_claim, engine_name="fast").bundle()
    outcome = verify(bundle)
    assert outcome.accepted, outcome
    assert verify_bundle(bundle).verdict == "accepted"


ONE_OF_EACH = tuple({forger.stages: forger for forger in FORGERS}.values())
"""Of the forgers that the same stages must stop, one."""


@pytest.mark.parametrize("forger", ONE_OF_EACH, ids=lambda forger: forger.name.replace(" ", "-"))
def test_forgers_are_stopped_by_the_same_stages(forger: Forger) -> None:
    start = forger.start()
    bundle = start.bundle(forger.make(start))
    outcome, report = verify(bundle), verify_bundle(bundle)
    if outcome.refused:
        assert report.code == outcome.refused
    else:
        assert report.detail == ", ".join(outcome.stages) != ""


def test_neither_takes_bounded_for_a_small_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    bundle = hospital(range_claim="bounded").bundle()
    assert verify(bundle).refused == verify_bundle(bundle).code == "bounded.small"


@pytest.mark.parametrize("step_bits", range(4, 11))
def test_tables_are_the_same(step_bits: int) -> None:
    value_bits = max(2 * step_bits + 14, 24)
    table = sigmoid_table(step_bits, value_bits)
    assert sigmoid_rows(step_bits, value_bits) == list(zip(table.value, table.slope, table.tail, strict=True))


def test_sizes_are_the_same() -> None:
    draw, certified = random.Random(3), 0
    for _ in range(600):
        n, d = int(2 ** draw.uniform(0, 20)), draw.randrange(1, 1090)
        c = Fraction(int(2 ** draw.uniform(0, 20)), int(2 ** draw.uniform(0, 20)))
        target = Fraction(1, int(10 ** draw.uniform(0, 7)))
        derive = partial(OptimumParameters.derive, rows=n, features=d, c_num=c.numerator, c_den=c.denominator)
        try:
            found = sizes(n, d, c, target)
        except Refused as refused:
            with pytest.raises(InputError) as error:
                derive(target=target)
            assert error.value.code == str(refused)
            continue
        certified += 1
        p = derive(target=target)
        assert (found.t, found.f_s, found.l, found.k, found.V, found.E, found.B) == (
            p.step_bits,
            p.value_bits,
            p.limb_bits,
            p.remainder_bits,
            p.weight_limbs,
            p.excess_limbs,
            p.gradient_bound,
        )
        assert (found.f_w, found.S, found.w_max, found.half, found.gradient_limbs, found.b) == (
            p.weight_scale_bits,
            p.scale,
            p.weight_bound,
            p.half_cells,
            p.gradient_limbs,
            p.decay_shift,
        )
    assert certified > 300
