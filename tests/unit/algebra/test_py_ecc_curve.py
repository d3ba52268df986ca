"""py_ecc is used without letting it change the interpreter."""

from __future__ import annotations

import subprocess
import sys


def test_the_recursion_limit_stays_as_it_was() -> None:
    program = (
        "import sys; before = sys.getrecursionlimit()\n"
        "import core.algebra.backends.reference, core.commitments.hash_to_curve\n"
        "from core.commitments.hash_to_curve import hash_to_affine; hash_to_affine(b'G/0')\n"
        "from core.algebra.group import get_backend; g = get_backend('reference')\n"
        "g.mul(g.from_affine([hash_to_affine(b'G/0')])[0], 2**254 + 1)\n"
        "print(before == sys.getrecursionlimit())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr
