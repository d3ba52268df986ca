"""The proofs of a bundle, from typed contents to the stages that fail; pure, one multi-scalar multiplication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from core.algebra.batch.local import PointBatch, PointList
from core.algebra.group import GroupBackend
from core.bundle.limits import COMMITMENTS
from core.bundle.reader import BundleContents
from core.channel.equation import Equation
from core.channel.points import PointTable
from core.channel.settlement import failing_stages
from core.claims.attestation import optimum_statement, parameters_of, public_model, views_of
from core.claims.bounded.relation import BoundedRelation
from core.claims.bounded.verifier import verify_bounded
from core.claims.optimum.statement import HiddenModel, OptimumStatement, PublicModel
from core.claims.optimum.verifier import verify_optimum
from core.claims.statement import DatasetStatement
from core.claims.validity.relation import LARGEST_VALIDITY, ValidityRelation
from core.claims.validity.verifier import verify_validity
from core.commitments.merkle import bind_root, record_tree
from core.encoding.canonical import loads
from core.errors import MalformedError, RejectedError
from core.monitor import Monitor
from core.records.layout import RowLayout
from core.records.schema import MAX_SCHEMA_BYTES, Schema
from core.relations.certificate import OptimumCertificate, certify
from core.relations.model import ModelDocument
from core.relations.parameters import FEATURE_BITS, SAFE_BITS
from core.verification.kept import KeptCheck

MAX_MODEL_BYTES = 1 << 22
BEFORE_RECORDS = 0.2
"""Share of the work on the proofs before the record commitments are summed over."""


@dataclass(frozen=True)
class StatedBundle:
    """Both statements of a bundle, derived from its public parts and found consistent; nothing is proven yet."""

    dataset: DatasetStatement
    optimum: OptimumStatement
    test: int
    bounded: bool

    @property
    def certificate(self) -> OptimumCertificate:
        """The bounds that follow if both proofs hold."""
        return certify(self.optimum.parameters, bounded_records=self.dataset.count if self.bounded else None)


def state(contents: BundleContents, kept: KeptCheck | None = None) -> StatedBundle:
    """Rebuild both statements. RejectedError or MalformedError names the part that does not fit the rest.

    kept: for the check of one's own bundle, where the record tree may be at hand.
    """
    predicate = contents.typed
    if contents.predicate["claims"] != {"optimum": {}}:
        raise MalformedError("bundle.claim", "The claims of this bundle are not stated in the way that they must be.")
    schema = read_schema(contents.schema_bytes)
    if schema.digest() != predicate.dataset.schema:
        raise RejectedError("schema.digest", "The schema is not the one that the statement names.", stage="schema")
    make = partial(record_tree, contents.numbers, contents.commitments)
    # the reader has found the list's digest to be the one that the statement names
    tree = make() if kept is None else kept.tree(predicate.files[COMMITMENTS], make)
    root = bind_root(schema.digest(), len(contents.numbers), tree)
    if root != predicate.dataset.root or len(contents.numbers) != predicate.dataset.count:
        raise RejectedError(
            "dataset.root",
            "The list of record commitments is not the one that the dataset's root names.",
            "A record was changed, added or removed after the dataset was committed.",
            stage="dataset",
        )
    if schema.consent is None and predicate.views.excluded:
        # without the column nobody could have refused, so leaving records out would be choosing among them
        raise RejectedError(
            "views.excluded", "Records were left out although the schema has no consent column.", stage="views"
        )
    layout = RowLayout.from_schema(schema)
    plan = predicate.plan
    views = views_of(contents.numbers, excluded=predicate.views.excluded, root=root, plan=plan, nonce=predicate.nonce)
    if (len(views.train), len(views.test)) != (predicate.views.train, predicate.views.test):
        raise RejectedError(
            "views.counts", "The split is not the one that dataset, plan and nonce give.", stage="views"
        )
    parameters = parameters_of(views, layout=layout, plan=plan)
    if predicate.dataset.range_claim == "bounded":
        if ValidityRelation(len(contents.numbers), layout).cell_variables <= LARGEST_VALIDITY:
            raise RejectedError(
                "bounded.small",
                "For a dataset of this size it must be shown that each single value lies in its range.",
                "Ask for a bundle that proves validity.",
                stage="statements",
            )
        # entries may be longer than 16 bits then; the identities of `optimum` must not wrap for those either
        longer = BoundedRelation(len(contents.numbers), layout).projection_bits - FEATURE_BITS
        if parameters.largest_integer >> (SAFE_BITS - longer):
            raise RejectedError("optimum.sizes", "The numbers in this proof could be too large to mean anything.")
    model: PublicModel | HiddenModel
    if contents.model_bytes is None:
        model = HiddenModel(predicate.model.value)
    else:
        document = ModelDocument.from_json(loads(contents.model_bytes, limit=MAX_MODEL_BYTES, what="The model"))
        model = public_model(document, layout=layout, schema_digest=schema.digest(), parameters=parameters)
    return StatedBundle(
        dataset=DatasetStatement(root=root, count=len(contents.numbers), schema=schema),
        optimum=optimum_statement(
            contents.predicate,
            count=len(contents.numbers),
            layout=layout,
            views=views,
            parameters=parameters,
            model=model,
        ),
        test=len(views.test),
        bounded=predicate.dataset.range_claim == "bounded",
    )


def read_schema(data: bytes) -> Schema:
    """A schema from untrusted bytes; MalformedError schema.* or json.*."""
    return Schema.from_json(loads(data, limit=MAX_SCHEMA_BYTES, what="The schema"))


def failing(
    contents: BundleContents, stated: StatedBundle, committed: PointBatch, backend: GroupBackend, monitor: Monitor
) -> list[str]:
    """Stages whose equations do not hold, as "claim:stage"; empty if both proofs are valid.

    committed: the record commitments, on their way to points while the proofs are read; it reports its own progress.
    MalformedError for a proof of the wrong length, a scalar or a point that is not canonical, off the curve or outside
    the subgroup.
    """
    table = PointTable()
    records = table.add(contents.commitments)
    model = stated.optimum.model
    handle = table.add([model.commitment])[0] if isinstance(model, HiddenModel) else None
    ranges = contents.typed.dataset.range_claim
    verify_ranges = verify_bounded if ranges == "bounded" else verify_validity
    equations = _named(ranges, verify_ranges(stated.dataset, contents.validity, table, records))
    monitor.progress(BEFORE_RECORDS / 2)
    monitor.check()
    equations += _named("optimum", verify_optimum(stated.optimum, contents.attestation, table, records, handle))
    try:
        others = backend.decode(table.blobs[len(records) :], first=len(records))
    except MalformedError:
        committed.sum([0] * len(committed))  # which names a record commitment that is bad too: those come first
        raise
    monitor.progress(BEFORE_RECORDS)
    monitor.check()
    return failing_stages(equations, [committed, PointList(backend, others, monitor)], backend)


def _named(claim: str, weighted: Sequence[tuple[int, Equation]]) -> list[tuple[int, Equation]]:
    return [(weight, e.renamed(f"{claim}:{e.stage}")) for weight, e in weighted]
