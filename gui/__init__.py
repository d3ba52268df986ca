"""The window: thin panels over services that run in a worker process. No proof, torch or numba is imported here."""

from __future__ import annotations

from gui.booleans import keep_booleans

keep_booleans()
