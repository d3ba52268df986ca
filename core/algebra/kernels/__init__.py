"""Compiled arithmetic for the prover (numba). The verifier and all that it reaches never import this package."""

from core.algebra.kernels import environment as environment  # sets numba up before any kernel imports it
