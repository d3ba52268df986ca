"""Whatever a hostile hand signs: a typed error or a bundle of the right form, never an exception of a library."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.bundle import limits as files
from core.bundle.container import decode
from core.bundle.envelope import verify_envelope
from core.bundle.reader import read_bundle
from core.encoding.canonical import MAX_INTEGER, dumps
from core.errors import MalformedError, RejectedError
from tests.unit.bundle.helper import bundle, key, replaced, statement_of, with_statement

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | texts | st.sampled_from(["00", "ab" * 32, "2026-01-31T12:00:00Z", "AA=="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)

Path = tuple[str | int, ...]


def paths(node: object, here: Path = ()) -> Iterator[Path]:
    """The way to every value inside a JSON value."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        yield (*here, name)
        yield from paths(child, (*here, name))


def put(document: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    node: Any = changed
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return changed


STATEMENT = statement_of(bundle())
ENVELOPE = json.loads(decode(bundle())[1].data)


@given(st.sampled_from(list(paths(STATEMENT))), values)
def test_any_value_anywhere_in_the_statement(path: Path, value: object) -> None:
    document = put(STATEMENT, path, value)
    data = with_statement(bundle(), dumps(document), signers=[key()])
    try:
        contents = read_bundle(data)
        verify_envelope(contents.envelope_bytes, contents.statement_bytes, contents.typed.signers)
    except (MalformedError, RejectedError) as error:
        assert error.message and error.code
    else:
        # What was accepted says the same when it is written again from its typed form.
        assert contents.typed.created == document["predicate"]["times"]["created"]
        assert [signer.to_json() for signer in contents.typed.signers] == document["predicate"]["signers"]
        assert contents.typed.plan.to_json() == document["predicate"]["plan"]


@given(st.sampled_from(list(paths(ENVELOPE))), values)
def test_any_value_anywhere_in_the_envelope(path: Path, value: object) -> None:
    document = put(ENVELOPE, path, value)
    contents = read_bundle(replaced(bundle(), files.ENVELOPE, dumps(document)))
    try:
        verify_envelope(contents.envelope_bytes, contents.statement_bytes, contents.typed.signers)
    except (MalformedError, RejectedError) as error:
        assert error.message and error.code
    else:
        assert document == ENVELOPE


@given(st.sampled_from(files.MEMBER_ORDER), st.binary(max_size=200))
def test_any_bytes_as_any_member(name: str, content: bytes) -> None:
    try:
        contents = read_bundle(replaced(bundle(), name, content))
        verify_envelope(contents.envelope_bytes, contents.statement_bytes, contents.typed.signers)
    except (MalformedError, RejectedError) as error:
        assert error.message and error.code
    else:
        raise AssertionError("other bytes were accepted")
