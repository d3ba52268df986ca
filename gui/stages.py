"""Stages of jobs in words, and a job tied to the list that shows them."""

from __future__ import annotations

from collections.abc import Collection

from gui.bridge import Progress, RunningJob
from gui.i18n import tr
from gui.widgets.stages import StageList

PLANS: dict[str, tuple[str, ...]] = {
    "import_dataset": ("read", "prepare", "commit", "store"),
    "attest": ("open", "prepare", "split", "train", "validity", "optimum", "bundle", "check"),
    "verify": ("open", "signatures", "statements", "proofs"),
}

# stages that take the place of a planned one where the data ask for it
_INSTEAD = {"bounded": "validity"}


def stage_title(verb: str, stage: str) -> str:
    """What happens in a stage, for people."""
    titles = {
        ("import_dataset", "read"): tr("Open the table"),
        ("import_dataset", "prepare"): tr("Prepare the prover"),
        ("import_dataset", "commit"): tr("Read, commit to and encrypt each record"),
        ("import_dataset", "store"): tr("Check the whole and keep it"),
        ("attest", "open"): tr("Open the committed records"),
        ("attest", "prepare"): tr("Prepare the prover"),
        ("attest", "split"): tr("Split into training and test records"),
        ("attest", "train"): tr("Train the model"),
        ("attest", "validity"): tr("Prove that all values are in range"),
        ("attest", "bounded"): tr("Prove that the values are bounded"),
        ("attest", "optimum"): tr("Prove that the model is the optimum"),
        ("attest", "bundle"): tr("Sign the bundle"),
        ("attest", "check"): tr("Verify the bundle before it is released"),
        ("verify", "open"): tr("Read the file"),
        ("verify", "signatures"): tr("Check the signatures"),
        ("verify", "statements"): tr("Derive what has to be proven"),
        ("verify", "proofs"): tr("Check the proofs"),
    }
    verb = "attest" if verb == "resume" else verb
    return titles.get((verb, stage), stage.replace("_", " ").capitalize())


def stage_plan(verb: str, expected: Collection[str] = ()) -> list[tuple[str, str]]:
    """Keys and titles of the stages that a verb goes through; expected: those that the data ask for, where known."""
    taken = {planned: stage for stage, planned in _INSTEAD.items() if stage in expected}
    stages = [taken.get(stage, stage) for stage in PLANS[verb]]
    return [(stage, stage_title(verb, stage)) for stage in stages]


def watch(job: RunningJob, stages: StageList, *, verb: str = "") -> None:
    """Show the job's stages and progress in the list until it ends; verb: what a resumed job is doing."""

    def progress(event: Progress) -> None:
        stages.progress(event.done, event.left)

    def begin(name: str) -> None:
        stages.begin(name, stage_title(verb or job.verb, name), instead=_INSTEAD.get(name, ""))

    job.stage.connect(begin)
    job.progress.connect(progress)
    job.succeeded.connect(lambda _value: stages.finish())
    job.failed.connect(lambda _problem: stages.stop())
