"""The training plan of a request, given as JSON values, as a file, or not at all, and the auditor's nonce."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.services.documents import read_document

if TYPE_CHECKING:
    from core.relations.plan import TrainingPlan

MAX_NONCE = 64
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


def read_plan(plan: Mapping[str, object] | None, path: Path | None) -> TrainingPlan:
    """The plan, the default one if there is none; InputError attest.plan, input.*; MalformedError plan.*, json.*."""
    from core.relations.plan import TrainingPlan

    if plan is not None and path is not None:
        raise InputError("attest.plan", "There are two plans, and only one can be followed.", "Give one of them.")
    if path is not None:
        return TrainingPlan.from_json(read_document(path, "plan"))
    return TrainingPlan() if plan is None else TrainingPlan.from_json(dict(plan))


def parse_nonce(text: str | None) -> bytes | None:
    """The nonce's bytes; InputError attest.nonce unless it is 1 to 64 bytes in hexadecimal digits."""
    if text is None:
        return None
    if not _HEX.fullmatch(text) or len(text) > 2 * MAX_NONCE:
        raise InputError(
            "attest.nonce",
            f"The nonce is to be 1 to {MAX_NONCE} bytes, written as pairs of hexadecimal digits.",
            "Copy it as the auditor sent it.",
        )
    return bytes.fromhex(text)
