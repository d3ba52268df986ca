"""How a process ends that does not wait for its work: nothing half-written stays, and no child lives on."""

from __future__ import annotations

import multiprocessing

from core.services.files import remove_unfinished
from core.services.unfinished import discard_all


def abandon(*, discard: bool = False) -> None:
    """Remove unfinished files and end the processes that this one started; the caller ends the process right after.

    discard: forget what the jobs of this process have kept, too.
    """
    for child in multiprocessing.active_children():
        child.kill()
    remove_unfinished()
    if discard:
        discard_all()
