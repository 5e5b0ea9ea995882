"""The last stage: network, predictions and plots, into the run's folder."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np

from kx.base import signals
from kx.base.curves import main_metric
from kx.base.remark import Remark
from kx.base.storage import atomic_write
from kx.charts.curves import FitCurves, curve_sheets
from kx.charts.fit_scores import fit_scores
from kx.charts.importance import importance_plot
from kx.charts.step_errors import step_chart
from kx.charts.subgroups import subgroup_plot
from kx.contracts import DatasetBundle
from kx.drawing.canvas import Heading
from kx.drawing.curves import draw_charts, draw_run_plots
from kx.drawing.dots import draw_dot_plot
from kx.drawing.folds import draw_fold_scores
from kx.running.artefacts import keep_preparation
from kx.running.fits import Fits
from kx.running.judging import Judged, Tested
from kx.running.loading import Loaded
from kx.running.networks import Networks
from kx.running.work import Work
from kx.runs.folder import plots_folder
from kx.runs.record import phase_starts
from kx.runs.record_parts import ImportanceFacts, SubgroupFacts
from kx.wording.words import Words


def keep(
    networks: Networks, loaded: Loaded, fits: Fits, judged: Judged, tested: Tested | None
) -> None:
    """Write predictions, model, preparation, plots, and what TensorBoard is to know."""
    work = networks.work
    work.watcher.stage(Remark.of("stage.writing"))
    _keep_predictions(work, loaded.bundle, fits, tested.predictions if tested else None)
    signals.check()
    if fits.finals:
        final = fits.finals[0]
        networks.save(final, work.folder.model_path)
        keep_preparation(work.folder.path, fits.preparation(final))
    signals.check()
    _draw(work, loaded, fits, judged, tested)


def draw_dot_plots(
    work: Work,
    loaded: Loaded,
    importance: ImportanceFacts | None,
    subgroups: SubgroupFacts | None,
) -> None:
    """Draw what matters to the network, and its scores by level, as far as they are known."""
    words, name = Words(), work.plan.spec.name
    plots = {
        "importance": importance_plot(importance, words) if importance else None,
        "subgroups": subgroup_plot(subgroups, words) if subgroups else None,
    }
    for kind, plot in plots.items():
        if plot and plot.rows:
            heading = Heading(f"{name}: {words(f'{kind}.title')}", sample=loaded.facts.sample)
            draw_dot_plot(plots_folder(work.folder.path) / f"{kind}.png", plot, heading)


def _keep_predictions(
    work: Work, bundle: DatasetBundle, fits: Fits, tested: np.ndarray | None
) -> None:
    """Keep what the networks say of rows that they were not trained on."""
    rows = [outcome.proposal.validation for outcome in fits.outcomes]
    numbers = [np.full(len(of), at, "int32") for at, of in enumerate(rows)]
    arrays: dict[str, Any] = {
        "validation_rows": np.concatenate(rows).astype("int32"),
        "validation_fit": np.concatenate(numbers),
        "validation_predictions": np.concatenate(
            [outcome.predictions for outcome in fits.outcomes]
        ),
    }
    arrays["validation_y"] = bundle.train.y[arrays["validation_rows"]]
    arrays |= _moments(bundle, arrays["validation_rows"])
    if tested is not None:
        arrays |= {"y": bundle.test.y, "predictions": tested[0]}
        if len(tested) > 1:
            arrays["seed_predictions"] = tested
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    atomic_write(work.folder.predictions_path, buffer.getvalue())


def _moments(bundle: DatasetBundle, validation: np.ndarray) -> dict[str, np.ndarray]:
    """Return of which step, and of which series, forecasts are: of the validation and the test."""
    series, found = bundle.info.series, {}
    if series is None:
        return {}
    asked = {"validation_": (bundle.train.x, validation), "": (bundle.test.x, slice(None))}
    for start, (x, rows) in asked.items():
        found[f"{start}steps"] = x.spans(series.leads[-1])[rows, 1]
        found[f"{start}series"] = x.whose[x.ends[rows]]
    return found


def _draw(work: Work, loaded: Loaded, fits: Fits, judged: Judged, tested: Tested | None) -> None:
    options, words = work.plan.validation.options, Words()
    heading = Heading(work.plan.spec.name, sample=loaded.facts.sample)
    histories: dict[str, Any] = {
        name: fit for name, fit in fits.histories.items() if not name.startswith("refit")
    }
    curves = FitCurves(
        histories,
        smooth=options.get("smooth", 0.0),
        best_epoch=judged.best_epoch,
        skip_epochs=options.get("skip_epochs", 0),
        phases=phase_starts(fits.records),
        unit=loaded.bundle.info.target,
    )
    folder = plots_folder(work.folder.path)
    draw_run_plots(folder, curve_sheets(curves, words), heading)
    if steps := (tested.steps if tested else None) or judged.steps:
        chart = step_chart(steps, curves.unit, words)
        titled = replace(heading, title=f"{heading.title}: {chart.title}")
        draw_charts(folder / "steps.png", [chart], titled)
    metric = main_metric(judged.scores) or ""
    values = judged.fold_scores.get(metric, [])
    if len(values) > 1:
        scores = dict(zip(histories, values, strict=True))
        told = fit_scores(metric, scores, judged.baselines.get(metric, {}), curves.unit, words)
        draw_fold_scores(folder / "folds.png", told, heading)
