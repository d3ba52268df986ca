"""The sentences of a report: what each claim means when it holds, and what it means that a stage failed."""

from __future__ import annotations

CLAIM_TITLES = {
    "dataset": "The list of records",
    "validity": "Values in range",
    "bounded": "Values bounded",
    "consent": "Consent",
    "optimum": "Trained on exactly these records",
}

NUMBER_LABELS = {
    "records": "records committed",
    "features": "features of the model",
    "train_records": "records trained on",
    "test_records": "records held out for testing",
    "left_out_records": "records without consent, left out",
    "distance": "distance of the weights to the optimum, at most",
    "excess_loss": "loss above the optimum's, at most",
    "prediction": "change of any predicted probability, at most",
    "record": "number of the record",
    "root": "root of the dataset",
    "schema": "digest of the schema",
    "plan": "digest of the plan",
    "nonce": "auditor's nonce",
    "model": "digest of the model",
    "model_commitment": "digest of the commitment to the hidden model",
}

NO_NONCE = (
    "No auditor gave a nonce: the split into training and test records follows from the dataset and the plan, but the "
    "hospital could have committed its records, or worded its plan, again and again until it liked the split."
)
NONCE = (
    "The split follows from the nonce shown. It means something only if you drew that nonce yourself, after you had "
    "received this root and this digest of the plan: compare all three."
)
TRUTH = (
    "That the committed records are those of real patients, and are true, is not and cannot be shown by a proof; "
    "a spot check on site can."
)
FUTURE = (
    "What the bundle keeps secret stays secret for ever; that its proofs cannot be forged rests on discrete "
    "logarithms and does not hold against a large quantum computer."
)

STAGE_REASONS = {
    "bounded.lookup": "its lookup columns are not those that were committed",
    "bounded.projection": "its sums of records are not those that were committed",
    "bounded.projected": "its sums of records are not those of the committed records",
    "bounded.slack": "its sums of squares are not those that were committed",
    "bounded.records": "its values are not those of the committed records",
    "validity.records": "its values are not those of the committed records",
    "validity.columns": "its lookup columns are not those that were committed",
    "validity.groups": "the groups of some record are not the committed ones",
    "optimum.lookup": "its lookup columns are not those that were committed",
    "optimum.gradient": "the gradient in the proof is not the committed one",
    "optimum.weights": "the range check is not about the committed weights",
    "optimum.records": "its records are not the committed records of the training view",
    "optimum.columns_at": "its logits and table rows are not those that were committed",
    "optimum.model": "the model in the proof is not the committed one",
    "consent": "the consent bits in the proof are not the committed ones",
    "tie": "an equation between its hidden values does not hold",
    "batch": "its equations do not hold together",
}
"""By the stage whose equation fails, whichever proof it belongs to."""


def dataset_sentence(count: int) -> str:
    return f"{count} records were committed one by one; their list is the one that the root names."


def validity_sentence(count: int) -> str:
    return (
        f"Every committed value of all {count} records lies in the range that the schema gives its column; "
        "outcome and consent are yes or no, and each record has exactly one level of each group."
    )


def bounded_sentence(count: int) -> str:
    return (
        f"No committed value of the {count} records is so large that sums could wrap, and each column's sum of squares "
        "is at most what its range allows. It was not shown that each single value lies in its range, nor that each "
        "record has exactly one level of each group, nor that outcomes of test records are yes or no."
    )


def consent_sentence(members: int, *, asked: bool) -> str:
    if not asked:
        return f"The schema has no consent column: all {members} records count as consenting, and none was left out."
    return (
        f"The training and test views hold exactly the {members} records that carry consent: "
        "none without it was used, none with it was left out."
    )


def optimum_sentence(*, train: int, c: str, distance: str, hidden: bool) -> str:
    weights = "The committed, hidden weights and bias" if hidden else "The weights and the bias in the bundle"
    return (
        f"{weights} are within {distance} of the optimum of L2-regularised logistic regression (C = {c}) on exactly "
        f"the {train} committed records of the training view, measured in the encoded space, where each feature "
        "has the range [0, 1]."
    )


def titles(*, bounded: bool) -> dict[str, str]:
    """Titles of the claims of a bundle, in order."""
    absent = "validity" if bounded else "bounded"
    return {name: title for name, title in CLAIM_TITLES.items() if name != absent}


def accepted_sentence(claims: int) -> str:
    return f"All {claims} claims of this bundle hold."


def failed_sentence(claim: str, stage: str) -> str:
    """Why a proof fails, by the first stage whose equation does not hold."""
    subject = {
        "validity": "The proof that every value lies in its range does not hold",
        "bounded": "The proof that the values are bounded does not hold",
        "optimum": "The proof that the model is the optimum on exactly these records does not hold",
    }[claim]
    return f"{subject}: {STAGE_REASONS[stage]}."


def resting_sentence(claim: str) -> str:
    """For a claim that rests on one that failed."""
    return f"It rests on “{CLAIM_TITLES[claim]}”, which was not shown."


def beside_sentence() -> str:
    """For a claim whose proof is the one that failed elsewhere."""
    return "It was to be shown by the same proof, which does not hold."
