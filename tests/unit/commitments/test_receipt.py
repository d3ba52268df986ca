"""Receipts that hold, and receipts that a forger who may recompute everything but the root would send."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from core.algebra.field import ORDER
from core.algebra.group import GroupBackend, get_backend
from core.commitments.merkle import dataset_root, inclusion_proof, leaf_hash
from core.commitments.pedersen import commit_row
from core.commitments.receipt import Receipt, RecordOpening, check_receipt, make_receipt
from core.encoding.canonical import dumps, loads
from core.errors import InputError, MalformedError, RejectedError

NATIVE = get_backend("native")
NUMBERS = [1, 2, 5, 9, (1 << 63) + 5]
ROWS = [(k, 65535 - k, 7, 0, 1) for k in range(5)]
BLINDINGS = [pow(5, 90 + k, ORDER) for k in range(5)]
COMMITMENTS = [commit_row(row, rho, NATIVE) for row, rho in zip(ROWS, BLINDINGS, strict=True)]
SCHEMA = hashlib.sha256(b"a schema").digest()
ROOT = dataset_root(NUMBERS, COMMITMENTS, SCHEMA)


def made(place: int, *, opened: bool = True) -> Receipt:
    return make_receipt(
        number=NUMBERS[place],
        numbers=NUMBERS,
        commitments=COMMITMENTS,
        schema_digest=SCHEMA,
        root=ROOT,
        opening=RecordOpening(ROWS[place], BLINDINGS[place]) if opened else None,
    )


@pytest.fixture(params=["native", "reference"])
def backend(request: pytest.FixtureRequest) -> GroupBackend:
    return get_backend(request.param)


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("opened", [True, False])
def test_honest_receipts_hold_after_a_journey_as_json(backend: GroupBackend, place: int, opened: bool) -> None:
    receipt = made(place, opened=opened)
    arrived = Receipt.from_json(loads(dumps(receipt.to_json()), limit=100_000, what="The receipt"))
    assert arrived == receipt
    checked = check_receipt(arrived, backend=backend)
    assert (checked.number, checked.count, checked.root) == (NUMBERS[place], 5, ROOT)
    assert (checked.schema_digest, checked.commitment) == (SCHEMA, COMMITMENTS[place])
    assert checked.values == (ROWS[place] if opened else None)


def test_there_is_no_receipt_for_an_unknown_record() -> None:
    with pytest.raises(InputError) as caught:
        make_receipt(number=3, numbers=NUMBERS, commitments=COMMITMENTS, schema_digest=SCHEMA, root=ROOT)
    assert caught.value.code == "receipt.record"


def test_nothing_secret_is_printed() -> None:
    receipt = made(1)
    checked = check_receipt(receipt, backend=NATIVE)
    for text in (repr(receipt), str(receipt), repr(receipt.opening), repr(checked)):
        assert "65534" not in text
        assert str(BLINDINGS[1]) not in text


OTHER = hashlib.sha256(b"other").digest()
FORGED = {
    "another number": replace(made(1), number=3),
    "the number of another record": replace(made(1), number=NUMBERS[2]),
    "another root": replace(made(1), root=OTHER),
    "another schema": replace(made(1), schema_digest=OTHER),
    "a larger count": replace(made(1), count=6),
    "the place of another record": replace(made(1), index=0),
    "the commitment of another record": replace(made(1, opened=False), commitment=COMMITMENTS[0]),
    "a commitment made for the purpose": replace(
        made(1), commitment=commit_row((9, 9), 4, NATIVE), opening=RecordOpening((9, 9), 4)
    ),
    "a changed path": replace(made(1), path=(OTHER, *made(1).path[1:])),
    "a path in another order": replace(made(1), path=made(1).path[::-1]),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_record_that_is_not_in_the_dataset_is_rejected(backend: GroupBackend, name: str) -> None:
    with pytest.raises(RejectedError) as caught:
        check_receipt(FORGED[name], backend=backend)
    assert caught.value.code == "receipt.root"


def opening(values: tuple[int, ...], blinding: int) -> Receipt:
    return replace(made(1), opening=RecordOpening(values, blinding))


FALSE_OPENINGS = {
    "one value flipped": opening((0, *ROWS[1][1:]), BLINDINGS[1]),
    "two values exchanged": opening((ROWS[1][1], ROWS[1][0], *ROWS[1][2:]), BLINDINGS[1]),
    "another row": opening(ROWS[0], BLINDINGS[1]),
    "another blinding": opening(ROWS[1], BLINDINGS[0]),
    "another row with its blinding": opening(ROWS[2], BLINDINGS[2]),
    "a row cut short": opening(ROWS[1][:-1], BLINDINGS[1]),
    "a row with one value more": opening((*ROWS[1], 1), BLINDINGS[1]),
    "zero": opening((0,), 0),
}


@pytest.mark.parametrize("name", FALSE_OPENINGS)
def test_values_that_were_not_committed_are_rejected(backend: GroupBackend, name: str) -> None:
    with pytest.raises(RejectedError) as caught:
        check_receipt(FALSE_OPENINGS[name], backend=backend)
    assert caught.value.code == "receipt.opening"


MISPLACED = {
    "a path cut short": replace(made(1), path=made(1).path[:-1]),
    "a path with one hash more": replace(made(1), path=(*made(1).path, OTHER)),
    "a path for a smaller dataset": replace(made(1), count=2),
    "an index past the end": replace(made(1), index=5),
    "no records": replace(made(1), count=0, index=0),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_paths_that_cannot_be_are_malformed(backend: GroupBackend, name: str) -> None:
    with pytest.raises(MalformedError) as caught:
        check_receipt(MISPLACED[name], backend=backend)
    assert caught.value.code == "merkle.path"


@pytest.mark.parametrize(
    ("blob", "code"),
    [
        (bytes([0x80]) + bytes(47), "point.subgroup"),
        (bytes([0xC0]) + bytes(47), "point.identity"),
        (bytes(48), "point.encoding"),
    ],
)
def test_a_leaf_that_is_no_commitment_is_malformed_even_under_its_own_root(
    backend: GroupBackend, blob: bytes, code: str
) -> None:
    """The forger commits nothing: a tree over bytes that are no point of the group, with the root that fits."""
    blobs = [*COMMITMENTS[:4], blob]
    leaves = [leaf_hash(n, c) for n, c in zip(NUMBERS, blobs, strict=True)]
    receipt = Receipt(
        number=NUMBERS[4],
        index=4,
        count=5,
        commitment=blob,
        path=tuple(inclusion_proof(leaves, 4)),
        schema_digest=SCHEMA,
        root=dataset_root(NUMBERS, blobs, SCHEMA),
    )
    with pytest.raises(MalformedError) as caught:
        check_receipt(receipt, backend=backend)
    assert caught.value.code == code


def changed(**members: object) -> dict[str, Any]:
    return {**copy.deepcopy(made(1).to_json()), **members}


def opened_with(**members: object) -> dict[str, Any]:
    honest: dict[str, Any] = copy.deepcopy(made(1).to_json()["opening"])  # type: ignore[assignment]
    return changed(opening={**honest, **members})


HEX = SCHEMA.hex()
MALFORMED: dict[str, object] = {
    "nothing": None,
    "a list": [],
    "a text": "receipt",
    "an empty object": {},
    "a member missing": {k: v for k, v in changed().items() if k != "opening"},
    "a member more": changed(extra=1),
    "another kind": changed(kind="proofward/receipt/v2"),
    "kind not a text": changed(kind=1),
    "number as a number": changed(number=2),
    "number with a sign": changed(number="+2"),
    "number below zero": changed(number="-2"),
    "number with a zero in front": changed(number="02"),
    "number with a space": changed(number=" 2"),
    "number in other digits": changed(number="\u0662"),
    "number as an exponent": changed(number="\u00b2"),
    "number of 65 bits": changed(number=str(1 << 64)),
    "number very long": changed(number="9" * 5000),
    "number empty": changed(number=""),
    "index as a truth value": changed(index=True),
    "index as a text": changed(index="1"),
    "index below zero": changed(index=-1),
    "count very large": changed(count=1 << 53),
    "commitment short": changed(commitment=COMMITMENTS[1].hex()[:-2]),
    "commitment in capitals": changed(commitment=COMMITMENTS[1].hex().upper()),
    "commitment with spaces": changed(commitment=" " * 96),
    "commitment as numbers": changed(commitment=list(COMMITMENTS[1])),
    "path as a text": changed(path=HEX),
    "path of numbers": changed(path=[1, 2]),
    "path of short hashes": changed(path=[HEX[:-2]] * 3),
    "path very long": changed(path=[HEX] * 65),
    "schema missing": changed(schema=None),
    "schema long": changed(schema=HEX + "00"),
    "root not hex": changed(root="g" * 64),
    "opening a list": changed(opening=[1]),
    "opening empty": changed(opening={}),
    "opening with a member more": opened_with(extra=1),
    "no values": opened_with(values=[]),
    "too many values": opened_with(values=[0] * 4097),
    "values as a text": opened_with(values="12"),
    "a value below zero": opened_with(values=[-1]),
    "a value above 16 bits": opened_with(values=[65536]),
    "a value as a truth value": opened_with(values=[True]),
    "a value as a text": opened_with(values=["1"]),
    "a nested value": opened_with(values=[[1]]),
    "blinding not reduced": opened_with(blinding=(BLINDINGS[1] + ORDER).to_bytes(32, "big").hex()),
    "blinding the order": opened_with(blinding=ORDER.to_bytes(32, "big").hex()),
    "blinding as a number": opened_with(blinding=5),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_anything_else_than_a_receipt_is_malformed(name: str) -> None:
    with pytest.raises(MalformedError) as caught:
        Receipt.from_json(MALFORMED[name])
    assert caught.value.code.startswith("receipt.")
