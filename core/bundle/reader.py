"""The one door for bundles: untrusted bytes in, typed contents out, or a typed error.

The reader checks form and digests; `core.bundle.envelope` checks signatures, the verification checks proofs. It imports
no array library, no database and no randomness.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import le
from pathlib import Path
from typing import Any

from core.bundle import limits as files
from core.bundle.container import LOCAL_MAGIC, check_magic, decode, too_large
from core.bundle.limits import LIMITS, BundleLimits
from core.bundle.statement import Predicate, attached_files, parse_statement
from core.encoding.canonical import loads
from core.errors import InputError, MalformedError, RejectedError

_CHUNK = 1 << 20

_NUMBERS, _COMMITMENTS = struct.Struct(">Q48x"), struct.Struct(">8x48s")
"""Of one record in commitments.bin: a list of them is read without a call of ours for each."""


@dataclass(frozen=True, slots=True)
class BundleContents:
    """What a bundle holds, its form and digests checked, nothing else.

    predicate: JSON values as signed; typed: the same, typed; subject_digest: hexadecimal; numbers: of the records,
    strictly increasing; validity: the proof of `validity`, or of `bounded` where the statement says so; commitments:
    48 bytes each, not yet decoded; model_bytes: None when the model is hidden.
    """

    statement_bytes: bytes = field(repr=False)
    predicate: dict[str, Any] = field(repr=False)
    typed: Predicate = field(repr=False)
    subject_name: str
    subject_digest: str
    envelope_bytes: bytes = field(repr=False)
    validity: bytes = field(repr=False)
    attestation: bytes = field(repr=False)
    numbers: tuple[int, ...] = field(repr=False)
    commitments: tuple[bytes, ...] = field(repr=False)
    schema_bytes: bytes = field(repr=False)
    model_bytes: bytes | None = field(repr=False)


def read_bundle(source: bytes | Path, *, limits: BundleLimits = LIMITS) -> BundleContents:
    """The contents of a bundle given as bytes or by its path.

    InputError bundle.unreadable when there is no readable file; MalformedError bundle.*, plan.* or json.* when it is
    not a bundle; RejectedError bundle.digest when a file in it is not the one that its statement names.
    """
    data = read_file(source, limits=limits) if isinstance(source, Path) else source
    members = decode(data, limits=limits)
    if members[0].name != files.STATEMENT:
        raise _malformed("bundle.members", "This bundle does not begin with a statement.")
    listed = sum(len(member.data) for member in members if member.name == files.COMMITMENTS)
    statement = parse_statement(members[0].data, longest=limits.statement_beside(listed), limits=limits)
    predicate = statement.predicate
    attached = attached_files(hidden=predicate.model.hidden, range_claim=predicate.dataset.range_claim)
    if tuple(member.name for member in members) != (files.STATEMENT, files.ENVELOPE, *attached):
        raise _malformed(
            "bundle.members", "This bundle lacks a file, holds one too many, or has them in another order."
        )
    content = {member.name: member.data for member in members}
    for name in attached:
        if hashlib.sha256(content[name]).hexdigest() != predicate.files[name]:
            raise RejectedError(
                "bundle.digest",
                "A file in this bundle is not the one that its statement names.",
                "The bundle was changed after its statement was written. Ask its maker for the original file.",
                stage="files",
                detail=name,
            )
    numbers, commitments = _read_commitments(content[files.COMMITMENTS], count=predicate.dataset.count)
    if predicate.views.excluded and not set(predicate.views.excluded) <= set(numbers):
        raise _malformed("bundle.statement", "The statement leaves out records that the bundle does not list.")
    loads(content[files.SCHEMA], limit=limits.schema, what="The schema")
    model = content.get(files.MODEL)
    if model is not None:
        loads(model, limit=limits.model, what="The model")
    return BundleContents(
        statement_bytes=members[0].data,
        predicate=statement.raw,
        typed=predicate,
        subject_name=statement.subject_name,
        subject_digest=statement.subject_digest,
        envelope_bytes=content[files.ENVELOPE],
        validity=content[files.RANGE_PROOFS[predicate.dataset.range_claim]],
        attestation=content[files.ATTESTATION],
        numbers=numbers,
        commitments=commitments,
        schema_bytes=content[files.SCHEMA],
        model_bytes=model,
    )


def read_file(path: Path, *, limits: BundleLimits = LIMITS) -> bytes:
    """The bytes of a regular file that can be a bundle; looks at its beginning and its size before reading the rest."""
    try:
        # Opening a pipe for reading would wait for a writer; a device may never end.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb", buffering=0) as handle:
            status = os.fstat(handle.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise InputError("bundle.unreadable", "This is not a file.", "Choose a file that ends in .proofward.")
            parts = [handle.read(len(LOCAL_MAGIC))]
            check_magic(parts[0])
            if status.st_size > limits.file:
                raise too_large()
            total = len(parts[0])
            while chunk := handle.read(_CHUNK):
                total += len(chunk)
                if total > limits.file:  # it grew after it was looked at
                    raise too_large()
                parts.append(chunk)
    except OSError as error:
        raise InputError(
            "bundle.unreadable",
            "The file cannot be read.",
            "Check that it exists and that you may open it.",
        ) from error
    return b"".join(parts)


def encode_commitments(numbers: Sequence[int], commitments: Sequence[bytes]) -> bytes:
    """commitments.bin: for each record its number (u64, big endian) and its 48-byte commitment."""
    return b"".join(
        number.to_bytes(8, "big") + commitment for number, commitment in zip(numbers, commitments, strict=True)
    )


def _read_commitments(data: bytes, *, count: int) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
    size = files.COMMITMENT_ENTRY_BYTES
    if len(data) != count * size:
        raise _malformed("bundle.commitments", "The list of record commitments does not have the stated length.")
    numbers = tuple(chain.from_iterable(_NUMBERS.iter_unpack(data)))
    commitments = tuple(chain.from_iterable(_COMMITMENTS.iter_unpack(data)))
    if any(map(le, numbers[1:], numbers)) or numbers[-1] > files.MAX_RECORD_NUMBER:
        raise _malformed("bundle.commitments", "The record numbers in this bundle are out of order or out of range.")
    return numbers, commitments


def _malformed(code: str, message: str) -> MalformedError:
    return MalformedError(code, message, "Ask its maker for the original file.")
