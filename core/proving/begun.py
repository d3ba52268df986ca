"""Proofs in progress as a checkpoint keeps them: the journal of each, and the blinding factor that a statement names.

Why going on from a journal reveals nothing, however often it is done: docs/protocol/interrupted.md.
"""

from __future__ import annotations

from collections.abc import Callable

from core.algebra.field import scalar_from_bytes, scalar_to_bytes
from core.channel.journal import Journal, JournalMismatchError
from core.errors import InputError
from core.proving.checkpoint import Checkpoint
from core.randomness import Tape

MODEL = "model"


def journal_of(claim: str) -> str:
    """The name under which the journal of this claim's proof is kept."""
    return f"{claim}.begun"


def go_on(checkpoint: Checkpoint | None, claim: str, prove: Callable[[Journal | None], bytes]) -> bytes:
    """The proof that `prove` makes, from the journal that an interrupted run has left, if it fits.

    A journal that does not fit, or cannot be read, costs the proof that was begun and nothing else. The journal stays
    until somebody keeps the proof and drops it.
    """
    if checkpoint is None:
        return prove(None)
    part = journal_of(claim)

    def save(data: bytes) -> None:
        checkpoint.save(part, data)

    try:
        return prove(Journal(_kept(checkpoint, part), save))
    except JournalMismatchError:
        checkpoint.drop(part)
    return prove(Journal(None, save))  # outside, where the failed one's memory is free again


def _kept(checkpoint: Checkpoint, part: str) -> bytes | None:
    try:
        return checkpoint.load(part)
    except InputError as error:
        if error.code != "workspace.damaged":
            raise
        checkpoint.drop(part)
        return None


def model_blinding(checkpoint: Checkpoint | None, tape: Tape) -> int:
    """The blinding factor of a hidden model's commitment: that of an interrupted run, whose proof speaks of it."""
    kept = None if checkpoint is None else checkpoint.load(MODEL)
    if kept is not None:
        return scalar_from_bytes(kept)
    drawn = tape.scalar("model.blinding")
    if checkpoint is not None:
        checkpoint.save(MODEL, scalar_to_bytes(drawn))
    return drawn
