"""Starts a frozen program the way its users do: from the root folder, as an ordinary user, with an empty home.

    python packaging/try_frozen.py dist/proofward

A program tried from the checkout finds files there that it will not find elsewhere, and a program tried as root may
write where its users may not. Where this runs as root, the program is handed to the user `nobody`, from a copy that
`nobody` may read. Prints what the program says, its size and the seconds it took; exit code of the program.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOBODY = 65534


def ordinary(home: Path) -> dict[str, object]:
    """Arguments for a child process that is no root, and give it its home."""
    if os.geteuid() != 0:
        return {}
    os.chown(home, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def main(arguments: list[str]) -> int:
    """Run `--self-test` of the folder named first; further arguments go to it."""
    source = Path(arguments[0]).resolve()
    with tempfile.TemporaryDirectory(prefix="proofward-frozen-") as name:
        base = Path(name)
        base.chmod(0o755)
        program = base / "a folder with spaces" / "proofward"
        shutil.copytree(source, program, symlinks=True)
        home = base / "home"
        home.mkdir()
        size = sum(path.stat().st_size for path in program.rglob("*") if not path.is_symlink()) / 1e6
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
        started = time.monotonic()
        done = subprocess.run(
            [str(program / "proofward"), "--self-test", *arguments[1:]],
            cwd="/",
            env=environment,
            check=False,
            **ordinary(home),  # type: ignore[call-overload]
        )
        seconds = time.monotonic() - started
        for report in home.rglob("reports/*.json"):
            print(report.read_text(encoding="utf-8"), file=sys.stderr)
    verdict = "works" if done.returncode == 0 else f"ended with exit code {done.returncode}"
    print(f"The frozen program {verdict}: {size:.0f} MB, self-test {seconds:.1f} s.")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
