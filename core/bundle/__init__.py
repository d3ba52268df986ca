"""The proof bundle: a statement, its signatures, the proofs and what they speak about (docs/bundle-format.md)."""
