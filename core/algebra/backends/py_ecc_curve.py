"""What is used of py_ecc, imported without its side effect.

py_ecc raises the interpreter's recursion limit to 100,000, after which deep recursion anywhere ends the process
instead of raising RecursionError. Nothing of it that is used here recurses deeper than the bits of a scalar.
"""

from __future__ import annotations

import sys

_LIMIT = sys.getrecursionlimit()

from py_ecc.bls.hash_to_curve import hash_to_G1  # noqa: E402
from py_ecc.bls.point_compression import compress_G1  # noqa: E402
from py_ecc.fields import optimized_bls12_381_FQ as FQ  # noqa: E402
from py_ecc.optimized_bls12_381.optimized_curve import (  # noqa: E402
    Z1,
    add,
    double,
    is_inf,
    multiply,
    neg,
    normalize,
)

sys.setrecursionlimit(_LIMIT)

__all__ = ["FQ", "Z1", "add", "compress_G1", "double", "hash_to_G1", "is_inf", "multiply", "neg", "normalize"]
