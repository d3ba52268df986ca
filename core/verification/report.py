"""What a verification found, for people and for scripts. Nothing is printed that was not shown.

A report is a verdict in one sentence, then the claims one by one, then the numbers. Tags: PROVED, shown in zero
knowledge and checked here; SIGNED, stated by whoever signed, and only as good as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.verification.wording import NUMBER_LABELS

ACCEPTED, REJECTED, MALFORMED, UNCHECKED = "accepted", "rejected", "malformed", "unchecked"
EXIT_CODES = {ACCEPTED: 0, REJECTED: 3, MALFORMED: 4}
_MARKS = {ACCEPTED: "accepted ", REJECTED: "REJECTED ", UNCHECKED: "unchecked"}


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """One claim: name for scripts, title and sentence for people; status accepted, rejected or unchecked."""

    name: str
    title: str
    status: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SignerVerdict:
    """A signer whose signatures hold; name, role and meaning are their own words. known: asked for by fingerprint."""

    fingerprint: str
    name: str
    role: str
    meaning: str
    known: bool


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The outcome. code, stage and detail say for experts what stopped it; all three are empty if accepted.

    bound: what the proofs are about and cannot be moved from, as digests to compare; numbers: what was proven; signed:
    what is only stated.
    """

    kind: str
    verdict: str
    sentence: str
    backend: str
    code: str = ""
    remedy: str = ""
    stage: str = ""
    detail: str = ""
    claims: tuple[ClaimVerdict, ...] = ()
    bound: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    numbers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    signed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    signers: tuple[SignerVerdict, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 accepted, 3 rejected, 4 malformed."""
        return EXIT_CODES[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """The whole report as JSON values."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "backend": self.backend,
            "code": self.code,
            "remedy": self.remedy,
            "stage": self.stage,
            "detail": self.detail,
            "claims": [
                {
                    "name": claim.name,
                    "title": claim.title,
                    "status": claim.status,
                    "code": claim.code,
                    "sentence": claim.sentence,
                }
                for claim in self.claims
            ],
            "bound": dict(self.bound),
            "numbers": dict(self.numbers),
            "signed": dict(self.signed),
            "signers": [
                {
                    "fingerprint": signer.fingerprint,
                    "name": signer.name,
                    "role": signer.role,
                    "meaning": signer.meaning,
                    "known": signer.known,
                }
                for signer in self.signers
            ],
            "notes": list(self.notes),
        }

    def to_text(self) -> str:
        """The report in plain lines."""
        lines = [f"{self.verdict.upper()}: {self.sentence}"]
        if self.remedy:
            lines.append(f"  {self.remedy}")
        if self.code:
            where = f", stage {self.stage}" if self.stage else ""
            lines.append(f"  ({self.code}{where})")
        if self.claims:
            lines += ["", "Claims (PROVED: shown in zero knowledge and checked here)"]
            lines += [f"  {_MARKS[claim.status]}  {claim.title}: {claim.sentence}" for claim in self.claims]
        if self.bound:
            lines += ["", "What the proofs are about (compare with what you were given)"]
            lines += [f"  {NUMBER_LABELS.get(label, label)}: {value}" for label, value in self.bound.items()]
        if self.numbers:
            lines += ["", "Numbers (PROVED)"]
            lines += [f"  {NUMBER_LABELS.get(label, label)}: {value}" for label, value in self.numbers.items()]
        if self.signers or self.signed:
            lines += ["", "Stated by the signer (SIGNED, not proved)"]
            for signer in self.signers:
                known = "the expected key" if signer.known else "an unknown key"
                lines.append(f"  signed by {known}, {signer.fingerprint}")
                lines.append(f"    who calls themselves {signer.name!r}, as {signer.role!r}: {signer.meaning!r}")
            lines += [f"  {label.replace('_', ' ')}: {value!r}" for label, value in self.signed.items()]
        if self.notes:
            lines += ["", "Notes"]
            lines += [f"  - {note}" for note in self.notes]
        return "\n".join(lines) + "\n"
