"""One run, from plan to record, read from top to bottom."""

from __future__ import annotations

import io
import re
import time
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kx.contracts import (
    Conclusion,
    DatasetBundle,
    DatasetInfo,
    FitResult,
    History,
    Proposal,
    Provenance,
    Split,
    Watcher,
)
from kx.errors import (
    DataError,
    Interrupted,
    KxError,
    MissingDataError,
    OutOfMemoryError,
    Problem,
    SpecError,
)
from kx.planning import Plan
from kx.reporting.folder import RunFolder
from kx.reporting.history import HistoryWriter
from kx.reporting.record import (
    Expectation,
    Record,
    collect_versions,
    environment,
    git_commit,
)
from kx.reporting.storage import atomic_file, atomic_write
from kx.seeds import derive

if TYPE_CHECKING:
    import keras
    import numpy as np

    from kx.data.files import Files
    from kx.data.preparation import Preparation
    from kx.evaluators.scores import Score

SMOKE_TRAIN, SMOKE_TEST, SMOKE_EPOCHS = 256, 128, 2


@dataclass(frozen=True, slots=True)
class Switches:
    """How a run is carried out; none of this is part of the spec.

    Attributes:
        sample: use the generated stand-in instead of the dataset's files.
        smoke: the same graph on a few rows, for two epochs: does everything work?
    """

    sample: bool = False
    smoke: bool = False
    command: str = "train"


@dataclass(slots=True)
class _Run:
    """What one run has at hand, and what it has found out so far.

    Attributes:
        facts: fields of the record.
    """

    plan: Plan
    folder: RunFolder
    watcher: Watcher
    switches: Switches
    history: HistoryWriter
    facts: dict[str, Any] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        return self.plan.spec.seed

    def warn(self, title: str, text: str) -> None:
        """Tell the watcher, and the record."""
        self.watcher.warn(title, text)
        self.facts.setdefault("warnings", []).append(without_paths(f"{title}: {text}"))


def run(plan: Plan, outputs: Path, watcher: Watcher, switches: Switches) -> tuple[Record, Path]:
    """Carry out ``plan`` in a new folder below ``outputs``.

    Returns:
        The record, and the run's folder.

    Raises:
        KxError: what went wrong, after a record with its status was written.
        Interrupted: likewise.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(RunFolder.create(outputs, plan.spec.name))
        history = folder.history()
        stack.callback(history.close)
        work = _Run(plan, folder, watcher, switches, history)
        work.facts |= _first_facts(plan, started, switches)
        folder.write_spec(yaml.safe_dump(plan.resolved(), sort_keys=False, allow_unicode=True))
        status, error = "completed", None
        try:
            _carry_out(work)
        except BaseException as raised:  # also Ctrl-C: the record must say how the run ended
            error = _told(raised, folder)
            status = getattr(error, "status", "failed")
            work.facts["error"] = without_paths(_first_line(error))
            if error is not raised:
                raise error from raised
            raise
        finally:
            history.close()
            record = _record(work, status, time.monotonic() - clock)
            folder.write_record(record)
        return record, folder.path


def _carry_out(work: _Run) -> None:
    """The stages of a run, in their order."""
    from kx.training.environment import start_tensorflow

    for problem in work.plan.warnings:
        work.warn("Check the spec", str(problem))
    work.watcher.stage("starting TensorFlow")
    start_tensorflow(deterministic=work.plan.spec.deterministic, log=work.folder.log_path)
    bundle = _load(work)
    strategy = work.plan.strategy(len(bundle.train))
    results = []
    for proposal in strategy.propose(bundle.train.y, derive(work.seed, "split")):
        result, model, preparation = _fit_proposal(work, bundle, proposal)
        results.append(result)
    conclusion = strategy.conclude(results)
    _note_validation(work, bundle, results, conclusion, len(proposal.validation))
    if conclusion.refit_epochs is not None:
        model, preparation = _refit(work, bundle, conclusion.refit_epochs)
    _test(work, bundle, model, preparation)
    _judge_expectations(work)
    _keep(work, model, preparation, bundle.info)


def _load(work: _Run) -> DatasetBundle:
    """Read the dataset, from its files or, if the spec or the user says so, from the sample."""
    from kx.data.fingerprint import fingerprint
    from kx.data.preparation import check_targets
    from kx.data.sources import SampleFiles, SourceFiles

    plan, name = work.plan, work.plan.spec.dataset.name
    files: Files = SampleFiles() if work.switches.sample else SourceFiles.from_environment(
        work.watcher
    )  # fmt: skip
    work.watcher.stage(f"reading {name}")
    try:
        bundle = plan.load_data(files)
    except MissingDataError as error:
        if plan.spec.dataset.fallback != "sample":
            raise
        work.warn("Sample data", f"{_first_line(error)}. {_SAMPLE_NOTE}")
        files = SampleFiles()
        bundle = plan.load_data(files)
    provenance = files.provenance()
    if provenance.is_sample and work.switches.sample:
        work.warn("Sample data", _SAMPLE_NOTE)
    _check_info(work, bundle.info)
    if work.switches.smoke:
        bundle = _sliced(bundle, work.seed)
    check_targets(bundle.train.y, "training")
    check_targets(bundle.test.y, "test")
    work.facts["dataset"] = {
        "name": name,
        "task": bundle.info.task,
        "source": _source(plan, provenance),
        "sample": provenance.is_sample,
        "files": dict(provenance.files),
        "fingerprint": fingerprint(bundle),
        "train_examples": len(bundle.train),
        "test_examples": len(bundle.test),
        "classes": list(bundle.info.classes),
        "target": bundle.info.target,
    }
    return bundle


def _source(plan: Plan, provenance: Provenance) -> str:
    """What the record says of where the data came from; of a plugin's data kx knows no more."""
    built_in = plan.dataset.entry.function.__module__.startswith("kx.data.")
    return provenance.source if built_in else "plugin"


_SAMPLE_NOTE = (
    "This run uses a small generated stand-in. Its scores say nothing about the real data set, "
    "and no expectation is judged."
)


def _check_info(work: _Run, info: DatasetInfo) -> None:
    """Check a dataset that could not be described beforehand, now that it is read.

    Raises:
        SpecError: if architecture, head or validation do not fit it.
    """
    if work.plan.info is not None:
        return
    errors, warnings = work.plan.check_info(info)
    for complaint in warnings:
        work.warn("Check the spec", f"{complaint.key}: {complaint.message}; {complaint.hint}")
    if errors:
        problems = [Problem("", c.key, c.message, hint=c.hint) for c in errors]
        raise SpecError(problems)


def _sliced(bundle: DatasetBundle, seed: int) -> DatasetBundle:
    """Keep a few rows of each part, drawn by chance."""
    import numpy as np

    def few(split: Split, count: int) -> Split:
        rows = np.random.default_rng(seed).permutation(len(split))[:count]
        return split.take(np.sort(rows))

    return replace(bundle, train=few(bundle.train, SMOKE_TRAIN), test=few(bundle.test, SMOKE_TEST))


def _fit_proposal(
    work: _Run, bundle: DatasetBundle, proposal: Proposal
) -> tuple[FitResult, keras.Model, Preparation]:
    """Prepare by the training part alone, train, and read the scores off the best epoch."""
    import numpy as np

    from kx.data.preparation import fit_preparation

    if np.intersect1d(proposal.train, proposal.validation).size:
        raise DataError(f"{proposal.name}: training and validation part overlap")
    train, held_out = bundle.train.take(proposal.train), bundle.train.take(proposal.validation)
    preparation = fit_preparation(
        train.x, *_prepare_how(work.plan, bundle.info), names=bundle.info.features
    )
    train = Split(preparation.apply(train.x, "training"), train.y)
    held_out = Split(preparation.apply(held_out.x, "validation"), held_out.y)
    model, history, best, seconds = _train(
        work, proposal.name, bundle.info, train, held_out, work.plan.spec.training.epochs
    )
    scores = {
        metric.removeprefix("val_"): values[best - 1]
        for metric, values in history.items()
        if metric.startswith("val_")
    }
    result = FitResult(proposal.name, history, best, scores, seconds)
    return result, model, preparation


def _refit(work: _Run, bundle: DatasetBundle, epochs: int) -> tuple[keras.Model, Preparation]:
    """Train fresh weights on training and validation part together."""
    from kx.data.preparation import fit_preparation

    preparation = fit_preparation(
        bundle.train.x, *_prepare_how(work.plan, bundle.info), names=bundle.info.features
    )
    everything = Split(preparation.apply(bundle.train.x, "training"), bundle.train.y)
    epochs = min(epochs, SMOKE_EPOCHS) if work.switches.smoke else epochs
    model, _, _, _ = _train(work, "refit", bundle.info, everything, None, epochs)
    work.facts["refit_epochs"] = epochs
    return model, preparation


def _prepare_how(plan: Plan, info: DatasetInfo) -> tuple[Any, Any]:
    section = plan.spec.preparation
    return (info.scale if section.scale == "auto" else section.scale), section.missing


def _train(
    work: _Run,
    name: str,
    info: DatasetInfo,
    train: Split,
    held_out: Split | None,
    epochs: int,
) -> tuple[keras.Model, History, int, float]:
    """Build, compile and fit one network, every draw decided by the spec's seed and ``name``."""
    from kx.training.assemble import compile_model
    from kx.training.environment import seed_everything
    from kx.training.feed import Batching
    from kx.training.fit import Fitting, fit

    plan, training = work.plan, work.plan.spec.training
    weights, shuffle = (derive(work.seed, purpose, name) for purpose in ("weights", "shuffle"))
    work.facts.setdefault("seeds", {}).update(
        {f"weights {name}": weights, f"shuffle {name}": shuffle}
    )
    seed_everything(weights)
    info = replace(info, input_shape=tuple(train.x.shape[1:]))
    model = plan.build_model(info)
    steps = Batching(len(train), training.batch_size, True, 0).steps
    compile_model(model, info, plan.head(info), training, steps)
    work.facts["parameters"] = int(model.count_params())
    epochs = min(epochs, SMOKE_EPOCHS) if work.switches.smoke else epochs
    fitting = Fitting(
        name, epochs, shuffle, work.watcher, work.history.epoch, guarded=held_out is not None
    )
    history, best, seconds = fit(model, train, held_out, training, fitting)
    work.histories[name] = history
    work.facts.setdefault("fits", []).append(
        {
            "name": name,
            "epochs": len(history["loss"]),
            "best_epoch": best if held_out is not None else None,
            "seconds": round(seconds, 3),
            "scores": {metric: values[-1] for metric, values in history.items()},
        }
    )
    return model, history, best, seconds


def _note_validation(
    work: _Run,
    bundle: DatasetBundle,
    results: list[FitResult],
    conclusion: Conclusion,
    held_out: int,
) -> None:
    from kx.evaluators.scores import Score, share_interval

    info = bundle.info
    scores = {
        name: share_interval(value, held_out)
        if name == "accuracy" and len(results) == 1 and info.task != "multilabel"
        else Score(value)
        for name, value in conclusion.scores.items()
    }
    work.facts["scores"] = {"validation": _plain(scores, work.plan.head(info).metrics)}
    work.facts["best_epoch"] = conclusion.best_epoch


def _test(work: _Run, bundle: DatasetBundle, model: keras.Model, preparation: Preparation) -> None:
    """Look at the test part: once."""
    from kx.evaluators.scores import baseline_predictions, with_intervals
    from kx.training.judge import measure, predict

    work.watcher.stage("testing")
    info, head = bundle.info, work.plan.head(bundle.info)
    predictions = predict(model, preparation.apply(bundle.test.x, "test"))
    work.facts["test_looks"] = 1
    values = measure(bundle.test.y, predictions, info, head)
    seed = derive(work.seed, "bootstrap")
    scores = with_intervals(values, bundle.test.y, predictions, info, seed)
    work.facts["scores"]["test"] = _plain(scores, head.metrics)
    baselines: dict[str, dict[str, float]] = {}
    guesses = baseline_predictions(bundle.train.y, len(bundle.test), info)
    for name, guess in guesses.items():
        for metric, value in measure(bundle.test.y, guess, info, head).items():
            if metric != "loss":  # of a baseline that is sure of itself it says nothing
                baselines.setdefault(metric, {})[name] = value
    work.facts["baselines"] = baselines
    _save_predictions(work.folder.predictions_path, bundle.test.y, predictions)


def _plain(scores: Mapping[str, Score], metrics: tuple[str, ...]) -> dict[str, Any]:
    """The scores as the record has them, the main metric first."""
    order = [*metrics, "loss"]
    return {
        name: {**asdict(scores[name]), "interval": scores[name].interval or None}
        for name in order
        if name in scores
    }


def _save_predictions(path: Path, y: np.ndarray, predictions: np.ndarray) -> None:
    import numpy as np

    buffer = io.BytesIO()
    np.savez_compressed(buffer, y=y, predictions=predictions)
    atomic_write(path, buffer.getvalue())


def _judge_expectations(work: _Run) -> None:
    """Hold the results against what the spec expects of them."""
    reason = ""
    if work.facts["dataset"]["sample"]:
        reason = "sample data"
    elif work.switches.smoke:
        reason = "smoke run"
    known: dict[str, float | None] = {
        "best_epoch": work.facts["best_epoch"],
        "parameters": work.facts["parameters"],
    }
    for part, scores in work.facts["scores"].items():
        known |= {f"{part}.{name}": score["value"] for name, score in scores.items()}
    verdicts: list[Expectation] = []
    for key, wanted in work.plan.spec.expect.items():
        value = known.get(key)
        met = value is not None and (
            (wanted.at_least is None or value >= wanted.at_least)
            and (wanted.at_most is None or value <= wanted.at_most)
        )
        verdicts.append(
            {
                "key": key,
                "at_least": wanted.at_least,
                "at_most": wanted.at_most,
                "value": value,
                "verdict": "not judged" if reason else "met" if met else "missed",
                "reason": reason,
                "source": wanted.source,
            }
        )
    work.facts["expectations"] = verdicts


def _keep(work: _Run, model: keras.Model, preparation: Preparation, info: DatasetInfo) -> None:
    """Write model, preparation and plots."""
    import numpy as np

    from kx.reporting.plots.curves import Look, draw_run_plots

    work.watcher.stage("writing model and plots")
    with atomic_file(work.folder.model_path) as path:
        _portable(work.plan, model, info).save(path)
    buffer = io.BytesIO()
    np.savez(buffer, **preparation.arrays())  # type: ignore[arg-type]
    atomic_write(work.folder.path / "preparation.npz", buffer.getvalue())
    atomic_write(work.folder.path / "preparation.json", _json(preparation.settings()))
    look = Look(
        title=work.plan.spec.name,
        best_epoch=work.facts["best_epoch"],
        sample=work.facts["dataset"]["sample"],
        unit=info.target,
    )
    curves: dict[str, Any] = {name: h for name, h in work.histories.items() if name != "refit"}
    draw_run_plots(work.folder.path, curves, look)


def _portable(plan: Plan, model: keras.Model, info: DatasetInfo) -> keras.Model:
    """Return a model of Keras's own layers alone, which loads where kx is not installed.

    A network for sparse input has a layer of kx; its twin for dense rows has the same weights.
    """
    if not info.sparse:
        return model
    twin = plan.build_model(replace(info, sparse=False))
    twin.set_weights(model.get_weights())
    return twin


def _json(value: Any) -> str:
    from kx.reporting.jsonfile import to_json

    return to_json(value)


def _first_facts(plan: Plan, started: datetime, switches: Switches) -> dict[str, Any]:
    return {
        "name": plan.spec.name,
        "started": started.isoformat(timespec="seconds"),
        "command": switches.command,
        "spec": plan.resolved(),
        "seeds": {"spec": plan.spec.seed, "split": derive(plan.spec.seed, "split")},
        "versions": collect_versions(),
        "git_commit": git_commit(Path.cwd()),
        "environment": environment(deterministic=plan.spec.deterministic),
        "engine": plan.spec.training.engine,
        "precision": "float32",
        "smoke": switches.smoke,
    }


def _record(work: _Run, status: str, seconds: float) -> Record:
    return Record(
        id=work.folder.id,
        status=status,  # type: ignore[arg-type]
        seconds=round(seconds, 3),
        peak_memory_mb=_peak_memory(),
        artefacts=work.folder.artefacts(),
        **work.facts,
    )


def _peak_memory() -> float:
    """The largest resident size of this process so far, in MB."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _told(raised: BaseException, folder: RunFolder) -> BaseException:
    """Return the error that the user is to see; keep the trace of any other in the log."""
    if isinstance(raised, KxError | Interrupted):
        return raised
    if isinstance(raised, KeyboardInterrupt):
        return Interrupted()
    if isinstance(raised, MemoryError):
        return OutOfMemoryError("out of memory: use a smaller training.batch_size or network.")
    with folder.log_path.open("a", encoding="utf-8") as log:
        traceback.print_exception(raised, file=log)
    return raised


def without_paths(text: str) -> str:
    """Cut the folders of absolute paths, which name a user or a machine, out of ``text``."""
    return re.sub(r"(?<![\w./:])(?:/[^\s/:;,()'\"]+)+/?", _last_part, text)


def _last_part(path: re.Match[str]) -> str:
    return "…/" + path[0].rstrip("/").rpartition("/")[2]


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__
