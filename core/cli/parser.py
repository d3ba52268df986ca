"""The arguments of every command, and how they become the arguments of a verb."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from core.cli.attesting import attest_command
from core.cli.words import Parser, add, memory_option, pick, whole
from core.errors import InputError
from core.settings import HOME_VARIABLE, MEMORY_VARIABLE, PASSPHRASE_VARIABLE

DESCRIPTION = """\
Proofward commits to patient records one by one, trains a model on them, and proves in zero knowledge that this model is
what training on exactly those records gives. Nothing leaves this machine but the bundle that you hand out."""

EPILOG = f"""\
environment:
  {HOME_VARIABLE}        the workspace folder (default: the system's place for application data)
  {PASSPHRASE_VARIABLE}  the passphrase of the workspace, where there is no terminal to ask for it
  {MEMORY_VARIABLE}      the most memory that attesting may take, as in 4GB (default: what the machine has to spare)

exit codes:
  0 accepted or done   1 internal error   2 usage or input   3 rejected   4 malformed   130 cancelled or paused
"""


# options that turn a command into another verb
_OTHER_VERBS = {"announce": "announce", "estimate": "estimate", "list": "list_jobs", "discard": "discard_job"}


@dataclass(frozen=True, slots=True)
class Command:
    """A parsed command line. verb: of core.services, "" for `app` and `version`; arguments: the verb's, JSON values;
    memory: bytes that the work may have, None for what the settings say.
    """

    name: str
    verb: str
    arguments: dict[str, object]
    as_json: bool
    memory: int | None = None


def parse(argv: list[str]) -> Command:
    """The command in these words; InputError usage. `--help` prints and raises SystemExit(0)."""
    namespace = build_parser().parse_args(argv)
    values = vars(namespace)
    verb = values["_verb"]
    for option, other in _OTHER_VERBS.items():
        if values.get(option):
            verb = other
    arguments = values["_arguments"](values)
    if verb == "estimate" and "dataset" not in arguments:
        verb = "estimate_size"  # of a table that no workspace holds
    return Command(
        name=values["_name"],
        verb=verb,
        arguments=arguments,
        as_json=values["json"],
        memory=values.get("memory"),
    )


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="proofward",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    _demo(commands)
    _schema(commands)
    _import(commands)
    attest_command(commands)
    _resume(commands)
    _verify(commands)
    _receipt(commands)
    _key(commands)
    _sample(commands)
    _app(commands)
    _rest(commands)
    return parser


def _demo(commands: Any) -> None:
    parser = add(
        commands,
        "demo",
        "show the whole tour on the embedded sample: import, commit, train, prove, sign, verify twice",
        verb="demo",
        arguments=pick("output"),
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
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    parser = add(
        inner,
        "infer",
        "propose a schema for a CSV file, for a person to review",
        name="schema infer",
        verb="infer_schema",
        arguments=pick("path", "outcome", "patient_id", "consent", "groups", "positive", "output"),
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
    parser = add(
        commands,
        "import",
        "read a CSV file under a reviewed schema and commit to each of its records",
        verb="import_dataset",
        arguments=pick("path", "schema_path", "name"),
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


def _resume(commands: Any) -> None:
    parser = add(
        commands,
        "resume",
        "go on with a job that was paused or killed, from what it had finished",
        verb="resume",
        arguments=_resume_arguments,
    )
    parser.add_argument(
        "job", nargs="?", metavar="JOB", help="which job, or the beginning of its id (default: the only one)"
    )
    memory_option(parser)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--list", action="store_true", help="only list the unfinished jobs")
    choice.add_argument("--discard", action="store_true", help="forget JOB and what it had finished")


def _resume_arguments(values: dict[str, Any]) -> dict[str, object]:
    if values["list"]:
        return {}
    if values["discard"] and values["job"] is None:
        raise InputError("usage", "Say which job is to be forgotten.", "`proofward resume --list` shows them.")
    return pick("job")(values)


def _verify(commands: Any) -> None:
    parser = add(
        commands,
        "verify",
        "check a bundle or a receipt; needs no workspace",
        verb="verify",
        arguments=pick("path", "backend", "signer"),
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
    parser = add(
        commands,
        "receipt",
        "write the receipt of one record: that its commitment is in the dataset",
        verb="receipt",
        arguments=pick("dataset", "record", "output", "opening"),
    )
    parser.add_argument("dataset", metavar="DATASET", help="id or root of the dataset, or the beginning of either")
    parser.add_argument("record", metavar="RECORD", type=whole, help="the number of the record")
    parser.add_argument("--out", "-o", dest="output", default="receipt.json", metavar="FILE", help="the receipt")
    parser.add_argument(
        "--open",
        dest="opening",
        action="store_true",
        help="put the record's values in, for the patient; whoever reads the file sees them",
    )


def _key(commands: Any) -> None:
    group = commands.add_parser("key", help="list, make and export signing keys")
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    add(inner, "list", "list the signing keys of this workspace", name="key list", verb="list_keys")
    parser = add(
        inner,
        "new",
        "make a signing key (Ed25519 and ML-DSA-65)",
        name="key new",
        verb="new_key",
        arguments=pick("signer"),
    )
    parser.add_argument("signer", nargs="?", metavar="NAME", help="whose key it is, as auditors will read it")
    parser = add(
        inner,
        "export",
        "export the public half of a key, for auditors",
        name="key export",
        verb="export_key",
        arguments=pick("fingerprint", "output"),
    )
    parser.add_argument("fingerprint", nargs="?", help="which key, or the beginning of it (default: the only one)")
    parser.add_argument("--out", "-o", dest="output", metavar="FILE", help="write it here (default: print it)")


def _sample(commands: Any) -> None:
    parser = add(
        commands,
        "sample",
        "write a synthetic cohort to try things on; its patients do not exist",
        verb="sample",
        arguments=pick("rows", "columns", "seed", "output"),
    )
    parser.add_argument("--rows", type=whole, default=1000, metavar="N", help="records (default: 1000)")
    parser.add_argument("--columns", type=whole, default=8, metavar="D", help="features (default: 8)")
    parser.add_argument(
        "--seed", type=whole, default=1, metavar="S", help="the same seed gives the same cohort (default: 1)"
    )
    parser.add_argument(
        "--out", "-o", dest="output", default="cohort.csv", metavar="FILE", help="the table (default: cohort.csv)"
    )


def _app(commands: Any) -> None:
    parser = add(commands, "app", "open the window", arguments=pick("auditor"))
    parser.add_argument("--auditor", metavar="FILE", help="open as an auditor, with this bundle; needs no workspace")


def _rest(commands: Any) -> None:
    add(
        commands,
        "self-test",
        "attest and verify a sample in a throwaway workspace, to see that this installation works",
        verb="self_test",
    )
    add(commands, "version", "print the version")
