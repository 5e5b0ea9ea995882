import math

import pytest

from kx.base.curves import best_epoch, difference, lower_is_better
from kx.models.heads import METRICS


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([0.5, 0.3, 0.4], "val_loss", 2),
        ([0.5, 0.3, 0.4], "val_accuracy", 1),
        ([0.5, 0.9, 0.9], "val_accuracy", 2),
        ([0.3, 0.5, 0.3], "loss", 1),
        ([3.0, 2.0, 4.0], "val_rmse", 2),
        ([-3.0, 0.2, 0.1], "val_r2", 2),
        ([math.nan, 2.0, 1.0], "val_mae", 3),
        ([1.0, math.nan, 2.0], "val_mae", 1),
        ([1.0, -math.inf], "val_loss", 1),
        ([math.nan, 0.2, math.inf], "val_auc", 2),
        ([math.nan, math.nan], "val_loss", 2),
        ([], "val_loss", 1),
    ],
)
def test_the_best_epoch_is_the_first_with_the_best_value(values, name, expected):
    assert best_epoch(values, name) == expected


FALLING = {
    "loss", "mae", "mse", "rmse", "mape", "msle", "log_cosh", "poisson", "kl_divergence",
    "binary_crossentropy", "categorical_crossentropy", "hinge", "squared_hinge",
    "categorical_hinge", "false_positives", "false_negatives", "log_loss", "brier_score",
    "calibration_error", "median_absolute_error", "rank_error", "poisson_deviance", "pinball",
}  # fmt: skip


@pytest.mark.parametrize("name", ["loss", *METRICS])
def test_errors_should_fall_and_everything_else_rise(name):
    falls = name in FALLING

    assert lower_is_better(name) is lower_is_better(f"val_{name}") is falls


@pytest.mark.parametrize(
    ("value", "base", "expected"),
    [(0.9, 0.8, 0.1), (0.8999999761581421, 0.9, 0.0), (3e5, 3e5 + 0.01, 0.0), (0.0, 0.0, 0.0),
     (1e-3, 0.0, 1e-3), (-2.0, 2.0, -4.0)],
)  # fmt: skip
def test_scores_that_only_rounding_tells_apart_do_not_differ(value, base, expected):
    assert difference(value, base) == pytest.approx(expected, abs=1e-12)
