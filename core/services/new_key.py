"""Make a signing key: Ed25519 and ML-DSA-65, which always sign together."""

from __future__ import annotations

from dataclasses import dataclass

from core.services.context import Context
from core.services.signing import UNNAMED


@dataclass(frozen=True, slots=True)
class Request:
    """signer: whose key it is, as auditors will read it; role and meaning: as what and meaning what it signs."""

    signer: str | None = None
    role: str | None = None
    meaning: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    fingerprint: str
    name: str
    role: str
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {"fingerprint": self.fingerprint, "name": self.name, "role": self.role}


def run(request: Request, context: Context) -> Result:
    """Make and store the key; InputError key.text, workspace.*."""
    from core.bundle.keys import DEFAULT_MEANING, DEFAULT_ROLE, SigningKey

    key = SigningKey.generate(
        UNNAMED if request.signer is None else request.signer,
        role=DEFAULT_ROLE if request.role is None else request.role,
        meaning=DEFAULT_MEANING if request.meaning is None else request.meaning,
    )
    context.workspace.add_key(key)
    return Result(fingerprint=key.fingerprint, name=key.name, role=key.role)
