"""A verification report as the worker sends it, read into values for the window; and its plain-text form for export."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gui.i18n import tr

STATUSES = ("accepted", "rejected", "malformed", "unchecked")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim with its verdict."""

    name: str
    title: str
    status: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed; name, role and meaning are the signer's own words and are not to be trusted."""

    fingerprint: str
    name: str
    role: str
    meaning: str
    known: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `raw` is the worker's JSON, for export."""

    kind: str
    verdict: str
    sentence: str
    backend: str
    code: str
    remedy: str
    stage: str
    claims: tuple[Claim, ...]
    bound: dict[str, str]
    numbers: dict[str, str]
    signed: dict[str, str]
    signers: tuple[Signer, ...]
    notes: tuple[str, ...]
    raw: dict[str, object] = field(repr=False)

    @classmethod
    def read(cls, value: Mapping[str, object]) -> Report:
        """From the worker's JSON; a verdict that is none of ours counts as malformed, what is missing is empty."""
        verdict = _text(value, "verdict")
        return cls(
            kind=_text(value, "kind"),
            verdict=verdict if verdict in STATUSES else "malformed",
            sentence=_text(value, "sentence"),
            backend=_text(value, "backend"),
            code=_text(value, "code"),
            remedy=_text(value, "remedy"),
            stage=_text(value, "stage"),
            claims=tuple(
                Claim(*(_text(claim, key) for key in ("name", "title", "status", "code", "sentence")))
                for claim in _objects(value, "claims")
            ),
            bound=_ordered(_texts(value, "bound")),
            numbers=_ordered(_texts(value, "numbers")),
            signed=_texts(value, "signed"),
            signers=tuple(
                Signer(
                    fingerprint=_text(signer, "fingerprint"),
                    name=_text(signer, "name"),
                    role=_text(signer, "role"),
                    meaning=_text(signer, "meaning"),
                    known=signer.get("known") is True,
                )
                for signer in _objects(value, "signers")
            ),
            notes=tuple(str(note) for note in _list(value, "notes")),
            raw=dict(value),
        )


_ORDER = (
    "distance",
    "excess_loss",
    "prediction",
    "records",
    "train_records",
    "test_records",
    "left_out_records",
    "features",
    "root",
    "plan",
    "nonce",
    "schema",
)


def _ordered(numbers: dict[str, str]) -> dict[str, str]:
    """The numbers with those first that people look for first."""
    known = [name for name in _ORDER if name in numbers]
    return {name: numbers[name] for name in (*known, *(name for name in numbers if name not in known))}


def figure(text: str) -> str:
    """A decimal as people read it: many leading zeros become a power of ten, with the same digits."""
    match = re.fullmatch(r"0\.(0{4,})([1-9])([0-9]*)", text)
    if match is None:
        return text
    zeros, first, rest = match.groups()
    exponent = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(len(zeros) + 1))
    return f"{first}{'.' + rest if rest else ''} × 10⁻{exponent}"


def number_name(name: str) -> str:
    """What a proven number is, for people."""
    return {
        "records": tr("Records committed"),
        "features": tr("Features of the model"),
        "train_records": tr("Records trained on"),
        "test_records": tr("Records held out for testing"),
        "left_out_records": tr("Records without consent, left out"),
        "distance": tr("Distance of the weights to the optimum, at most"),
        "excess_loss": tr("Loss above the optimum's, at most"),
        "prediction": tr("Change of any predicted probability, at most"),
        "record": tr("Number of the record"),
        "root": tr("Root of the dataset"),
        "schema": tr("Digest of the schema"),
        "plan": tr("Digest of the plan"),
        "nonce": tr("Auditor's nonce"),
        "model": tr("Digest of the model"),
        "model_commitment": tr("Digest of the commitment to the hidden model"),
    }.get(name, name.replace("_", " "))


def signed_name(name: str) -> str:
    """What a signed statement is about, for people."""
    return {"created": tr("Made at"), "tool": tr("Made with")}.get(name, name.replace("_", " "))


def claim_title(claim: Claim) -> str:
    """The title of a claim in the language in use, if we know the claim."""
    return {
        "dataset": tr("The list of records"),
        "validity": tr("Values in range"),
        "bounded": tr("Values bounded"),
        "consent": tr("Consent"),
        "optimum": tr("Trained on exactly these records"),
        "inclusion": tr("This record is in the dataset"),
        "opening": tr("The values of this record"),
    }.get(claim.name, claim.title)


def verdict_heading(report: Report) -> str:
    """The verdict as a heading."""
    receipt = report.kind == "receipt"
    return {
        "accepted": tr("Receipt accepted") if receipt else tr("Bundle accepted"),
        "rejected": tr("Receipt rejected") if receipt else tr("Bundle rejected"),
    }.get(report.verdict, tr("This file cannot be read"))


def as_text(report: Report, *, file_name: str) -> str:
    """The report in plain lines, each statement with its tag."""
    lines = [f"{verdict_heading(report)}: {report.sentence}", tr("File: {name}", name=file_name)]
    lines.append(tr("Backend: {name}", name=report.backend))
    if report.remedy:
        lines.append(report.remedy)
    if report.code:
        lines.append(tr("Code: {code}", code=report.code))
    if report.claims:
        lines += ["", tr("Claims")]
        lines += [f"  [{claim.status}] {claim_title(claim)}: {claim.sentence}" for claim in report.claims]
    if report.bound:
        lines += ["", tr("What the proofs are about")]
        lines += [f"  {number_name(name)}: {value}" for name, value in report.bound.items()]
    if report.numbers:
        lines += ["", tr("Proven numbers")]
        lines += [f"  [PROVED] {number_name(name)}: {value}" for name, value in report.numbers.items()]
    if report.signers or report.signed:
        lines += ["", tr("Signed statements")]
        for signer in report.signers:
            known = tr("the key that was asked for") if signer.known else tr("an unknown key")
            lines.append(f"  [SIGNED] {known}: {signer.fingerprint}")
            lines.append(f"           {signer.name!r}, {signer.role!r}: {signer.meaning!r}")
        lines += [f"  [SIGNED] {signed_name(name)}: {value!r}" for name, value in report.signed.items()]
    if report.notes:
        lines += ["", tr("Notes"), *(f"  - {note}" for note in report.notes)]
    return "\n".join(lines) + "\n"


def _text(value: Mapping[str, object], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _list(value: Mapping[str, object], key: str) -> list[object]:
    found = value.get(key)
    return found if isinstance(found, list) else []


def _objects(value: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    return [item for item in _list(value, key) if isinstance(item, dict)]


def _texts(value: Mapping[str, object], key: str) -> dict[str, str]:
    found = value.get(key)
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}
