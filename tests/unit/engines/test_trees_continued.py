"""Trees of which the first levels and rounds are known already: skipped levels, rounds that are only bound."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from core.algebra.field import ORDER
from core.algebra.kernels import anew
from core.engines.fast import LEAN_SHARE, SHARE, FastEngine
from core.engines.interface import FractionTree
from core.engines.plain import PlainEngine
from tests.unit.engines.test_trees_anew import GRIDS, grid, leaves

PLAIN = PlainEngine()


def go_on(tree: FractionTree, skipped: int, known: int, *, zeros: bool) -> list[object]:
    """What a tree says from the round `known` of the level `skipped` on."""
    rng = random.Random(7)
    said: list[object] = [tree.root()]
    point: list[int] = []
    for level in range(tree.depth):
        weight = rng.randrange(ORDER)
        challenges = [0 if zeros and rng.random() < 0.3 else rng.randrange(ORDER) for _ in range(level)]
        if level < skipped:
            tree.skip(level)
        else:
            sumcheck = tree.sumcheck(level, point, weight)
            for number, challenge in enumerate(challenges):
                if level > skipped or number >= known:
                    said.append(sumcheck.round())
                sumcheck.bind(challenge)
            said.append(sumcheck.final())
        point = [rng.randrange(ORDER), *challenges]
    return said


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("block", [2, 1 << 11])
@pytest.mark.parametrize("share", [1, SHARE, LEAN_SHARE])
@pytest.mark.parametrize("lengths", [(4,), (16, 1), (31,), (64, 2), (100, 27)])
def test_from_every_round_of_every_level(
    lengths: Sequence[int], share: int, block: int, zeros: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anew, "BLOCK", block)
    blocks = leaves(random.Random(sum(lengths)), lengths)
    depth = PLAIN.affine_fraction_tree(*blocks).depth
    for skipped in range(depth):
        for known in {0, 1, skipped // 2, skipped}:
            plain = go_on(PLAIN.affine_fraction_tree(*blocks), skipped, known, zeros=zeros)
            fast = go_on(FastEngine(share).affine_fraction_tree(*blocks), skipped, known, zeros=zeros)
            assert fast == plain


@pytest.mark.parametrize("block", [2, 1 << 11])
@pytest.mark.parametrize("share", [SHARE, LEAN_SHARE])
@pytest.mark.parametrize(("variables", "period", "tables"), GRIDS)
def test_from_every_round_of_every_level_of_a_grid(
    variables: int, period: int, tables: tuple[int, ...], share: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anew, "BLOCK", block)
    blocks = grid(random.Random(variables), variables, period, tables)
    depth = PLAIN.affine_fraction_tree(*blocks).depth
    for skipped in range(depth):
        for known in {0, 1, 2, skipped}:
            if known <= skipped:
                plain = go_on(PLAIN.affine_fraction_tree(*blocks), skipped, known, zeros=False)
                fast = go_on(FastEngine(share).affine_fraction_tree(*blocks), skipped, known, zeros=False)
                assert fast == plain


@pytest.mark.parametrize("share", [1, LEAN_SHARE])
def test_a_skipped_level_is_let_go(share: int) -> None:
    """Its tables are as large as those that the level uses up itself."""
    tree = FastEngine(share).affine_fraction_tree(*leaves(random.Random(3), (64,)))
    tree.skip(2)
    with pytest.raises(ValueError, match="one sumcheck"):
        tree.sumcheck(2, [1, 2], 3)
