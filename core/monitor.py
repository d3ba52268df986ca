"""How long work talks to whoever watches it: stages, share done, metrics, and the request to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Monitor(Protocol):
    """Receives progress and is asked, often, whether to go on."""

    def expect(self, seconds: Mapping[str, float]) -> None:
        """How long stages take in comparison with one another, once that can be told from the data."""

    def stage(self, name: str) -> None:
        """A named stage begins; its share done starts at 0."""

    def progress(self, done: float) -> None:
        """Share of the current stage that is done, 0 to 1. Cheap to call; receivers limit the rate."""

    def metric(self, name: str, step: int, value: float) -> None:
        """A figure worth drawing, such as the training loss. Never a value of a single patient."""

    def check(self) -> None:
        """Raise CancelledError if the work is to stop."""


class SilentMonitor:
    """Watches nothing and never cancels; for tests and short work."""

    def expect(self, seconds: Mapping[str, float]) -> None:
        pass

    def stage(self, name: str) -> None:
        pass

    def progress(self, done: float) -> None:
        pass

    def metric(self, name: str, step: int, value: float) -> None:
        pass

    def check(self) -> None:
        pass
