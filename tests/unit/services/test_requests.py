"""Requests survive the way through JSON, and arguments that do not fit are refused by name."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import InputError
from core.services.registry import VERBS, find_verb, make_request
from core.services.requests import from_arguments, to_arguments


@dataclass(frozen=True, slots=True)
class Request:
    path: Path
    name: str
    groups: tuple[str, ...] = ()
    rows: int = 20
    hidden: bool = False
    nonce: str | None = None
    plan: Mapping[str, object] | None = None
    output: Path | None = None


def test_a_request_survives_json() -> None:
    request = Request(
        path=Path("/data/t.csv"),
        name="Größe",
        groups=("sex", "ward"),
        rows=7,
        hidden=True,
        nonce="00",
        plan={"c": "1"},
        output=Path("/out"),
    )
    arguments = json.loads(json.dumps(to_arguments(request)))
    assert from_arguments(Request, arguments) == request


def test_what_is_left_out_takes_its_default_and_paths_become_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    request = from_arguments(Request, {"path": "t.csv", "name": "x", "nonce": None})
    assert request == Request(path=Path("/t.csv"), name="x")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"path": "t"}, "name"),
        ({"path": "t", "name": "x", "colour": 1}, "colour"),
        ({"path": "", "name": "x"}, "path"),
        ({"path": "a\0b", "name": "x"}, "path"),
        ({"path": 1, "name": "x"}, "path"),
        ({"path": "t", "name": None}, "name"),
        ({"path": "t", "name": "x", "rows": True}, "rows"),
        ({"path": "t", "name": "x", "rows": 1.0}, "rows"),
        ({"path": "t", "name": "x", "hidden": 1}, "hidden"),
        ({"path": "t", "name": "x", "groups": "sex"}, "groups"),
        ({"path": "t", "name": "x", "groups": [1]}, "groups"),
        ({"path": "t", "name": "x", "plan": []}, "plan"),
        ({"path": "t", "name": "x", "nonce": 0}, "nonce"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_by_name(arguments: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=rf"\b{named}\b") as raised:
        from_arguments(Request, arguments)
    assert raised.value.code == "job.arguments"


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_has_a_request_and_a_run(name: str) -> None:
    module = importlib.import_module(find_verb(name).module)
    assert callable(module.run)
    assert module.Request.__dataclass_params__.frozen
    assert module.Result.__dataclass_params__.frozen and callable(module.Result.to_json)


def test_an_unknown_verb_is_an_input_error() -> None:
    with pytest.raises(InputError) as raised:
        find_verb("os.system")
    assert raised.value.code == "job.verb"


@pytest.mark.parametrize(
    "words",
    [
        "demo",
        "schema infer t.csv --outcome died --patient-id mrn --consent ok --group sex --group ward -o s.json",
        "import t.csv --schema s.json --name cohort",
        "attest ds --nonce 00 --plan p.json --hide-weights --out m.proofward --key ab",
        "attest ds --plan p.json --announce",
        "verify m.proofward --signer ab --backend reference",
        "receipt ds 7 -o r.json --open",
        "key list",
        "key new Ada",
        "key export ab -o k.json",
        "sample --rows 10 --columns 2 --seed 3 -o c.csv",
        "self-test",
    ],
)
def test_every_command_line_makes_a_request(words: str) -> None:
    from core.cli.parser import parse

    command = parse([*words.split(), "--json"])
    assert command.as_json
    request = make_request(find_verb(command.verb), command.arguments)
    words_that_pass = {"died", "mrn", "ok", "sex", "ward", "cohort", "00", "reference", "Ada"}
    shown = json.dumps(to_arguments(request))
    assert all(word in shown for word in words_that_pass & set(words.split()))
