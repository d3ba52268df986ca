"""Both backends at the door for untrusted points: the same bytes pass, and the same bytes fail with the same code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_ecc.bls.point_compression import decompress_G1
from py_ecc.optimized_bls12_381.optimized_curve import curve_order, multiply, neg

from core.algebra.encoding import FIELD_MODULUS
from core.algebra.group import GroupBackend, get_backend
from core.errors import InputError, MalformedError
from tests.unit.algebra import curve

PLAIN, LARGER, IDENTITY = 0b100, 0b101, 0b110
REDUCIBLE = next(x for x, _ in curve.load_affine() if x + curve.P < 1 << 381)
NO_POINT = next(x for x in range(1, 100) if not curve.has_point(x))
OUTSIDE = next(x for x in range(1, 100) if curve.has_point(x))
GOOD = curve.compressed(curve.generator(0))
NOWHERE = curve.flagged(IDENTITY, 0)

BAD = {
    "empty": (b"", "point.encoding"),
    "47 bytes": (GOOD[:47], "point.encoding"),
    "49 bytes": (GOOD + b"\0", "point.encoding"),
    "uncompressed, 96 bytes": (b"".join(v.to_bytes(48, "big") for v in curve.load_affine()[0]), "point.encoding"),
    "zeros": (bytes(48), "point.encoding"),
    "ones": (b"\xff" * 48, "point.encoding"),
    "compression flag missing": (bytes([GOOD[0] & 0x7F]) + GOOD[1:], "point.encoding"),
    "identity flag over a point": (bytes([GOOD[0] | 0x40]) + GOOD[1:], "point.encoding"),
    "identity": (NOWHERE, "point.identity"),
    "identity with sign": (curve.flagged(0b111, 0), "point.encoding"),
    "identity with a last bit": (NOWHERE[:47] + b"\x01", "point.encoding"),
    "identity with a middle bit": (NOWHERE[:20] + b"\x80" + NOWHERE[21:], "point.encoding"),
    "identity uncompressed": (curve.flagged(0b010, 0), "point.encoding"),
    "sign alone": (curve.flagged(0b001, 0), "point.encoding"),
    "x = p": (curve.flagged(PLAIN, curve.P), "point.encoding"),
    "x = p + 1": (curve.flagged(PLAIN, curve.P + 1), "point.encoding"),
    "x of a good point, plus p": (curve.flagged(PLAIN, REDUCIBLE + curve.P), "point.encoding"),
    "largest x": (curve.flagged(LARGER, (1 << 381) - 1), "point.encoding"),
    "x without a point": (curve.flagged(PLAIN, NO_POINT), "point.curve"),
    "x without a point, sign": (curve.flagged(LARGER, NO_POINT), "point.curve"),
    "x without a point, p - x": (
        curve.flagged(PLAIN, next(curve.P - k for k in range(1, 99) if not curve.has_point(curve.P - k))),
        "point.curve",
    ),
    "x = 0, order 3": (curve.flagged(PLAIN, 0), "point.subgroup"),
    "x = 0, order 3, sign": (curve.flagged(LARGER, 0), "point.subgroup"),
    "order 3": (curve.compressed(curve.torsion(3)), "point.subgroup"),
    "order 11": (curve.compressed(curve.torsion(11)), "point.subgroup"),
    "order 11, negated": (curve.compressed(neg(curve.torsion(11))), "point.subgroup"),
    "order 10177": (curve.compressed(curve.torsion(10177)), "point.subgroup"),
    "good plus order 3": (curve.compressed(curve.shifted(0, 3)), "point.subgroup"),
    "good plus order 11": (curve.compressed(curve.shifted(1, 11)), "point.subgroup"),
    "of nearly full order": (curve.flagged(PLAIN, OUTSIDE), "point.subgroup"),
}


@pytest.fixture(params=["native", "reference"])
def backend(request: pytest.FixtureRequest) -> GroupBackend:
    return get_backend(request.param)


@pytest.mark.parametrize("name", BAD)
def test_bad_encodings_are_refused_with_their_reason(backend: GroupBackend, name: str) -> None:
    blob, code = BAD[name]
    with pytest.raises(MalformedError) as caught:
        backend.decode([GOOD, GOOD, blob, GOOD])
    assert caught.value.code == code
    assert caught.value.detail.startswith("point 2")


def test_the_least_bad_index_is_named(backend: GroupBackend) -> None:
    with pytest.raises(MalformedError) as caught:
        backend.decode([GOOD, BAD["order 11"][0], bytes(48)])
    assert (caught.value.code, caught.value.detail) == ("point.subgroup", "point 1")


def test_torsion_is_what_it_is_called() -> None:
    for order in (3, 11, 10177):
        assert curve.is_inf(multiply(curve.torsion(order), order))
        assert not curve.is_inf(curve.torsion(order))
        assert not curve.is_inf(multiply(curve.shifted(0, order), curve_order))


def test_the_modulus_is_that_of_the_curve() -> None:
    assert FIELD_MODULUS == curve.P


def test_good_points_of_both_signs_decode_to_py_eccs(backend: GroupBackend) -> None:
    points = [curve.generator(index) for index in (0, 1, 4096, 8192, 8193, 8194)]
    points += [neg(point) for point in points]
    blobs = [curve.compressed(point) for point in points]
    assert {blob[0] & 0x20 for blob in blobs} == {0, 0x20}
    decoded = backend.decode(blobs)
    assert [backend.encode(point) for point in decoded] == blobs
    assert [backend.encode(point) for point in backend.from_affine([curve.affine(p) for p in points])] == blobs
    for blob in blobs:
        assert curve.compressed(decompress_G1(int.from_bytes(blob, "big"))) == blob


def test_nothing_decodes_to_nothing(backend: GroupBackend) -> None:
    assert backend.decode([]) == []


def outcome(backend: GroupBackend, blob: bytes) -> str:
    try:
        return backend.encode(backend.decode([blob])[0]).hex()
    except MalformedError as error:
        return error.code


@given(st.integers(0, 7), st.integers(0, (1 << 381) - 1) | st.integers(0, 40) | st.integers(curve.P - 9, curve.P + 9))
def test_both_backends_agree_on_any_48_bytes(flags: int, x: int) -> None:
    blob = curve.flagged(flags, x)
    verdict = outcome(get_backend("native"), blob)
    assert verdict == outcome(get_backend("reference"), blob)
    assert verdict == blob.hex() or verdict.startswith("point.")


@given(st.integers(1, curve_order - 1), st.integers(0, 383))
def test_both_backends_agree_on_a_point_with_one_bit_changed(factor: int, bit: int) -> None:
    native, reference = get_backend("native"), get_backend("reference")
    blob = native.encode(native.mul(native.decode([GOOD])[0], factor))
    assert outcome(native, blob) == outcome(reference, blob) == blob.hex()
    changed = (int.from_bytes(blob, "big") ^ 1 << bit).to_bytes(48, "big")
    assert outcome(native, changed) == outcome(reference, changed)


def test_an_unknown_backend_is_an_input_error() -> None:
    with pytest.raises(InputError):
        get_backend("other")
    assert get_backend("native") is get_backend("native")
