"""Multilinear polynomials in closed form."""
