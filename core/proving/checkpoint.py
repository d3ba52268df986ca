"""What a long job keeps on its way, so that it can go on after a crash: finished results, and journals of proofs begun.

A trained model is kept while it is trained and afterwards, because the certificate of the optimum depends on where
training ends and not on how it got there; a proof is kept once it is finished, and until then its journal
(core.proving.begun), which holds no mask whose response depends on anything drawn later.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from core.encoding.canonical import dumps, loads
from core.errors import InputError
from core.relations.parameters import OptimumParameters
from core.training.keeper import Curvature, Descent, Iterate
from core.training.quantise import TrainedModel

ITERATE = "iterate"
TRAINED = "trained"
INTERVAL = 1.0
"""Seconds between two iterates that are kept."""

_LIMIT = 1 << 26
_END = b"\n"
"""After the canonical JSON of a point, in which it does not occur; the curvature follows."""
_QUICK_BYTES = 1 << 24
"""What is larger is kept less often, so that a tenth of the time at most goes into keeping."""


class Checkpoint(Protocol):
    """Keeps bytes under names, encrypted, for one job alone."""

    def load(self, part: str) -> bytes | None:
        """What was kept under this name, None if nothing was."""

    def save(self, part: str, data: bytes) -> None:
        """Keep this under the name, in the place of what was there."""

    def drop(self, part: str) -> None:
        """Keep it no longer."""


class NoCheckpoint:
    """Keeps nothing."""

    def load(self, part: str) -> bytes | None:
        return None

    def save(self, part: str, data: bytes) -> None:
        pass

    def drop(self, part: str) -> None:
        pass


class IterateKeeper:
    """Keeps where training is, every few seconds; a core.training.keeper.Keeper."""

    def __init__(self, checkpoint: Checkpoint, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._checkpoint = checkpoint
        self._clock = clock
        self._last = clock()
        self._wait = INTERVAL

    def start(self) -> Iterate | None:
        """Where to go on, None if training is to begin by itself, also because the point cannot be read."""
        try:
            data = self._checkpoint.load(ITERATE)
        except InputError as error:
            if error.code != "workspace.damaged":
                raise
            return None
        if data is None:
            return None
        head, _, tail = data.partition(_END)
        value: Any = loads(head, limit=_LIMIT, what="The unfinished model")
        integers, descent = value["integers"], value.get("descent")
        iterate = Iterate(
            weights=_floats(value["weights"]),
            losses=_floats(value["losses"]),
            descent=None if descent is None else _descent(descent),
            integers=None if integers is None else tuple(int(text) for text in integers),
            steps=value["steps"],
            curvature=Curvature.from_bytes(value["rows"], tail, columns=len(value["weights"])) if tail else None,
        )
        return iterate if all(map(math.isfinite, iterate.weights)) else None

    def keep(self, iterate: Callable[[], Iterate], *, at_once: bool = False) -> None:
        """Keep this point if the last was kept long enough ago, or at once."""
        if not at_once and self._clock() - self._last < self._wait:
            return
        point = iterate()
        descent, curvature = point.descent, point.curvature
        document = {
            "weights": _hex(point.weights),
            "losses": _hex(point.losses),
            "descent": None
            if descent is None
            else {
                "phase": descent.phase,
                "step": descent.step,
                "here": _hex(descent.here),
                "best_loss": _hex((descent.best_loss,)),
                "stalled": descent.stalled,
                "memory": descent.memory,
            },
            "integers": None if point.integers is None else [str(weight) for weight in point.integers],
            "steps": point.steps,
            "rows": 0 if curvature is None else curvature.rows,
        }
        data = dumps(document) + _END + (b"" if curvature is None else curvature.to_bytes())
        self._checkpoint.save(ITERATE, data)
        self._last = self._clock()
        self._wait = INTERVAL * max(1.0, len(data) / _QUICK_BYTES)


def _descent(value: Any) -> Descent:
    (best_loss,) = _floats(value["best_loss"])
    return Descent(
        phase=value["phase"],
        step=value["step"],
        here=_floats(value["here"]),
        best_loss=best_loss,
        stalled=value["stalled"],
        memory=value["memory"],
    )


def torch_is_needed(checkpoint: Checkpoint) -> bool:
    """Whether something is left to do of the training that torch does: neither a model nor a polish begun was kept."""
    if checkpoint.load(TRAINED) is not None:
        return False
    iterate = IterateKeeper(checkpoint).start()
    return iterate is None or iterate.integers is None


def save_trained(checkpoint: Checkpoint, trained: TrainedModel) -> None:
    """Keep a trained model in place of the iterates before it."""
    checkpoint.save(
        TRAINED,
        dumps(
            {
                "weights": [str(weight) for weight in trained.weights],
                "bias": str(trained.bias),
                "float_weights": _hex(trained.float_weights),
                "losses": _hex(trained.losses),
                "polish_steps": trained.polish_steps,
            }
        ),
    )
    checkpoint.drop(ITERATE)


def load_trained(checkpoint: Checkpoint, parameters: OptimumParameters) -> TrainedModel | None:
    """The kept model at these sizes, None if none was kept."""
    data = checkpoint.load(TRAINED)
    if data is None:
        return None
    value: Any = loads(data, limit=_LIMIT, what="The trained model")
    return TrainedModel(
        parameters=parameters,
        weights=tuple(int(text) for text in value["weights"]),
        bias=int(value["bias"]),
        float_weights=_floats(value["float_weights"]),
        losses=_floats(value["losses"]),
        polish_steps=value["polish_steps"],
    )


def _hex(values: tuple[float, ...]) -> list[str]:
    """Floats exactly, as texts; canonical JSON knows none."""
    return [float(value).hex() for value in values]


def _floats(texts: list[str]) -> tuple[float, ...]:
    return tuple(float.fromhex(text) for text in texts)
