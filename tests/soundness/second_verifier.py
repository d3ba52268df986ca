"""A second verifier, written from docs/ alone: from the bytes of a bundle to a verdict and the stages that fail.

Signatures and the forms of JSON are not looked at: forgers hold the key.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from py_arkworks_bls12381 import G1Point

from tests.soundness.second_dataset import Layout, bounded, validity
from tests.soundness.second_model import Claim, Sizes, optimum, sizes
from tests.soundness.second_protocol import Refused, bits, generators, holds

MODULUS = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
LARGEST_VALIDITY = 25
SIGNED_ONLY = ("files", "times", "tool", "signers")


@dataclass
class Outcome:
    """refused: the code of what stopped it before the proofs; stages: "claim:stage" of equations that do not hold."""

    refused: str = ""
    stages: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return not self.refused and not self.stages


def verify(data: bytes) -> Outcome:
    try:
        return Outcome(stages=_verify(data))
    except Refused as refused:
        return Outcome(refused=str(refused))


own_generators = cache(generators)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def canonical(value: object) -> bytes:
    """RFC 8785 for the plain names of these documents."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _require(holds: bool, code: str) -> None:
    if not holds:
        raise Refused(code)


def tree(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, split at the largest power of two."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (bits(len(leaves) - 1) - 1)
    return sha(b"\x01" + tree(leaves[:half]) + tree(leaves[half:]))


def layout_of(schema: dict[str, Any]) -> Layout:
    kinds, groups = ["limb16"] * 8 + ["bit", "bit"], []
    for column in schema["columns"]:
        if column["role"] == "group":
            groups.append(list(range(len(kinds), len(kinds) + len(column["levels"]))))
            kinds += ["bit"] * len(column["levels"])
    first = len(kinds)
    for column in schema["columns"]:
        if column["role"] == "feature":
            kinds += ["flag"] * len(column["levels"]) if column["type"] == "category" else [column["type"]]
            kinds += ["flag"] if column["missing"]["policy"] == "constant" else []
    return Layout(kinds, groups, list(range(first, len(kinds))))


def decode(blob: bytes) -> G1Point:
    _require(len(blob) == 48 and bool(blob[0] & 0x80), "point.encoding")
    if blob[0] & 0x40:
        raise Refused("point.identity" if blob == b"\xc0" + bytes(47) else "point.encoding")
    _require(int.from_bytes(blob, "big") & ((1 << 381) - 1) < MODULUS, "point.encoding")
    try:
        point = G1Point.from_compressed_bytes_unchecked(blob)
    except ValueError:
        raise Refused("point.curve") from None
    _require(point.is_in_subgroup(), "point.subgroup")
    return point


def _split(predicate: dict[str, Any], root: bytes, numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    plan, nonce = predicate["plan"], predicate["nonce"]
    given = b"\x00" if nonce is None else b"\x01" + bytes.fromhex(nonce)
    seed = sha(framed(b"proofward/split/v1", root, sha(canonical(plan)), given))
    share, left_out = Fraction(plan["test_fraction"]), set(predicate["views"]["excluded"])
    train, test = list[int](), list[int]()
    for position, number in enumerate(numbers):
        if number not in left_out:
            value = int.from_bytes(sha(seed + number.to_bytes(8, "big")), "big")
            (test if value * share.denominator < share.numerator << 256 else train).append(position)
    _require(bool(train) and (share == 0 or bool(test)), "views.empty")
    _require((len(train), len(test)) == (predicate["views"]["train"], predicate["views"]["test"]), "views.counts")
    return train, test


def _weights(model: bytes, schema_digest: bytes, s: Sizes) -> list[int]:
    document = json.loads(model)
    weights = [*(int(x) for x in document["weights"]), int(document["bias"])]
    _require(document["schema"] == schema_digest.hex(), "model.schema")
    _require(document["scale_bits"] == s.f_w, "model.scale")
    _require(all(-s.w_max <= x < s.w_max for x in weights), "model.range")
    return weights


def _verify(data: bytes) -> list[str]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    files = {name: archive.read(name) for name in archive.namelist()}
    predicate = json.loads(files["statement.json"])["predicate"]
    dataset, listed = predicate["dataset"], files["commitments.bin"]
    ranges = "bounded" if "bounded" in dataset else "validity"
    range_proof, attestation = files[f"proofs/{ranges}.bin"], files["proofs/attestation.bin"]
    _require(sha(range_proof).hex() == dataset[ranges]["proof"], "bundle.digest")
    _require(predicate["claims"] == {"optimum": {}}, "bundle.claim")

    schema_digest = sha(files["schema.json"])
    _require(schema_digest.hex() == dataset["schema"], "schema.digest")
    schema = json.loads(files["schema.json"])
    numbers = [int.from_bytes(listed[at : at + 8], "big") for at in range(0, len(listed), 56)]
    commitments = [listed[at + 8 : at + 56] for at in range(0, len(listed), 56)]
    count = len(numbers)
    _require(len(set(commitments)) == count, "dataset.duplicate")
    leaves = [sha(b"\x00" + n.to_bytes(8, "big") + c) for n, c in zip(numbers, commitments, strict=True)]
    root = sha(framed(b"proofward/dataset-root/v1", schema_digest, count.to_bytes(8, "big"), tree(leaves)))
    _require(root.hex() == dataset["root"] and count == dataset["count"], "dataset.root")
    asked = any(column["role"] == "consent" for column in schema["columns"])
    _require(asked or not predicate["views"]["excluded"], "views.excluded")
    layout = layout_of(schema)
    train, test = _split(predicate, root, numbers)
    n, d, c = len(train), len(layout.features), Fraction(predicate["plan"]["c"])
    s = sizes(n, d, c, Fraction(predicate["plan"]["target"]))
    if ranges == "bounded":
        _require(max(1, bits(count - 1)) + bits(layout.width) > LARGEST_VALIDITY, "bounded.small")
        logit = ((d + 1) * s.w_max << 16) + ((s.half + 1 + (1 << (s.l * s.E))) << s.k)
        fit = (n * c.numerator * s.S << 16) + (c.denominator * s.w_max << s.b) + 2 * s.B
        _require(max(logit, fit) < 1 << (253 - bits(65535 * count) + 16), "optimum.sizes")

    blobs, weights = list(commitments), None
    if predicate["model"]["visibility"] == "public":
        _require(sha(files["model/model.json"]).hex() == predicate["model"]["digest"], "bundle.digest")
        weights = _weights(files["model/model.json"], schema_digest, s)
    else:
        blobs.append(bytes.fromhex(predicate["model"]["commitment"]))
    about = canonical({"claim": ranges, "count": count, "root": root.hex(), "schema": schema, "version": 1})
    proven = canonical({name: value for name, value in predicate.items() if name not in SIGNED_ONLY})
    first = (bounded if ranges == "bounded" else validity)(count, layout, about, range_proof, blobs)
    claim = Claim(proven, count, layout, train, sorted(train + test), c, s, weights, count)
    second = optimum(claim, attestation, blobs)
    points, own = [decode(blob) for blob in blobs], own_generators()
    if holds(first + second, points, own):
        return []
    failing = [f"{ranges}:{e.name}" for _, e in first if not holds([(1, e)], points, own)]
    return failing + [f"optimum:{e.name}" for _, e in second if not holds([(1, e)], points, own)]
