"""A job as data, its events as JSON lines, and the worker process that runs it."""

import os

# Before numpy is imported for the first time (docs/adr/0023).
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
