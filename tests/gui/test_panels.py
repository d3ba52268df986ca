"""Single parts of the panels, without a worker: the plan, the schema under review, the frame, navigation."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.errors import MalformedError
from gui.bridge import JobBridge
from gui.models.report import Report, figure
from gui.models.schema import HIGH, LEVELS, LOW, MISSING, NAME, ROLE, UNIT, SchemaTable
from gui.panels import PANELS
from gui.panels.attest import AttestPanel
from gui.panels.plan import PlanForm
from gui.panels.result import ResultPanel
from gui.panels.unfinished import UnfinishedRuns
from gui.panels.verify import VerifyPanel
from gui.presence import workspace_exists
from gui.session import Attestation, Dataset, Key, Session, UnfinishedRun
from gui.widgets.drop import DropArea
from gui.widgets.report import proven_lists
from gui.widgets.stages import StageList
from gui.window import MainWindow


def column(name: str, role: str, kind: str, **more: object) -> dict[str, object]:
    return {"name": name, "role": role, "type": kind, "unit": "", "range": None, "missing": None, "levels": [], **more}


SCHEMA: dict[str, object] = {
    "version": 1,
    "decimal": ".",
    "missing_values": [""],
    "columns": [
        column("age", "feature", "number", range={"low": "0", "high": "120"}, missing={"policy": "reject"}),
        column("bmi", "feature", "number", range={"low": "10", "high": "80"},
               missing={"policy": "constant", "value": "25"}),
        column("died", "outcome", "flag", levels=[{"name": "0", "values": ["0"]}, {"name": "1", "values": ["1"]}]),
    ],
}  # fmt: skip


def test_the_outcome_comes_first_in_the_review_and_last_stays_last_in_the_schema() -> None:
    model = SchemaTable()
    model.load(SCHEMA)
    assert [model.index(row, NAME).data() for row in range(3)] == ["died", "age", "bmi"]
    assert model.index(0, LEVELS).data() == "1 is the event, 0 is not"
    assert model.index(0, ROLE).data() == "Outcome"
    assert model.index(1, MISSING).data() == "record is rejected"
    assert model.index(2, MISSING).data() == "becomes 25, marked"
    assert model.document == SCHEMA


def test_ranges_and_units_are_edited_and_nothing_else() -> None:
    model = SchemaTable()
    model.load(SCHEMA)
    assert model.setData(model.index(1, HIGH), " 130 ")
    assert model.setData(model.index(1, UNIT), "years")
    assert not model.setData(model.index(1, HIGH), "130")
    for section in (NAME, ROLE, MISSING):
        assert not model.setData(model.index(1, section), "x")
    assert not model.setData(model.index(0, LOW), "1")
    columns = model.document["columns"]
    assert isinstance(columns, list)
    assert columns[0]["range"] == {"low": "0", "high": "130"} and columns[0]["unit"] == "years"
    assert columns[1:] == SCHEMA["columns"][1:]  # type: ignore[index]
    assert model.edited


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> PlanForm:
    session.datasets = (Dataset("ds-1", "ward", "ab" * 32, 40, 2, "died", "2026-01-01T00:00:00Z"),)
    made = PlanForm(session)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("text", "c"), [("1", "1"), ("0.5", "1/2"), ("0,1", "1/10"), ("1/3", "1/3"), ("100", "100"), (" 2 ", "2")]
)
def test_the_form_writes_a_plan_that_the_core_reads(form: PlanForm, text: str, c: str) -> None:
    from core.relations.plan import TrainingPlan

    form.strength.setCurrentText(text)
    form.share.setValue(25)
    choices = form.choices()
    assert choices is not None
    plan = TrainingPlan.from_json(choices.plan)
    assert (str(plan.c), str(plan.test_fraction)) == (c, "1/4")
    assert choices.nonce is None and choices.key is None


@pytest.mark.parametrize("text", ["", "0", "-1", "abc", "1/0", "1e5", "99999999999", "0.0000000001", "nan"])
def test_a_strength_that_is_none_stops_the_run_with_a_reason(form: PlanForm, text: str) -> None:
    form.strength.setCurrentText(text)
    assert form.choices() is None and "C must be" in form.complaint


def test_a_limit_of_memory_is_shown_where_one_is_set(
    qtbot: QtBot, session: Session, form: PlanForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert form.memory.isHidden()
    monkeypatch.setenv("PROOFWARD_MEMORY", "4GB")
    limited = PlanForm(session)
    qtbot.addWidget(limited)
    assert not limited.memory.isHidden()
    assert "4.0 GB" in limited.memory.text() and "PROOFWARD_MEMORY" in limited.memory.text()


def test_the_plan_of_the_form_has_exactly_the_fields_of_a_plan(form: PlanForm) -> None:
    from core.relations.plan import TrainingPlan

    choices = form.choices()
    assert choices is not None
    with pytest.raises(MalformedError):
        TrainingPlan.from_json({**choices.plan, "more": 1})
    assert set(choices.plan) == set(TrainingPlan().to_json())


def test_private_panels_are_covered_while_locked(window: MainWindow, session: Session) -> None:
    for spec in PANELS:
        window.show_panel(spec.key)
        assert window.panels[spec.key].isVisible() == (not spec.private)
    session.unlock("x")
    session.bridge.abandon_all()
    for spec in PANELS:
        window.show_panel(spec.key)
        assert window.panels[spec.key].isVisible()
    session.lock()
    window.show_panel("result")
    assert not window.panels["result"].isVisible()


def test_a_panel_is_one_line(qtbot: QtBot, session: Session, settings: QSettings) -> None:
    from gui.panels import PanelSpec

    class Extra(QWidget):
        def __init__(self, session: Session) -> None:
            super().__init__()

    window = MainWindow(
        session, (*PANELS, PanelSpec("extra", lambda: "Extra", "info", Extra, private=False)), settings=settings
    )
    qtbot.addWidget(window)
    window.show()
    session.panel_wanted.emit("extra")
    assert window.panels["extra"].isVisible()


def test_the_window_fits_small_screens(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    session.unlock("x")
    session.bridge.abandon_all()
    for width, height in ((1024, 700), (512, 350)):
        window.resize(width, height)
        qtbot.wait(20)
        assert (window.width(), window.height()) == (width, height)
        for spec in PANELS:
            window.show_panel(spec.key)
            qtbot.wait(5)
            assert window.width() == width, spec.key
    assert window.sidebar is not None and window.sidebar.width() < 100


def test_the_appearance_is_kept(window: MainWindow, settings: QSettings) -> None:
    window._choose_look("dark")
    assert settings.value("appearance") == "dark"


def test_small_numbers_are_written_with_the_same_digits() -> None:
    assert figure("0.000000000245") == "2.45 × 10⁻¹⁰"
    assert figure("0.00001") == "1 × 10⁻⁵"
    assert figure("0.000473") == "0.000473"
    assert figure("569") == "569"


def test_a_report_that_lacks_everything_is_not_accepted() -> None:
    assert Report.read({}).verdict == "malformed"
    assert Report.read({"verdict": "ACCEPTED"}).verdict == "malformed"
    assert Report.read({"claims": "x", "numbers": 3, "signers": [1], "notes": None}).claims == ()


def test_a_dropped_file_is_taken_and_two_are_not(qtbot: QtBot, tmp_path: Path) -> None:
    area = DropArea("table", "Drop here", "text")
    qtbot.addWidget(area)
    taken: list[Path] = []
    area.chosen.connect(taken.append)

    def drop(*paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        area.dropEvent(
            QDropEvent(
                area.rect().center().toPointF(),
                Qt.DropAction.CopyAction,
                data,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )

    drop(tmp_path / "a.csv", tmp_path / "b.csv")
    assert taken == []
    drop(tmp_path / "a.csv")
    assert taken == [tmp_path / "a.csv"]


def test_a_bundle_can_be_dropped_anywhere_on_the_verifier(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    panel = window.panels["verify"]
    assert isinstance(panel, VerifyPanel)
    window.show_panel("verify")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "x.proofward"))])
    arguments = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    assert panel.viewport().acceptDrops()
    enter = QDragEnterEvent(panel.viewport().rect().center().toPointF(), *arguments)
    QApplication.sendEvent(panel.viewport(), enter)
    assert enter.isAccepted()
    QApplication.sendEvent(panel.viewport(), QDropEvent(panel.viewport().rect().center().toPointF(), *arguments))
    assert panel.job is not None and panel._path == tmp_path / "x.proofward"
    qtbot.waitUntil(lambda: panel.job is None, timeout=120_000)
    assert panel.problem.isVisible() and panel.report is None
    qtbot.waitUntil(lambda: not panel._session.bridge.running, timeout=120_000)


def test_a_workspace_is_seen_only_where_one_is(tmp_path: Path, qapp: object) -> None:
    assert not workspace_exists(tmp_path / "nowhere")
    assert not workspace_exists(tmp_path)


def test_the_session_never_shows_its_passphrase(session: Session, tmp_path: Path) -> None:
    session.unlock("canary-passphrase")
    assert "canary" not in repr(session) + repr(vars(JobBridge()))


def test_what_is_proven_follows_from_the_accepted_claims(qtbot: QtBot) -> None:
    def lists(*claims: tuple[str, str]) -> str:
        report = Report.read(
            {
                "verdict": "accepted",
                "claims": [
                    {"name": name, "title": name, "status": status, "code": "", "sentence": f"Sentence of {name}."}
                    for name, status in claims
                ],
            }
        )
        widget = proven_lists(report, hidden=True)
        qtbot.addWidget(widget)
        return "\n".join(label.text() for label in widget.findChildren(QLabel))

    small = lists(("validity", "accepted"), ("consent", "accepted"), ("optimum", "rejected"))
    assert "published range" in small and "Sentence of consent." in small
    assert "The model is what training" not in small and "too large" not in small
    large = lists(("bounded", "accepted"), ("optimum", "accepted"))
    assert "published range" not in large and "Sentence of bounded." in large and "too large" in large


def test_a_stage_takes_the_place_of_the_one_it_stands_for(qtbot: QtBot) -> None:
    stages = StageList()
    qtbot.addWidget(stages)
    stages.plan([("train", "Train"), ("validity", "Ranges"), ("optimum", "Optimum")])
    stages.begin("train", "Train")
    stages.begin("bounded", "Bounded", instead="validity")
    stages.begin("optimum", "Optimum")
    assert set(stages._rows) == {"train", "bounded", "optimum"}
    assert stages._rows["bounded"].name.text() == "Bounded"
    assert stages._layout.indexOf(stages._rows["bounded"].holder) == 1


def test_unfinished_runs_are_named_where_they_are_continued(session: Session, qtbot: QtBot) -> None:
    session.unlock("never used here")
    jobs: list[dict[str, object]] = [
        {
            "job_id": "job-1",
            "verb": "import_dataset",
            "arguments": {"path": "/data/patients.csv", "schema": SCHEMA, "name": "cohort"},
            "parts": [],
            "records": 12345,
            "running": False,
        },
        {
            "job_id": "job-2",
            "verb": "attest",
            "arguments": {"dataset": "ds-1", "output": "/data/m.proofward"},
            "parts": ["trained"],
            "records": 0,
            "running": False,
        },
        {
            "job_id": "job-3",
            "verb": "import_dataset",
            "arguments": {"path": "/data/other.csv", "schema": SCHEMA, "name": "other"},
            "parts": [],
            "records": 0,
            "running": True,  # elsewhere
        },
    ]
    lists = {verb: UnfinishedRuns(session, verb) for verb in ("import_dataset", "attest")}
    wanted: list[UnfinishedRun] = []
    for shown in lists.values():
        qtbot.addWidget(shown)
        assert shown.isHidden()
        shown.resume_wanted.connect(wanted.append)
    session._take_unfinished({"jobs": jobs})
    texts = {verb: " ".join(label.text() for label in shown.findChildren(QLabel)) for verb, shown in lists.items()}
    assert "Unfinished import: patients.csv" in texts["import_dataset"]
    assert "12,345 records are committed to so far." in texts["import_dataset"]
    assert "other.csv" not in texts["import_dataset"] and "Unfinished run: ds-1" in texts["attest"]
    for shown in lists.values():
        next(item for item in shown.findChildren(QPushButton) if item.text() == "Continue").click()
    assert [(run.job_id, run.records, run.schema) for run in wanted] == [("job-1", 12345, SCHEMA), ("job-2", 0, {})]


def test_a_result_tells_the_longest_stages_whatever_the_claim_and_the_memory(qtbot: QtBot, session: Session) -> None:
    panel = ResultPanel(session)
    qtbot.addWidget(panel)
    seconds = {"open": 5.0, "train": 20.0, "bounded": 30.0, "optimum": 10.0, "check": 12.0}
    value: dict[str, object] = {"verdict": "accepted", "seconds": seconds, "memory": {"peak": 1_900_000_000}}
    session.finish(Attestation(dataset="ward", path=Path("model.proofward"), value=value))
    said = [label.text() for label in panel.findChildren(QLabel)]
    longest = ["Prove that the values are bounded", "Train the model", "Verify the bundle before it is released"]
    assert [text for text in said if text in longest] == longest
    assert "Prove that the model is the optimum" not in said
    assert "1.9 GB" in said


def test_a_dataset_that_is_not_listed_yet_is_not_replaced_by_another(form: PlanForm, session: Session) -> None:
    session.choose("ds-2")
    assert form.choices() is None and form.complaint
    first = session.datasets[0]
    session.datasets = (first, Dataset("ds-2", "clinic", "cd" * 32, 50, 2, "died", "2026-01-02T00:00:00Z"))
    session.datasets_changed.emit()
    choices = form.choices()
    assert choices is not None and choices.dataset_id == "ds-2"


def test_a_choice_of_key_and_dataset_stays_when_the_lists_are_read_again(form: PlanForm, session: Session) -> None:
    session.datasets = tuple(
        Dataset(f"ds-{n}", "ward", "ab" * 32, 40, 2, "died", "2026-01-01T00:00:00Z") for n in range(3)
    )
    session.keys = tuple(Key(f"{n}" * 64, f"Key {n}", "", "2026-01-01T00:00:00Z") for n in range(3))
    session.datasets_changed.emit()
    session.keys_changed.emit()
    session.choose("ds-2")
    form.dataset.setCurrentIndex(1)
    form.dataset.activated.emit(1)
    form.key.setCurrentIndex(2)
    session.datasets_changed.emit()
    session.keys_changed.emit()
    choices = form.choices()
    assert choices is not None and (choices.dataset_id, choices.key) == ("ds-1", "2" * 64)


def test_the_newest_list_counts_whichever_answers_last(session: Session, qtbot: QtBot) -> None:
    session.unlock("x")
    session.refresh_unfinished()
    session.refresh_unfinished()
    old, new = session.bridge.running[-2:]
    run: dict[str, object] = {"job_id": "job-1", "verb": "attest", "running": False, "arguments": {}, "parts": []}
    new.succeeded.emit({"jobs": []})
    old.succeeded.emit({"jobs": [run]})
    assert session.unfinished == ()
    session.bridge.abandon_all()


def test_a_folder_that_takes_no_bundle_is_told(
    qtbot: QtBot, session: Session, form: PlanForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = AttestPanel(session)
    qtbot.addWidget(panel)
    session.home.mkdir(parents=True, exist_ok=True)
    (session.home / "released").write_text("in the way")
    panel.start_button.click()
    assert panel.job is None and not panel.problem.isHidden()
