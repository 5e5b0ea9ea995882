"""Metrics of a whole part, against scikit-learn, by hand, and resampled."""

import math
import warnings

import numpy as np
import pytest
import sklearn.metrics as oracle

from kx.contracts import DatasetInfo
from kx.evaluators.resampling import resampled
from kx.evaluators.statistics import STATISTICS, once, whole

YES = DatasetInfo("yes", "binary", (2,))
THREE = DatasetInfo("three", "multiclass", (2,), tuple("abc"))
ROWS = DatasetInfo("rows", "multiclass", (2,), tuple("abc"), one_hot=True)
LABELS = DatasetInfo("labels", "multilabel", (2,), tuple("ab"))
PRICES = DatasetInfo("prices", "regression", (2,))
RANGES = DatasetInfo("ranges", "quantiles", (2,), quantiles=(0.1, 0.5, 0.9))


def value(name, y, said, info):
    said = np.asarray(said, "float64").reshape(len(y), -1)
    return once(whole(name, np.asarray(y), said, info), len(y))


def rare(rows=400, seed=0):
    """One of ten is a yes, with ties among what is said."""
    draws = np.random.default_rng(seed)
    y = (draws.random(rows) < 0.1).astype("float32")
    return y, draws.normal(0.25 + 0.3 * y, 0.2).clip(0.01, 0.99).round(2)


def drawn_classes(rows=300, seed=1):
    draws = np.random.default_rng(seed)
    y = draws.choice(3, rows, p=[0.8, 0.15, 0.05])
    said = draws.dirichlet([1, 1, 1], rows) + np.eye(3)[y] * 0.5
    return y, said / said.sum(axis=1, keepdims=True)


OF_YES = {
    "balanced_accuracy": lambda y, p: oracle.balanced_accuracy_score(y, p > 0.5),
    "mcc": lambda y, p: oracle.matthews_corrcoef(y, p > 0.5),
    "f1_score": lambda y, p: oracle.f1_score(y, p > 0.5),
    "precision": lambda y, p: oracle.precision_score(y, p > 0.5),
    "recall": lambda y, p: oracle.recall_score(y, p > 0.5),
    "auc": oracle.roc_auc_score,
    "pr_auc": oracle.average_precision_score,
    "log_loss": oracle.log_loss,
    "brier_score": oracle.brier_score_loss,
}


@pytest.mark.parametrize("name", OF_YES)
def test_scores_of_yes_or_no_are_those_of_scikit_learn(name):
    y, said = rare()

    assert value(name, y, said, YES) == pytest.approx(OF_YES[name](y, said))


OF_CLASSES = {
    "balanced_accuracy": lambda y, p: oracle.balanced_accuracy_score(y, p.argmax(axis=1)),
    "mcc": lambda y, p: oracle.matthews_corrcoef(y, p.argmax(axis=1)),
    "f1_score": lambda y, p: oracle.f1_score(y, p.argmax(axis=1), average="macro"),
    "auc": lambda y, p: oracle.roc_auc_score(np.eye(3)[y], p, average="macro"),
    "pr_auc": lambda y, p: oracle.average_precision_score(np.eye(3)[y], p, average="macro"),
    "log_loss": oracle.log_loss,
    "brier_score": lambda y, p: oracle.brier_score_loss(y, p, labels=[0, 1, 2]),
}


@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize("name", OF_CLASSES)
def test_scores_of_classes_are_those_of_scikit_learn(name, one_hot):
    y, said = drawn_classes()
    targets, info = (np.eye(3)[y], ROWS) if one_hot else (y, THREE)

    assert value(name, targets, said, info) == pytest.approx(OF_CLASSES[name](y, said))


OF_NUMBERS = {
    "rmse": oracle.root_mean_squared_error,
    "mape": lambda y, p: 100 * oracle.mean_absolute_percentage_error(y, p),
    "r2": oracle.r2_score,
    "median_absolute_error": oracle.median_absolute_error,
}


@pytest.mark.parametrize("rows", [100, 101])
@pytest.mark.parametrize("name", OF_NUMBERS)
def test_scores_of_numbers_are_those_of_scikit_learn(name, rows):
    y = np.random.default_rng(0).normal(1e4, 3, rows)
    said = y + np.random.default_rng(1).normal(0, 2, rows)

    assert value(name, y, said, PRICES) == pytest.approx(OF_NUMBERS[name](y, said))


def test_of_labels_it_is_the_mean_over_them():
    y = np.array([[1, 0], [0, 1], [0, 0], [1, 1]])
    said = [[0.9, 0.1], [0.2, 0.4], [0.6, 0.3], [0.8, 0.7]]  # one false yes, one false no

    assert value("balanced_accuracy", y, said, LABELS) == pytest.approx((0.75 + 0.75) / 2)
    assert value("f1_score", y, said, LABELS) == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert value("precision", y, said, LABELS) == pytest.approx(3 / 4)  # of 4 yes said, 3 are true
    assert value("recall", y, said, LABELS) == pytest.approx(3 / 4)


def test_the_calibration_error_is_the_gap_of_each_bin_by_its_rows():
    # Sure by 0.6 four times and right twice; sure by 0.95 once, and right.
    y, said = [1, 1, 0, 0, 1], [0.6, 0.6, 0.6, 0.6, 0.95]

    assert value("calibration_error", y, said, YES) == pytest.approx((4 * 0.1 + 0.05) / 5)


def test_what_always_says_the_same_is_at_chance_however_many_are_of_one_class():
    y, said = np.array([0] * 95 + [1] * 5), np.full(100, 0.05)

    assert value("balanced_accuracy", y, said, YES) == 0.5
    assert value("mcc", y, said, YES) == 0
    assert value("f1_score", y, said, YES) == 0
    assert value("pr_auc", y, said, YES) == pytest.approx(0.05)
    assert value("auc", y, said, YES) == 0.5
    assert value("calibration_error", y, said, YES) == pytest.approx(0)


@pytest.mark.parametrize("name", ["auc", "pr_auc"])
def test_nothing_is_ranked_where_no_answer_is_yes(name):
    assert math.isnan(value(name, [0, 0], [0.1, 0.7], YES))


def case(name, rows):
    """Return targets and predictions that a metric is for, and how to read them."""
    y, said = rare(rows)
    if name in ("pinball", "coverage"):
        return y * 10, np.sort(np.stack([said * 2, said * 6, said * 16], axis=1), axis=1), RANGES
    if name in ("rank_error", "weighted_kappa"):
        return *drawn_classes(rows), THREE
    return (y * 10, said * 9, PRICES) if name in OF_NUMBERS else (y, said, YES)


@pytest.mark.parametrize("name", STATISTICS)
def test_a_row_that_counts_twice_is_two_rows(name):
    y, said, info = case(name, 40)
    counts = np.random.default_rng(3).integers(0, 3, 40)
    twice = np.repeat(np.arange(40), counts)

    weighted = whole(name, y, said.reshape(40, -1), info)(counts.astype(float))

    assert weighted == pytest.approx(value(name, y[twice], said[twice], info))


@pytest.mark.parametrize("name", STATISTICS)
def test_an_interval_holds_its_score_and_depends_on_the_seed_alone(name):
    y, said, info = case(name, 200)
    statistic = whole(name, y, said, info)

    low, high = resampled(statistic, 200, 1, seed=1)

    slack = 0.02 if name == "calibration_error" else 0  # chance only ever adds to a gap
    assert low - slack <= once(statistic, 200) <= high
    assert resampled(statistic, 200, 1, seed=1) == (low, high)
    # Of metrics that count, intervals of two seeds may well be the same.
    assert any(resampled(statistic, 200, 1, seed) != (low, high) for seed in range(2, 30))


def test_an_interval_is_as_wide_as_theory_says():
    y, said = rare(2000)
    yes, no = said[y > 0][:, None], said[y == 0][None]
    wins = (yes > no) + 0.5 * (yes == no)
    # DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44.
    spread = wins.mean(axis=1).var(ddof=1) / len(yes) + wins.mean(axis=0).var(ddof=1) / no.size

    low, high = resampled(whole("auc", y, said, YES), 2000, 1, seed=1)

    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(spread), rel=0.1)


def test_draws_without_a_yes_are_left_out_of_an_interval():
    y, said = np.array([1, 0, 0]), np.array([0.9, 0.2, 0.1])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert resampled(whole("auc", y, said, YES), 3, 1, seed=1) == (1.0, 1.0)
