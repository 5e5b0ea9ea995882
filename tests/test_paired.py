import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kx.evaluators.paired import (
    PairedTest,
    corrected_t,
    labels,
    mcnemar,
    paired_bootstrap,
    per_split,
)

FOLDS = np.array([0.80, 0.82, 0.78, 0.81])
GAINS = np.array([0.01, 0.02, 0.03, 0.02])


def answers(only_first, only_second, both):
    """Right or wrong, of two runs, with so many rows of each kind."""
    first = np.repeat([True, False, True], [only_first, only_second, both])
    second = np.repeat([False, True, True], [only_first, only_second, both])
    return first, second


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [
        (10, 2, 2 * (1 + 12 + 66) / 2**12),
        (2, 10, 2 * (1 + 12 + 66) / 2**12),
        (0, 5, 2 / 2**5),
        (3, 3, 1.0),
        (0, 0, 1.0),
    ],
)
def test_mcnemar_asks_how_one_sided_the_disagreements_are(only_first, only_second, p):
    test = mcnemar(*answers(only_first, only_second, 88), seed=0)

    assert test.p == pytest.approx(p)
    assert (test.only_first, test.only_second) == (only_first, only_second)
    assert test.difference == pytest.approx((only_second - only_first) / test.pairs)


def test_the_interval_of_a_difference_in_accuracy_is_as_wide_as_theory_says():
    test = mcnemar(*answers(50, 90, 860), seed=0)

    # 0.04 -/+ 1.96 * sqrt((0.140 - 0.04^2) / 1000) = 0.04 -/+ 0.02306
    assert (test.low, test.high) == pytest.approx((0.01694, 0.06306), abs=0.0015)


def test_runs_that_agree_everywhere_do_not_differ_at_all():
    test = mcnemar(*answers(0, 0, 10), seed=0)

    assert (test.difference, test.low, test.high) == (0, 0, 0)
    assert test.distinguishable is False


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 100))
def test_mcnemar_of_exchanged_runs_differs_in_sign_alone(only_first, only_second, both):
    first, second = answers(only_first, only_second, both)

    there, back = mcnemar(first, second, 0), mcnemar(second, first, 0)

    assert (back.difference, back.p) == (-there.difference, there.p)
    assert (back.only_first, back.only_second) == (there.only_second, there.only_first)
    spread = 0.05 * (there.high - there.low) + 2 / there.pairs
    assert (-back.high, -back.low) == pytest.approx((there.low, there.high), abs=spread)


def test_the_paired_bootstrap_is_as_wide_as_theory_says():
    rng = np.random.default_rng(1)
    first = rng.exponential(5, 2000)  # a large error common to both must not count
    second = first + rng.normal(0.1, 0.5, 2000)

    test = paired_bootstrap("mae", first, second, seed=0)

    mean, half = (second - first).mean(), 1.96 * 0.5 / np.sqrt(2000)
    assert test.difference == pytest.approx(mean)
    assert (test.low, test.high) == pytest.approx((mean - half, mean + half), abs=0.002)
    assert test.distinguishable
    assert test == paired_bootstrap("mae", first, second, seed=0)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=20))
def test_the_paired_bootstrap_of_exchanged_runs_differs_in_sign_alone(pairs):
    first, second = np.array(pairs).T

    there = paired_bootstrap("mae", first, second, 0)
    back = paired_bootstrap("mae", second, first, 0)

    assert back.difference == -there.difference
    assert (-back.high, -back.low) == pytest.approx((there.low, there.high))


def test_many_rows_are_resampled_in_parts():
    values = np.random.default_rng(0).normal(size=3000)  # 666 resamples fit into one part

    test = paired_bootstrap("mae", np.zeros(3000), values, 0)

    assert test.low < values.mean() < test.high


def test_the_t_test_is_corrected_for_overlapping_training_parts():
    test = corrected_t("accuracy", FOLDS, FOLDS + GAINS, ratio=1 / 3)

    # mean 0.02; variance (0.01^2 + 0.01^2) / 3; error sqrt((1/4 + 1/3) * 6.667e-5) = 0.0062361;
    # t = 3.20713 with 3 degrees of freedom, of which the 97.5 % quantile is 3.182446
    assert test.difference == pytest.approx(0.02)
    assert (test.low, test.high) == pytest.approx((0.000154, 0.039846), abs=1e-6)
    # x = t / sqrt(3): p = 1 - 2 / pi * (x / (1 + x^2) + arctan(x)) = 1 - 2 / pi * 1.493727
    assert test.p == pytest.approx(0.049064, abs=2e-6)
    assert test.distinguishable


def test_the_t_test_of_exchanged_runs_differs_in_sign_alone():
    other = FOLDS - GAINS

    there, back = (corrected_t("mae", a, b, 0.25) for a, b in ((FOLDS, other), (other, FOLDS)))

    assert (back.difference, back.p) == (-there.difference, there.p)
    assert (-back.high, -back.low) == pytest.approx((there.low, there.high))


def test_equal_folds_are_no_difference():
    test = corrected_t("mae", FOLDS, FOLDS, 0.25)

    assert (test.difference, test.low, test.high, test.p) == (0, 0, 0, 1)


def test_the_same_difference_in_every_fold_tells_nothing():
    test = corrected_t("mae", FOLDS, FOLDS + 0.07, 0.25)  # equal but for rounding

    assert test.difference == pytest.approx(0.07)
    assert (test.low, test.high, test.p, test.distinguishable) == (None, None, None, None)


@pytest.mark.parametrize(
    ("low", "high", "p", "expected"),
    [
        (0.1, 0.2, None, True),
        (-0.2, -0.1, None, True),
        (-0.1, 0.2, None, False),
        (0.1, 0.2, 0.06, False),
        (-0.1, 0.2, 0.04, True),
        (None, None, None, None),
    ],
)
def test_p_decides_and_without_it_the_interval(low, high, p, expected):
    assert PairedTest("mcnemar", "accuracy", 9, 0.1, low, high, p).distinguishable is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2, 0], [2, 0]),
        ([[0.5], [0.6]], [0, 1]),  # as in Keras, one half is not yet class 1
        ([[0, 0, 1], [1, 0, 0]], [2, 0]),
        ([[0.2, 0.5, 0.3]], [1]),
    ],
)
def test_classes_are_read_from_every_form_of_target_and_output(values, expected):
    assert labels(np.array(values)).tolist() == expected


def test_the_seeds_of_a_split_are_averaged():
    assert per_split(np.array([1.0, 3.0, 10.0, 20.0]), 2).tolist() == [2.0, 15.0]
