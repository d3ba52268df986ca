"""The one entry of the frozen program: window, command line and worker live in one folder and share every library.

proofward                      the command line; `proofward-window` without arguments opens the window
proofward --worker             the worker process, which reads one job from its standard input
proofward --points             a helper of the verifier, which decodes the points it is sent
proofward --records            a helper of the worker, which opens a dataset's records
proofward --self-test          attest and verify the sample, and say so; exit code 0
"""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Hand over to the part that the first argument names."""
    if arguments[:1] == ["--worker"]:
        from core.jobs.worker import main as work

        return int(work() or 0)
    if arguments[:1] == ["--points"]:
        from core.algebra.batch.helper import main as help_with_points

        help_with_points()
        return 0
    if arguments[:1] == ["--records"]:
        from core.workspace.opener import main as help_with_records

        help_with_records()
        return 0
    if not arguments and Path(sys.executable).stem.endswith("-window"):
        arguments = ["app"]
    if arguments[:1] == ["--self-test"]:
        arguments = ["self-test", *arguments[1:]]
    from core.cli.main import main as command

    return int(command(arguments) or 0)


if __name__ == "__main__":
    # First of all: a child process of a frozen program starts here too, and must become the child.
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
