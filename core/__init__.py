"""Proofward's core: records, commitments, proofs, bundles and their verification. Knows neither Qt nor the window."""

import os

# before numpy is imported for the first time (docs/adr/0023)
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
