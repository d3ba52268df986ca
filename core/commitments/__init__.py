"""Pedersen commitments over hashed generators, the record tree, and openings of linear forms."""
