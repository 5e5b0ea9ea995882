"""What is computed for a report, against numbers worked out by hand."""

import math

import numpy as np
import pytest

from kx.pages import classes, deviations


def test_class_table_has_precision_recall_and_their_plain_mean():
    y, said = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0])

    first, second, mean = classes.class_rows(y, said, ["a", "b"])

    assert (first.precision, first.recall, first.support) == (1 / 2, 1 / 2, 2)
    assert (second.precision, second.recall, second.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (mean.name, mean.support) == ("", 5)
    assert mean.recall == pytest.approx(7 / 12)


def test_class_without_examples_is_shown_but_does_not_count_for_the_mean():
    y, said = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])

    rows = classes.class_rows(y, said, ["a", "b", "never"])

    assert (rows[2].name, rows[2].support, rows[2].recall) == ("never", 0, 0)
    assert rows[3].recall == pytest.approx((1 + 1 / 2) / 2)


def test_several_labels_at_once_have_a_row_each():
    y, said = np.array([[1, 0], [1, 1], [0, 1]]), np.array([[1, 0], [0, 1], [0, 0]])

    rows = classes.class_rows(y, said, ["a", "b"])

    assert [(row.precision, row.recall) for row in rows[:2]] == [(1, 0.5), (1, 0.5)]


def test_confusion_counts_true_classes_in_rows():
    found = classes.confusion(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), 2)

    assert [[cell.count for cell in row] for row in found] == [[1, 2], [0, 1]]
    assert found[0][1].share == pytest.approx(2 / 3)


def test_roc_and_precision_recall_of_two_classes_are_one_curve_each():
    y, shares = np.array([0, 0, 1, 1]), classes.probabilities(np.array([0.1, 0.4, 0.35, 0.8]))

    (hits,) = classes.roc(y, shares, ["no", "yes"])
    (precise,) = classes.precision_recall(y, shares, ["no", "yes"])

    assert hits.area == pytest.approx(0.75)  # 3 of 4 pairs in the right order
    assert (hits.x[0], hits.y[0], hits.x[-1], hits.y[-1]) == (0, 0, 1, 1)
    assert precise.area == pytest.approx((1 + 2 / 3) / 2)


def test_class_that_does_not_occur_has_no_curve():
    shares = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]])

    found = classes.roc(np.array([0, 1]), shares, ["a", "b", "never"])

    assert [(curve.name, curve.area) for curve in found] == [("a", 1), ("b", 1)]


def test_long_curve_is_thinned_and_keeps_its_ends():
    scores = np.linspace(0, 1, 5000)
    y = (np.arange(5000) % 3 == 0).astype(int)

    (curve,) = classes.roc(y, classes.probabilities(scores), ["no", "yes"])

    assert len(curve.x) <= classes.POINTS
    assert (curve.x[0], curve.x[-1], curve.y[-1]) == (0, 1, 1)


def test_calibration_compares_what_is_said_with_what_comes_true():
    shares = classes.probabilities(np.array([0.05] * 10 + [0.95] * 10))
    y = np.array([0] * 10 + [1] * 9 + [0])

    found = classes.calibration(y, shares)

    assert found.said == pytest.approx([0.05, 0.95])
    assert found.true == pytest.approx([0.0, 0.9])
    assert found.brier == pytest.approx((19 * 0.05**2 + 0.95**2) / 20)
    assert found.ends[1] == pytest.approx((0.5958, 0.9821), abs=1e-4)  # Wilson, 9 of 10


def test_calibration_of_many_classes_looks_at_the_chosen_one():
    shares = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])

    found = classes.calibration(np.array([0, 2]), shares)

    assert (found.said, found.true) == (pytest.approx([0.8]), pytest.approx([0.5]))


def test_deviations_are_predicted_minus_true():
    found = deviations.deviations(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0]))

    assert (found.mae, found.bias, found.median, found.largest) == (1, 1, 1, 2)
    assert found.rmse == pytest.approx(math.sqrt(5 / 3))
    assert found.r2 == pytest.approx(1 - 5 / 2)


def test_there_is_no_share_of_variance_where_there_is_no_variance():
    assert deviations.deviations(np.array([2.0, 2.0]), np.array([1.0, 2.0])).r2 is None


def test_histogram_counts_every_residual_once():
    found = deviations.histogram(np.array([-1.0, 0.0, 0.1, 1.0]))

    assert sum(found.counts) == 4
    assert found.middles == pytest.approx([-0.8, -0.4, 0, 0.4, 0.8])
