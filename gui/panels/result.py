"""What a run gave: verdict, certified distance, what is proven and what is not, the signer, sizes, the bundle."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QStackedWidget

from core.errors import ProofwardError
from core.services.files import replacing
from gui.i18n import duration, file_size, tr
from gui.models.report import Report, figure
from gui.problem import Problem
from gui.session import Attestation, Session
from gui.stages import stage_plan
from gui.widgets.banner import Banner
from gui.widgets.controls import Card, Page, button, clear
from gui.widgets.empty import EmptyState
from gui.widgets.facts import Fact, FactGrid
from gui.widgets.loss import LossCurve
from gui.widgets.notice import Notice
from gui.widgets.problem import ProblemCard
from gui.widgets.reflow import Reflow
from gui.widgets.report import bound_card, claims_card, numbers_card, proven_lists
from gui.widgets.text import grouped, label


class ResultPanel(QStackedWidget):
    """Empty until a run has finished; then that run."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.problem = ProblemCard()
        self.page = Page()
        # kept from run to run: making a chart takes longer than all the rest of the page
        self.curve = LossCurve()
        self._training = Card(tr("Training"), tr("Known to this workspace alone: the curve is not part of the bundle."))
        self._training.body.addWidget(self.curve)
        self.addWidget(
            EmptyState(
                "result",
                tr("No result yet"),
                tr("After a run this page says what was proven and who signed it, and lets you export the bundle."),
                button(
                    tr("Train and attest"),
                    lambda: session.panel_wanted.emit("attest"),
                    icon="arrow-right",
                    variant="primary",
                ),
            )
        )
        self.addWidget(self.page)
        self._empty()
        session.attested.connect(self._show)
        session.locked_changed.connect(self._locked)
        if session.attestation is not None:
            self._show(session.attestation)

    def _empty(self) -> None:
        self.page.body.removeWidget(self._training)
        self._training.setParent(self)
        self._training.hide()
        self.curve.reset()
        clear(self.page.body)

    def _locked(self, locked: bool) -> None:
        if locked:
            self._empty()
            self.setCurrentIndex(0)

    def _show(self, attestation: Attestation) -> None:
        body = self.page.body
        self._empty()
        body.addWidget(label(tr("Result"), "title"))
        report = Report.read({"kind": "bundle", "backend": "native", **attestation.value})
        hidden = attestation.value.get("hidden_weights") is True
        distance = report.numbers.get("distance", "")
        banner = Banner(
            report.verdict,
            tr("Trained, proven and signed") if report.verdict == "accepted" else tr("The bundle does not verify"),
            tr(
                "{name}: the model lies within {distance} of the optimum on exactly the committed training records. "
                "The bundle was verified on this machine before it was released.",
                name=attestation.dataset,
                distance=figure(distance),
            ),
        )
        banner.side.addWidget(
            button(tr("Export bundle…"), lambda: self._export(attestation), icon="export", variant="primary")
        )
        banner.side.addWidget(button(tr("Open in the verifier"), lambda: self._verify(attestation.path), icon="verify"))
        self.problem = ProblemCard()
        body.addWidget(banner)
        body.addWidget(self.problem)
        numbers = numbers_card(report)
        facts = _bundle_card(attestation)
        body.addWidget(Reflow(numbers, facts, limit=104) if numbers is not None else facts)
        if report.bound:
            body.addWidget(bound_card(report))
        body.addWidget(proven_lists(report, hidden=hidden))
        losses = attestation.value.get("losses")
        if isinstance(losses, list) and losses:
            self.curve.show_all(losses)
            body.addWidget(self._training)
            self._training.show()
        if report.claims:
            body.addWidget(claims_card(report))
        if report.notes:
            notes = Card(tr("What to bear in mind"))
            for note in report.notes:
                notes.body.addWidget(Notice(note))
            body.addWidget(notes)
        body.addStretch(1)
        self.page.verticalScrollBar().setValue(0)
        self.setCurrentIndex(1)

    def _verify(self, path: Path) -> None:
        self._session.panel_wanted.emit("verify")
        self._session.verify_wanted.emit(path)

    def _export(self, attestation: Attestation) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Export bundle"), attestation.path.name, tr("Bundles (*.proofward)")
        )
        if path:
            self.export_to(attestation.path, Path(path))

    def export_to(self, source: Path, target: Path) -> None:
        """Copy the bundle; a problem is shown where that fails."""
        self.problem.dismiss()
        if target.resolve() == source.resolve():
            return
        try:
            # whole or not at all: a file that was there before is lost only to a complete copy
            with replacing(target) as part:
                shutil.copyfile(source, part)
        except (OSError, ProofwardError):
            self.problem.show_problem(
                Problem(
                    "input",
                    "output.failed",
                    tr("The bundle could not be copied to this place."),
                    tr("Check the disk and the folder's permissions, or choose another folder."),
                )
            )


def _bundle_card(attestation: Attestation) -> Card:
    value = attestation.value
    card = Card(tr("Bundle"))
    facts = [Fact(tr("File"), attestation.path.name)]
    key = value.get("key")
    if isinstance(key, dict):
        facts.append(Fact(tr("Signed by"), str(key.get("name", "")), tag="signed"))
        facts.append(Fact(tr("Fingerprint"), grouped(str(key.get("fingerprint", ""))), code=True))
    facts.append(Fact(tr("Root"), str(value.get("root", "")), code=True))
    sizes = value.get("sizes")
    if isinstance(sizes, dict):
        names = {
            "bundle": tr("Size"),
            "validity_proof": tr("Proof of ranges"),
            "attestation_proof": tr("Proof of training"),
            "record_commitments": tr("Record commitments"),
        }
        facts += [Fact(names[key], file_size(int(sizes[key]))) for key in names if isinstance(sizes.get(key), int)]
    seconds = value.get("seconds")
    if isinstance(seconds, dict):
        spent = {str(stage): float(part) for stage, part in seconds.items()}
        named = tr("Time since it was continued") if value.get("continued") else tr("Time")
        facts.append(Fact(named, duration(sum(spent.values()))))
        planned = [(stage, title) for stage, title in stage_plan("attest", spent) if stage in spent]
        for stage, title in sorted(planned, key=lambda item: -spent[item[0]])[:3]:
            facts.append(Fact(title, duration(spent[stage])))
    memory = value.get("memory")
    if isinstance(memory, dict) and isinstance(memory.get("peak"), int):
        facts.append(Fact(tr("Memory at most"), file_size(memory["peak"])))
    card.body.addWidget(FactGrid(facts, name_width=20))
    return card.push_up()
