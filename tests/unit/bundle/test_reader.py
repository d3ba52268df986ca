"""What the reader takes, and the sentence with which it refuses everything else."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.bundle import limits as files
from core.bundle.container import Member, decode, encode
from core.bundle.envelope import verify_envelope
from core.bundle.limits import LIMITS, BundleLimits
from core.bundle.reader import BundleContents, read_bundle
from core.encoding.canonical import dumps
from core.errors import InputError, MalformedError, ProofwardError, RejectedError
from core.relations.plan import TrainingPlan
from tests.unit.bundle.helper import (
    ATTESTATION,
    COMMITMENTS,
    CREATED,
    HIDDEN_COMMITMENT,
    MODEL,
    NUMBERS,
    SCHEMA,
    VALIDITY,
    bundle,
    commitments,
    key,
    replaced,
    resigned,
    sha256,
    statement_of,
    with_statement,
)

DIGEST = "cd" * 32


def checked(data: bytes) -> BundleContents:
    contents = read_bundle(data)
    verify_envelope(contents.envelope_bytes, contents.statement_bytes, contents.typed.signers)
    return contents


def refusal(data: bytes | Path, **options: Any) -> ProofwardError:
    with pytest.raises((MalformedError, RejectedError)) as caught:
        read_bundle(data, **options)
    return caught.value


def test_contents_of_a_bundle() -> None:
    contents = checked(bundle())
    assert contents.numbers == NUMBERS
    assert contents.commitments == COMMITMENTS
    assert (contents.validity, contents.attestation) == (VALIDITY, ATTESTATION)
    assert (contents.schema_bytes, contents.model_bytes) == (SCHEMA, MODEL)
    assert contents.subject_name == "model/model.json"
    assert contents.subject_digest == sha256(MODEL)
    assert dumps(contents.predicate) == dumps(statement_of(bundle())["predicate"])
    typed = contents.typed
    assert typed.plan == TrainingPlan()
    assert typed.nonce == bytes.fromhex("00ff" * 16)
    assert (typed.views.excluded, typed.views.train, typed.views.test) == ((3,), 2, 1)
    assert typed.dataset.root == bytes.fromhex("ab" * 32)
    assert typed.created == CREATED
    assert typed.signers == (key().signer,)


def test_a_hidden_model_appears_as_its_commitment_alone() -> None:
    contents = checked(bundle(hidden=True))
    assert contents.model_bytes is None
    assert contents.subject_digest == sha256(HIDDEN_COMMITMENT)
    assert contents.typed.model.value == HIDDEN_COMMITMENT
    assert MODEL not in bundle(hidden=True)
    assert sha256(MODEL).encode() not in bundle(hidden=True)


def test_bytes_and_path_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "m.proofward"
    path.write_bytes(bundle())
    assert read_bundle(path) == read_bundle(bundle())


def test_every_byte_of_the_file_matters() -> None:
    data = bundle()
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1 + position % 255
        with pytest.raises((MalformedError, RejectedError)):
            checked(bytes(changed))


@pytest.mark.parametrize("name", files.MEMBER_ORDER)
def test_every_byte_of_each_file_matters_when_checksums_are_made_again(name: str) -> None:
    """In the envelope and the statement a long base64 text is sampled; everything else is tried byte by byte."""
    content = next(member.data for member in decode(bundle()) if member.name == name)
    step = 1 if len(content) < 1000 else 7
    for position in range(0, len(content), step):
        changed = bytearray(content)
        changed[position] ^= 1 + position % 127
        with pytest.raises((MalformedError, RejectedError)):
            checked(replaced(bundle(), name, bytes(changed)))


@pytest.mark.parametrize("name", files.MEMBER_ORDER[2:])
def test_another_file_under_the_same_statement(name: str) -> None:
    error = refusal(replaced(bundle(), name, b"{}"))
    assert isinstance(error, RejectedError)
    assert (error.code, error.stage, error.detail) == ("bundle.digest", "files", name)


def test_a_later_version_has_its_own_sentence() -> None:
    def later(statement: dict[str, Any]) -> None:
        statement["predicateType"] = "https://proofward.org/attestation/v2"
        statement["predicate"] = {"something": "new"}
        statement["another"] = True

    statement = statement_of(bundle())
    later(statement)
    members = [Member(files.STATEMENT, dumps(statement)), Member("card/card.html", b"<p>new</p>")]
    error = refusal(encode(members))
    assert error.code == "bundle.version"
    assert error.message.startswith("This bundle was made by a later version of Proofward")


def test_members_are_exactly_these_in_this_order() -> None:
    members = decode(bundle())
    for other in (
        members[:-1],
        (*members, Member("extra.json", b"{}")),
        (*members[:2], members[3], members[2], *members[4:]),
        (members[0], *members[2:]),
        (members[1], members[0], *members[2:]),
        (*members[:-1], Member("model/other.json", MODEL)),
    ):
        assert refusal(encode(other)).code == "bundle.members"
    hidden = decode(bundle(hidden=True))
    assert refusal(encode((*hidden, Member(files.MODEL, MODEL)))).code == "bundle.members"


def with_commitments(content: bytes, count: int) -> bytes:
    def change(statement: dict[str, Any]) -> None:
        statement["predicate"]["files"][files.COMMITMENTS] = sha256(content)
        statement["predicate"]["dataset"]["count"] = count
        statement["predicate"]["views"] = {"excluded": [], "train": count, "test": 0}

    return replaced(resigned(change), files.COMMITMENTS, content)


def test_commitments_fit_the_count_and_increase() -> None:
    good = commitments(NUMBERS, COMMITMENTS)
    assert checked(with_commitments(good, 4)).numbers == NUMBERS
    assert refusal(with_commitments(good, 3)).code == "bundle.commitments"
    assert refusal(with_commitments(good[:-1], 4)).code == "bundle.commitments"
    assert refusal(with_commitments(good + b"\0", 4)).code == "bundle.commitments"
    for numbers in ((0, 3, 3, 9), (3, 0, 4, 9), (0, 3, 4, (1 << 53))):
        assert refusal(with_commitments(commitments(numbers, COMMITMENTS), 4)).code == "bundle.commitments"
    last = (0, 3, 4, (1 << 53) - 1)
    assert checked(with_commitments(commitments(last, COMMITMENTS), 4)).numbers == last


def test_schema_and_model_are_canonical_json() -> None:
    spaced = b'{"columns": []}'

    def schema(statement: dict[str, Any]) -> None:
        statement["predicate"]["dataset"]["schema"] = sha256(spaced)
        statement["predicate"]["files"][files.SCHEMA] = sha256(spaced)

    def model(statement: dict[str, Any]) -> None:
        statement["predicate"]["model"]["digest"] = sha256(spaced)
        statement["predicate"]["files"][files.MODEL] = sha256(spaced)
        statement["subject"][0]["digest"]["sha256"] = sha256(spaced)

    assert refusal(replaced(resigned(schema), files.SCHEMA, spaced)).code == "json.canonical"
    assert refusal(replaced(resigned(model), files.MODEL, spaced)).code == "json.canonical"


def predicate_change(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(statement: dict[str, Any]) -> None:
        node: Any = statement
        for name in path[:-1]:
            node = node[int(name)] if isinstance(node, list) else node[name]
        if value is KeyError:
            del node[path[-1]]
        else:
            node[path[-1]] = value

    return change


def statement_cases() -> list[tuple[tuple[str, ...], Any]]:
    p = "predicate"
    wrong: list[tuple[tuple[str, ...], Any]] = [
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("predicateType",), "https://proofward.org/attestation/v01"),
        (("predicateType",), "https://proofward.org/attestation/v0"),
        (("predicateType",), "https://example.org/attestation/v1"),
        (("predicateType",), 1),
        (("subject",), []),
        (("subject", "0", "name"), ""),
        (("subject", "0", "name"), "x" * 201),
        (("subject", "0", "name"), "evil\u202ecod.exe"),
        (("subject", "0", "digest", "sha256"), DIGEST),
        (("subject", "0", "digest", "sha512"), DIGEST),
        (("extra",), 1),
        ((p,), []),
        ((p, "extra"), 1),
        ((p, "nonce"), ""),
        ((p, "nonce"), "0"),
        ((p, "nonce"), "AB"),
        ((p, "nonce"), "ab" * 65),
        ((p, "nonce"), 5),
        ((p, "version"), 2),
        ((p, "version"), True),
        ((p, "version"), "1"),
        ((p, "dataset", "root"), "AB" * 32),
        ((p, "dataset", "root"), "ab" * 31),
        ((p, "dataset", "root"), " " + "ab" * 31 + "a"),
        ((p, "dataset", "count"), 0),
        ((p, "dataset", "count"), -1),
        ((p, "dataset", "count"), True),
        ((p, "dataset", "count"), LIMITS.records + 1),
        ((p, "dataset", "schema"), DIGEST),
        ((p, "dataset", "validity"), {}),
        ((p, "dataset", "validity", "proof"), DIGEST),
        ((p, "dataset", "validity", "extra"), 1),
        ((p, "views", "excluded"), [3, 3]),
        ((p, "views", "excluded"), [4, 3]),
        ((p, "views", "excluded"), [5]),
        ((p, "views", "excluded"), ["3"]),
        ((p, "views", "excluded"), [-1]),
        ((p, "views", "excluded"), []),
        ((p, "views", "train"), 0),
        ((p, "views", "train"), 3),
        ((p, "views", "test"), -1),
        ((p, "model", "visibility"), "hidden"),
        ((p, "model", "visibility"), "secret"),
        ((p, "model", "digest"), DIGEST),
        ((p, "model", "commitment"), "00" * 48),
        ((p, "model"), {"visibility": "hidden", "commitment": "00" * 47}),
        ((p, "model"), None),
        ((p, "claims"), {}),
        ((p, "claims"), []),
        ((p, "claims", "optimum"), 1),
        ((p, "files"), {}),
        ((p, "files", files.MODEL), KeyError),
        ((p, "files", files.SCHEMA), DIGEST),
        ((p, "files", "extra.bin"), DIGEST),
        ((p, "files", files.STATEMENT), DIGEST),
        ((p, "times", "created"), "2026-01-31 12:00:00Z"),
        ((p, "times", "created"), "2026-02-29T12:00:00Z"),
        ((p, "times", "created"), "2026-13-01T12:00:00Z"),
        ((p, "times", "created"), "2026-01-01T24:00:00Z"),
        ((p, "times", "created"), "2026-01-01T12:00:00+01:00"),
        ((p, "times", "created"), "2026-01-01T12:00:00Z\n"),
        ((p, "times", "created"), None),
        ((p, "times", "later"), CREATED),
        ((p, "tool", "name"), ""),
        ((p, "tool", "version"), "x" * 61),
        ((p, "signers"), []),
        ((p, "signers"), {}),
        ((p, "signers", "0", "name"), "two\nlines"),
        ((p, "signers", "0", "name"), " padded"),
        ((p, "signers", "0", "name"), "x" * 201),
        ((p, "signers", "0", "role"), ""),
        ((p, "signers", "0", "meaning"), "x" * 501),
        ((p, "signers", "0", "fingerprint"), "ab"),
        ((p, "signers", "0", "ed25519"), "AAAA"),
        ((p, "signers", "0", "mldsa65"), "not base64"),
        ((p, "signers", "0", "mldsa65"), 7),
        ((p, "signers", "0", "extra"), 1),
    ]
    required = statement_of(bundle())
    wrong += [((name,), KeyError) for name in required]
    wrong += [((p, name), KeyError) for name in required[p]]
    for name in ("dataset", "views", "model", "times", "tool"):
        wrong += [((p, name, inner), KeyError) for inner in required[p][name]]
    wrong += [((p, "signers", "0", name), KeyError) for name in required[p]["signers"][0]]
    return wrong


@pytest.mark.parametrize(("path", "value"), statement_cases(), ids=lambda value: str(value)[:40])
def test_every_field_of_the_statement_is_checked(path: tuple[str, ...], value: Any) -> None:
    error = refusal(resigned(predicate_change(*path, value=value)))
    assert isinstance(error, MalformedError)
    assert error.code in {"bundle.statement", "bundle.members"}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("predicate", "claims", "evaluation"), {}, "bundle.claim"),
        (("predicate", "plan"), {}, "plan.fields"),
        (("predicate", "plan", "c"), "2/4", "plan.fraction"),
        (("predicate", "plan", "extra"), 1, "plan.fields"),
    ],
)
def test_claims_and_plan_have_refusals_of_their_own(path: tuple[str, ...], value: Any, code: str) -> None:
    assert refusal(resigned(predicate_change(*path, value=value))).code == code


def test_honest_variants_are_accepted() -> None:
    for path, value in (
        (("predicate", "nonce"), None),
        (("predicate", "nonce"), "ab"),
        (("predicate", "times", "created"), "2028-02-29T23:59:59Z"),
        (("predicate", "claims", "optimum"), {"anything": ["the", "claim", "checks"]}),
        (("subject", "0", "name"), "Überlebensmodell — 5 Jahre"),
    ):
        checked(resigned(predicate_change(*path, value=value)))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"\xff",
        b"{}",
        b'{"a":1,"a":1}',
        b"[" * 100_000,
        b'"' + b'\\"' * 500_000,
    ],
    ids=lambda text: text[:8].hex(),
)
def test_statements_that_are_none(text: bytes) -> None:
    error = refusal(with_statement(bundle(), text, signers=[key()]))
    assert isinstance(error, MalformedError)


def test_limits_are_looked_at_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "m.proofward"
    path.write_bytes(bundle())
    small = BundleLimits(statement=100, validity=0, attestation=0, records=0, schema=0, model=0)
    assert small.file < 1 << 21
    assert refusal(path, limits=small).code == "bundle.member_size"


@pytest.mark.parametrize(("start", "code"), [(b"", "bundle.container"), (b"PK\x03\x04", "bundle.size")])
def test_two_gigabytes_of_zeros(tmp_path: Path, start: bytes, code: str) -> None:
    path = tmp_path / "zeros.proofward"
    with path.open("wb") as handle:
        handle.write(start)
        handle.truncate(2 << 30)
    tracemalloc.start()
    try:
        assert refusal(path).code == code
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_things_that_are_no_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.proofward"
    os.mkfifo(pipe)
    for path in (tmp_path, tmp_path / "missing", pipe, Path("/dev/zero")):
        with pytest.raises(InputError) as caught:
            read_bundle(path)
        assert caught.value.code == "bundle.unreadable"


def test_a_long_statement_needs_as_many_records() -> None:
    """Otherwise a small file could keep the reader busy for long with JSON alone."""
    ballast = b"[" + b"1," * (LIMITS.statement_base // 2 + 100) + b"1]"
    error = refusal(with_statement(bundle(), ballast, signers=[key()]))
    assert error.code == "json.long"
    assert LIMITS.statement_beside(LIMITS.commitments) == LIMITS.statement
    longest = (1 << 53) - 1
    numbers = range(longest - 300, longest)
    listed = dumps(list(numbers))
    assert len(listed) <= LIMITS.statement_beside(files.COMMITMENT_ENTRY_BYTES * 300) - LIMITS.statement_base + 1
