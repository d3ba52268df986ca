"""Export the public half of a signing key, so that others can recognise the signer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import InternalError
from core.services.context import Context
from core.services.files import check_output, write_bytes
from core.services.signing import find_key


@dataclass(frozen=True, slots=True)
class Request:
    """fingerprint: or its beginning, None for the only key; output: a file, None to return the identity alone."""

    fingerprint: str | None = None
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    fingerprint: str
    identity: dict[str, object]
    output: Path | None
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "fingerprint": self.fingerprint,
            "identity": self.identity,
            "output": None if self.output is None else str(self.output),
        }


def run(request: Request, context: Context) -> Result:
    """Write the identity; InputError keys.*, output.*, workspace.*."""
    if request.output is not None:
        check_output(request.output)
    workspace = context.workspace
    key = workspace.open_key(find_key(workspace, request.fingerprint).fingerprint)
    if key is None:
        raise InternalError("keys.vanished", "The signing key was there and is gone.")
    identity = key.identity
    if request.output is not None:
        write_bytes(request.output, identity.to_bytes() + b"\n")
    return Result(fingerprint=identity.fingerprint, identity=identity.to_json(), output=request.output)
