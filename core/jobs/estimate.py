"""How much time is left: of a stage from its own pace, of a whole job from the stages that it is known to have.

The expected seconds of a job's stages only say how they compare with one another; how fast this machine is on these
data is learnt from the stages that are done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# below this share or this time a stage's pace says nothing
_LEAST_SHARE = 0.02
_LEAST_SECONDS = 0.3
# seconds that count as gone exactly as planned, so that a first stage of milliseconds does not decide for the rest
_PRIOR = 1.0
# how long these take says nothing about the others: kernels compile once and are loaded ever after
_ONCE = frozenset({"prepare"})


@dataclass(frozen=True, slots=True)
class Outlook:
    """Share done, 0 to 1, and seconds left of the current stage and of the whole job; None where nothing is known."""

    done: float
    left: float | None
    overall: float | None
    total_left: float | None


class Estimator:
    """Follows a job through its stages. `expected`: stage name -> relative seconds, in order; may be empty.

    otherwise: the stages of a job that begins with one of these and not with an expected one.
    """

    def __init__(self, expected: Mapping[str, float], otherwise: Mapping[str, float] | None = None) -> None:
        self._names = tuple(expected)
        self._expected = dict(expected)
        self._otherwise = dict(otherwise or {})
        self._position = -1  # of the current stage in the plan; -1 before the first known one
        self._known = False
        self._started = 0.0
        self._done = 0.0
        self._base: float | None = None  # the share with which the stage began, known at its first progress
        self._spent = 0.0  # seconds in finished stages of the plan
        self._planned = 0.0  # what the plan said for them
        self._overall = 0.0

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Take these in the place of what was expected of stages in the plan; of no use for stages that are done."""
        self._expected |= {name: spent for name, spent in seconds.items() if name in self._expected}

    def stage(self, name: str, now: float) -> None:
        """A stage begins at `now` (seconds on any steady clock); stages of the plan that were passed over are done."""
        self._finish(now)
        if name in self._otherwise and name not in self._expected and self._position < 0:
            self._names, self._expected = tuple(self._otherwise), dict(self._otherwise)
        self._started, self._done, self._base = now, 0.0, None
        later = self._names[self._position + 1 :]
        self._known = name in later
        if self._known:
            self._position += 1 + later.index(name)

    def progress(self, done: float, now: float) -> Outlook:
        """The outlook when a share `done` of the current stage is done; a share never falls back."""
        self._done = max(self._done, min(max(done, 0.0), 1.0))
        elapsed = now - self._started
        if self._base is None:
            # What is done at once was done before: by a run that was interrupted.
            self._base = self._done if elapsed < _LEAST_SECONDS else 0.0
        left: float | None = None
        gained = self._done - self._base
        if self._done >= 1:
            left = 0.0
        elif gained >= _LEAST_SHARE and elapsed >= _LEAST_SECONDS:
            left = elapsed * (1 - self._done) / gained
        return Outlook(self._done, left, self._share(), self._total_left(left))

    def _finish(self, now: float) -> None:
        if self._known and self._names[self._position] not in _ONCE:
            self._spent += now - self._started
            self._planned += self._expected[self._names[self._position]]

    def _share(self) -> float | None:
        if not self._names or self._position < 0:
            return None
        total = sum(self._expected.values())
        before = sum(self._expected[name] for name in self._names[: self._position])
        current = self._expected[self._names[self._position]]
        share = (before + current * (self._done if self._known else 1.0)) / total
        self._overall = max(self._overall, min(share, 1.0))
        return self._overall

    def _total_left(self, left: float | None) -> float | None:
        if left is None or self._position < 0:
            return None
        later = sum(self._expected[name] for name in self._names[self._position + 1 :])
        planned, spent = self._planned, self._spent
        if self._known and self._names[self._position] not in _ONCE:  # the current stage is evidence too
            current = self._expected[self._names[self._position]]
            planned += current * self._done
            spent += left * self._done / (1 - self._done) if self._done < 1 else 0.0
        return left + later * (spent + _PRIOR) / (planned + _PRIOR)
