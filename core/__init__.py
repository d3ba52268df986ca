"""Proofward's core: records, commitments, proofs, bundles and their verification. Knows neither Qt nor the window."""
