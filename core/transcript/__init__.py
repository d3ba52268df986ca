"""Fiat-Shamir: what is absorbed, in which order, and the two ends that replay one declared pattern."""
