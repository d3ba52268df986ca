"""Both cores: kernels release the GIL, so plain threads over ranges of indices are enough.

Threads instead of numba's parallel loops keep compiling short, work when several threads of the program prove at once,
and load no OpenMP library beside torch's.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")


def worker_count() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=worker_count(), thread_name_prefix="kernels")


def ranges(count: int, least: int) -> list[tuple[int, int]]:
    """At most one range a core, each of at least `least` indices (but for the only one); empty for no indices."""
    parts = max(1, min(worker_count(), count // max(1, least)))
    edges = [count * k // parts for k in range(parts + 1)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def over_ranges(work: Callable[[int, int], T], count: int, least: int) -> list[T]:
    """work(start, stop) for ranges that cover 0..count - 1, at once on all cores; results in order."""
    return together([partial(work, a, b) for a, b in ranges(count, least)])


def together(jobs: list[Callable[[], T]]) -> list[T]:
    """Run jobs that do not wait for each other; the caller's thread takes the first."""
    if len(jobs) <= 1:
        return [job() for job in jobs]
    others = [_pool(os.getpid()).submit(job) for job in jobs[1:]]
    first = jobs[0]()
    return [first, *(other.result() for other in others)]
