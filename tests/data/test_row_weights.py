"""How much each row counts in the loss, by hand."""

import numpy as np
import pytest

from kx.contracts import DatasetInfo, Split
from kx.data.arrays.class_weights import row_weights

INFO = DatasetInfo("rare", "binary", (1,), ("no", "yes"))
X, Y = np.zeros((4, 1)), np.array([0, 0, 0, 1], np.int32)
ALL, FIRST = np.arange(4), np.arange(2)


def weighted(*weights):
    return Split(X, Y, np.array(weights, np.float32))


@pytest.mark.parametrize("unit", [0.001, 1.0, 5_000.0])
def test_of_the_weights_of_rows_only_ratios_matter(unit):
    own = weighted(*(unit * each for each in (1, 3, 2, 8)))

    found = row_weights(own, FIRST, INFO, None)

    assert found.tolist() == pytest.approx([0.5, 1.5, 1, 4])  # of the training rows, 1 on average


def test_weights_of_rows_and_of_classes_are_multiplied():
    own = weighted(10, 20, 30, 20)

    assert row_weights(own, ALL, INFO, {"yes": 6.0}).tolist() == pytest.approx([0.5, 1, 1.5, 6])
    # Balanced: 4 rows / (2 classes * 3 rows) and 4 / (2 * 1).
    found = row_weights(own, ALL, INFO, "balanced")
    assert found.tolist() == pytest.approx([1 / 3, 2 / 3, 1, 2])


def test_weights_that_are_all_0_stay_so_and_without_any_there_are_none():
    assert row_weights(weighted(0, 0, 0, 0), ALL, INFO, None).tolist() == [0, 0, 0, 0]
    assert row_weights(Split(X, Y), ALL, INFO, None) is None
