"""What the auditor notes before drawing a nonce: the root and the digest of the plan as it stands in the form."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.problem import Problem
from gui.session import Session
from gui.theme import theme
from gui.widgets.controls import button, row
from gui.widgets.facts import Fact, FactGrid
from gui.widgets.notice import Notice
from gui.widgets.problem import ProblemCard
from gui.widgets.text import label


class AnnounceDialog(QDialog):
    """Asks the worker for both digests and shows them to be copied; nothing is trained."""

    def __init__(
        self, session: Session, dataset_id: str, plan: dict[str, object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("For the auditor"))
        space = theme.measures.space
        self.facts = FactGrid([Fact(tr("Root"), "…"), Fact(tr("Digest of the plan"), "…")], name_width=20)
        self.facts.setMinimumWidth(theme.measures.chars(84))
        self.problem = ProblemCard()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space(5), space(5), space(5), space(4))
        outer.setSpacing(space(3))
        outer.addWidget(label(tr("What the auditor notes before drawing a nonce"), "heading"))
        outer.addWidget(
            label(
                tr(
                    "Send both to the auditor, wait for the nonce, and enter it unchanged. If the plan or the data "
                    "change after that, the nonce no longer fits and the auditor will see it."
                ),
                "muted",
            )
        )
        outer.addWidget(self.problem)
        outer.addWidget(self.facts)
        outer.addWidget(Notice(tr("Neither of the two says anything about a record.")))
        outer.addLayout(row(1, button(tr("Close"), self.accept, variant="primary")))
        self.job = session.start("announce", {"dataset": dataset_id, "plan": plan})
        self.job.succeeded.connect(self._show)
        self.job.failed.connect(self._failed)

    def _show(self, value: dict[str, object]) -> None:
        self.facts.show_facts(
            [
                Fact(tr("Root"), str(value.get("root", "")), code=True),
                Fact(tr("Digest of the plan"), str(value.get("plan_digest", "")), code=True),
            ]
        )

    def _failed(self, problem: Problem) -> None:
        self.facts.hide()
        self.problem.show_problem(problem)
