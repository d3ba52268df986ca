"""The signing keys of this workspace, public halves only."""

from __future__ import annotations

from dataclasses import dataclass

from core.services.context import Context


@dataclass(frozen=True, slots=True)
class Request:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class Result:
    """One object a key: fingerprint, name, role, meaning, created; the oldest comes first and signs by default."""

    keys: tuple[dict[str, object], ...]
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {"keys": list(self.keys)}


def run(request: Request, context: Context) -> Result:
    """List them; InputError workspace.*."""
    return Result(
        tuple(
            {
                "fingerprint": key.fingerprint,
                "name": key.name,
                "role": key.role,
                "meaning": key.meaning,
                "created": key.created,
            }
            for key in context.workspace.list_keys()
        )
    )
