"""What an attestation and its forecast need before they can begin: the dataset, the kernels and torch."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from core.monitor import Monitor
from core.services.context import Context
from core.services.stages import FoldedMonitor

if TYPE_CHECKING:
    from core.engines.interface import Engine
    from core.proving.dataset import OpenedDataset

_PREPARED, _OPENED = 0.5, 0.5
"""How the kernels and torch compare with what is left to open of a dataset then."""


def load_dataset(context: Context, monitor: Monitor, dataset: str, *, torch: bool) -> tuple[OpenedDataset, Engine]:
    """A dataset, by its id, and the engine; torch: whether that is loaded too.

    A small dataset is opened first, in the stage that has begun, and "prepare" follows. Of a large one records are
    opened by a helper while the arithmetic is prepared, and the rest at the end of "prepare".
    """
    with context.workspace.opening_dataset(dataset) as opening:
        if not opening.helped:
            return opening.finish(monitor), load_arithmetic(context, monitor, torch=torch)
        both = FoldedMonitor(monitor, name="prepare", stages={"prepare": _PREPARED, "open": _OPENED})
        engine = load_arithmetic(context, both, torch=torch)
        both.stage("open")
        return opening.finish(both), engine


def load_arithmetic(context: Context, monitor: Monitor, *, torch: bool) -> Engine:
    """The engine under a stage "prepare"; torch: whether that is loaded too."""
    engine = context.make_engine(monitor)
    if torch:
        importlib.import_module("core.training.trainer")  # torch takes seconds to load, which is no training
    monitor.check()
    return engine
