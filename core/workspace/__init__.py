"""The workspace: one encrypted database with records, openings and keys, and the bundles made from them."""

from __future__ import annotations

from core.workspace.workspace import Workspace

__all__ = ["Workspace"]
