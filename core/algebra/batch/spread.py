"""A batch of points that several workers decode and sum over, block by block, each taking the next one that waits.

Blocks are decoded ahead of the first sum, and then those that are decoded come first, so that sums come out, and can be
kept, from early on. What a helper cannot do, because it was killed or ran out of memory, another one does, and this
process where none is left: a verdict never depends on whether there were helpers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from core.algebra.batch import frames
from core.algebra.batch.blocks import block_ranges
from core.algebra.batch.kept import KeptSums, digest_of
from core.algebra.batch.local import Scalars
from core.algebra.batch.workers import HelperWorker, LocalWorker, Worker
from core.algebra.encoding import split_affine
from core.algebra.group import GroupBackend, Point
from core.errors import InternalError, MalformedError
from core.monitor import Monitor

_POLL = 0.1
"""Seconds between two looks at the monitor while helpers work."""
_ENDING = 5.0
"""Seconds that a thread may take to see that its helper was killed."""
RESTING_FROM = 8
"""Blocks from which on a helper rests until a sum is asked for, so that what comes before has a core to itself."""
_DECODING = 0.75
"""Share of decoding in the work for a point."""


class SpreadBatch:
    """A PointBatch of so many helpers; without any, this process does the work. OSError if one cannot be started,
    RuntimeError if its thread cannot.

    rest: that one helper is to wait for the first sum. kept: sums of earlier runs, whose blocks are not decoded again.
    """

    def __init__(
        self,
        backend: GroupBackend,
        blobs: Sequence[bytes],
        monitor: Monitor,
        *,
        helpers: int = 0,
        rest: bool = False,
        report: Callable[[float], None] = lambda share: None,
        kept: KeptSums | None = None,
    ) -> None:
        self._backend = backend
        self._blobs = blobs
        self._monitor = monitor
        self._report = report
        self._kept = kept
        self._known = {} if kept is None else dict(kept.load())
        self._blocks = block_ranges(len(blobs))
        self._decoded = [0] * len(self._blocks)  # points
        self._homes: dict[int, Worker] = {}  # of the blocks that are decoded, and fine
        self._bad: dict[int, MalformedError] = {}
        self._taken: set[int] = set()  # blocks that somebody is at
        self._wanted: dict[int, bytes] | None = None  # the scalars, so far, of the sum that is being formed
        self._digests: dict[int, bytes] = {}  # by block, if sums are kept: what its sum is kept beside
        self._sums: dict[int, bytes] = {}
        self._closed = False
        self._changed = threading.Condition()
        self._local = LocalWorker(backend)
        self._helpers: list[HelperWorker] = []
        self._threads: list[threading.Thread] = []
        self._at_work: set[HelperWorker] = set()
        try:
            for _ in range(helpers):
                self._helpers.append(HelperWorker(backend.name))
            self._at_work.update(self._helpers)
            for place, helper in enumerate(self._helpers):
                ahead = not rest or len(self._blocks) < RESTING_FROM or place < len(self._helpers) - 1
                thread = threading.Thread(target=self._serve, args=(helper, ahead), daemon=True)
                thread.start()
                self._threads.append(thread)
        except (OSError, RuntimeError):
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._blobs)

    @property
    def helpers(self) -> tuple[HelperWorker, ...]:
        """Those that are still at work."""
        return tuple(helper for helper in self._helpers if helper in self._at_work)

    def sum(self, scalars: Scalars) -> Point:
        if len(scalars) != len(self._blobs):
            raise InternalError("group.lengths", "Points and scalars of a sum differ in number.")
        with self._changed:
            if self._kept is None:  # sums to come are tried to find what is wrong, which nobody goes on with
                self._known = {}
            self._sums = {}
            self._wanted = {}
            self._changed.notify_all()
        # blocks whose sums are at hand come last: what is new is kept from early on
        for block in sorted(range(len(self._blocks)), key=lambda block: self._blocks[block].start in self._known):
            place = self._blocks[block]
            self._want(block, frames.pack_scalars(scalars[place.start : place.stop]))
            if not self._finished() and not self._at_work:
                self._advance()
            self._look()
        while not self._finished():
            self._advance()
            self._look()
        self._look()
        with self._changed:
            self._wanted = None
        self._kept = None
        total = self._backend.identity
        for share in self._backend.from_affine([split_affine(payload) for payload in self._sums.values() if payload]):
            total = self._backend.add(total, share)
        return total

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for helper in self._helpers:
            helper.process.kill()
        for helper in self._helpers:
            helper.close()
        for thread in self._threads:
            thread.join(_ENDING)
        for helper in self._helpers:
            helper.release()
        self._local.close()

    def _want(self, block: int, scalars: bytes) -> None:
        """Have the sum over a block formed, or take that of an earlier run if it is of the same points and scalars."""
        place = self._blocks[block]
        total = None
        if self._kept is not None:
            digest = digest_of(self._backend.name, place.start, self._blobs[place.start : place.stop], scalars)
            known, total = self._known.get(place.start, (b"", None))
            if known != digest:
                total = None
            self._digests[block] = digest
        with self._changed:
            if total is None:
                self._known.pop(place.start, None)
            else:
                self._sums[block] = total
            if self._wanted is not None:
                self._wanted[block] = scalars
            self._changed.notify_all()

    def _look(self) -> None:
        """Tell how far it is, keep what is new, and end if that is wished."""
        self._monitor.check()
        self._report(self._share())
        if self._kept is None:
            return
        with self._changed:
            new = {self._blocks[block].start: (self._digests[block], total) for block, total in self._sums.items()}
            if all(first in self._known for first in new):
                return
            self._known |= new
            kept = dict(self._known)
        self._kept.save(kept)

    def _finished(self) -> bool:
        """Whether all sums are there; MalformedError for the first bad point, once no block before it can have one."""
        with self._changed:
            if not self._bad:
                return len(self._sums) == len(self._blocks)
            first = min(self._bad)
            if all(block in self._homes or block in self._sums for block in range(first)):
                raise self._bad[first]
            return False

    def _advance(self) -> None:
        """Wait a moment for the helpers, or do something in their place."""
        with self._changed:
            step = None if self._at_work else self._next(self._local)
            if step is None and self._at_work:
                self._changed.wait(_POLL)
        if step is not None:
            self._do(self._local, *step)

    def _serve(self, helper: HelperWorker, ahead: bool) -> None:
        """Give a helper one thing after the other until it is gone; ahead: also before the first sum."""
        try:
            while (step := self._awaited(helper, ahead)) is not None and self._do(helper, *step):
                pass
        finally:
            with self._changed:
                self._at_work.discard(helper)
                self._homes = {block: home for block, home in self._homes.items() if home is not helper}
                self._changed.notify_all()

    def _awaited(self, helper: HelperWorker, ahead: bool) -> tuple[int, bytes | None] | None:
        """What it is to do, once there is something; None when the batch is closed."""
        with self._changed:
            while (step := self._next(helper, ahead=ahead)) is None and not self._closed:
                self._changed.wait()
            return step

    def _next(self, worker: Worker, *, ahead: bool = False) -> tuple[int, bytes | None] | None:
        """What this worker is to do, which is its from now on: a block, and scalars to sum over it or None to decode
        it.
        """
        wanted = self._wanted
        if self._closed or (wanted is None and not ahead):
            return None
        free = [block for block in range(min(self._bad, default=len(self._blocks))) if block not in self._taken]
        if wanted is not None:
            for block in free:
                if block in wanted and block not in self._sums and self._homes.get(block) is worker and not self._bad:
                    self._taken.add(block)
                    return block, wanted[block]
        for block in free:
            if block in self._sums or self._blocks[block].start in self._known:
                continue
            if block not in self._homes:
                self._taken.add(block)
                return block, None
        return None

    def _do(self, worker: Worker, block: int, scalars: bytes | None) -> bool:
        """Decode the block or form the sum; False if the worker is lost."""
        place = self._blocks[block]

        def tick(done: int) -> None:
            self._decoded[block] = done
            if worker is self._local:
                self._monitor.check()
                self._report(self._share())

        try:
            if scalars is not None:
                total = worker.sum(place.start, scalars)
                if total is not None:
                    with self._changed:
                        self._sums[block] = total
                return total is not None
            found = worker.decode(place.start, self._blobs[place.start : place.stop], tick)
            if found:
                with self._changed:
                    self._homes[block] = worker
                    self._decoded[block] = len(place)
            return found
        except MalformedError as error:
            with self._changed:
                self._bad[block] = error
            return True
        finally:
            with self._changed:
                self._taken.discard(block)
                self._changed.notify_all()

    def _share(self) -> float:
        """How much of the work is done, 0 to 1."""
        with self._changed:
            done = sum(
                len(place)
                if block in self._sums or place.start in self._known
                else _DECODING * self._decoded[block]
                for block, place in enumerate(self._blocks)
            )
        return done / max(len(self._blobs), 1)
