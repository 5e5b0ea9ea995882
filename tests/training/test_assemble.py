import math
from dataclasses import replace

import numpy as np
import pytest

from kx.components.keras_options import AFTER
from kx.contracts import DatasetInfo
from kx.models.heads import METRICS, Head, Measure, suited_head
from kx.spec.schema import TrainingSection
from kx.training.assemble import make_metrics, make_optimizer, make_schedule
from kx.training.judge import measure
from tests.training.trained import HOUSES, REVIEWS, SUITED, examples

pytestmark = pytest.mark.slow


def schedule(**options):
    """Of a spec with learning rate 0.1, for epochs of 10 steps."""
    optimizer = {"name": "sgd", "learning_rate": 0.1}
    return make_schedule(TrainingSection(optimizer=optimizer, learning_rate_schedule=options), 10)


@pytest.mark.parametrize(
    ("options", "step", "rate"),
    [
        ({"name": "exponential_decay", "decay_rate": 0.25}, 0, 0.1),
        ({"name": "exponential_decay", "decay_rate": 0.25}, 10, 0.05),  # 0.1 * sqrt(0.25)
        ({"name": "exponential_decay", "decay_rate": 0.25}, 20, 0.025),
        ({"name": "exponential_decay", "decay_rate": 0.25, "staircase": True}, 19, 0.1),
        ({"name": "exponential_decay", "decay_rate": 0.25, "staircase": True}, 20, 0.025),
        ({"name": "cosine_decay", "alpha": 0.2}, 0, 0.1),
        ({"name": "cosine_decay", "alpha": 0.2}, 10, 0.06),  # halfway from 0.1 to 0.02
        ({"name": "cosine_decay", "alpha": 0.2}, 20, 0.02),
        ({"name": "cosine_decay", "alpha": 0.2}, 50, 0.02),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 0, 0.0),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 5, 0.05),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 10, 0.1),
        ({"name": "cosine_decay", "warmup_epochs": 1.0}, 30, 0.0),
        ({"name": "polynomial_decay"}, 0, 0.1),
        ({"name": "polynomial_decay"}, 20, 0.0001),
        # (0.1 - 0.02) * 0.5 ** 2 + 0.02
        ({"name": "polynomial_decay", "end_learning_rate": 0.02, "power": 2.0}, 10, 0.04),
        ({"name": "inverse_time_decay", "decay_rate": 3.0}, 0, 0.1),
        ({"name": "inverse_time_decay", "decay_rate": 3.0}, 10, 0.04),  # 0.1 / (1 + 3 / 2)
        ({"name": "inverse_time_decay", "decay_rate": 3.0}, 20, 0.025),
        ({"name": "inverse_time_decay", "decay_rate": 3.0, "staircase": True}, 19, 0.1),
    ],
)
def test_a_schedule_gives_the_rate_of_its_formula(options, step, rate):
    assert float(schedule(decay_epochs=2.0, **options)(step)) == pytest.approx(rate, abs=1e-8)


@pytest.mark.parametrize(
    ("step", "rate"), [(0, 0.1), (9, 0.1), (10, 0.01), (24, 0.01), (25, 0.001), (99, 0.001)]
)
def test_a_piecewise_schedule_goes_from_rate_to_rate(step, rate):
    rates = schedule(
        name="piecewise_constant_decay", boundary_epochs=(1.0, 2.5), learning_rates=(0.01, 0.001)
    )

    assert float(rates(step)) == pytest.approx(rate)


def test_without_a_schedule_the_rate_is_the_number_of_the_spec():
    assert make_schedule(TrainingSection(), 10) == 0.001


@pytest.mark.parametrize(
    "name", ["rmsprop", "sgd", "adam", "adamw", "nadam", "adamax", "adagrad", "adadelta"]
)
def test_the_defaults_of_an_optimizer_are_those_of_keras(name):
    import keras

    built = make_optimizer(TrainingSection(optimizer={"name": name}), steps=10)

    reference = keras.optimizers.get(name)
    assert type(built) is type(reference)
    unnamed = {"name": ""}  # Keras numbers the names
    assert built.get_config() | unnamed == reference.get_config() | unnamed


def test_the_options_of_an_optimizer_reach_keras():
    options = {"momentum": 0.5, "nesterov": True, "clipnorm": 2.0, "weight_decay": 0.25}

    built = make_optimizer(TrainingSection(optimizer={"name": "sgd", **options}), steps=10)

    assert {key: built.get_config()[key] for key in options} == options


NEEDED = {
    "precision_at_recall": {"recall": 0.5},
    "recall_at_precision": {"precision": 0.5},
    "sensitivity_at_specificity": {"specificity": 0.5},
    "specificity_at_sensitivity": {"sensitivity": 0.5},
}
"""Options without which a metric cannot be built."""


@pytest.mark.parametrize(
    ("metric", "info"),
    [(metric, info) for metric, kind in METRICS.items() for info in SUITED[kind]],
    ids=lambda value: value if isinstance(value, str) else f"{value.name}-{value.one_hot}",
)
def test_every_metric_can_be_built_and_measured(metric, info):
    measures = {metric: Measure(metric, NEEDED[metric])} if metric in NEEDED else {}
    head = replace(suited_head(info), metrics=(metric,), measures=measures)
    predictions = np.random.default_rng(0).random((30, info.outputs), "float32")
    if info.task == "multiclass":
        predictions /= predictions.sum(axis=1, keepdims=True)

    values = measure(examples(info, 30).y, predictions, info, head)

    built = [each.name for each in make_metrics(info, head)]
    assert built == ([] if metric in AFTER else [metric])
    assert list(values) == ["loss", metric]
    assert all(map(math.isfinite, values.values()))


THREE = DatasetInfo("three", "multiclass", (5,), tuple("abc"))
PAIRS = DatasetInfo("pairs", "multilabel", (5,), tuple("ab"))
YES = [0.9, 0.8, 0.4, 0.3]
BEST = [[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]


@pytest.mark.parametrize(
    ("info", "metric", "y", "predictions", "expected"),
    [
        # asked above 0.5: yes, yes, no, no
        (REVIEWS, "accuracy", [1, 0, 0, 0], YES, 3 / 4),
        (REVIEWS, "precision", [1, 0, 1, 1], YES, 1 / 2),
        (REVIEWS, "recall", [1, 0, 1, 1], YES, 1 / 3),
        # most likely: a, b, a, c
        (THREE, "accuracy", [0, 1, 1, 2], BEST, 3 / 4),
        (replace(THREE, one_hot=True), "accuracy", np.eye(3)[[2, 1, 1, 2]], BEST, 2 / 4),
        (THREE, "top_3_accuracy", [2, 2, 2, 2], BEST, 1.0),
        # of four labels, the last is wrong
        (PAIRS, "accuracy", [[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.3]], 3 / 4),
        # errors 1, -2, 0, 3
        (HOUSES, "mae", [1, 4, 3, 2], [2, 2, 3, 5], 6 / 4),
        (HOUSES, "mse", [1, 4, 3, 2], [2, 2, 3, 5], 14 / 4),
        (HOUSES, "rmse", [1, 4, 3, 2], [2, 2, 3, 5], math.sqrt(14 / 4)),
        (HOUSES, "mape", [1, 4, 3, 2], [2, 2, 3, 5], 100 * (1 + 0.5 + 0 + 1.5) / 4),
        # the targets' squared distance from their mean 2.5 is 5
        (HOUSES, "r2", [1, 4, 3, 2], [2, 2, 3, 5], 1 - 14 / 5),
    ],
)
def test_a_metric_is_what_the_hand_computes(info, metric, y, predictions, expected):
    head = replace(suited_head(info), metrics=(metric,))
    predictions = np.array(predictions, "float32").reshape(len(y), -1)

    values = measure(np.array(y, "float32"), predictions, info, head)

    assert values[metric] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("info", "loss", "y", "predictions", "expected"),
    [
        (HOUSES, "mse", [1, 4], [2, 2], (1 + 4) / 2),
        (REVIEWS, "binary_crossentropy", [1, 0], [0.8, 0.4], -math.log(0.8 * 0.6) / 2),
        (THREE, "sparse_categorical_crossentropy", [0, 1], BEST[:2], -math.log(0.7 * 0.6) / 2),
    ],
)
def test_the_loss_of_predictions_is_what_the_hand_computes(info, loss, y, predictions, expected):
    head = Head(suited_head(info).activation, loss, ())
    predictions = np.array(predictions, "float32").reshape(len(y), -1)

    values = measure(np.array(y, "float32"), predictions, info, head)

    assert values == {"loss": pytest.approx(expected, rel=1e-5)}
