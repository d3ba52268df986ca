"""What a checkpoint keeps between the last proof and the release of the bundle: the attestation, and how far it was
checked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from core.algebra.field import scalar_from_bytes, scalar_to_bytes
from core.encoding.canonical import dumps, loads
from core.errors import InputError, MalformedError
from core.proving.attest import OPTIMUM, Attestation, range_claim_of
from core.proving.begun import MODEL, journal_of
from core.proving.checkpoint import Checkpoint, load_trained
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan

ATTESTATION = "attestation"
CHECK = "check"
_LIMIT = 1 << 28


def save_attestation(checkpoint: Checkpoint, attestation: Attestation) -> None:
    """Keep it, beside the trained model and the dataset's proof, which attest() kept when they were finished.

    What was kept of the proof while it was made goes.
    """
    model = attestation.model
    plain = {
        "predicate": attestation.predicate,
        "subject_name": attestation.subject_name,
        "subject_digest": attestation.subject_digest,
        "attestation": attestation.attestation.hex(),
        "model": None if model is None else model.decode("utf-8"),
        "blinding": scalar_to_bytes(attestation.model_blinding).hex(),
    }
    checkpoint.save(ATTESTATION, dumps(plain))
    for part in (journal_of(OPTIMUM), MODEL):
        checkpoint.drop(part)


def load_attestation(checkpoint: Checkpoint, plan: TrainingPlan, *, features: int) -> Attestation | None:
    """The kept attestation of a job with this plan over this many features, None if it was not finished."""
    data = checkpoint.load(ATTESTATION)
    if data is None:
        return None
    value: Any = loads(data, limit=_LIMIT, what="The finished attestation")
    predicate = value["predicate"]
    parameters = OptimumParameters.derive(
        rows=predicate["views"]["train"],
        features=features,
        c_num=plan.c.numerator,
        c_den=plan.c.denominator,
        target=plan.target,
    )
    trained = load_trained(checkpoint, parameters)
    validity = checkpoint.load(range_claim_of(predicate))
    if trained is None or validity is None:
        return None
    model = value["model"]
    return Attestation(
        predicate=predicate,
        subject_name=value["subject_name"],
        subject_digest=value["subject_digest"],
        validity=validity,
        attestation=bytes.fromhex(value["attestation"]),
        model=None if model is None else model.encode("utf-8"),
        trained=trained,
        model_blinding=scalar_from_bytes(bytes.fromhex(value["blinding"])),
    )


class BegunCheck:
    """What the check before release has found out; a core.verification.kept.KeptCheck.

    What cannot be read is not there, which costs time and nothing else.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._sums: Mapping[int, tuple[bytes, bytes]] = {}
        self._trees: dict[str, bytes] = {}
        with contextlib.suppress(InputError, MalformedError, AttributeError, KeyError, TypeError, ValueError):
            data = checkpoint.load(CHECK)
            value: Any = {"sums": [], "trees": {}} if data is None else loads(data, limit=_LIMIT, what="The check")
            sums = {first: (bytes.fromhex(digest), bytes.fromhex(total)) for first, digest, total in value["sums"]}
            trees = {digest: bytes.fromhex(tree) for digest, tree in value["trees"].items()}
            self._sums, self._trees = sums, trees

    def load(self) -> Mapping[int, tuple[bytes, bytes]]:
        return self._sums

    def save(self, sums: Mapping[int, tuple[bytes, bytes]]) -> None:
        """In the place of those before."""
        self._sums = sums
        self._write()

    def tree(self, digest: str, make: Callable[[], bytes]) -> bytes:
        if digest not in self._trees:
            self._trees = {digest: make()}
            self._write()
        return self._trees[digest]

    def _write(self) -> None:
        rows = [[first, digest.hex(), total.hex()] for first, (digest, total) in sorted(self._sums.items())]
        trees = {digest: tree.hex() for digest, tree in self._trees.items()}
        self._checkpoint.save(CHECK, dumps({"sums": rows, "trees": trees}))
