"""The words of `proofward attest`, and of the question that it answers without attesting anything."""

from __future__ import annotations

from typing import Any

from core.cli.words import add, pick


def attest_command(commands: Any) -> None:
    """Add `attest`."""
    parser = add(
        commands,
        "attest",
        "split, train, prove and sign: make a bundle from an imported dataset",
        verb="attest",
        arguments=_arguments,
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


def _arguments(values: dict[str, Any]) -> dict[str, object]:
    if values["announce"]:
        return pick("dataset", "plan_path")(values)
    return pick("dataset", "output", "nonce", "plan_path", "hide_weights", "key")(values)
