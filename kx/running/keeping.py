"""The last stage: models, predictions, splits and pictures, into the run's folder."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base import signals
from kx.base.curves import lower_is_better
from kx.base.jsonfile import to_json
from kx.base.storage import atomic_file, atomic_write, storage_errors
from kx.contracts import DatasetBundle, DatasetInfo, Proposal
from kx.data.inputs.kinds import form_of
from kx.running.bases import whole
from kx.running.work import Work
from kx.running.zip_dates import possible_dates
from kx.runs.record import hardest, phase_starts

if TYPE_CHECKING:
    import keras
    import numpy as np

    from kx.data.preparation import AnyPreparation
    from kx.running.fitting import Fitter, Validation
    from kx.training.jobs import Fitted

SPLITS_VERSION = 1
ORIGINS_VERSION = 1
INPUTS_VERSION = 1


def write_splits(work: Work, proposals: Sequence[Proposal], examples: int) -> None:
    """Keep which rows each fit is trained on and validated with, in ``splits.json``."""
    document = {
        "schema_version": SPLITS_VERSION,
        "strategy": work.plan.spec.validation.name,
        "examples": examples,
        "splits": [_split(proposal, examples) for proposal in proposals],
    }
    atomic_write(work.folder.path / "splits.json", to_json(document, indent=None))


def write_origins(work: Work, bundle: DatasetBundle) -> None:
    """Keep what each row was read from in ``rows.json``, if the dataset tells."""
    if bundle.origins:
        document = {"schema_version": ORIGINS_VERSION, **bundle.origins}
        atomic_write(work.folder.path / "rows.json", to_json(document, indent=None))


def write_inputs(work: Work, bundle: DatasetBundle) -> None:
    """Keep in ``inputs.json`` how examples are read, so that `kx predict` reads new ones so."""
    form = form_of(bundle.info, bundle.train.x, work.plan.dataset.options)
    if form:
        document = {"schema_version": INPUTS_VERSION, **form}
        atomic_write(work.folder.path / "inputs.json", to_json(document))


def _split(proposal: Proposal, examples: int) -> dict[str, Any]:
    """Return the rows of one split; "rest": all that are not held out."""
    rest = len(proposal.train) + len(proposal.validation) == examples
    return {
        "name": proposal.name,
        "train": "rest" if rest else proposal.train.tolist(),
        "validation": proposal.validation.tolist(),
    }


def keep_model(work: Work, fitter: Fitter, fitted: Fitted) -> None:
    """Save the model of one fit of the validation strategy, if the spec says so."""
    keep = work.plan.spec.validation.keep
    if keep == "none" or (keep == "best" and not _is_best(work, fitted)):
        return
    folder = work.folder.path / "models"
    with storage_errors(folder):
        folder.mkdir(exist_ok=True)
        for other in folder.glob("*.keras") if keep == "best" else ():
            other.unlink()
    save_model(work, fitter, fitted, folder / f"{fitted.job.name}.keras")


def save_model(work: Work, fitter: Fitter, fitted: Fitted, path: Path) -> None:
    """Save the network of a fit."""
    model = portable(work, fitter.trainer.model(fitted), fitter.info(fitted))
    with atomic_file(path) as part, possible_dates():
        model.save(part)


def _is_best(work: Work, fitted: Fitted) -> bool:
    """Whether no fit so far had a better value of the monitored metric."""
    values = {name: _best_value(work, history) for name, history in work.histories.items()}
    best = (min if lower_is_better(work.plan.spec.training.monitor) else max)(values.values())
    return values[fitted.job.name] == best


def _best_value(work: Work, history: dict[str, list[float]]) -> float:
    monitor = work.plan.spec.training.monitor
    values = history.get(monitor) or history["loss"]
    return min(values) if lower_is_better(monitor) else max(values)


def keep(
    work: Work,
    bundle: DatasetBundle,
    found: Validation,
    fitter: Fitter,
    tested: np.ndarray | None,
) -> None:
    """Write predictions, model, preparation, plots, and what TensorBoard is to know."""
    work.watcher.stage("writing model and plots")
    _keep_predictions(work, bundle, found, tested)
    signals.check()
    if found.finals:
        final = found.finals[0]
        save_model(work, fitter, final, work.folder.model_path)
        keep_preparation(work.folder.path, fitter.preparation(final))
    signals.check()
    _draw(work, bundle.info)
    if work.plan.spec.training.tensorboard:
        _keep_trial(work)


def _keep_trial(work: Work) -> None:
    from kx.exports.tensorboard import write_trial

    facts, path = work.facts, work.folder.path / "tensorboard"
    write_trial(path, work.folder.id, facts["started"], facts["spec"], facts["scores"])


def _keep_predictions(
    work: Work, bundle: DatasetBundle, found: Validation, tested: np.ndarray | None
) -> None:
    """Keep what the networks say of rows that they were not trained on."""
    import numpy as np

    rows = found.rows
    fits = [np.full(len(of), at, "int32") for at, of in enumerate(rows)]
    arrays: dict[str, Any] = {
        "validation_rows": np.concatenate(rows).astype("int32"),
        "validation_fit": np.concatenate(fits),
        "validation_predictions": np.concatenate(found.predictions),
    }
    arrays["validation_y"] = bundle.train.y[arrays["validation_rows"]]
    if tested is not None:
        arrays |= {"y": bundle.test.y, "predictions": tested[0]}
        if len(tested) > 1:
            arrays["seed_predictions"] = tested
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    atomic_write(work.folder.predictions_path, buffer.getvalue())


def keep_preparation(folder: Path, preparation: AnyPreparation) -> None:
    """Keep what new examples are to be prepared by, in ``preparation.npz`` and its JSON."""
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, **preparation.arrays())  # type: ignore[arg-type]
    atomic_write(folder / "preparation.npz", buffer.getvalue())
    atomic_write(folder / "preparation.json", to_json(preparation.settings()))


def _draw(work: Work, info: DatasetInfo) -> None:
    from kx.drawing.curves import Look, draw_fold_scores, draw_run_plots

    options, facts = work.plan.validation.options, work.facts
    look = Look(
        title=work.plan.spec.name,
        smooth=options.get("smooth", 0.0),
        skip_epochs=options.get("skip_epochs", 0),
        best_epoch=facts["best_epoch"],
        sample=facts["dataset"]["sample"],
        unit=info.target,
        phases=phase_starts(facts["fits"]),
    )
    curves: dict[str, Any] = {
        name: history for name, history in work.histories.items() if not name.startswith("refit")
    }
    draw_run_plots(work.folder.path, curves, look)
    metric, values = next(iter(facts["fold_scores"].items()), ("", []))
    if len(values) > 1:
        metric = next(iter(facts["scores"]["validation"]))
        scores = dict(zip(curves, facts["fold_scores"][metric], strict=True))
        baseline = hardest(facts["baselines"]["validation"].get(metric, {}), metric)
        draw_fold_scores(work.folder.plots / "folds.png", metric, scores, look, baseline)


def portable(work: Work, model: keras.Model, info: DatasetInfo) -> keras.Model:
    """Return a model of Keras's own layers alone, which loads where kx is not installed.

    A network for sparse input has a layer of kx; its twin for dense rows has the same weights.
    One that was fitted on features is put behind the base that made them. One that was trained on
    scaled targets says them in their unit.
    """
    from kx.training.target_unit import in_unit, without_unit

    bare, unit = without_unit(model)
    made = _portable(work, bare, info)
    return in_unit(made, unit) if unit else made


def _portable(work: Work, model: keras.Model, info: DatasetInfo) -> keras.Model:
    if info.extracted_from is not None:
        return whole(work, model, info)
    if not info.sparse:
        return model
    twin = work.plan.build_model(replace(info, sparse=False), work.weights)
    twin.set_weights(model.get_weights())
    return twin
