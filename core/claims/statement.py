"""The two statements that proofs are bound to, as canonical JSON that is absorbed whole before the first challenge.

The dataset statement says which records were committed under which schema; it carries `validity` and is rebuilt by the
verifier from the bundle, never read from a proof. The bundle statement is the predicate without the members that are
only signed (files, times, tool).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.encoding.canonical import dumps
from core.records.layout import RowLayout
from core.records.schema import Schema

VERSION = 1
SIGNED_ONLY = ("files", "times", "tool", "signers")


@dataclass(frozen=True)
class DatasetStatement:
    """`count` records were committed one by one under `schema`; `root` binds their numbers and commitments."""

    root: bytes
    count: int
    schema: Schema

    @cached_property
    def layout(self) -> RowLayout:
        """Where each value of a record stands."""
        return RowLayout.from_schema(self.schema)

    def canonical(self, claim: str = "validity") -> bytes:
        """What the dataset transcript absorbs; claim: "validity" or "bounded"."""
        return dumps(
            {
                "claim": claim,
                "count": self.count,
                "root": self.root.hex(),
                "schema": self.schema.to_json(),
                "version": VERSION,
            }
        )


def proven_part(predicate: Mapping[str, Any]) -> bytes:
    """What the bundle transcript absorbs: the whole predicate but for its members that are only signed."""
    return dumps({name: value for name, value in predicate.items() if name not in SIGNED_ONLY})
