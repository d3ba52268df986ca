"""The record tree against published vectors of RFC 6962 and against the RFC's definition written out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commitments import merkle
from core.errors import InternalError, MalformedError, ProofwardError, RejectedError

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "rfc6962.json").read_text(encoding="utf-8"))
SCHEMA = hashlib.sha256(b"schema").digest()


def tree_head(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, over leaf hashes, by its own recursion."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_head(leaves[:k]) + tree_head(leaves[k:])).digest()


def audit_path(leaves: list[bytes], index: int) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, by its own recursion."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*audit_path(leaves[:k], index), tree_head(leaves[k:])]
    return [*audit_path(leaves[k:], index - k), tree_head(leaves[:k])]


def made_up(count: int) -> list[bytes]:
    return [hashlib.sha256(k.to_bytes(4, "big")).digest() for k in range(count)]


@pytest.mark.parametrize("count", range(9))
def test_published_roots(count: int) -> None:
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(data)).digest() for data in VECTORS["leaves"][:count]]
    assert merkle.tree_root(leaves).hex() == VECTORS["roots"][count]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda vector: vector["name"])
def test_published_inclusion_proofs(vector: dict[str, Any]) -> None:
    leaf, root = bytes.fromhex(vector["leaf"]), bytes.fromhex(vector["root"])
    path = [bytes.fromhex(node) for node in vector["path"]]
    try:
        reached = merkle.root_from_inclusion(leaf, vector["index"], vector["count"], path)
    except MalformedError:
        assert not vector["holds"]
    else:
        assert (reached == root) == vector["holds"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33])
def test_every_leaf_leads_to_the_root_and_to_no_other_place(count: int) -> None:
    leaves = made_up(count)
    root = merkle.tree_root(leaves)
    assert root == tree_head(leaves)
    for index in range(count):
        path = merkle.inclusion_proof(leaves, index)
        assert path == audit_path(leaves, index)
        assert merkle.path_length(index, count) == len(path)
        assert merkle.root_from_inclusion(leaves[index], index, count, path) == root
        for other in set(range(count)) - {index}:
            try:
                assert merkle.root_from_inclusion(leaves[index], other, count, path) != root
            except MalformedError:
                continue


@given(st.integers(2, 70), st.data())
def test_any_change_to_a_path_changes_the_root(count: int, data: st.DataObject) -> None:
    leaves = made_up(count)
    index = data.draw(st.integers(0, count - 1))
    path = merkle.inclusion_proof(leaves, index)
    place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    changed = list(path)
    changed[place] = (int.from_bytes(path[place], "big") ^ 1 << bit).to_bytes(32, "big")
    root = merkle.tree_root(leaves)
    assert merkle.root_from_inclusion(leaves[index], index, count, changed) != root
    for wrong in (path[1:], path[:-1], [*path, leaves[0]], []):
        if len(wrong) != len(path):
            with pytest.raises(MalformedError):
                merkle.root_from_inclusion(leaves[index], index, count, wrong)


@pytest.mark.parametrize(("index", "count"), [(-1, 4), (4, 4), (0, 0), (5, 4), (1, -3)])
def test_places_outside_the_tree_are_malformed(index: int, count: int) -> None:
    leaves = made_up(4)
    with pytest.raises(MalformedError) as caught:
        merkle.root_from_inclusion(leaves[0], index, count, leaves[1:3])
    assert caught.value.code == "merkle.path"
    if count == 4:
        with pytest.raises(InternalError):
            merkle.inclusion_proof(leaves, index)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_sibling_is_a_hash(size: int) -> None:
    leaves = made_up(2)
    with pytest.raises(MalformedError):
        merkle.root_from_inclusion(leaves[0], 0, 2, [bytes(size)])


def test_a_leaf_binds_number_and_commitment() -> None:
    commitment = bytes(range(48))
    expected = hashlib.sha256(b"\x00" + bytes([0, 0, 0, 0, 0, 0, 1, 2]) + commitment).digest()
    assert merkle.leaf_hash(258, commitment) == expected
    assert merkle.leaf_hash(259, commitment) != expected
    for number, data in ((-1, commitment), (1 << 64, commitment), (1, commitment[:-1]), (1, commitment + b"\0")):
        with pytest.raises(InternalError):
            merkle.leaf_hash(number, data)


def commitments(count: int) -> list[bytes]:
    return [hashlib.sha384(k.to_bytes(4, "big")).digest() for k in range(count)]


def test_the_dataset_root_is_the_hash_it_says() -> None:
    numbers, blobs = [0, 3, 9, 1 << 40, (1 << 64) - 1], commitments(5)
    tree = tree_head([merkle.leaf_hash(n, c) for n, c in zip(numbers, blobs, strict=True)])
    parts = (b"proofward/dataset-root/v1", SCHEMA, (5).to_bytes(8, "big"), tree)
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert merkle.dataset_root(numbers, blobs, SCHEMA) == hashlib.sha256(framed).digest()


@given(st.integers(1, 20), st.data())
def test_every_part_of_a_dataset_changes_its_root(count: int, data: st.DataObject) -> None:
    numbers, blobs = [3 * k + 1 for k in range(count)], commitments(count)
    place = data.draw(st.integers(0, count - 1))
    renumbered = [*numbers[:place], numbers[place] + 1, *numbers[place + 1 :]]
    recommitted = [*blobs[:place], bytes(48), *blobs[place + 1 :]]
    roots = {
        merkle.dataset_root(numbers, blobs, SCHEMA),
        merkle.dataset_root(renumbered, blobs, SCHEMA),
        merkle.dataset_root(numbers, recommitted, SCHEMA),
        merkle.dataset_root(numbers, blobs, hashlib.sha256(b"another").digest()),
        merkle.dataset_root([*numbers, 3 * count + 1], commitments(count + 1), SCHEMA),
    }
    assert len(roots) == 5


def test_swapped_records_change_the_root() -> None:
    blobs = commitments(2)
    assert merkle.dataset_root([1, 2], blobs, SCHEMA) != merkle.dataset_root([1, 2], blobs[::-1], SCHEMA)


@pytest.mark.parametrize("numbers", [[1, 1, 2], [2, 1, 3], [1, 3, 2], [3, 2, 1], [0, 0, 0]])
def test_record_numbers_increase_strictly(numbers: list[int]) -> None:
    with pytest.raises(RejectedError) as caught:
        merkle.dataset_root(numbers, commitments(3), SCHEMA)
    assert (caught.value.code, caught.value.stage) == ("dataset.numbers", "dataset")


def test_a_commitment_counts_once() -> None:
    blobs = commitments(3)
    with pytest.raises(RejectedError) as caught:
        merkle.dataset_root([1, 2, 3, 4], [*blobs, blobs[0]], SCHEMA)
    assert caught.value.code == "dataset.duplicate"


def test_an_empty_dataset_has_no_root() -> None:
    with pytest.raises(RejectedError) as caught:
        merkle.dataset_root([], [], SCHEMA)
    assert caught.value.code == "dataset.empty"


@pytest.mark.parametrize(
    ("numbers", "blobs", "schema"),
    [([1], [], SCHEMA), ([1], commitments(2), SCHEMA), ([1], commitments(1), b"short"), ([1], [b"short"], SCHEMA)],
)
def test_wrong_shapes_are_our_own_fault(numbers: list[int], blobs: list[bytes], schema: bytes) -> None:
    with pytest.raises(ProofwardError) as caught:
        merkle.dataset_root(numbers, blobs, schema)
    assert isinstance(caught.value, InternalError)
