"""What a proof in progress has drawn and sent, so that an interrupted prover can go on with the identical messages.

The messages of a proof up to `products.opened` are a function of the witness and of what is drawn before the first
padded message (`sigma` in docs/protocol/interrupted.md); what follows is masked by fresh randomness each time. The
journal holds sigma, whole, and the bytes sent so far, and nothing of what is drawn later. So two continuations of one
journal share their first messages byte for byte, and no mask in the rest: there is never a mask with two responses.

Beside these it holds results: what follows from witness, sigma and the messages sent, and takes long to compute.

Secret. Serialised for a checkpoint that encrypts it; removed once the proof is finished.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.algebra.field import scalar_from_bytes, scalar_to_bytes
from core.encoding.canonical import dumps, loads
from core.errors import InternalError, MalformedError
from core.randomness import Tape

INTERVAL = 1.0
"""Seconds between two journals that are written."""

MASKS = "products.mask"
"""The draw of left(0) and right(0), which is made at the beginning though it is needed at the end."""

_LIMIT = 1 << 24


class JournalMismatchError(InternalError):
    """What is computed now is not what was sent before the interruption; the proof is to begin anew."""

    def __init__(self) -> None:
        super().__init__("journal.mismatch", "A proof that was interrupted does not go on as it began.")


class Journal:
    """The journal of one proof: `kept` is what an interrupted prover left, `save` takes its place.

    A channel opens it, draws through it, tells when all of sigma is drawn, offers it whenever something was sent or a
    result was found, and closes it before anything fresh.
    """

    def __init__(
        self,
        kept: bytes | None,
        save: Callable[[bytes], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sent = b""
        self._kept = kept
        self._save = save
        self._clock = clock
        self._last = clock()
        self._binding = b""
        self._draws: list[tuple[str, list[int]]] = []
        self._results: dict[str, bytes] = {}
        self._written = (0, 0)  # bytes sent and results in what was kept or written last
        self._replayed = 0
        self._complete = False
        self._closed = False

    def __repr__(self) -> str:
        return "Journal(<secret>)"

    def open(self, binding: bytes, tape: Tape) -> Tape:
        """Begin, or go on if what was kept has the same `binding` (a digest of statement and pattern).

        Returns the tape to draw from. `sent` is then what was sent before, empty for a proof that begins.
        JournalMismatchError if what was kept is no journal.
        """
        if self._binding:
            raise InternalError("journal.reused", "One journal was given to two proofs.")
        self._binding = binding
        if self._kept is None or not self._read(self._kept):
            self._draws = [(MASKS, tape.scalars(MASKS, 2))]
        self._replayed = 1
        return JournalTape(self, tape)

    def _read(self, data: bytes) -> bool:
        """Take over what was kept, if it is of the same statement; JournalMismatchError if it is no journal."""
        try:
            kept: Any = loads(data, limit=_LIMIT, what="The journal of a proof")
            draws = [(label, _scalars(text)) for label, text in kept["draws"]]
            same, sent = bool(kept["binding"] == self._binding.hex()), bytes.fromhex(kept["sent"])
            results = {name: bytes.fromhex(text) for name, text in kept.get("results", {}).items()}
        except (MalformedError, AttributeError, KeyError, TypeError, ValueError):
            raise JournalMismatchError from None
        if same and (not draws or draws[0][0] != MASKS or len(draws[0][1]) != 2):
            raise JournalMismatchError
        if same:
            self._draws, self.sent, self._results = draws, sent, results
            self._written = len(sent), len(results)
        return same

    def draw(self, tape: Tape, label: str, count: int) -> list[int]:
        """The draw of an earlier run if it is in the journal, and a fresh one otherwise."""
        if self._closed:
            return tape.scalars(label, count)
        if label == MASKS:
            return self._draws[0][1]
        if self._replayed < len(self._draws):
            known, values = self._draws[self._replayed]
            if (known, len(values)) != (label, count):
                raise JournalMismatchError
        elif self.sent:
            raise JournalMismatchError
        elif self._complete:
            raise InternalError("journal.late", "A proof drew something after it had said that all was drawn.")
        else:
            values = tape.scalars(label, count)
            self._draws.append((label, values))
        self._replayed += 1
        return values

    def result(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What `make` returns, or returned before the interruption: a function of witness, sigma and what was sent."""
        if name not in self._results:
            self._results[name] = make()
        return self._results[name]

    def confirm(self, name: str, value: bytes) -> bool:
        """Whether such a result was kept before the interruption; JournalMismatchError if it was another one."""
        known = self._results.get(name)
        if known is None:
            self._results[name] = value
            return False
        if known != value:
            raise JournalMismatchError
        return True

    def drawn(self) -> None:
        """All of sigma is: nothing is drawn from here on until `close`, and the journal may be written."""
        self._complete = True

    def offer(self, proof: bytearray) -> None:
        """Write the journal down if all of sigma is drawn, something is new, and the last was long enough ago."""
        state = max(len(proof), len(self.sent)), len(self._results)
        if not self._complete or self._closed or state == self._written or self._clock() - self._last < INTERVAL:
            return
        draws = [[label, b"".join(map(scalar_to_bytes, values)).hex()] for label, values in self._draws]
        results = {name: value.hex() for name, value in self._results.items()}
        sent = max(bytes(proof), self.sent, key=len)  # one begins with the other
        self._save(dumps({"binding": self._binding.hex(), "draws": draws, "results": results, "sent": sent.hex()}))
        self._last = self._clock()
        self._written = state

    def close(self) -> None:
        """From here on everything is drawn afresh and nothing is written."""
        self._closed = True


class JournalTape:
    """A tape that remembers in the journal what it gave, and gives what the journal remembers."""

    def __init__(self, journal: Journal, tape: Tape) -> None:
        self._journal = journal
        self._tape = tape

    def scalar(self, label: str) -> int:
        return self._journal.draw(self._tape, label, 1)[0]

    def scalars(self, label: str, count: int) -> list[int]:
        return self._journal.draw(self._tape, label, count)


def _scalars(text: str) -> list[int]:
    data = bytes.fromhex(text)
    return [scalar_from_bytes(data[start : start + 32]) for start in range(0, len(data), 32)]
