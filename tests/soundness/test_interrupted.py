"""Interrupted proofs go on, nothing of their fresh phase is ever kept, and no mask gets two responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest

from core.channel import journal as journal_module
from core.channel.journal import Journal, JournalMismatchError
from core.channel.points import PointTable
from core.channel.prover import ProverChannel
from core.channel.shape import ProofShape
from core.claims.bounded import prover as bounded_prover
from core.claims.optimum.prover import OptimumSecrets
from core.claims.validity import prover as validity_prover
from core.claims.validity import verifier as validity_verifier
from core.claims.validity.verifier import verify_validity
from core.engines import get_engine
from core.engines.fast import FastEngine
from core.errors import InputError, InternalError
from core.monitor import SilentMonitor
from core.proving.begun import go_on
from core.proving.checkpoint import NoCheckpoint
from core.randomness import SeededTape, SystemTape, Tape
from core.transcript.pattern import hidden
from tests.soundness.hospital import honest
from tests.soundness.interrupted import Claim, Kept, Recorder, claim_of, fixed_length, pairs
from tests.soundness.simulator import programmed, random_point, simulating

CLAIMS = ["validity", "bounded", "optimum", "hidden"]
CHANGES = [
    "noise",
    "sent",
    "label",
    "last",
    "first",
    "pad",
    "entries",
    "short",
    "scalar",
    "points",
    "results",
    "member",
    "binding",
]
FRESH = {"value.blinding", "opening.mask", "opening.mask_blinding"}


@pytest.fixture(autouse=True)
def _every_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal after whatever is sent or found instead of one a second."""
    monkeypatch.setattr(journal_module, "INTERVAL", -1.0)


@dataclass(frozen=True)
class Begun:
    """A claim proven once, with every journal that was written and everything that was drawn."""

    claim: Claim
    kept: Kept
    tape: Recorder
    proof: bytes


@pytest.fixture(scope="module")
def begun() -> Callable[[str], Begun]:
    @cache
    def make(name: str) -> Begun:
        claim, kept, tape = claim_of(name), Kept(), Recorder()
        with patch.object(journal_module, "INTERVAL", -1.0):
            proof = claim.prove(kept.journal(), tape, "fast")
        return Begun(claim, kept, tape, proof)

    return make


def some(journals: list[bytes], count: int = 5) -> list[bytes]:
    """The first, the last, and some between."""
    return [journals[k * (len(journals) - 1) // (count - 1)] for k in range(count)]


@pytest.mark.parametrize("name", CLAIMS)
def test_from_every_kept_moment_an_accepted_proof_and_no_mask_is_answered_twice(
    name: str, begun: Callable[[str], Begun]
) -> None:
    first = begun(name)
    claim, journals = first.claim, first.kept.journals
    assert claim.failing(first.proof) == []
    fixed = fixed_length(claim.pattern)
    assert len(journals) > 20
    proofs = [first.proof]
    for position, data in enumerate([*some(journals), journals[len(journals) // 2]]):
        later = Kept()
        again = claim.prove(later.journal(data), SystemTape(), "plain" if position == 2 else "fast")
        assert claim.failing(again) == []
        assert again[:fixed] == first.proof[:fixed]
        # what was sent is not written down a second time, and what follows as it would have been
        assert later.journals == [other for other in journals if len(other) > len(data)]
        proofs.append(again)
    assert len(set(proofs)) == len(proofs)
    assert pairs(claim.pattern, proofs) == set()


class LateMasks(Journal):
    """A mistake: left(0) and right(0) are drawn when they are sent."""

    def draw(self, tape: Tape, label: str, count: int) -> list[int]:
        return tape.scalars(label, count) if label == journal_module.MASKS else super().draw(tape, label, count)


class EarlyJournal(Journal):
    """A mistake: the journal is written before the columns' blinding factors, so that these are drawn again."""

    def open(self, binding: bytes, tape: Tape) -> Tape:
        opened = super().open(binding, tape)
        self._draws = [draw for draw in self._draws if not draw[0].startswith("validity.columns")]
        self._results = {name: found for name, found in self._results.items() if "validity.columns" not in name}
        self.sent = b""
        return opened


class KeptMasks(SystemTape):
    """A mistake: all that an earlier run drew is drawn again, masks of openings too, but for the value commitments."""

    def __init__(self, drawn: list[tuple[str, int]]) -> None:
        self._drawn = [draw for draw in drawn if draw[0] != "value.blinding"]

    def scalar(self, label: str) -> int:
        if label == "value.blinding":
            return super().scalar(label)
        draw = next(draw for draw in self._drawn if draw[0] == label)
        self._drawn.remove(draw)
        return draw[1]

    def scalars(self, label: str, count: int) -> list[int]:
        return [self.scalar(label) for _ in range(count)]


def test_the_search_finds_products_with_late_masks() -> None:
    claim, kept = claim_of("validity"), Kept()
    claim.prove(kept.journal(kind=LateMasks), SystemTape(), "fast")
    early = kept.journals[len(kept.journals) // 2]
    proofs = [claim.prove(Kept().journal(early, LateMasks), SystemTape(), "fast") for _ in (1, 2)]
    assert all(claim.failing(proof) == [] for proof in proofs)
    assert pairs(claim.pattern, proofs) == {"products", "products.opened"}


def test_the_search_finds_columns_that_were_drawn_again(begun: Callable[[str], Begun]) -> None:
    claim, journals = begun("validity").claim, begun("validity").kept.journals
    proofs = [claim.prove(Kept().journal(journals[0], EarlyJournal), SystemTape(), "fast") for _ in (1, 2)]
    assert all(claim.failing(proof) == [] for proof in proofs)
    assert {"fractions.round", "fractions.children", "products"} <= pairs(claim.pattern, proofs)


def test_the_search_finds_masks_of_openings_that_were_kept(begun: Callable[[str], Begun]) -> None:
    claim, first = begun("validity").claim, begun("validity").proof
    second = claim.prove(None, KeptMasks(begun("validity").tape.drawn), "fast")
    assert claim.failing(second) == []
    assert {"validity.records.blinding", "validity.records.final", "tie.blinding"} <= pairs(
        claim.pattern, [first, second]
    )


@pytest.mark.parametrize("name", CLAIMS)
def test_no_journal_holds_anything_of_the_fresh_phase(name: str, begun: Callable[[str], Begun]) -> None:
    claim, kept, tape = begun(name).claim, begun(name).kept, begun(name).tape
    labels = {label for label, _ in tape.drawn}
    assert labels >= FRESH
    sigma = labels - FRESH
    assert sigma >= {"pad", "pad.blinding", "products.mask"} and any(".columns." in label for label in sigma)
    last = kept.journals[-1].decode()
    for label, value in tape.drawn:
        assert (f"{value:064x}" in last) == (label not in FRESH), label
    # the first one holds all of it, and none is written once the values are committed
    assert [json.loads(data)["draws"] for data in kept.journals] == [json.loads(last)["draws"]] * len(kept.journals)
    assert len(bytes.fromhex(json.loads(last)["sent"])) <= fixed_length(claim.pattern)


def test_a_draw_after_the_last_is_refused_and_nothing_is_written_before_it() -> None:
    kept = Kept()
    journal = kept.journal()
    tape = journal.open(b"binding", SystemTape())
    tape.scalars("pad", 3)
    journal.offer(bytearray(48))
    journal.result("something", lambda: b"found")
    journal.offer(bytearray(48))
    assert kept.journals == []
    journal.drawn()
    for sent in (48, 48, 80):
        journal.offer(bytearray(sent))
    assert [len(json.loads(data)["sent"]) for data in kept.journals] == [96, 160]
    with pytest.raises(InternalError) as caught:
        tape.scalars("anything", 1)
    assert caught.value.code == "journal.late"
    journal.close()
    assert len(tape.scalars("value.blinding", 2)) == 2
    with pytest.raises(InternalError):
        journal.open(b"binding", SystemTape())


def altered(data: bytes, change: str) -> bytes:
    """A journal with one thing changed in it."""
    value = json.loads(data)
    if change == "noise":
        return data[1:]
    if change == "sent":
        value["sent"] = value["sent"][:200] + ("0" if value["sent"][200] != "0" else "1") + value["sent"][201:]
    elif change == "label":
        value["draws"][-1][0] = "another"
    elif change == "last":
        value["draws"].pop()
    elif change == "first":
        value["draws"].pop(0)
    elif change == "pad":
        value["draws"][1][1] = "00" * 32 + value["draws"][1][1][64:]
    elif change == "entries":
        value["results"]["validity.columns.entries"] = "00" * 32
    elif change == "short":
        value["results"]["validity.record"] = value["results"]["validity.record"][:-64]
    elif change == "scalar":
        value["results"]["validity.record"] = "ff" * 32 + value["results"]["validity.record"][64:]
    elif change == "points":
        name = next(name for name in value["results"] if name.startswith("validity.columns.") and "entries" not in name)
        value["results"][name] = value["results"][name][:-96]
        value["sent"] = value["sent"][:96]
    elif change == "results":
        value["results"] = []
    elif change == "member":
        del value["binding"]
    else:
        value["binding"] = "00" * 32
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize("change", CHANGES)
def test_a_journal_that_does_not_fit_is_thrown_away_and_the_proof_begins_anew(
    change: str, begun: Callable[[str], Begun]
) -> None:
    claim, first = begun("validity").claim, begun("validity").proof
    wrong = altered(begun("validity").kept.journals[-1], change)
    if change != "binding":
        with pytest.raises(JournalMismatchError):
            claim.prove(Kept().journal(wrong), SystemTape(), "fast")
    store = Memory({"validity.begun": wrong})
    proof = go_on(store, "validity", lambda journal: claim.prove(journal, SystemTape(), "fast"))
    assert claim.failing(proof) == []
    assert pairs(claim.pattern, [first, proof]) == set() and proof[:48] != first[:48]
    assert store.parts["validity.begun"] != wrong


@pytest.mark.parametrize("name", CLAIMS)
def test_what_was_sent_and_opened_before_is_not_computed_again(
    name: str, begun: Callable[[str], Begun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the last journal no column is committed to, no record gone through and no table made for a sumcheck."""
    first, called = begun(name), list[str]()

    def watch(holder: object, work: str) -> None:
        original = getattr(holder, work)

        def noted(*arguments: Any, **named: Any) -> Any:
            called.append(work)
            return original(*arguments, **named)

        monkeypatch.setattr(holder, work, noted)

    for work in ("commit_rows", "square_sumcheck", "product_sumcheck"):
        watch(FastEngine, work)
    watch(OptimumSecrets, "combine")
    for prover in (validity_prover, bounded_prover):
        watch(prover, "open_records")
    watch(bounded_prover, "sums_of")
    proof = first.claim.prove(Kept().journal(first.kept.journals[-1]), SystemTape(), "fast")
    # the short sumcheck of a hidden model is made again, which takes no time
    assert called == (["product_sumcheck"] if name == "hidden" else []) and first.claim.failing(proof) == []
    called.clear()
    first.claim.prove(None, SystemTape(), "fast")
    assert len(set(called)) >= 2


@pytest.mark.parametrize("name", CLAIMS)
def test_from_the_first_journal_on_no_column_is_committed_to_again_and_no_sum_formed(
    name: str, begun: Callable[[str], Begun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes before the first padded message: in `bounded` with the sums, and otherwise with the first column."""
    first = begun(name)
    journals = [json.loads(data) for data in first.kept.journals]
    pad, *_ = first.claim.pattern.steps
    step = next(step for step in first.claim.pattern.steps if step.label.endswith(".columns"))
    known = [{entry for entry in kept["results"] if entry.startswith(step.label)} for kept in journals]
    entries, count = f"{step.label}.entries", len(known[-1]) - 1
    assert len(bytes.fromhex(journals[0]["sent"])) == pad.size
    assert set(journals[0]["results"]) == {"bounded.sums"} if name == "bounded" else len(known[0]) == 2
    real, called = FastEngine.commit_rows, list[int]()

    def counted(engine: FastEngine, *arguments: Any, **named: Any) -> list[bytes]:
        called.append(1)
        return real(engine, *arguments, **named)

    monkeypatch.setattr(FastEngine, "commit_rows", counted)
    monkeypatch.setattr(bounded_prover, "sums_of", None)
    stop = next(k for k, kept in enumerate(journals) if len(bytes.fromhex(kept["sent"])) == pad.size + step.size)
    for k in {0, 1, stop - 1, stop}:
        called.clear()
        proof = first.claim.prove(Kept().journal(first.kept.journals[k]), SystemTape(), "fast")
        assert len(called) == count - len(known[k] - {entries}), k
        assert first.claim.failing(proof) == [] and proof[: pad.size + step.size] == first.proof[: pad.size + step.size]
    assert len(called) == 0 and count >= 2


@pytest.mark.parametrize("name", CLAIMS)
def test_a_kept_commitment_that_is_wrong_is_stopped_by_the_verifier(name: str, begun: Callable[[str], Begun]) -> None:
    """Before it was sent, so that only what is proven about it can tell."""
    first = begun(name)
    step = next(step for step in first.claim.pattern.steps if step.label.endswith(".columns"))
    kept = next(
        value
        for value in map(json.loads, first.kept.journals)
        if any(entry.startswith(step.label) and not entry.endswith(".entries") for entry in value["results"])
    )
    column = next(entry for entry in kept["results"] if entry.startswith(step.label) and not entry.endswith(".entries"))
    found = kept["results"][column]
    kept["results"][column] = random_point(SystemTape()).hex() + found[2 * 48 :]
    wrong = json.dumps(kept, separators=(",", ":"), sort_keys=True).encode()
    proof = first.claim.prove(Kept().journal(wrong), SystemTape(), "fast")
    assert first.claim.failing(proof) != []


@pytest.mark.parametrize("name", CLAIMS)
def test_a_journal_without_results_goes_on(name: str, begun: Callable[[str], Begun]) -> None:
    """As an earlier version wrote it."""
    first = begun(name)
    value = json.loads(first.kept.journals[-1])
    del value["results"]
    older = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    proof = first.claim.prove(Kept().journal(older), SystemTape(), "fast")
    fixed = fixed_length(first.claim.pattern)
    assert first.claim.failing(proof) == [] and proof[:fixed] == first.proof[:fixed]


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("validity", "validity.record"),
        ("bounded", "bounded.projected"),
        ("bounded", "bounded.record"),
        ("optimum", "optimum.record"),
        ("optimum", "consent.record"),
    ],
)
def test_a_result_that_was_altered_is_noticed_or_stopped_by_the_verifier(
    name: str, result: str, begun: Callable[[str], Begun]
) -> None:
    first = begun(name)
    value = json.loads(first.kept.journals[-1])
    kept = value["results"][result]
    value["results"][result] = kept[:-1] + ("0" if kept[-1] != "0" else "1")
    wrong = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    try:
        proof = first.claim.prove(Kept().journal(wrong), SystemTape(), "fast")
    except JournalMismatchError:
        return
    assert first.claim.failing(proof) != []


def test_a_sent_message_that_was_altered_is_noticed_or_stopped_by_the_verifier(begun: Callable[[str], Begun]) -> None:
    """Rounds that were sent are not computed again. The next product shows that one was altered; the very last ones
    before the interruption only the proof as a whole."""
    first = begun("validity")
    ends = {}
    length = 0
    for step in first.claim.pattern.steps:
        length += step.size
        ends[length] = step.label
    noticed, stopped = 0, 0
    for data in first.kept.journals[-40:]:
        value = json.loads(data)
        sent = bytearray.fromhex(value["sent"])
        if ends[len(sent)] != "fractions.round":
            continue
        sent[-1] ^= 1
        wrong = json.dumps({**value, "sent": sent.hex()}, separators=(",", ":"), sort_keys=True).encode()
        try:
            proof = first.claim.prove(Kept().journal(wrong), SystemTape(), "fast")
        except JournalMismatchError:
            noticed += 1
        else:
            stopped += "tie" in first.claim.failing(proof)
        if noticed + stopped == 3:
            break
    assert noticed + stopped == 3 and stopped


def test_a_journal_belongs_to_one_statement(begun: Callable[[str], Begun]) -> None:
    """Of the same claim over other records, or of another claim over the same: nothing of it is taken."""
    journals = begun("validity").kept.journals
    for other in ("bounded", "hidden"):
        claim = claim_of(other)
        proof = claim.prove(Kept().journal(journals[-1]), SystemTape(), "fast")
        assert claim.failing(proof) == [] and proof[:48] != begun("validity").proof[:48]
    one, another = (binding_of(statement) for statement in (b"one", b"another"))
    assert one != another


def binding_of(statement: bytes) -> bytes:
    """The binding that a channel gives its journal."""
    seen: list[bytes] = []

    class Seen(Journal):
        def open(self, binding: bytes, tape: Tape) -> Tape:
            seen.append(binding)
            return super().open(binding, tape)

    shape = ProofShape()
    shape.add(hidden("something", 1))
    ProverChannel(
        "test",
        statement,
        shape.close(),
        engine=get_engine("fast"),
        tape=SystemTape(),
        monitor=SilentMonitor(),
        journal=Kept().journal(kind=Seen),
    )
    return seen[0]


def test_a_journal_that_cannot_be_opened_costs_the_proof_alone(begun: Callable[[str], Begun]) -> None:
    class Damaged(Memory):
        def load(self, part: str) -> bytes | None:
            if part in self.parts:
                raise InputError("workspace.damaged", "An item of the workspace was changed or is damaged.")
            return None

    store, claim = Damaged({"validity.begun": b"sealed", "trained": b"kept"}), begun("validity").claim
    with patch.object(journal_module, "INTERVAL", 1e9):
        proof = go_on(store, "validity", lambda journal: claim.prove(journal, SystemTape(), "fast"))
    assert claim.failing(proof) == [] and set(store.parts) == {"trained"}


class Memory(NoCheckpoint):
    """A checkpoint in memory."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts

    def load(self, part: str) -> bytes | None:
        return self.parts.get(part)

    def save(self, part: str, data: bytes) -> None:
        self.parts[part] = data

    def drop(self, part: str) -> None:
        self.parts.pop(part, None)


def continuations(count: int) -> Iterator[tuple[bytes, list[int]]]:
    """Simulated proofs of `validity` with one fixed phase, and the challenges of each; no witness exists."""
    h, tape = honest(), SeededTape(b"continuations")
    statement = validity_verifier.DatasetStatement(
        root=h.dataset.root, count=len(h.dataset.numbers), schema=h.dataset.schema
    )
    commitments = [random_point(tape) for _ in h.dataset.numbers]
    first = None
    for number in range(count):
        table = PointTable()
        records = table.add(commitments)
        with simulating(validity_verifier, b"continuation %d" % number, first) as made:
            verify_validity(statement, b"", table, records)
        first = first or made[0]
        yield bytes(made[0].proof), made[0].programmed


def test_any_number_of_continuations_can_be_simulated_without_a_witness() -> None:
    """Fixed phase once, fresh phase as often as one likes: each is accepted under its challenges, and no pair of them
    answers a mask twice, as with real continuations."""
    claim, proofs = claim_of("validity"), []
    tape = SeededTape(b"continuations")
    commitments = tuple(random_point(tape) for _ in claim.commitments)
    made_up = type(claim)(claim.pattern, claim.prove, claim.verify, commitments)
    for proof, challenges in continuations(4):
        with programmed(challenges):
            assert made_up.failing(proof) == []
        proofs.append(proof)
    fixed = fixed_length(claim.pattern)
    assert len({proof[:fixed] for proof in proofs}) == 1 and len(set(proofs)) == 4
    assert pairs(claim.pattern, proofs) == set()
