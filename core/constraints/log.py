"""What has been stated about hidden scalars and committed vectors, in the order in which it was stated.

Prover and verifier keep the same log; every entry has a label, which is the name of the check. Nothing is settled here:
the products go through core.constraints.products, evaluations through one linear-form opening a group, and all linear
checks together through the tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.constraints.expression import Expression


@dataclass(frozen=True)
class LinearCheck:
    """expression = 0."""

    label: str
    expression: Expression


@dataclass(frozen=True)
class ProductCheck:
    """left * right = result."""

    label: str
    left: Expression
    right: Expression
    result: Expression


@dataclass(frozen=True)
class OpeningGroup:
    """Evaluations settled by one linear-form opening: one object under several forms, or several objects under one
    form.

    basis: indices of the generators that the objects may use, and no others (they must not be free elsewhere);
    objects: the committed vectors (a prover's or a verifier's view of them); forms: coefficients over `basis`;
    slots: the hidden scalar that each evaluation is claimed to be.
    """

    label: str
    basis: tuple[int, ...]
    objects: tuple[Any, ...]
    forms: tuple[Sequence[int], ...]
    slots: tuple[int, ...]


@dataclass
class ConstraintLog:
    """Everything stated so far."""

    linear: list[LinearCheck] = field(default_factory=list)
    products: list[ProductCheck] = field(default_factory=list)
    openings: list[OpeningGroup] = field(default_factory=list)

    def zero(self, label: str, expression: Expression) -> None:
        """State that `expression` is zero."""
        self.linear.append(LinearCheck(label, expression))

    def product(self, label: str, left: Expression, right: Expression, result: Expression) -> None:
        """State that `left` times `right` is `result`."""
        self.products.append(ProductCheck(label, left, right, result))

    def evaluations(
        self,
        label: str,
        *,
        basis: Sequence[int],
        objects: Sequence[Any],
        forms: Sequence[Sequence[int]],
        slots: Sequence[int],
    ) -> None:
        """State that each evaluation is the hidden scalar in its slot (one object, or one form)."""
        self.openings.append(OpeningGroup(label, tuple(basis), tuple(objects), tuple(forms), tuple(slots)))
