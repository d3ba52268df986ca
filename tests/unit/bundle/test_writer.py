"""What leaves can be read, is signed by everybody named, and holds nothing that was not handed over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.bundle.container import decode, encode
from core.bundle.envelope import verify_envelope
from core.bundle.reader import read_bundle
from core.bundle.writer import build_bundle
from core.errors import InputError, InternalError
from tests.unit.bundle.helper import CREATED, bundle, key, parts, statement_of


def test_a_bundle_is_the_encoding_of_its_members() -> None:
    assert encode(decode(bundle())) == bundle()


def test_two_signers() -> None:
    approver = replace(key("Bob"), role="approver", meaning="I reviewed plan and schema.")
    contents = read_bundle(build_bundle(parts(), signers=[key("Ada"), approver], created=CREATED))
    verified = verify_envelope(contents.envelope_bytes, contents.statement_bytes, contents.typed.signers)
    assert [(signer.name, signer.role) for signer in verified] == [("Ada", "attester"), ("Bob", "approver")]


def test_the_same_statement_each_time() -> None:
    """ML-DSA signatures are randomised; nothing else is."""
    again = build_bundle(parts(), signers=[key()], created=CREATED)
    assert statement_of(again) == statement_of(bundle())
    for ours, theirs in zip(decode(again), decode(bundle()), strict=True):
        assert ours == theirs or ours.name == "envelope.json"


def test_what_no_reader_takes_does_not_leave() -> None:
    with pytest.raises(InternalError) as caught:
        build_bundle(parts(), signers=[key()], created="yesterday")
    assert caught.value.code == "bundle.unreadable"
    with pytest.raises(InternalError):
        build_bundle(replace(parts(), subject_digest="00" * 32), signers=[key()], created=CREATED)
    with pytest.raises(InternalError):
        build_bundle(parts(), signers=[key(), key()], created=CREATED)


def test_an_attestation_that_is_too_large_is_the_users_to_mend() -> None:
    with pytest.raises(InputError) as caught:
        build_bundle(replace(parts(), schema_bytes=bytes((4 << 20) + 1)), signers=[key()], created=CREATED)
    assert caught.value.code == "bundle.too_large"
