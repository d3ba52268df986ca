"""The memory that `proofward attest` foretells and takes, in the quicker way and in the leaner one.

    python -m tests.bench.memory [SIZE ...]

Every size is imported once; each way then has a copy of the workspace and a process of its own, because a dataset's
proof is made once and the peak is a process's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.sizes import Size

ROOT = Path(__file__).resolve().parents[2]
USUAL = ("20000x16", "100000x64")
ALLOWED = 0.4


def proofward(home: Path, *words: str | Path) -> Any:
    """The JSON that the command prints."""
    environment = {**os.environ, "PROOFWARD_HOME": str(home), "PROOFWARD_PASSPHRASE": "a measurement"}
    environment.pop("PROOFWARD_MEMORY", None)
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", *map(str, words), "--json"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    answer = json.loads(done.stdout)
    if done.returncode:
        raise SystemExit(answer["error"]["message"])
    return answer


def measure(size: Size, folder: Path) -> list[tuple[str, int, int, float]]:
    """(way, foretold bytes, real bytes, seconds of all proofs) of both ways."""
    home, table, schema = folder / "home", folder / "cohort.csv", folder / "schema.json"
    proofward(home, "sample", "--rows", str(size.rows), "--columns", str(size.features), "-o", table)
    names = ("--outcome", "outcome", "--patient-id", "patient_id", "--consent", "consent", "--group", "sex")
    proofward(home, "schema", "infer", table, *names, "-o", schema)
    dataset = proofward(home, "import", table, "--schema", schema)["dataset_id"]
    table.unlink()
    found, limit = [], "900TB"
    for way in ("quick", "lean"):
        copy = folder / way
        shutil.copytree(home, copy)
        foretold = proofward(copy, "attest", dataset, "--estimate", "--memory", limit)["memory"]
        real = proofward(copy, "attest", dataset, "--memory", limit, "-o", folder / f"{way}.proofward")
        if foretold["lean"] != (way == "lean"):
            raise SystemExit(f"{size}: there is no leaner way")
        seconds = sum(real["seconds"].get(stage, 0.0) for stage in ("validity", "bounded", "optimum"))
        found.append((way, foretold["peak"], real["memory"]["peak"], seconds))
        limit = str(foretold["peak"] - 1)
        shutil.rmtree(copy)
    return found


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 if a prediction is more than the allowed share off."""
    good = True
    print(f"{'size':<14}{'way':<8}{'foretold MB':>12}{'real MB':>10}{'ratio':>8}{'proving s':>12}")
    for text in arguments or USUAL:
        with tempfile.TemporaryDirectory() as folder:
            for way, foretold, real, seconds in measure(Size.parse(text), Path(folder)):
                good = good and abs(foretold - real) <= ALLOWED * real
                ratio = foretold / real
                print(f"{text:<14}{way:<8}{foretold / 1e6:>12,.0f}{real / 1e6:>10,.0f}{ratio:>8.2f}{seconds:>12.1f}")
                sys.stdout.flush()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
