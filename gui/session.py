"""What panels share without knowing each other: workspace, chosen dataset, results, and wishes to go elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui.bridge import JobBridge, RunningJob
from gui.problem import Problem


@dataclass(frozen=True, slots=True)
class Dataset:
    """A committed dataset as the workspace lists it."""

    dataset_id: str
    name: str
    root: str
    records: int
    features: int
    outcome: str
    created: str


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key of the workspace, by what is public of it."""

    fingerprint: str
    name: str
    role: str
    created: str


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that was paused or cut off; running: some process is at it.

    verb: "attest", of a dataset to an output, parts: names of what it has finished; or "import_dataset", of the file
    `source` under a schema to a dataset of this name, records: how many of it are stored.
    """

    job_id: str
    verb: str
    running: bool
    dataset_id: str = ""
    output: str = ""
    parts: tuple[str, ...] = ()
    source: Path = Path()
    name: str = ""
    schema: dict[str, object] = field(default_factory=dict, repr=False)
    records: int = 0


@dataclass(frozen=True, slots=True)
class Attestation:
    """A finished run: the dataset's name, where its bundle lies, and what the worker said of it."""

    dataset: str
    path: Path
    value: dict[str, object] = field(repr=False)


class Session(QObject):
    """One window's state. home: the workspace folder; the passphrase is kept in memory only while unlocked.

    locked_changed(bool), datasets_changed(), keys_changed(), unfinished_changed(), dataset_chosen(str),
    attested(Attestation), verify_wanted(Path), panel_wanted(str): the key of a panel to show.
    """

    locked_changed = Signal(bool)
    datasets_changed = Signal()
    keys_changed = Signal()
    unfinished_changed = Signal()
    dataset_chosen = Signal(str)
    attested = Signal(object)
    verify_wanted = Signal(object)
    panel_wanted = Signal(str)

    def __init__(self, home: Path, bridge: JobBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self.bridge = bridge
        self.datasets: tuple[Dataset, ...] = ()
        self.keys: tuple[Key, ...] = ()
        self.unfinished: tuple[UnfinishedRun, ...] = ()
        self.chosen = ""
        self.attestation: Attestation | None = None
        self.problem: Problem | None = None
        self._passphrase: str | None = None
        self._newest: dict[str, RunningJob] = {}  # an older answer must not take the place of a newer one

    @property
    def locked(self) -> bool:
        """Whether no passphrase has been accepted yet."""
        return self._passphrase is None

    def unlock(self, passphrase: str) -> None:
        """Keep a passphrase that the workspace has accepted."""
        self._passphrase = passphrase
        self.locked_changed.emit(False)

    def lock(self) -> None:
        """Forget the passphrase and everything read with it."""
        self._passphrase = None
        self.datasets = ()
        self.keys = ()
        self.unfinished = ()
        self.chosen = ""
        self.attestation = None
        self.locked_changed.emit(True)
        self.datasets_changed.emit()
        self.keys_changed.emit()
        self.unfinished_changed.emit()

    def dataset_name(self, dataset_id: str) -> str:
        """What the workspace calls a dataset; its id if it is not listed."""
        return next((item.name for item in self.datasets if item.dataset_id == dataset_id), dataset_id)

    def start(self, verb: str, arguments: dict[str, object]) -> RunningJob:
        """Start a job that may open the workspace."""
        return self.bridge.start(verb, arguments, home=self.home, passphrase=self._passphrase)

    def start_open(self, verb: str, arguments: dict[str, object]) -> RunningJob:
        """Start a job that needs no workspace; it gets no passphrase."""
        return self.bridge.start(verb, arguments, home=self.home)

    def try_passphrase(self, passphrase: str, *, create: bool = False) -> RunningJob:
        """Start the job that shows whether this passphrase opens the workspace; create: one is to be made with it."""
        return self.bridge.start("list_datasets", {}, home=self.home, passphrase=passphrase, create=create)

    def refresh(self) -> None:
        """Read the list of datasets again."""
        self._read_again("list_datasets", self.take_datasets)

    def take_datasets(self, value: dict[str, object]) -> None:
        """Keep the worker's list of datasets."""
        if self.locked:
            return
        self.problem = None
        listed = value.get("datasets")
        found = [read_dataset(item) for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        self.datasets = tuple(found)
        self.datasets_changed.emit()

    def refresh_keys(self) -> None:
        """Read the list of signing keys again."""
        self._read_again("list_keys", self._take_keys)

    def _take_keys(self, value: dict[str, object]) -> None:
        listed = value.get("keys")
        if self.locked or not isinstance(listed, list):
            return
        self.keys = tuple(
            Key(*(_text(item, name) for name in ("fingerprint", "name", "role", "created")))
            for item in listed
            if isinstance(item, dict)
        )
        self.keys_changed.emit()

    def refresh_unfinished(self) -> None:
        """Read the list of unfinished runs again."""
        self._read_again("list_jobs", self._take_unfinished)

    def _take_unfinished(self, value: dict[str, object]) -> None:
        listed = value.get("jobs")
        if self.locked or not isinstance(listed, list):
            return
        self.unfinished = tuple(read_unfinished(item) for item in listed if isinstance(item, dict))
        self.unfinished_changed.emit()

    def choose(self, dataset_id: str) -> None:
        """Make this the dataset that the next run attests."""
        self.chosen = dataset_id
        self.dataset_chosen.emit(dataset_id)

    def finish(self, attestation: Attestation) -> None:
        """A run is done."""
        self.attestation = attestation
        self.attested.emit(attestation)

    def _read_again(self, verb: str, take: Callable[[dict[str, object]], None]) -> None:
        if self.locked:  # as where work ends after the lock
            return
        job = self._newest[verb] = self.start(verb, {})
        job.succeeded.connect(lambda value: take(value) if self._newest.get(verb) is job else None)
        job.failed.connect(self._refresh_failed)

    def _refresh_failed(self, problem: Problem) -> None:
        if not self.locked:  # locking stops every job, which is no failure
            self.problem = problem
            self.datasets_changed.emit()


def read_dataset(item: dict[str, object]) -> Dataset:
    """A dataset from the worker's JSON; what is missing is empty."""
    records, features = item.get("records"), item.get("features")
    return Dataset(
        dataset_id=_text(item, "dataset_id"),
        name=_text(item, "name"),
        root=_text(item, "root"),
        records=records if isinstance(records, int) else 0,
        features=len(features) if isinstance(features, list) else 0,
        outcome=_text(item, "outcome"),
        created=_text(item, "created"),
    )


def read_unfinished(item: dict[str, object]) -> UnfinishedRun:
    """An unfinished run from the worker's JSON; what is missing is empty."""
    arguments, parts = item.get("arguments"), item.get("parts")
    given: dict[str, object] = arguments if isinstance(arguments, dict) else {}
    schema, records = given.get("schema"), item.get("records")
    return UnfinishedRun(
        job_id=_text(item, "job_id"),
        verb=_text(item, "verb"),
        running=item.get("running") is True,
        dataset_id=_text(given, "dataset"),
        output=_text(given, "output"),
        parts=tuple(str(part) for part in parts) if isinstance(parts, list) else (),
        source=Path(_text(given, "path")),
        name=_text(given, "name"),
        schema=schema if isinstance(schema, dict) else {},
        records=records if isinstance(records, int) else 0,
    )


def _text(item: dict[str, object], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
