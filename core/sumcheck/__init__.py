"""Sumcheck over padded messages: two shapes of round, and the two ends."""
