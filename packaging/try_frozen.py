"""Starts a frozen program the way its users do: from the root folder, as an ordinary user, with an empty home.

    python packaging/try_frozen.py dist/proofward

A program tried from the checkout finds files there that it will not find elsewhere, and a program tried as root may
write where its users may not. Where this runs as root, the program is handed to the user `nobody`, from a copy that
`nobody` may read. Prints what was tried, the seconds it took and the size; exit code of what failed.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOBODY = 65534
# Record commitments beyond this number are decoded by several processes.
LARGE = 21_000


def ordinary(home: Path) -> dict[str, object]:
    """Arguments for a child process that is no root, and give it its home."""
    if os.geteuid() != 0:
        return {}
    os.chown(home, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def commands(folder: Path) -> list[list[str]]:
    """What is tried, in order: the self-test, and a cohort whose points are checked by several processes."""
    table, schema, bundle = (str(folder / name) for name in ("cohort.csv", "schema.json", "cohort.proofward"))
    return [
        ["--self-test"],
        ["sample", "--rows", str(LARGE), "--columns", "2", "-o", table],
        ["schema", "infer", table, "--outcome", "outcome", "--patient-id", "patient_id", "-o", schema],
        ["import", table, "--schema", schema, "--json"],
        ["attest", "DATASET", "--out", bundle],
        ["verify", bundle],
    ]


def main(arguments: list[str]) -> int:
    """Try the program in the folder named first."""
    source = Path(arguments[0]).resolve()
    with tempfile.TemporaryDirectory(prefix="proofward-frozen-") as name:
        base = Path(name)
        base.chmod(0o755)
        program = base / "a folder with spaces" / "proofward"
        shutil.copytree(source, program, symlinks=True)
        home = base / "home"
        home.mkdir()
        user = ordinary(home)
        environment = {
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "PROOFWARD_PASSPHRASE": secrets.token_hex(16),
            "QT_QPA_PLATFORM": "offscreen",
        }
        dataset = ""
        for words in commands(home):
            words = [dataset if word == "DATASET" else word for word in words]
            started = time.monotonic()
            done = subprocess.run(
                [str(program / "proofward"), *words],
                cwd="/",
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
                **user,  # type: ignore[call-overload]
            )
            print(done.stdout if words == ["--self-test"] or done.returncode else "", end="")
            print(f"proofward {words[0]}: exit code {done.returncode}, {time.monotonic() - started:.1f} s", flush=True)
            if done.returncode:
                for report in home.rglob("reports/*.json"):
                    print(report.read_text(encoding="utf-8"), file=sys.stderr)
                return done.returncode
            if words[0] == "import":
                dataset = json.loads(done.stdout)["dataset_id"]
        size = sum(path.stat().st_size for path in program.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"The frozen program works; its folder holds {size / 1e6:.0f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
