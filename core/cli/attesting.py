"""The words of `proofward attest`, and of the two questions that it answers without attesting anything."""

from __future__ import annotations

import re
from typing import Any

from core.cli.words import add, memory_option, pick

_SIZE = re.compile(r"([0-9]{1,9})x([0-9]{1,9})", re.ASCII)
"""A dataset's id and its root never look like this."""


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
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--announce",
        action="store_true",
        help="only print the root and the digest of the plan, for an auditor to note before drawing a nonce",
    )
    instead.add_argument(
        "--estimate",
        action="store_true",
        help="only say how long it would take, how much memory it would need, and how large the bundle would be; "
        "DATASET may then be a size, such as 10000x32",
    )
    parser.add_argument("--hide-weights", action="store_true", help="keep the model out of the bundle, as a commitment")
    parser.add_argument("--key", metavar="FINGERPRINT", help="the signing key (default: the only one, or a new one)")
    memory_option(parser)


def _arguments(values: dict[str, Any]) -> dict[str, object]:
    if values["announce"]:
        return pick("dataset", "plan_path")(values)
    if values["estimate"]:
        size = _SIZE.fullmatch(values["dataset"])
        if size is None:
            return pick("dataset", "nonce", "plan_path", "hide_weights", "key")(values)
        return {"rows": int(size[1]), "features": int(size[2]), **pick("plan_path", "hide_weights")(values)}
    return pick("dataset", "output", "nonce", "plan_path", "hide_weights", "key")(values)
