"""The public numbers that sizes and work of an attestation follow from, and the relations that they give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.claims.bounded.relation import BoundedRelation
from core.claims.optimum.relation import OptimumRelation
from core.claims.optimum.statement import HiddenModel, OptimumStatement, PublicModel, model_basis
from core.claims.statement import DatasetStatement
from core.claims.validity.relation import ValidityRelation
from core.proving.attest import range_claim_for
from core.records.layout import RowLayout
from core.records.schema import Schema
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan

_DIGEST, _POINT = bytes(32), bytes(48)


@dataclass(frozen=True)
class Shape:
    """An attestation without its records: `count` records under `schema`, of which `train` and `test` are in the views.

    excluded: numbers of the records without consent; hidden: whether the weights stay out of the bundle.
    """

    schema: Schema
    count: int
    train: int
    test: int
    plan: TrainingPlan
    nonce: bytes | None = None
    excluded: tuple[int, ...] = ()
    hidden: bool = False

    @cached_property
    def layout(self) -> RowLayout:
        return RowLayout.from_schema(self.schema)

    @cached_property
    def parameters(self) -> OptimumParameters:
        """InputError parameters.* where the plan's target cannot be certified for these numbers."""
        return OptimumParameters.derive(
            rows=self.train,
            features=len(self.layout.features),
            c_num=self.plan.c.numerator,
            c_den=self.plan.c.denominator,
            target=self.plan.target,
        )

    @cached_property
    def range_claim(self) -> str:
        """ "validity" or "bounded"."""
        return range_claim_for(DatasetStatement(root=_DIGEST, count=self.count, schema=self.schema))

    @cached_property
    def ranges(self) -> ValidityRelation | BoundedRelation:
        """The relation of the dataset's proof."""
        kind = BoundedRelation if self.range_claim == "bounded" else ValidityRelation
        return kind(self.count, self.layout)

    @cached_property
    def optimum(self) -> OptimumRelation:
        """The relation of the model's proof; which records are in which view changes no size."""
        statement = OptimumStatement(
            context=b"",
            layout=self.layout,
            parameters=self.parameters,
            count=self.count,
            train=tuple(range(self.train)),
            members=tuple(range(self.train + self.test)),
            model=HiddenModel(_POINT) if self.hidden else PublicModel((0,) * (len(self.layout.features) + 1)),
        )
        return OptimumRelation(statement)

    @cached_property
    def openings(self) -> dict[str, tuple[int, ...]]:
        """Lengths of the opened vectors of both proofs, the closing one over the pads included."""
        width, optimum = self.layout.width + 1, self.optimum
        row = (1 << self.ranges.spec.columns[0].width) + 1
        if isinstance(self.ranges, BoundedRelation):
            dataset = [row, row, row, width, width]
        else:
            dataset = [width, row, *([width] if self.layout.groups else [])]
        row = (1 << optimum.width) + 1
        model = [row, row, row, width, width]
        if self.hidden:
            model += [row, len(model_basis(self.layout)) + 1]
        return {
            self.range_claim: (*dataset, self.ranges.pattern().hidden_count + 1),
            "optimum": (*model, optimum.pattern().hidden_count + 1),
        }
