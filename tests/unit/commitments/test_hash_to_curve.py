"""Hashing to the curve against the vectors of RFC 9380, by both libraries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.commitments.hash_to_curve import DST, hash_to_affine, hash_to_affine_reference

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "rfc9380_g1.json").read_text(encoding="utf-8"))
Hash = Callable[[bytes, bytes], tuple[int, int]]


@pytest.mark.parametrize("function", [hash_to_affine, hash_to_affine_reference])
@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["message"][:12])
def test_rfc_9380_vectors(function: Hash, vector: dict[str, str]) -> None:
    point = function(vector["message"].encode(), VECTORS["dst"].encode())
    assert point == (int(vector["x"], 16), int(vector["y"], 16))


def test_our_tag_names_the_suite_of_the_vectors() -> None:
    assert DST.decode() == f"PROOFWARD-V01-CS01-with-{VECTORS['suite']}"


@pytest.mark.parametrize("function", [hash_to_affine, hash_to_affine_reference])
def test_another_tag_gives_another_point(function: Hash) -> None:
    assert function(b"G/0", DST) != function(b"G/0", VECTORS["dst"].encode())
