"""`make bench`: the main job on this machine, one line a size, as a table that docs may quote.

python -m tests.bench [--reference] [--json] [sample] [2000x16] [ROWSxCOLUMNS] ...
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = ("sample", "2000x16", "10000x32")
COLUMNS = {
    "import": "import",
    "commit": "commit",
    "train": "train",
    "validity": "validity",
    "optimum": "optimum",
    "verify": "verify",
    "verify_reference": "verify, reference",
    "scikit_learn": "scikit-learn's fit",
}


def row(result: dict[str, Any]) -> str:
    """One size as a line of the table."""
    seconds = [f"{result['seconds'][name]:.2f}" if name in result["seconds"] else "not run" for name in COLUMNS]
    sizes = [f"{result['proof_bytes'] / 1e3:.1f}", f"{result['bundle_bytes'] / 1e3:.0f}", f"{result['peak_mb']:.0f}"]
    name = f"{result['records']:,} x {result['features']}"
    return f"| {' | '.join([name, *seconds, *sizes, result['distance']])} |"


def main(arguments: list[str]) -> int:
    """Measure the sizes named, or the usual ones; exit code 1 if one of them did not work."""
    options = [argument for argument in arguments if argument.startswith("--")]
    sizes = [argument for argument in arguments if not argument.startswith("--")] or list(SIZES)
    passed_on = ["--reference"] if "--reference" in options else []
    heads = ["records x features", *(f"{head} s" for head in COLUMNS.values()), "proofs kB", "bundle kB", "peak MB"]
    if "--json" not in options:
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"\n| {' | '.join([*heads, 'distance at most'])} |\n|{'---|' * (len(heads) + 1)}", flush=True)
    failed = False
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.pipeline", size, *passed_on],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            print(f"{size}: it did not work, see above", file=sys.stderr)
            failed = True
        elif "--json" in options:
            print(done.stdout, end="", flush=True)
        else:
            print(row(json.loads(done.stdout)), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
