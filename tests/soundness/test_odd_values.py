"""Every field of statement, schema, model and envelope set to values of every kind, re-signed: always a typed verdict.

The manifest says what stops each meaningful change; here nothing is foretold but that the verification neither crashes
nor accepts, unless the field is one that is only signed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from core.bundle.limits import MODEL, SCHEMA
from core.encoding.canonical import dumps, loads
from core.verification.verify import verify_bundle
from tests.soundness.tamper import Draft, bounded_for_small_datasets

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    255,
    (1 << 53) - 1,
    -((1 << 53) - 1),
    "",
    "0",
    "-0",
    "1/0",
    "1/10000000000",
    "9" * 40,
    "0" * 64,
    "ff" * 48,
    "a" * 5000,
    "\u0000",
    "\u202e",
    "é",
    "NaN",
    [],
    [[]],
    [0],
    ["a"],
    {},
    {"": ""},
    {"optimum": {}},
)
SIGNED_ONLY = ("subject/0/name", "predicate/times", "predicate/tool", "predicate/signers/0/name")
SIGNED_WORDS = ("predicate/signers/0/role", "predicate/signers/0/meaning")


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON value, containers included, the whole left out."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from paths(each, (*path, name))


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    result = copy.deepcopy(value)
    holder = result
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = new
    return result


def verdicts(draft: Draft, value: Any, path: tuple[str | int, ...], put: Any, odds: Any = ODD) -> Iterator[str]:
    """What was accepted although it should not have been."""
    original = value
    for part in path:
        original = original[part]
    for odd in odds:
        if odd == original and type(odd) is type(original):
            continue
        put(draft, replaced(value, path, odd))
        report = verify_bundle(draft.seal())
        where = "/".join(map(str, path))
        if report.verdict == "accepted" and not where.startswith((*SIGNED_ONLY, *SIGNED_WORDS)):
            yield f"{where} = {odd!r}"
        assert report.verdict == "accepted" or (report.code and report.stage and report.sentence), (where, odd)


@pytest.mark.parametrize("kind", ["public", "hidden", "bounded"])
def test_statement(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded_for_small_datasets(monkeypatch)
    draft = Draft.of(kind)
    statement = copy.deepcopy(draft.statement)

    def put(own: Draft, value: Any) -> None:
        own.statement = value

    own_paths = list(paths(statement))
    if kind != "public":  # what the public model's statement has, was tried there
        own_paths = [path for path in own_paths if "model" in path or "dataset" in path or "files" in path]
    assert [found for path in own_paths for found in verdicts(draft, statement, path, put)] == []


@pytest.mark.parametrize("name", [SCHEMA, MODEL])
def test_schema_and_model(name: str) -> None:
    """With all digests recomputed, so that the values themselves are looked at; a third of the odd values in turn."""
    draft = Draft.of("public")
    document = loads(draft.files[name], limit=1 << 20, what="The file")

    def put(own: Draft, value: Any) -> None:
        own.files[name] = dumps(value)
        own.follow()

    turns = enumerate(paths(document))
    assert [found for turn, path in turns for found in verdicts(draft, document, path, put, ODD[turn % 3 :: 3])] == []


def test_envelope() -> None:
    draft = Draft.of("public")
    envelope = loads(draft.envelope, limit=1 << 22, what="The envelope")
    for turn, path in enumerate(paths(envelope)):
        for odd in ODD[turn % 4 :: 4]:
            draft.envelope = dumps(replaced(envelope, path, odd))
            report = verify_bundle(draft.seal(signed=False))
            assert report.verdict != "accepted" and report.code, (path, odd)


@pytest.mark.parametrize("kind", ["public", "hidden"])
def test_members_removed(kind: str) -> None:
    """Each member of each object of the statement left out: malformed."""
    draft = Draft.of(kind)
    statement = copy.deepcopy(draft.statement)
    for path in paths(statement):
        if isinstance(path[-1], str):
            draft.statement = copy.deepcopy(statement)
            holder = draft.statement
            for part in path[:-1]:
                holder = holder[part]
            del holder[path[-1]]
            report = verify_bundle(draft.seal())
            published = path[-2:] == ("registration", "intended_use")
            assert report.verdict == ("rejected" if published else "malformed"), path
