"""A run in MLflow's tracking store: settings, curves, scores, labels and pictures."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import StorageError, UsageError
from kx.base.flat import settings
from kx.base.guard import TimeUpError, time_limit
from kx.base.names import plain_path, readable
from kx.base.text import clean, shortened
from kx.contracts import Watcher
from kx.runs.history import CSV, JSON, Curves
from kx.runs.labels import Labels, read_labels
from kx.runs.marks import marks_of
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.runs.scores import scores_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

RUN = "kx.run"
"""The tag by which an exported run is found again."""

FOREIGN = ("mlflow", "sqlalchemy", "alembic", "requests")
"""Packages whose errors are told in one line."""

FILES = ("spec.yaml", "record.json", "history.csv")
"""What is kept in MLflow beside the plots; not the model, which may be large."""

STATUSES = {"completed": "FINISHED", "interrupted": "KILLED"}
"""Of a record, and what MLflow calls it; everything else is ``FAILED``."""

PARAMS, METRICS = 100, 1000
"""As many as MLflow takes in one call."""


@dataclass(frozen=True, slots=True)
class Export:
    """Where a run is now.

    Attributes:
        store: address of the tracking store.
        experiment: its name in MLflow.
        id: of the run in MLflow.
        new: whether it was not there before; otherwise labels and files were brought up to date.
    """

    store: str
    experiment: str
    id: str
    new: bool


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the tracking store may take, and who is told what is waited for.

    Attributes:
        seconds: that each step has.
    """

    seconds: float = 30.0
    watcher: Watcher = field(default_factory=Watcher)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Tell of a step, and end it when its time is up.

        Raises:
            StorageError: if it takes too long.
        """
        self.watcher.stage(what)
        try:
            with time_limit(self.seconds):
                yield
        except TimeUpError:
            raise StorageError(
                f"{what}: no end within {self.seconds:g} s; --timeout sets the limit."
            ) from None


def export(
    exported: Run,
    store: str | None = None,
    experiment: str | None = None,
    patience: Patience = Patience(),
) -> Export:
    """Put a run into MLflow, once: the next time, its labels and files are brought up to date.

    Args:
        exported: has a record.
        store: address of the tracking store, such as ``sqlite:///mlflow.db``; default: what
            MLflow itself would take.
        experiment: its name in MLflow; default: that of the spec.
        patience: how long the store may take.

    Raises:
        UsageError: if MLflow is not installed.
        DataError: if the run's history or labels are damaged.
        StorageError: if MLflow refuses, or does not answer.
    """
    labels, curves, record = read_labels(exported.folder), _curves(exported), exported.recorded
    name = readable(experiment or record.name)
    with _told(store):
        patience.watcher.stage("loading MLflow")
        client = _client(store, patience.seconds)
        with patience.step(f"looking for the experiment {name!r} in {client.tracking_uri}"):
            group = _experiment(client, name)
            known = _find(client, group, record.id)
        with patience.step("putting settings, curves and scores there"):
            run = known or _create(client, group, record, curves)
        with patience.step("putting labels and files there"):
            for key, value in _tags(record, labels).items():
                client.set_tag(run, key, value)
            with plain_path(exported.folder) as plain:
                _put_files(client, run, plain)
            if not known:
                client.set_terminated(run, STATUSES.get(record.status, "FAILED"), _end(record))
        return Export(client.tracking_uri, name, run, not known)


def _client(store: str | None, seconds: float) -> MlflowClient:
    if find_spec("mlflow") is None:
        raise UsageError('MLflow is not installed. Get it with: pip install "kx[mlflow]"')
    # MLflow asks a server that does not answer eight times, for two minutes each.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", str(max(1, round(seconds))))
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    # MLflow reports its use to its makers unless told otherwise: that is not for kx to decide.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=store)


@contextmanager
def _told(store: str | None) -> Iterator[None]:
    """Tell what MLflow and the database below it complain of in one message."""
    try:
        yield
    except Exception as error:  # MLflow's, SQLAlchemy's, those of HTTP: each has its own tree
        if type(error).__module__.partition(".")[0] not in FOREIGN:
            raise
        said = shortened(clean(error), 400)
        raise StorageError(f"{store or 'MLflow'}: the run cannot be exported: {said}") from error


def _experiment(client: MlflowClient, name: str) -> str:
    found = client.get_experiment_by_name(name)
    if found is None:
        return str(client.create_experiment(name))
    if found.lifecycle_stage != "active":
        raise UsageError(
            f"the experiment {name!r} was deleted in MLflow: restore it there, or choose another "
            "with --experiment."
        )
    return str(found.experiment_id)


def _find(client: MlflowClient, experiment: str, run: str) -> str | None:
    """Return the id of the exported run; one that was cut short is deleted, to be made anew."""
    for found in client.search_runs([experiment], f"tags.`{RUN}` = '{run}'"):
        if found.info.status != "RUNNING":
            return str(found.info.run_id)
        client.delete_run(found.info.run_id)
    return None


def _create(
    client: MlflowClient, experiment: str, record: Record, curves: Mapping[str, Curves]
) -> str:
    from mlflow.entities import Param

    begun = _begun(record)
    made = client.create_run(
        experiment, start_time=begun, tags={RUN: record.id}, run_name=record.id
    )
    run = str(made.info.run_id)
    params = [Param(key, str(value)) for key, value in settings(record.spec)]
    for some in _portions(params, PARAMS):
        client.log_batch(run, params=some)
    for some in _portions(list(_metrics(record, curves)), METRICS):
        client.log_batch(run, metrics=some)
    return run


def _portions(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for at in range(0, len(values), size):
        yield values[at : at + size]


def _metrics(record: Record, curves: Mapping[str, Curves]) -> Iterator[Metric]:
    """Yield every epoch of every fit, then what the run ended with."""
    from mlflow.entities import Metric

    begun = _begun(record)
    for fit, metrics in curves.items():
        for name, values in metrics.items():
            for epoch, value in enumerate(values, 1):
                if value is not None:
                    yield Metric(f"{fit}/{name}", value, begun, epoch)
    for name, value in _numbers(record):
        if value is not None:
            yield Metric(name, value, _end(record), 0)


def _numbers(record: Record) -> Iterator[tuple[str, float | None]]:
    for score in scores_of(record):
        yield score.key, score.value
        yield f"{score.key}.low", score.low
        yield f"{score.key}.high", score.high
        yield f"{score.key}.baseline", score.best_baseline[1] if score.best_baseline else None
    for name in ("seconds", "fit_seconds", "peak_memory_mb", "parameters", "best_epoch"):
        yield name, getattr(record, name)


def _tags(record: Record, labels: Labels) -> dict[str, str]:
    """Return what people said of a run, and what must be borne in mind; MLflow's own names."""
    tags = {
        "kx.status": record.status,
        "kx.dataset": record.dataset.name,
        "kx.engine": record.engine,
        "kx.version": record.versions.get("kx", ""),
        "kx.tags": ", ".join(labels.tags),
        "mlflow.note.content": labels.note,
        "mlflow.source.git.commit": record.git_commit or "",
    }
    return tags | {f"kx.{mark}": "true" for mark in marks_of(record)}


def _put_files(client: MlflowClient, run: str, folder: Path) -> None:
    for name in FILES:
        if (folder / name).is_file():
            client.log_artifact(run, str(folder / name))
    plots = folder / "plots"
    if plots.is_dir() and not plots.is_symlink():
        client.log_artifacts(run, str(plots), "plots")


def _begun(record: Record) -> int:
    """Return when the run began, in milliseconds since 1970."""
    return round(datetime.fromisoformat(record.started).timestamp() * 1000)


def _end(record: Record) -> int:
    return _begun(record) + round(record.seconds * 1000)


def _curves(run: Run) -> dict[str, Curves]:
    """Return the curves of each fit; a run that failed before its first epoch has none."""
    begun = any((run.folder / name).exists() for name in (JSON, CSV))
    return run.history if begun else {}
