"""Scalars and points of BLS12-381 G1, and the door through which untrusted bytes become either."""
