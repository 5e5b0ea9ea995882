"""Metrics of kx's own: summed up batch by batch they are what they are of all rows at once."""

from dataclasses import replace

import numpy as np
import pytest

from kx.components.keras_options import AFTER, OURS
from kx.models.heads import METRICS, Head, Measure, suited_head
from kx.training.judge import measure_one
from kx.training.objectives import estimated, make_metric
from tests.training.trained import (
    HOUSES,
    SUITED,
    WIRES,
    Trained,
    examples,
)

pytestmark = pytest.mark.slow

SUMMED = [name for name in OURS if name not in AFTER]


@pytest.mark.parametrize(
    ("name", "info"),
    [(name, info) for name in SUMMED for info in SUITED[METRICS[name]]],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_batches_add_up_to_the_whole_and_are_no_means(name, info):
    y = examples(info, 60).y
    said = (
        np.random.default_rng(1)
        .random((60, info.outputs))
        .clip(0.01, 0.99)
        .round(2)
        .astype("float32")
    )
    said = said / said.sum(axis=1, keepdims=True) if info.task == "multiclass" else said
    metric = make_metric("mine", Measure(name), info)

    for rows in (slice(0, 7), slice(7, 50), slice(50, 60)):
        targets = y[rows, None] if info.task == "binary" else y[rows]
        metric.update_state(targets, said[rows])

    expected = measure_one(
        "mine", y, said, info, Head("", "", (), measures={"mine": Measure(name)})
    )
    # Keras's area under a curve is an estimate.
    assert metric.name == "mine"
    assert float(metric.result()) == pytest.approx(expected, abs=0.05 if name == "pr_auc" else 1e-5)
    metric.reset_state()
    metric.update_state(targets, said[rows])
    alone = measure_one(
        "mine", y[50:], said[50:], info, Head("", name, ("mine",), measures={"mine": Measure(name)})
    )
    assert float(metric.result()) == pytest.approx(alone, abs=0.1 if name == "pr_auc" else 1e-5)


@pytest.mark.parametrize("engine", ["fit", "resident"])
def test_an_epoch_is_judged_as_its_predictions_are(engine):
    names = ("balanced_accuracy", "mcc", "log_loss", "brier_score", "calibration_error")
    trained = Trained(WIRES, engine, head={"metrics": names})

    history = trained.fitted.history
    head = replace(suited_head(WIRES), metrics=names)
    for name in names:
        at_end = measure_one(name, trained.validation.y, trained.predictions, WIRES, head)
        assert history[f"val_{name}"][-1] == pytest.approx(at_end, abs=1e-5)


def test_what_no_batches_tell_is_measured_afterwards():
    head = Head("linear", "mse", ("mae", "median_absolute_error"))

    assert METRICS["median_absolute_error"] == "regression"
    assert estimated(head) == ["median_absolute_error"]
    y, said = np.array([1.0, 2.0, 9.0]), np.array([[1.5], [2.0], [5.0]])
    assert measure_one("median_absolute_error", y, said, HOUSES, head) == 0.5
