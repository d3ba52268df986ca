"""A verification report on the screen: verdict, claims, proven numbers, signed statements, notes."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.i18n import tr
from gui.models.report import Claim, Report, claim_title, figure, number_name, signed_name, verdict_heading
from gui.theme import theme
from gui.widgets.banner import Banner
from gui.widgets.controls import Card, clear, rule
from gui.widgets.facts import Fact, FactGrid
from gui.widgets.notice import Notice
from gui.widgets.problem import help_line
from gui.widgets.reflow import Reflow
from gui.widgets.text import grouped
from gui.widgets.verdicts import VerdictLine, VerdictList


class ReportView(QWidget):
    """Shows one report; all of its texts are shown as plain text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.measures.space(4))

    def show_report(self, report: Report) -> Banner:
        """Replace what is shown; returns the verdict's banner, whose `side` may take buttons."""
        clear(self._layout)
        banner = Banner(report.verdict, verdict_heading(report), report.sentence, report.remedy)
        if report.verdict == "accepted" and any(not signer.known for signer in report.signers):
            banner.texts.addWidget(Notice(tr("Signed by an unknown key: compare its fingerprint"), "warning"))
        if report.verdict != "accepted":
            banner.texts.addLayout(help_line(report.code, self))
        self._layout.addWidget(banner)
        if report.claims:
            self._layout.addWidget(claims_card(report))
        if report.bound:
            self._layout.addWidget(bound_card(report))
        sides = [card for card in (numbers_card(report), signed_card(report)) if card is not None]
        if len(sides) == 2:
            self._layout.addWidget(Reflow(sides[0], sides[1], limit=104))
        elif sides:
            self._layout.addWidget(sides[0])
        if report.notes:
            card = Card(tr("What to bear in mind"))
            for note in report.notes:
                card.body.addWidget(Notice(note))
            self._layout.addWidget(card)
        return banner


def claims_card(report: Report) -> Card:
    """The claims, each with its verdict and reason."""
    checked = any(claim.status != "unchecked" for claim in report.claims)
    text = tr("Each one was checked on this machine by the {name} backend.", name=report.backend)
    card = Card(tr("Claims"), text if checked else tr("None of them could be checked."))
    listing = VerdictList()
    listing.show_lines(
        [
            VerdictLine(
                claim_title(claim),
                claim.status,
                claim.sentence,
                tag="proved" if claim.status == "accepted" else "",
                code=claim.code,
            )
            for claim in report.claims
        ]
    )
    card.body.addWidget(listing)
    return card


def bound_card(report: Report) -> Card:
    """What the proofs cannot be moved from, as digests to compare."""
    card = Card(
        tr("What the proofs are about"), tr("Compare with what you were given; the proofs hold for these alone.")
    )
    facts = [
        Fact(number_name(name), value if value != "none" else tr("none"), code=value != "none")
        for name, value in report.bound.items()
    ]
    card.body.addWidget(FactGrid(facts))
    return card


def numbers_card(report: Report) -> Card | None:
    """The numbers that follow from accepted proofs."""
    if not report.numbers:
        return None
    card = Card(tr("Proven numbers"), tr("Bounds are computed by the verifier and rounded up."))
    card.body.addWidget(
        FactGrid([Fact(number_name(name), figure(value), tag="proved") for name, value in report.numbers.items()])
    )
    return card.push_up()


def signed_card(report: Report) -> Card | None:
    """What is only stated, and by whom."""
    if not report.signers and not report.signed:
        return None
    card = Card(tr("Signed statements"), tr("Only as good as the signer: nothing here is proven."))
    for position, signer in enumerate(report.signers):
        if position:
            card.body.addWidget(rule())
        if signer.known:
            card.body.addWidget(Notice(tr("Signed by the key that was asked for"), "accepted"))
        else:
            card.body.addWidget(Notice(tr("Signed by an unknown key: compare its fingerprint"), "warning"))
        facts = [
            Fact(tr("Fingerprint"), grouped(signer.fingerprint), code=True),
            Fact(tr("Name given"), signer.name, tag="signed"),
            Fact(tr("Role given"), signer.role, tag="signed"),
            Fact(tr("Meaning given"), signer.meaning, tag="signed"),
        ]
        card.body.addWidget(FactGrid([fact for fact in facts if fact.value], name_width=15))
    if report.signed:
        if report.signers:
            card.body.addWidget(rule())
        card.body.addWidget(
            FactGrid(
                [Fact(signed_name(name), value, tag="signed") for name, value in report.signed.items()], name_width=15
            )
        )
    return card.push_up()


def proven_lists(report: Report, *, hidden: bool) -> QWidget:
    """What the accepted claims show and what no proof can, side by side."""
    shown = Card(tr("What is proven"))
    for claim in report.claims:
        if claim.status == "accepted":
            shown.body.addWidget(Notice(_meaning(claim), "accepted"))
    if hidden:
        weights = tr("The weights stay hidden; the bundle holds only a commitment to them.")
    else:
        weights = tr("The weights in the bundle are the ones that the proof speaks of.")
    shown.body.addWidget(Notice(weights, "accepted"))
    not_shown = Card(tr("What is not proven"))
    texts = [
        tr("That a committed record belongs to a real patient, or that its values are true."),
        tr("That the outcome was recorded well, or that the model is of clinical use."),
        tr("Who pressed the button: names and times are signed statements."),
        tr("Proofs cannot be forged today; a large quantum computer could. Privacy does not depend on that."),
    ]
    if any(claim.name == "bounded" for claim in report.claims):
        texts.insert(0, tr("That each single value lies in its range: the data are too large for that proof."))
    for text in texts:
        not_shown.body.addWidget(Notice(text, "unchecked"))
    return Reflow(shown.push_up(), not_shown.push_up(), limit=104)


def _meaning(claim: Claim) -> str:
    """What an accepted claim means, in our words where they always hold, else in the verifier's."""
    return {
        "dataset": tr("The records were committed one by one; the root stands for exactly these."),
        "validity": tr("Every committed value lies in the published range of its column."),
        "optimum": tr(
            "The model is what training on exactly the committed records of the training view gives, within the "
            "distance above."
        ),
    }.get(claim.name, claim.sentence)
