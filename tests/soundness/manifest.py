"""The tamper manifest: for each field of a bundle what is changed, and what must stop it.

Every row is re-signed by the rightful key with all digests recomputed that hang on the change (unless the digest is
what is changed), so that no signature stands in its way; the test also seals it without signing anew. Fields that are
only SIGNED are accepted after re-signing, and say so here: nothing proves a name or a date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from py_ecc.optimized_bls12_381.optimized_curve import neg

from core.algebra.field import ORDER
from core.bundle.container import Member, encode
from core.bundle.envelope import sign
from core.bundle.keys import SigningKey
from core.bundle.limits import ATTESTATION, BOUNDED, COMMITMENTS, ENVELOPE, MODEL, SCHEMA, STATEMENT, VALIDITY
from core.encoding.canonical import dumps, loads
from core.relations.model import ModelDocument
from core.transcript.pattern import Kind
from tests.soundness.hospital import signing_key
from tests.soundness.tamper import (
    Change,
    Draft,
    Place,
    base,
    both,
    follow,
    full_schema,
    honest_bundle,
    patterns,
    places,
    put,
    splice,
    split_again,
    stated,
)
from tests.unit.algebra import curve

BOUNDED_OPENINGS = (
    "bounded.lookup",
    "bounded.projection",
    "bounded.projected",
    "bounded.slack",
    "bounded.records",
    "tie",
)
VALIDITY_OPENINGS = ("validity.records", "validity.columns", "validity.groups", "tie")
OPTIMUM_OPENINGS = ("optimum.lookup", "optimum.gradient", "optimum.records", "optimum.columns_at", "consent", "tie")
HIDDEN_OPENINGS = (
    "optimum.lookup",
    "optimum.gradient",
    "optimum.weights",
    "optimum.records",
    "optimum.columns_at",
    "optimum.model",
    "consent",
    "tie",
)


def stages(claim: str, openings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{claim}:{opening}" for opening in openings)


VALIDITY_ALL = stages("validity", VALIDITY_OPENINGS)
OPTIMUM_ALL = stages("optimum", OPTIMUM_OPENINGS)
HIDDEN_ALL = stages("optimum", HIDDEN_OPENINGS)
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """field: a path in the statement, a member, or a step of a proof; what: how it is changed.

    verdict, code, stages: exactly what the report must say, `stages` being the equations that fail; kind: the honest
    bundle that is changed; early: the reader stops it before it looks at signatures.
    """

    field: str
    what: str
    change: Change
    verdict: str
    code: str
    stages: frozenset[str] = NONE
    kind: str = "public"
    early: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.field}: {self.what}"

    def bundle(self, *, signed: bool = True) -> bytes:
        draft = Draft.of(self.kind)
        self.change(draft)
        return draft.seal(signed=signed)


def form(field: str, what: str, change: Change, code: str = "bundle.statement", kind: str = "public") -> Row:
    """Malformed: the reader already stops it."""
    return Row(field, what, change, "malformed", code, kind=kind, early=True)


def unproven(field: str, what: str, change: Change) -> Row:
    """Well-formed, but the attestation was made for another statement."""
    return Row(field, what, change, "rejected", "optimum.proof", OPTIMUM_ALL)


def signed_only(field: str, what: str, change: Change) -> Row:
    """Accepted when the key's holder says so: nothing in it is claimed to be proven."""
    return Row(field, what, change, "accepted", "")


OTHER_DIGEST = hashlib.sha256(b"something else").hexdigest()
P = "predicate"


def statement_rows() -> Iterator[Row]:
    yield form("_type", "another type", put("_type", "https://in-toto.io/Statement/v2"))
    yield form(
        "predicateType",
        "a later version",
        put("predicateType", "https://proofward.org/attestation/v2"),
        "bundle.version",
    )
    yield form("predicateType", "another family", put("predicateType", "https://example.org/attestation/v1"))
    yield signed_only("subject/0/name", "another name", put("subject/0/name", "somebody-elses-model.json"))
    yield form("subject/0/name", "a hidden character", put("subject/0/name", "model\u202egpj.exe"))
    yield form("subject/0/digest/sha256", "another model", put("subject/0/digest/sha256", OTHER_DIGEST))
    yield form("subject", "two subjects", lambda d: d.statement["subject"].append(d.statement["subject"][0]))
    yield form(f"{P}/version", "a later version", put(f"{P}/version", 2))
    yield form("unknown", "an unknown member of the statement", put("comment", "hello"))
    yield form("unknown", "an unknown member of the predicate", put(f"{P}/comment", "hello"))
    for part in ("dataset", "views", "model", "plan", "files", "times", "tool", "signers/0", "dataset/validity"):
        code = "plan.fields" if part == "plan" else "bundle.statement"
        yield form("unknown", f"an unknown member of {part}", put(f"{P}/{part}/comment", "hello"), code)
    yield form(f"{P}/views", "a member missing", lambda d: d.predicate["views"].pop("test"))

    yield Row(f"{P}/dataset/root", "another root", put(f"{P}/dataset/root", OTHER_DIGEST), "rejected", "dataset.root")
    yield form(f"{P}/dataset/root", "capital digits", put(f"{P}/dataset/root", str.upper))
    yield form(f"{P}/dataset/count", "one more", put(f"{P}/dataset/count", lambda n: n + 1))
    one_more = both(put(f"{P}/dataset/count", lambda n: n + 1), put(f"{P}/views/train", lambda n: n + 1))
    yield form(f"{P}/dataset/count", "one more, and one more to train on", one_more, "bundle.commitments")
    yield form(f"{P}/dataset/schema", "another digest", put(f"{P}/dataset/schema", OTHER_DIGEST))
    yield form(f"{P}/dataset/validity/proof", "another digest", put(f"{P}/dataset/validity/proof", OTHER_DIGEST))
    other_proof = both(put(f"{P}/dataset/validity/proof", OTHER_DIGEST), _file(VALIDITY))
    yield Row(
        f"{P}/dataset/validity/proof", "another digest, twice", other_proof, "rejected", "bundle.digest", early=True
    )

    yield form(
        f"{P}/dataset/bounded/proof", "another digest", put(f"{P}/dataset/bounded/proof", OTHER_DIGEST), kind="bounded"
    )
    yield form(f"{P}/dataset", "both claims about ranges", put(f"{P}/dataset/bounded", {"proof": OTHER_DIGEST}))
    yield form(f"{P}/dataset", "no claim about ranges", lambda d: d.predicate["dataset"].pop("validity"))
    yield form(f"{P}/files/{BOUNDED}", "another digest", _file(BOUNDED), kind="bounded")

    yield form(f"{P}/plan/version", "a later version", put(f"{P}/plan/version", 2), "plan.version")
    other_size = both(put(f"{P}/plan/c", "2"), split_again)
    yield Row(f"{P}/plan/c", "so much larger that the sizes differ", other_size, "rejected", "model.scale")
    for name, value in (("c", "9/10"), ("target", "1/999"), ("test_fraction", "1/3")):
        yield unproven(f"{P}/plan/{name}", "another value", both(put(f"{P}/plan/{name}", value), split_again))
    yield form(f"{P}/plan/c", "not reduced", put(f"{P}/plan/c", "2/2"), "plan.fraction")
    yield form(f"{P}/plan/c", "negative", put(f"{P}/plan/c", "-1"), "plan.fraction")
    yield form(f"{P}/plan/target", "beyond 1", put(f"{P}/plan/target", "2"), "plan.target")
    finer = both(put(f"{P}/plan/target", "1/1000000000"), split_again)
    yield Row(f"{P}/plan/target", "out of reach", finer, "rejected", "parameters.uncertifiable")
    for name, value in (("epochs", 499), ("learning_rate", "1/2"), ("method", "adam"), ("seed", 1)):
        path = f"{P}/plan/optimiser/{name}"
        yield unproven(path, "another value", both(put(path, value), split_again))
    registered = both(put(f"{P}/plan/registration", {"intended_use": "billing"}), split_again)
    yield unproven(f"{P}/plan/registration", "another intended use", registered)
    yield unproven(f"{P}/nonce", "another nonce", both(put(f"{P}/nonce", "ff" * 32), split_again))
    yield unproven(f"{P}/nonce", "no nonce", both(put(f"{P}/nonce", None), split_again))
    yield form(f"{P}/nonce", "an empty nonce", put(f"{P}/nonce", ""))

    yield unproven(
        f"{P}/views/excluded", "a consenting record", both(put(f"{P}/views/excluded", [1, 4, 11]), split_again)
    )
    yield unproven(f"{P}/views/excluded", "a refusing record used", both(put(f"{P}/views/excluded", [4]), split_again))
    yield form(f"{P}/views/excluded", "out of order", put(f"{P}/views/excluded", [11, 4]))
    yield form(f"{P}/views/excluded", "twice", put(f"{P}/views/excluded", [4, 4]))
    yield form(f"{P}/views/excluded", "an unknown record", put(f"{P}/views/excluded", [4, 999]))
    moved = both(put(f"{P}/views/train", lambda n: n + 1), put(f"{P}/views/test", lambda n: n - 1))
    for name in ("train", "test"):
        yield form(f"{P}/views/{name}", "one more", put(f"{P}/views/{name}", lambda n: n + 1))
        yield Row(f"{P}/views/{name}", "one moved", moved, "rejected", "views.counts")

    yield form(f"{P}/model/visibility", "another word", put(f"{P}/model/visibility", "secret"))
    yield form(f"{P}/model/visibility", "hidden, by its word alone", put(f"{P}/model/visibility", "hidden"))
    yield form(
        f"{P}/model/visibility", "public, by its word alone", put(f"{P}/model/visibility", "public"), kind="hidden"
    )
    yield form(f"{P}/model/digest", "another digest", put(f"{P}/model/digest", OTHER_DIGEST))
    foreign = both(put(f"{P}/model/commitment", curve.compressed(curve.generator(3)).hex()), follow)
    yield Row(f"{P}/model/commitment", "another point", foreign, "rejected", "optimum.proof", HIDDEN_ALL, kind="hidden")
    for what, (blob, code) in BAD_POINTS.items():
        changed = both(put(f"{P}/model/commitment", blob.hex()), follow)
        yield Row(f"{P}/model/commitment", what, changed, "malformed", code, kind="hidden")

    yield form(f"{P}/claims", "emptied", put(f"{P}/claims", {}))
    unknown = put(f"{P}/claims", {"optimum": {}, "evaluation": {}})
    yield form(f"{P}/claims", "one that does not exist yet", unknown, "bundle.claim")
    stronger = put(f"{P}/claims/optimum", {"distance": "0"})
    yield Row(f"{P}/claims/optimum", "a bound of its own", stronger, "malformed", "bundle.claim")

    own = {VALIDITY, SCHEMA, MODEL}
    for name in (VALIDITY, ATTESTATION, COMMITMENTS, SCHEMA, MODEL):
        verdict, code = ("malformed", "bundle.statement") if name in own else ("rejected", "bundle.digest")
        yield Row(f"{P}/files/{name}", "another digest", _file(name), verdict, code, early=True)
    yield signed_only(f"{P}/times/created", "another day", put(f"{P}/times/created", "2031-01-01T00:00:00Z"))
    yield form(f"{P}/times/created", "no such day", put(f"{P}/times/created", "2031-02-29T00:00:00Z"))
    yield signed_only(f"{P}/tool/name", "another tool", put(f"{P}/tool/name", "Proofward for cats"))
    yield signed_only(f"{P}/tool/version", "another version", put(f"{P}/tool/version", "99"))
    for name in ("name", "role", "meaning"):
        yield signed_only(f"{P}/signers/0/{name}", "other words", put(f"{P}/signers/0/{name}", "The Ministry"))
    yield Row(
        f"{P}/signers/0/fingerprint",
        "another fingerprint",
        put(f"{P}/signers/0/fingerprint", OTHER_DIGEST),
        "rejected",
        "signature.missing",
    )
    somebody = SigningKey.generate("Somebody else").signer.to_json()
    for name in ("ed25519", "mldsa65"):
        taken = put(f"{P}/signers/0/{name}", somebody[name])
        yield Row(f"{P}/signers/0/{name}", "somebody else's", taken, "rejected", "signature.fingerprint")
        yield form(f"{P}/signers/0/{name}", "too short", put(f"{P}/signers/0/{name}", "AAAA"))
    yield form(f"{P}/signers", "nobody", put(f"{P}/signers", []))
    yield form(f"{P}/signers", "twice the same", lambda d: d.predicate["signers"].append(d.predicate["signers"][0]))
    pair = both(lambda d: d.predicate["signers"].append(dict(somebody)))
    yield Row(f"{P}/signers", "somebody who did not sign", pair, "rejected", "signature.missing")


def _file(name: str) -> Change:
    def change(draft: Draft) -> None:
        draft.predicate["files"][name] = OTHER_DIGEST

    return change


# points and scalars --------------------------------------------------------------------------------------------------

_OFF_CURVE = next(x for x in range(1, 100) if not curve.has_point(x))
_ON_CURVE = next(x for x in range(1, 100) if curve.has_point(x))
_GOOD = curve.compressed(curve.generator(2))
BAD_POINTS = {
    "off the curve": (curve.flagged(0b100, _OFF_CURVE), "point.curve"),
    "order 3": (curve.compressed(curve.torsion(3)), "point.subgroup"),
    "order 11": (curve.compressed(neg(curve.torsion(11))), "point.subgroup"),
    "a good point plus order 3": (curve.compressed(curve.shifted(2, 3)), "point.subgroup"),
    "a good point plus order 11": (curve.compressed(curve.shifted(2, 11)), "point.subgroup"),
    "outside the subgroup": (curve.flagged(0b100, _ON_CURVE), "point.subgroup"),
    "the identity": (curve.flagged(0b110, 0), "point.identity"),
    "the identity with a sign": (curve.flagged(0b111, 0), "point.encoding"),
    "x = p": (curve.flagged(0b100, curve.P), "point.encoding"),
    "the largest x": (curve.flagged(0b101, (1 << 381) - 1), "point.encoding"),
    "no compression flag": (bytes([_GOOD[0] & 0x7F]) + _GOOD[1:], "point.encoding"),
    "zeros": (bytes(48), "point.encoding"),
}
BAD_SCALARS = {"the order": ORDER, "the order plus one": ORDER + 1, "the largest": (1 << 256) - 1}

# every message of both proofs ----------------------------------------------------------------------------------------

VALIDITY_MESSAGES = (
    "points pad",
    "points validity.columns",
    "hidden fractions.root",
    "hidden fractions.round",
    "hidden fractions.children",
    "hidden fractions.product",
    "hidden validity.leaves",
    "hidden validity.groups",
    "hidden products",
    "scalars products.opened",
)
"""Whatever changes before the openings changes every challenge of every opening: all of them fail."""

OPTIMUM_MESSAGES = (
    "points pad",
    "points optimum.columns",
    "hidden fractions.root",
    "hidden fractions.round",
    "hidden fractions.children",
    "hidden fractions.product",
    "hidden optimum.lookup",
    "hidden optimum.gradient",
    "hidden optimum.residual",
    "hidden optimum.records",
    "hidden optimum.logit",
    "hidden optimum.columns_at",
    "hidden optimum.products",
    "hidden consent.total",
    "hidden products",
    "scalars products.opened",
)
BOUNDED_MESSAGES = (
    "points pad",
    "points bounded.columns",
    "hidden fractions.root",
    "hidden fractions.round",
    "hidden fractions.children",
    "hidden fractions.product",
    "hidden bounded.lookup",
    "hidden bounded.projection",
    "hidden bounded.slack",
    "hidden bounded.rows",
    "hidden bounded.columns.round",
    "hidden bounded.record",
    "hidden products",
    "scalars products.opened",
)
HIDDEN_MESSAGES = (
    *OPTIMUM_MESSAGES,
    "hidden optimum.weights",
    "hidden optimum.inner",
    "hidden optimum.inner.record",
    "hidden optimum.inner.weight",
)
OPENING_MESSAGES = (
    "points {}.mask",
    "scalars {}.mask_value",
    "scalars {}.blinding",
    "points {}.cross",
    "scalars {}.final",
)


@dataclass(frozen=True)
class Proof:
    """One proof part: the member that holds it, the claim, its openings in order, and its messages before them."""

    member: str
    claim: str
    openings: tuple[str, ...]
    messages: tuple[str, ...]
    kind: str = "public"

    def steps(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Each step that travels, and the equations that must fail when it changes."""
        every = stages(self.claim, self.openings)
        for message in self.messages:
            yield message, every
        for place, opening in enumerate(self.openings):
            if opening != "tie":
                yield f"points {opening}.values", every
            for message in OPENING_MESSAGES:
                yield message.format(opening), stages(self.claim, self.openings[place:])

    @property
    def beside(self) -> frozenset[str]:
        """What fails besides: the attestation names the proof about the range of values by its digest."""
        return NONE if self.claim == "optimum" else OPTIMUM_ALL

    def place(self, step: str) -> Place:
        return places(patterns(self.kind)[self.member])[step]

    def row(
        self,
        step: str,
        what: str,
        new: Callable[[bytes, Place], bytes],
        verdict: str,
        code: str,
        fail: frozenset[str] = NONE,
    ) -> Row:
        def change(draft: Draft) -> None:
            draft.files[self.member] = new(draft.files[self.member], self.place(step))
            draft.follow()

        return Row(f"{self.member} {step}", what, change, verdict, code, fail, kind=self.kind)


PROOFS = (
    Proof(VALIDITY, "validity", VALIDITY_OPENINGS, VALIDITY_MESSAGES),
    Proof(ATTESTATION, "optimum", OPTIMUM_OPENINGS, OPTIMUM_MESSAGES),
    Proof(ATTESTATION, "optimum", HIDDEN_OPENINGS, HIDDEN_MESSAGES, kind="hidden"),
    Proof(BOUNDED, "bounded", BOUNDED_OPENINGS, BOUNDED_MESSAGES, kind="bounded"),
)


def _another_element(proof: bytes, place: Place) -> bytes:
    """The step's last element changed: another good point, the next number."""
    offset = place.offset + place.step.size - place.unit
    if place.step.kind is Kind.POINTS:
        return splice(proof, offset, _GOOD)
    value = int.from_bytes(proof[offset : offset + 32], "big")
    return splice(proof, offset, ((value + 1) % ORDER).to_bytes(32, "big"))


def _first_two_swapped(proof: bytes, place: Place) -> bytes:
    first = proof[place.offset : place.offset + place.unit]
    second = proof[place.offset + place.unit : place.offset + 2 * place.unit]
    assert first != second
    return splice(proof, place.offset, second + first)


def _set(blob: bytes) -> Callable[[bytes, Place], bytes]:
    return lambda proof, place: splice(proof, place.offset, blob)


def message_rows(proof: Proof) -> Iterator[Row]:
    """All bad encodings for the pad, which is the first; a third of them, in turn, for every other step of points."""
    for turn, (step, failing) in enumerate(proof.steps()):
        place = proof.place(step)
        fail = failing | proof.beside
        yield proof.row(step, "another value", _another_element, "rejected", f"{proof.claim}.proof", fail)
        if place.step.count > 1:
            yield proof.row(step, "reordered", _first_two_swapped, "rejected", f"{proof.claim}.proof", fail)
        if proof.kind == "hidden" and step in places(patterns()[ATTESTATION]):
            continue  # the same door, tried with the public model
        if place.step.kind is Kind.POINTS:
            for number, (what, (blob, code)) in enumerate(BAD_POINTS.items()):
                if turn == 0 or (number + turn) % 3 == 0:
                    yield proof.row(step, what, _set(blob), "malformed", code)
        else:
            for what, value in BAD_SCALARS.items():
                yield proof.row(step, what, _set(value.to_bytes(32, "big")), "malformed", "proof.scalar")


def length_rows(proof: Proof) -> Iterator[Row]:
    def row(what: str, new: Callable[[bytes], bytes]) -> Row:
        return proof.row("points pad", what, lambda data, _: new(data), "malformed", "proof.length")

    yield row("emptied", lambda data: b"")
    yield row("cut by a byte", lambda data: data[:-1])
    yield row("cut by its last number", lambda data: data[:-32])
    yield row("cut by its first point", lambda data: data[48:])
    yield row("a byte more", lambda data: data + b"\x00")
    yield row("its last number repeated", lambda data: data + data[-32:])
    yield row("its first point repeated", lambda data: data[:48] + data)
    yield row("twice", lambda data: data + data)


# files ---------------------------------------------------------------------------------------------------------------


def file_rows() -> Iterator[Row]:
    yield from model_rows()
    yield from schema_rows()
    yield from record_rows()
    yield from swapped_rows()


def _model(change: Callable[[ModelDocument], ModelDocument]) -> Change:
    def apply(draft: Draft) -> None:
        document = ModelDocument.from_json(loads(draft.files[MODEL], limit=1 << 20, what="The model"))
        draft.files[MODEL] = dumps(change(document).to_json())
        draft.follow()

    return apply


def _model_json(**members: object) -> Change:
    def apply(draft: Draft) -> None:
        document = loads(draft.files[MODEL], limit=1 << 20, what="The model")
        assert isinstance(document, dict)
        draft.files[MODEL] = dumps({**document, **members})
        draft.follow()

    return apply


def model_rows() -> Iterator[Row]:
    bound = stated().optimum.parameters.weight_bound

    def row(field: str, what: str, change: Change, code: str, verdict: str = "rejected") -> Row:
        fail = OPTIMUM_ALL if code == "optimum.proof" else NONE
        return Row(f"{MODEL}/{field}" if field else MODEL, what, change, verdict, code, fail)

    def first(value: Callable[[int], int]) -> Change:
        return _model(lambda m: replace(m, weights=(value(m.weights[0]), *m.weights[1:])))

    yield row("weights", "one unit off", first(lambda w: w + 1), "optimum.proof")
    yield row("weights", "one negated", first(lambda w: -w), "optimum.proof")
    yield row("weights", "larger by the order", first(lambda w: w + ORDER), "model.integer", "malformed")
    yield row("weights", "at the bound", first(lambda w: bound), "model.range")
    yield row("weights", "below the bound", first(lambda w: -bound - 1), "model.range")
    yield row("weights", "the largest", first(lambda w: bound - 1), "optimum.proof")
    yield row("weights", "permuted", _model(lambda m: replace(m, weights=m.weights[::-1])), "optimum.proof")
    yield row("weights", "one less", _model(lambda m: replace(m, weights=m.weights[:2])), "model.count", "malformed")
    yield row("weights", "a number for a text", _model_json(weights=[1, 2, 3]), "model.integer", "malformed")
    yield row("bias", "one unit off", _model(lambda m: replace(m, bias=m.bias - 1)), "optimum.proof")
    yield row("bias", "at the bound", _model(lambda m: replace(m, bias=bound)), "model.range")
    yield row("bias", "below the bound", _model(lambda m: replace(m, bias=-bound - 1)), "model.range")
    yield row("scale_bits", "one more", _model(lambda m: replace(m, scale_bits=m.scale_bits + 1)), "model.scale")
    yield row("scale_bits", "negative", _model_json(scale_bits=-1), "model.scale", "malformed")
    yield row("features", "renamed", _model(lambda m: replace(m, features=("x1", "x2", "income"))), "model.schema")
    yield row("features", "reordered", _model(lambda m: replace(m, features=m.features[::-1])), "model.schema")
    fewer = _model(lambda m: replace(m, features=m.features[:2], weights=m.weights[:2]))
    yield row("features", "one less", fewer, "model.schema")
    yield row("schema", "another schema", _model(lambda m: replace(m, schema=OTHER_DIGEST)), "model.schema")
    yield row("version", "a later version", _model_json(version=2), "model.version", "malformed")
    yield row("kind", "another kind", _model_json(kind="decision-tree"), "model.version", "malformed")
    yield row("encoding", "another encoding", _model_json(encoding={"feature_bits": 8}), "model.encoding", "malformed")
    yield row("", "an unknown field", _model_json(comment="hello"), "model.fields", "malformed")
    yield form(MODEL, "a float", _raw(MODEL, b'{"weights":[0.5]}'), "json.fraction")
    yield form(MODEL, "spaces", _raw(MODEL, b'{ "version": 1 }'), "json.canonical")


def _raw(name: str, data: bytes) -> Change:
    def change(draft: Draft) -> None:
        draft.files[name] = data
        draft.follow()

    return change


def schema_rows() -> Iterator[Row]:
    """A schema that is valid but another one has another root; its digest is recomputed wherever it is named."""
    honest = full_schema().to_json()
    columns = honest["columns"]
    assert isinstance(columns, list)

    def row(field: str, what: str, data: bytes, code: str) -> Row:
        verdict = "rejected" if code == "dataset.root" else "malformed"
        return Row(f"{SCHEMA}/{field}", what, _raw(SCHEMA, data), verdict, code)

    def whole(field: str, what: str, value: object, code: str = "dataset.root") -> Row:
        return row(field, what, dumps({**honest, field: value}), code)

    def column(index: int, field: str, what: str, value: object, code: str = "dataset.root") -> Row:
        changed = [dict(each) for each in columns]
        changed[index][field] = value
        return row(f"columns/{field}", what, dumps({**honest, "columns": changed}), code)

    yield whole("version", "a later version", 2, "schema.version")
    yield whole("decimal", "a comma", ",")
    yield whole("missing_values", "another spelling", ["", "NA"])
    yield whole("columns", "a column less", [*columns[:1], *columns[2:]])
    yield whole("columns", "columns reordered", [columns[1], columns[0], *columns[2:]])
    yield whole("comment", "an unknown field", "", "schema.members")
    yield column(0, "name", "renamed", "age")
    yield column(5, "role", "a group that is said to be ignored", "ignored", "schema.role")
    yield column(0, "type", "another type", "flag", "schema.encoding")
    yield column(0, "unit", "another unit", "mg")
    yield column(0, "range", "another range", {"low": "0", "high": "1000"})
    yield column(0, "missing", "another policy", {"policy": "constant", "value": "0"})
    yield column(0, "encoding", "another encoding", "one-hot", "schema.encoding")
    yield column(3, "levels", "the outcome turned round", columns[3]["levels"][::-1])
    yield column(0, "comment", "an unknown field of a column", "", "schema.members")
    yield form(SCHEMA, "not JSON", _raw(SCHEMA, b"nonsense"), "json.syntax")


def record_rows() -> Iterator[Row]:
    numbers, commitments = list(base().dataset.numbers), list(base().dataset.commitments)
    fresh = list(base("other").dataset.commitments)
    every = VALIDITY_ALL | OPTIMUM_ALL

    def listed(numbers: list[int], commitments: list[bytes], *, root: bool) -> Change:
        return lambda draft: draft.list_records(numbers, commitments, root=root)

    lists = {
        "one dropped": (numbers[:6] + numbers[7:], commitments[:6] + commitments[7:]),
        "the last dropped": (numbers[:-1], commitments[:-1]),
        "one added": ([*numbers, 21], [*commitments, fresh[0]]),
        "one replaced": (numbers, [*commitments[:6], fresh[6], *commitments[7:]]),
        "two swapped": (numbers, [*commitments[:6], commitments[7], commitments[6], *commitments[8:]]),
        "one renumbered": ([*numbers[:-1], 77], commitments),
    }
    for what, (new_numbers, new_commitments) in lists.items():
        stale = listed(new_numbers, new_commitments, root=False)
        yield Row(COMMITMENTS, f"{what}, old root", stale, "rejected", "dataset.root")
        moved = listed(new_numbers, new_commitments, root=True)
        if what == "one added":  # 21 records need another row of high bytes
            yield Row(COMMITMENTS, f"{what}, its own root", moved, "malformed", "proof.length")
        else:
            yield Row(COMMITMENTS, f"{what}, its own root", moved, "rejected", "validity.proof", every)
    doubled = listed([*numbers, 21], [*commitments, commitments[3]], root=False)
    yield Row(COMMITMENTS, "one doubled", doubled, "rejected", "dataset.duplicate")
    unsorted = listed([*numbers[:5], numbers[6], numbers[5], *numbers[7:]], commitments, root=False)
    yield form(COMMITMENTS, "numbers out of order", unsorted, "bundle.commitments")
    repeated = listed([*numbers[:5], numbers[4], *numbers[6:]], commitments, root=False)
    yield form(COMMITMENTS, "a number twice", repeated, "bundle.commitments")
    beyond = listed([*numbers[:-1], 1 << 53], commitments, root=False)
    yield form(COMMITMENTS, "a number beyond 2^53", beyond, "bundle.commitments")
    for what, (blob, code) in BAD_POINTS.items():
        bad = listed(numbers, [*commitments[:6], blob, *commitments[7:]], root=True)
        yield Row(COMMITMENTS, what, bad, "malformed", code)

    def cut(draft: Draft) -> None:
        draft.files[COMMITMENTS] = draft.files[COMMITMENTS][:-1]
        draft.follow()

    yield form(COMMITMENTS, "cut by a byte", cut, "bundle.commitments")


def swapped_rows() -> Iterator[Row]:
    """Parts of two honest bundles put together, digests recomputed."""
    other, later = Draft.of("other").files, Draft.of("later").files
    every = VALIDITY_ALL | OPTIMUM_ALL

    def taken(files: dict[str, bytes], *names: str) -> Change:
        def change(draft: Draft) -> None:
            for name in names:
                draft.files[name] = files[name]
            draft.follow()

        return change

    yield Row(VALIDITY, "of other records", taken(other, VALIDITY), "rejected", "validity.proof", every)
    yield Row(ATTESTATION, "of other records", taken(other, ATTESTATION), "rejected", "optimum.proof", OPTIMUM_ALL)
    yield Row(COMMITMENTS, "of other records", taken(other, COMMITMENTS), "rejected", "dataset.root")
    yield Row(MODEL, "of other records", taken(other, MODEL), "rejected", "optimum.proof", OPTIMUM_ALL)
    both_proofs = taken(other, VALIDITY, ATTESTATION)
    yield Row(ATTESTATION, "both proofs of other records", both_proofs, "rejected", "validity.proof", every)
    records = both(taken(other, COMMITMENTS), lambda d: d.list_records(*d.records(), root=True))
    yield Row(COMMITMENTS, "other records under the same proofs", records, "rejected", "validity.proof", every)
    yield unproven(ATTESTATION, "of the same records, another nonce", taken(later, ATTESTATION))
    proofs = {VALIDITY: base().attestation.attestation, ATTESTATION: base().attestation.validity}
    yield Row(VALIDITY, "the two proofs exchanged", taken(proofs, VALIDITY, ATTESTATION), "malformed", "proof.length")

    def renamed(old: str, new: str) -> Change:
        """One claim about ranges in the place of the other, its proof as it is."""

        def change(draft: Draft) -> None:
            own = {BOUNDED: "bounded", VALIDITY: "validity"}
            draft.predicate["dataset"][own[new]] = draft.predicate["dataset"].pop(own[old])
            draft.files = {new if name == old else name: data for name, data in draft.files.items()}
            draft.follow()

        return change

    yield Row(VALIDITY, "called bounded", renamed(VALIDITY, BOUNDED), "malformed", "proof.length")
    yield Row(BOUNDED, "called validity", renamed(BOUNDED, VALIDITY), "malformed", "proof.length", kind="bounded")
    unlike = both(renamed(VALIDITY, BOUNDED), taken(Draft.of("bounded").files, BOUNDED))
    yield Row(BOUNDED, "beside an attestation that names validity", unlike, "rejected", "optimum.proof", OPTIMUM_ALL)

    def published(draft: Draft) -> None:
        """The public model's bundle with the proof for the hidden one."""
        draft.files[ATTESTATION] = Draft.of("hidden").files[ATTESTATION]
        draft.follow()

    yield Row(ATTESTATION, "of the hidden model, called public", published, "malformed", "proof.length")

    def concealed(draft: Draft) -> None:
        """The public proof, its model called hidden."""
        del draft.files[MODEL]
        draft.predicate["model"] = Draft.of("hidden").predicate["model"]
        draft.follow()

    yield Row(ATTESTATION, "of the public model, called hidden", concealed, "malformed", "proof.length")

    def with_model(draft: Draft) -> None:
        draft.files[MODEL] = Draft.of("public").files[MODEL]

    yield form(MODEL, "beside a hidden model", with_model, "bundle.members", kind="hidden")
    yield form(MODEL, "missing", lambda d: d.files.pop(MODEL) and None, "bundle.members")


# envelope and container ----------------------------------------------------------------------------------------------


def envelope_rows() -> Iterator[tuple[str, str, bytes, str, str]]:
    """(field, what, bundle, verdict, code) for the envelope; the statement is the honest one."""
    draft = Draft.of("public")
    statement = dumps(draft.statement)
    envelope = loads(draft.envelope, limit=1 << 22, what="The envelope")
    assert isinstance(envelope, dict)
    first, second = envelope["signatures"]
    stranger = SigningKey.generate("Stranger")
    foreign = loads(sign(statement, [stranger]), limit=1 << 22, what="The envelope")
    older = loads(Draft.of("other").envelope, limit=1 << 22, what="The envelope")
    assert isinstance(foreign, dict) and isinstance(older, dict)

    def flipped(entry: dict[str, str]) -> dict[str, str]:
        sig = entry["sig"]
        return {**entry, "sig": ("B" if sig[0] == "A" else "A") + sig[1:]}

    def sealed(**members: object) -> bytes:
        forged = Draft.of("public")
        forged.envelope = dumps({**envelope, **members})
        return forged.seal(signed=False)

    def row(field: str, what: str, verdict: str, code: str, **members: object) -> tuple[str, str, bytes, str, str]:
        return f"envelope/{field}", what, sealed(**members), verdict, code

    yield row("payload", "of another bundle", "rejected", "signature.payload", payload=older["payload"])
    yield row("payload", "not base64", "malformed", "envelope.form", payload="?")
    yield row("payloadType", "another", "malformed", "envelope.form", payloadType="text/plain")
    yield row("unknown", "an unknown member", "malformed", "envelope.form", comment="hello")
    yield row("signatures", "none", "malformed", "envelope.form", signatures=[])
    yield row("signatures", "only Ed25519", "rejected", "signature.missing", signatures=[first])
    yield row("signatures", "only ML-DSA", "rejected", "signature.missing", signatures=[second])
    yield row("signatures", "reordered", "malformed", "envelope.form", signatures=[second, first])
    yield row("signatures", "one twice", "malformed", "envelope.form", signatures=[first, second, second])
    yield row("signatures", "a stranger's", "rejected", "signature.missing", signatures=foreign["signatures"])
    extra = [first, second, *foreign["signatures"]]
    yield row("signatures", "a stranger's besides", "malformed", "envelope.form", signatures=extra)
    yield row("signatures", "over another statement", "rejected", "signature.invalid", signatures=older["signatures"])
    yield row("signatures/sig", "Ed25519 changed", "rejected", "signature.invalid", signatures=[flipped(first), second])
    yield row("signatures/sig", "ML-DSA changed", "rejected", "signature.invalid", signatures=[first, flipped(second)])
    cut = {**second, "sig": second["sig"][4:]}
    yield row("signatures/sig", "cut", "malformed", "envelope.form", signatures=[first, cut])
    renamed = {**first, "keyid": "ed25519:" + OTHER_DIGEST}
    yield row("signatures/keyid", "another key's", "rejected", "signature.missing", signatures=[renamed, second])
    unknown = {**first, "keyid": "rsa:" + OTHER_DIGEST}
    yield row("signatures/keyid", "an unknown kind", "malformed", "envelope.form", signatures=[unknown, second])
    posing = Draft.of("public")
    posing.predicate["signers"][0]["fingerprint"] = OTHER_DIGEST
    posed = dumps(posing.statement)
    signed = loads(sign(posed, [signing_key()]), limit=1 << 22, what="The envelope")
    assert isinstance(signed, dict)
    for entry in signed["signatures"]:
        entry["keyid"] = entry["keyid"].split(":")[0] + ":" + OTHER_DIGEST
    posing.envelope = dumps(signed)
    yield (
        "envelope/signatures/keyid",
        "posing as another",
        posing.seal(signed=False),
        "rejected",
        "signature.fingerprint",
    )


def container_rows() -> Iterator[tuple[str, str, bytes, str, str]]:
    """(field, what, bundle, verdict, code) for the container itself."""
    whole = honest_bundle()
    draft = Draft.of("public")
    members = [Member(STATEMENT, dumps(draft.statement)), Member(ENVELOPE, draft.envelope)]
    members += [Member(name, data) for name, data in draft.files.items()]

    def row(what: str, data: bytes, code: str) -> tuple[str, str, bytes, str, str]:
        return "container", what, data, "malformed", code

    yield row("empty", b"", "bundle.container")
    yield row("text", b"This is not a bundle.", "bundle.container")
    yield row("cut by a byte", whole[:-1], "bundle.truncated")
    yield row("cut in half", whole[: len(whole) // 2], "bundle.truncated")
    yield row("a byte more", whole + b"\x00", "bundle.trailing")
    yield row("a byte in front", b"\x00" + whole, "bundle.container")
    yield row("members reordered", encode([*members[:2], members[3], members[2], *members[4:]]), "bundle.members")
    yield row("envelope first", encode([members[1], members[0], *members[2:]]), "bundle.members")
    yield row("a member more", encode([*members, Member("notes.txt", b"hello")]), "bundle.members")
    for dropped in members:
        rest = [member for member in members if member is not dropped]
        yield row(f"without {dropped.name}", encode(rest), "bundle.members")
    damaged = bytearray(whole)
    damaged[whole.index(draft.files[ATTESTATION]) + 100] ^= 1
    yield row("a byte of a proof changed in place", bytes(damaged), "bundle.damaged")


def rows() -> list[Row]:
    """The whole manifest but for envelope and container."""
    result = [*statement_rows(), *file_rows()]
    for proof in PROOFS:
        result += [*message_rows(proof), *length_rows(proof)]
    return result
