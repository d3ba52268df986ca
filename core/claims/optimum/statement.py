"""What `optimum` is about: which records, which model, which sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InternalError
from core.records.layout import RowLayout
from core.relations.parameters import OptimumParameters


@dataclass(frozen=True)
class PublicModel:
    """Weights W_0..W_{d-1} and the bias W_d as integers at scale 2^f_w."""

    weights: tuple[int, ...]


@dataclass(frozen=True)
class HiddenModel:
    """A hiding commitment to the weights over the feature generators and the bias generator (48 bytes)."""

    commitment: bytes


def model_basis(layout: RowLayout) -> tuple[int, ...]:
    """Generators of a hidden model's commitment: those of the features, then the bias's, one past the row."""
    return (*layout.features, layout.width)


@dataclass(frozen=True)
class OptimumStatement:
    """`context` is the canonical bundle statement; views are positions among the dataset's records, increasing.

    count: number of the dataset's records; train: those that the optimum is taken over; members: those of both views,
    which must be exactly the records with consent.
    """

    context: bytes
    layout: RowLayout
    parameters: OptimumParameters
    count: int
    train: Sequence[int]
    members: Sequence[int]
    model: PublicModel | HiddenModel

    def __post_init__(self) -> None:
        if len(self.train) != self.parameters.rows or len(self.layout.features) != self.parameters.features:
            raise InternalError(
                "optimum.sizes", "The sizes of the optimum claim are not those of its views and features."
            )

    @property
    def hidden(self) -> bool:
        return isinstance(self.model, HiddenModel)
