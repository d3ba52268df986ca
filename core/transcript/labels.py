"""Every domain separator of the proof system, versioned, in one place."""

from __future__ import annotations

DATASET_PROTOCOL = "proofward/dataset/v1"
BUNDLE_PROTOCOL = "proofward/bundle/v1"

STATEMENT = "statement"
PATTERN = "pattern"
PAD = "pad"
BATCH = "batch"
