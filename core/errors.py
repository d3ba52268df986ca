"""The five ways in which Proofward stops, each with a code, a plain sentence and what to do next.

An input error is the caller's to mend, a malformed file is not one of ours, a rejected one is ours but says something
that does not hold, a cancelled job was stopped by a person, and an internal error is our fault. They are kept apart
because an auditor must be able to tell "wrong key" from "changed file" (pitfall 22), and each has its own exit code.
"""

from __future__ import annotations


class ProofwardError(Exception):
    """Base of every error that Proofward raises on purpose.

    code: dotted, stable, for scripts and help pages; message: what happened, one plain sentence without patient
    values; remedy: what the reader can do about it, may be empty.
    """

    kind = "internal"
    exit_code = 1

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InternalError(ProofwardError):
    """Proofward itself is at fault; nothing is said about the data."""


class InputError(ProofwardError):
    """What the caller gave cannot be used: arguments, a CSV file, a passphrase, a plan."""

    kind = "input"
    exit_code = 2


class RejectedError(ProofwardError):
    """A well-formed bundle, proof or receipt says something that does not hold.

    stage: the named verification stage that stopped it; detail: for experts, never shown alone.
    """

    kind = "rejected"
    exit_code = 3

    def __init__(self, code: str, message: str, remedy: str = "", *, stage: str = "", detail: str = "") -> None:
        super().__init__(code, message, remedy)
        self.stage = stage or code.split(".", 1)[0]
        self.detail = detail


class MalformedError(ProofwardError):
    """Bytes that are not what they claim to be: wrong shape, wrong encoding, over a limit, a later version."""

    kind = "malformed"
    exit_code = 4

    def __init__(self, code: str, message: str, remedy: str = "", *, detail: str = "") -> None:
        super().__init__(code, message, remedy)
        self.detail = detail


class CancelledError(ProofwardError):
    """A person asked to stop; nothing half-done is left behind."""

    kind = "cancelled"
    exit_code = 130

    def __init__(self, message: str = "The work was cancelled; nothing of it is kept.") -> None:
        super().__init__("cancelled", message)


class PausedError(CancelledError):
    """A person, or a machine that is being shut down, asked to stop for now; finished results are kept."""

    kind = "paused"

    def __init__(
        self, message: str = "The work was paused; what was finished is kept, and `proofward resume` goes on."
    ) -> None:
        super().__init__(message)
        self.code = "paused"
