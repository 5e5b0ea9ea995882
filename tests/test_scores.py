import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.contracts import DatasetInfo
from kx.evaluators.scores import (
    Score,
    area_under_roc,
    bootstrap_mean,
    exact,
    share_interval,
    wilson,
    with_intervals,
)

TOPICS = tuple(f"topic-{n}" for n in range(46))
BINARY = DatasetInfo("reviews", "binary", (5,))
REUTERS = DatasetInfo("reuters", "multiclass", (5,), TOPICS)
LABELS = DatasetInfo("tags", "multilabel", (5,), ("a", "b", "c"))
HOUSES = DatasetInfo("houses", "regression", (5,))
SHARES = DatasetInfo("shares", "unit_regression", (5,))


@pytest.mark.parametrize(
    ("truth", "said", "area"),
    [
        # Yes against no: 0.35 beats 0.1, not 0.4; 0.8 beats both: 3 of 4.
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75),
        # The same order between two of Keras's 200 thresholds, 0.9949 and 1: it says 0.5.
        ([0, 0, 1, 1], [0.9991, 0.9993, 0.9992, 0.9994], 0.75),
        ([0, 1, 1], [0.3, 0.3, 0.9], 0.75),  # a tie counts half: 1.5 of 2
        ([1, 0], [0.2, 0.7], 0.0),
    ],
)
def test_the_area_under_the_roc_curve_is_the_share_of_pairs_in_the_right_order(truth, said, area):
    assert area_under_roc(np.array(truth) == 1, np.array(said)) == area


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=30))
def test_the_area_counts_every_pair(rows):
    truth, said = (np.array(column) for column in zip(*rows, strict=True))
    pairs = [np.sign(a - b) / 2 + 0.5 for a in said[truth] for b in said[~truth]]

    area = area_under_roc(truth, said)

    assert area == pytest.approx(np.mean(pairs)) if pairs else math.isnan(area)


def test_of_several_labels_the_auc_is_the_mean_over_those_that_have_both_answers():
    y = np.array([[0, 1, 1], [1, 0, 1]])
    said = np.array([[0.2, 0.3, 0.5], [0.9, 0.6, 0.5]])

    assert exact("auc", y, said, LABELS) == 0.5  # 1, 0, and the third is always true


def test_r_squared_is_exact_where_targets_are_large_and_hardly_differ():
    y = np.array([16_000_000, 16_000_001, 16_000_002], "float32")

    assert exact("r2", y, y[[1, 1, 2], None], HOUSES) == 0.5  # 1 - 1 / 2; in float32 sums: noise


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # z^2 = 3.84146; centre (0.8 + 0.192073) / 1.384146 = 0.716740,
        # half 1.959964 * sqrt(0.016 + 0.00960365) / 1.384146 = 0.226577
        (8, 10, 0.490162, 0.943317),
        # nothing succeeded: 0 and z^2 / (n + z^2) = 3.84146 / 13.84146
        (0, 10, 0.0, 0.277533),
        (10, 10, 1 - 0.277533, 1.0),
        # half: symmetric, 1.959964 * sqrt(0.0025 + 0.0000960365) / 1.0384146 = 0.096170
        (50, 100, 0.403830, 0.596170),
    ],
)
def test_the_interval_of_a_share_is_wilsons(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=2e-6)


def test_the_accuracy_of_25000_reviews_is_known_to_0_4_points():
    score = share_interval(0.885, 25_000)

    assert (score.value, score.interval) == (0.885, "wilson")
    assert (score.high - score.low) / 2 == pytest.approx(0.004, abs=0.00005)


@given(st.integers(1, 100_000), st.floats(0, 1))
def test_the_interval_is_within_0_and_1_and_holds_the_share(trials, share):
    low, high = wilson(share * trials, trials)

    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


@pytest.mark.parametrize("trials", [6, 13, 25, 28])
def test_an_interval_that_begins_or_ends_at_all_or_nothing_does_so_exactly(trials):
    assert wilson(0, trials)[0] == 0
    assert wilson(trials, trials)[1] == 1


def test_the_bootstrap_holds_the_mean_and_is_as_wide_as_theory_says():
    values = np.random.default_rng(0).exponential(size=2000)

    low, high = bootstrap_mean(values, seed=1)

    theory = 2 * 1.96 * values.std() / math.sqrt(len(values))
    assert low < values.mean() < high
    assert high - low == pytest.approx(theory, rel=0.1)


def test_the_bootstrap_depends_on_its_seed_alone():
    values = np.random.default_rng(0).normal(size=50)

    assert bootstrap_mean(values, seed=1) == bootstrap_mean(values, seed=1)
    assert bootstrap_mean(values, seed=1) != bootstrap_mean(values, seed=2)


@pytest.mark.parametrize("values", [[2.5], [2.5, 2.5, 2.5]])
def test_values_that_do_not_vary_have_an_interval_without_width(values):
    assert bootstrap_mean(np.array(values), seed=1) == (2.5, 2.5)


@pytest.mark.parametrize(
    ("info", "name", "interval"),
    [
        (BINARY, "accuracy", "wilson"),
        (REUTERS, "accuracy", "wilson"),
        (HOUSES, "mae", "bootstrap"),
        (HOUSES, "mse", "bootstrap"),
        (SHARES, "mae", "bootstrap"),
        (BINARY, "auc", "bootstrap"),
        (BINARY, "mcc", "bootstrap"),
        (REUTERS, "balanced_accuracy", "bootstrap"),
        (LABELS, "pr_auc", ""),  # no label is true of any row: there is nothing to rank
        (BINARY, "mae", ""),
        (LABELS, "accuracy", "bootstrap"),  # the labels of one example are not independent
        (HOUSES, "rmse", "bootstrap"),
        (HOUSES, "median_absolute_error", "bootstrap"),
        (HOUSES, "loss", ""),
    ],
)
def test_what_can_be_resampled_gets_an_interval(info, name, interval):
    y = np.arange(40) % 2 if info.task != "multilabel" else np.zeros((40, 3))
    predictions = np.full((40, info.outputs), 0.25, "float32")

    score = with_intervals({name: 0.5}, y, predictions, info, seed=0)[name]

    assert (score.value, score.interval) == (0.5, interval)
    assert (score.low is None) == (score.high is None) == (interval == "")


def test_the_interval_of_an_error_is_that_of_the_errors_of_the_examples():
    draws = np.random.default_rng(0)
    y = draws.normal(size=100)
    predictions = draws.normal(size=(100, 1))
    errors = predictions[:, 0] - y
    values = {"mae": float(np.abs(errors).mean()), "mse": float((errors**2).mean())}

    scores = with_intervals(values, y, predictions, HOUSES, seed=4)

    expected = bootstrap_mean(np.abs(errors), 4)
    assert scores["mae"] == Score(values["mae"], *expected, "bootstrap")
    expected = bootstrap_mean(errors**2, 4)
    assert scores["mse"] == Score(values["mse"], *expected, "bootstrap")


def test_the_accuracy_of_labels_has_an_interval_over_rows():
    y = np.array([[1, 0], [0, 0], [1, 1], [0, 1]] * 25, "float32")
    said = np.tile(np.array([[0.9, 0.2], [0.6, 0.1], [0.7, 0.8], [0.7, 0.9]]), (25, 1))
    info = DatasetInfo("tags", "multilabel", (5,), ("a", "b"))

    found = with_intervals({"accuracy": 0.75}, y, said, info, 1)["accuracy"]

    # Half of the rows have both labels right, half one of them: the mean's deviation is 0.025.
    assert found.interval == "bootstrap"
    assert found.low == pytest.approx(0.75 - 1.96 * 0.025, abs=0.01)
    assert found.high == pytest.approx(0.75 + 1.96 * 0.025, abs=0.01)
