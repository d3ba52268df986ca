"""A fence around a fault of PySide6 6.12 on Python 3.11: every `Signal.emit` takes one reference from `True`.

After some thousand emits the count reaches zero and the interpreter ends the process ("bool_dealloc"). From Python 3.12
on True and False are immortal and nothing happens; here they are given more references than a window can ever use.
"""

from __future__ import annotations

import ctypes
import sys

PLENTY = 1 << 40


def keep_booleans() -> None:
    """Make True and False outlive the process on Python 3.11; does nothing on later ones, or when done already."""
    if sys.version_info >= (3, 12) or sys.maxsize < PLENTY:
        return
    for value in (True, False):
        count = ctypes.c_ssize_t.from_address(id(value))
        # Only where the count lies where we think it does: a debug build of Python keeps it elsewhere.
        if count.value < PLENTY and abs(count.value - sys.getrefcount(value)) < 100:
            count.value += PLENTY
