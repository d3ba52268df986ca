"""The arguments of every command, and how they become the arguments of a verb."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from core.errors import InputError
from core.settings import HOME_VARIABLE, PASSPHRASE_VARIABLE

DESCRIPTION = """\
Proofward commits to patient records one by one, trains a model on them, and proves in zero knowledge that this model is
what training on exactly those records gives. Nothing leaves this machine but the bundle that you hand out."""

EPILOG = f"""\
environment:
  {HOME_VARIABLE}        the workspace folder (default: the system's place for application data)
  {PASSPHRASE_VARIABLE}  the passphrase of the workspace, where there is no terminal to ask for it

exit codes:
  0 accepted or done   1 internal error   2 usage or input   3 rejected   4 malformed   130 cancelled
"""


@dataclass(frozen=True, slots=True)
class Command:
    """A parsed command line. verb: of core.services, "" for `app` and `version`; arguments: the verb's, JSON values."""

    name: str
    verb: str
    arguments: dict[str, object]
    as_json: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if message == "the following arguments are required: COMMAND":
            raise InputError("usage", "Say what is to be done.", f"Try: {self.prog} --help")
        raise InputError("usage", f"{message[:1].upper()}{message[1:]}.", f"Try: {self.prog} --help")


def parse(argv: list[str]) -> Command:
    """The command in these words; InputError usage. `--help` prints and raises SystemExit(0)."""
    namespace = build_parser().parse_args(argv)
    values = vars(namespace)
    announce = bool(values.get("announce"))
    return Command(
        name=values["_name"],
        verb="announce" if announce else values["_verb"],
        arguments=values["_arguments"](values),
        as_json=values["json"],
    )


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = _Parser(
        prog="proofward",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    _demo(commands)
    _schema(commands)
    _import(commands)
    _attest(commands)
    _verify(commands)
    _receipt(commands)
    _key(commands)
    _sample(commands)
    _app(commands)
    _rest(commands)
    return parser


def _add(
    commands: Any,
    word: str,
    help_text: str,
    *,
    name: str = "",
    verb: str = "",
    arguments: Callable[[dict[str, Any]], dict[str, object]] = lambda values: {},
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        word, help=help_text, description=help_text[:1].upper() + help_text[1:] + ".", allow_abbrev=False
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    parser.set_defaults(_name=name or word, _verb=verb, _arguments=arguments)
    return parser


def _pick(*names: str) -> Callable[[dict[str, Any]], dict[str, object]]:
    return lambda values: {name: values[name] for name in names}


def _demo(commands: Any) -> None:
    parser = _add(
        commands,
        "demo",
        "show the whole tour on the embedded sample: import, commit, train, prove, sign, verify twice",
        verb="demo",
        arguments=_pick("output"),
    )
    parser.add_argument(
        "--out",
        "-o",
        dest="output",
        default="demo.proofward",
        metavar="FILE",
        help="where to leave the bundle (default: demo.proofward)",
    )


def _schema(commands: Any) -> None:
    group = commands.add_parser("schema", help="work on schemas: what the columns of a table mean")
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    parser = _add(
        inner,
        "infer",
        "propose a schema for a CSV file, for a person to review",
        name="schema infer",
        verb="infer_schema",
        arguments=_pick("path", "outcome", "patient_id", "consent", "groups", "positive", "output"),
    )
    parser.add_argument("path", metavar="CSV", help="the table, one record a line, names in the first line")
    parser.add_argument("--outcome", required=True, metavar="COLUMN", help="the two-valued column to predict")
    parser.add_argument("--patient-id", metavar="COLUMN", help="the column that names the patient")
    parser.add_argument("--consent", metavar="COLUMN", help="the column that says whether the record may be used")
    parser.add_argument(
        "--group",
        action="append",
        default=[],
        dest="groups",
        metavar="COLUMN",
        help="a column of groups to report on, such as sex; may be given several times",
    )
    parser.add_argument("--positive", metavar="VALUE", help="the outcome's value that means yes (default: a guess)")
    parser.add_argument("--out", "-o", dest="output", metavar="FILE", help="write the schema here (default: print it)")


def _import(commands: Any) -> None:
    parser = _add(
        commands,
        "import",
        "read a CSV file under a reviewed schema and commit to each of its records",
        verb="import_dataset",
        arguments=_pick("path", "schema_path", "name"),
    )
    parser.add_argument("path", metavar="CSV", help="the table")
    parser.add_argument(
        "--schema",
        dest="schema_path",
        required=True,
        metavar="FILE",
        help="the schema, which counts as confirmed by being given and will be published in every bundle",
    )
    parser.add_argument("--name", help="what to call the dataset in this workspace (default: the file's name)")


def _attest(commands: Any) -> None:
    parser = _add(
        commands,
        "attest",
        "split, train, prove and sign: make a bundle from an imported dataset",
        verb="attest",
        arguments=_attest_arguments,
    )
    parser.add_argument("dataset", metavar="DATASET", help="id or root of the dataset, or the beginning of either")
    parser.add_argument(
        "--out",
        "-o",
        dest="output",
        default="model.proofward",
        metavar="FILE",
        help="the bundle (default: model.proofward)",
    )
    parser.add_argument("--nonce", metavar="HEX", help="the auditor's nonce, given after the auditor received the root")
    parser.add_argument(
        "--plan", dest="plan_path", metavar="FILE", help="the training plan (default: C = 1, a fifth for testing)"
    )
    parser.add_argument(
        "--announce",
        action="store_true",
        help="only print the root and the digest of the plan, for an auditor to note before drawing a nonce",
    )
    parser.add_argument("--hide-weights", action="store_true", help="keep the model out of the bundle, as a commitment")
    parser.add_argument("--key", metavar="FINGERPRINT", help="the signing key (default: the only one, or a new one)")


def _attest_arguments(values: dict[str, Any]) -> dict[str, object]:
    if values["announce"]:
        return _pick("dataset", "plan_path")(values)
    return _pick("dataset", "output", "nonce", "plan_path", "hide_weights", "key")(values)


def _verify(commands: Any) -> None:
    parser = _add(
        commands,
        "verify",
        "check a bundle or a receipt; needs no workspace",
        verb="verify",
        arguments=_pick("path", "backend", "signer"),
    )
    parser.add_argument("path", metavar="FILE", help="a bundle or a receipt")
    parser.add_argument("--signer", metavar="FINGERPRINT", help="reject the bundle unless this key signed it")
    parser.add_argument(
        "--backend",
        choices=("native", "reference"),
        default="native",
        help="whose group arithmetic to use: the compiled library's, or plain Python's (slower, independent)",
    )


def _receipt(commands: Any) -> None:
    parser = _add(
        commands,
        "receipt",
        "write the receipt of one record: that its commitment is in the dataset",
        verb="receipt",
        arguments=_pick("dataset", "record", "output", "opening"),
    )
    parser.add_argument("dataset", metavar="DATASET", help="id or root of the dataset, or the beginning of either")
    parser.add_argument("record", metavar="RECORD", type=_whole, help="the number of the record")
    parser.add_argument("--out", "-o", dest="output", default="receipt.json", metavar="FILE", help="the receipt")
    parser.add_argument(
        "--open",
        dest="opening",
        action="store_true",
        help="put the record's values in, for the patient; whoever reads the file sees them",
    )


def _key(commands: Any) -> None:
    group = commands.add_parser("key", help="list, make and export signing keys")
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    _add(inner, "list", "list the signing keys of this workspace", name="key list", verb="list_keys")
    parser = _add(
        inner,
        "new",
        "make a signing key (Ed25519 and ML-DSA-65)",
        name="key new",
        verb="new_key",
        arguments=_pick("signer"),
    )
    parser.add_argument("signer", nargs="?", metavar="NAME", help="whose key it is, as auditors will read it")
    parser = _add(
        inner,
        "export",
        "export the public half of a key, for auditors",
        name="key export",
        verb="export_key",
        arguments=_pick("fingerprint", "output"),
    )
    parser.add_argument("fingerprint", nargs="?", help="which key, or the beginning of it (default: the only one)")
    parser.add_argument("--out", "-o", dest="output", metavar="FILE", help="write it here (default: print it)")


def _sample(commands: Any) -> None:
    parser = _add(
        commands,
        "sample",
        "write a synthetic cohort to try things on; its patients do not exist",
        verb="sample",
        arguments=_pick("rows", "columns", "seed", "output"),
    )
    parser.add_argument("--rows", type=_whole, default=1000, metavar="N", help="records (default: 1000)")
    parser.add_argument("--columns", type=_whole, default=8, metavar="D", help="features (default: 8)")
    parser.add_argument(
        "--seed", type=_whole, default=1, metavar="S", help="the same seed gives the same cohort (default: 1)"
    )
    parser.add_argument(
        "--out", "-o", dest="output", default="cohort.csv", metavar="FILE", help="the table (default: cohort.csv)"
    )


def _app(commands: Any) -> None:
    parser = _add(commands, "app", "open the window", arguments=_pick("auditor"))
    parser.add_argument("--auditor", metavar="FILE", help="open as an auditor, with this bundle; needs no workspace")


def _rest(commands: Any) -> None:
    _add(
        commands,
        "self-test",
        "attest and verify a sample in a throwaway workspace, to see that this installation works",
        verb="self_test",
    )
    _add(commands, "version", "print the version")


def _whole(text: str) -> int:
    """A whole number of at most 15 digits, as argparse wants it."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise argparse.ArgumentTypeError("a whole number is needed")
    return int(text)
