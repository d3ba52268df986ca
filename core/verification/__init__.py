"""Verification: bytes in, a report out; no secret, no torch, no workspace, no clock, no network."""
