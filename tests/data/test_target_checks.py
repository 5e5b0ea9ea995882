"""What is known of targets before training."""

import re

import numpy as np
import pytest

from kx.base.errors import DataError
from kx.contracts import DatasetInfo
from kx.data.arrays.target_checks import (
    check_labels,
    refuse_unlearnable,
    refuse_unscalable,
    remarks_on_metrics,
    remarks_on_outliers,
    remarks_on_parts,
)
from kx.wording.recorded import in_words

YES = DatasetInfo("mails", "binary", (2,), ("ham", "spam"))
KINDS = DatasetInfo("pets", "multiclass", (2,), ("cat", "dog", "owl"))
KIND_ROWS = DatasetInfo("pets", "multiclass", (2,), ("cat", "dog", "owl"), one_hot=True)
TAGS = DatasetInfo("tags", "multilabel", (2,), ("red", "big"))
PRICES = DatasetInfo("prices", "regression", (2,))
SHARES = DatasetInfo("shares", "unit_regression", (2,))


@pytest.mark.parametrize(
    ("info", "y", "told"),
    [
        (YES, [0.0, 1.0, 0.5], "row 2 of the test part is 0.5, .* a whole number from 0 to 1"),
        (YES, [0, 2], "row 1 .* is 2, .* from 0 to 1"),
        (KINDS, [0, -1, 2], "row 1 .* is -1, .* from 0 to 2"),
        (KINDS, [99], "row 0 .* is 99"),
        (KIND_ROWS, [[1, 0, 0], [1, 1, 0]], "row 1 .* one 1 among zeros"),
        (KIND_ROWS, [[0.5, 0.5, 0]], "row 0 .* one 1 among zeros"),
        (TAGS, [[0, 1], [0, 0.5]], "row 1 .* 0 or 1 for each label"),
        (SHARES, [0.0, 1.0, 1.5], "row 2 .* is 1.5, .* a number from 0 to 1"),
    ],
)
def test_a_label_that_cannot_be_is_named(info, y, told):
    with pytest.raises(DataError, match=told):
        check_labels(np.array(y), "test", info)


@pytest.mark.parametrize(
    ("info", "y"),
    [
        (YES, [0.0, 1.0]),
        (KINDS, [0, 2]),
        (KIND_ROWS, [[0.0, 1, 0]]),
        (TAGS, [[0, 0]]),
        (PRICES, [-3.5, 1e6]),
        (SHARES, [0.3]),
    ],
)
def test_labels_of_the_task_are_taken(info, y):
    check_labels(np.array(y), "test", info)


@pytest.mark.parametrize(
    ("info", "y", "told"),
    [
        (YES, [1.0, 1.0, 1.0], "All 3 targets .* of class 'spam'"),
        (KINDS, [2, 2], "of class 'owl'"),
        (KIND_ROWS, [[0, 1, 0]] * 2, "of class 'dog'"),
        (PRICES, [5.5, 5.5], "are 5.5"),
    ],
)
def test_a_training_part_of_one_target_is_refused(info, y, told):
    with pytest.raises(DataError, match=told):
        refuse_unlearnable(np.array(y), info)


@pytest.mark.parametrize(
    ("info", "train", "test", "told"),
    [
        (KINDS, [0, 1, 2], [2, 1, 0], []),
        (KINDS, [0, 1, 1], [0, 1, 2, 2], ["training part: 'owl' (2 rows) in the test part"]),
        (KINDS, [0, 1, 2], [0, 2], ["test part: 'dog' (1 row) in the training part"]),
        (KINDS, [0, 1], [0, 1], ["class without rows: 'owl' (0 rows)"]),
        (KIND_ROWS, [[1, 0, 0], [0, 1, 0]], [[0, 0, 1]], ["'owl' (1 row)", "'cat' (1 row), 'dog'"]),
        (TAGS, [[1, 0], [1, 1]], [[1, 1]], ["true in every row of the training part: 'red'"]),
        (TAGS, [[1, 0], [0, 0]], [[1, 1]], ["label without a row in the training part: 'big'"]),
        (PRICES, [1, 2], [7.5, 7.5], ["all 2 targets of the test part are 7.5"]),
        (PRICES, [1, 2], [7.5], []),
    ],
)
def test_classes_that_a_part_lacks_are_named_with_their_numbers(info, train, test, told):
    remarks = [*map(in_words, remarks_on_parts(np.array(train), np.array(test), info))]

    assert len(remarks) == len(told)
    assert all(text in remark for text, remark in zip(told, remarks, strict=True))


def test_of_many_classes_five_are_named():
    info = DatasetInfo("kinds", "multiclass", (2,), tuple("abcdefgh"))

    (remark,) = map(in_words, remarks_on_parts(np.arange(8), np.array([0]), info))

    assert "'f' (1 row), 2 more in the training part" in remark
    assert "'g'" not in remark


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (
            [1.0] * 5 + [1e9] + [1.1] * 5,
            "row 5 .* is 1e\\+09, the median 1.1: .* for 100% ",
        ),
        ([0.0] * 10 + [-1e300], "row 10 .* is -1e\\+300, "),  # whose square is infinite
        # Eight squares of 1 and one of 100: 100 of 108.
        ([0.0, *[1.0, -1.0] * 4, 10.0, 0.0], "row 9 .* for 93% "),
    ],
)
def test_a_target_that_decides_every_score_of_squares_is_named(y, told):
    (remark,) = map(in_words, remarks_on_outliers(np.array(y), "train", PRICES))

    assert re.search(told, remark)


def test_of_several_outputs_each_is_looked_at():
    y = np.zeros((12, 3))
    y[:, 0], y[7, 2] = np.arange(12), 40

    (remark,) = map(in_words, remarks_on_outliers(y, "test", PRICES))

    assert remark.startswith("the target in row 7 of the test part is 40, the median 0: ")


@pytest.mark.parametrize(
    ("info", "y"),
    [
        (PRICES, [0.0, *[1.0, -1.0] * 4, 8.0, 0.0]),  # 64 of 72 are 89 %
        (PRICES, [5.0] * 20),
        (PRICES, [1.0] * 8 + [1e9]),  # of nine rows
        (SHARES, [0.0] * 20 + [1.0]),
        (YES, [0.0] * 20 + [1.0]),
    ],
)
def test_other_targets_are_no_outliers(info, y):
    assert list(remarks_on_outliers(np.array(y), "train", info)) == []


@pytest.mark.parametrize(("size", "told"), [(1e30, "1e\\+30"), (1e-20, "1e-20")])
def test_targets_whose_squares_32_bits_cannot_hold_are_refused(size, told):
    with pytest.raises(DataError, match=f"standard deviation of {told}, .* 1e-15 to 1e\\+15"):
        refuse_unscalable(np.array([-size, size], "float32"), PRICES)


@pytest.mark.parametrize("info", [YES, PRICES])
def test_other_targets_are_not(info):
    refuse_unscalable(np.array([0.0, 1.0], "float32"), info)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"mse", "mape"}, ["2 of 4 targets of the test part are 0, and mape divides"]),
        ({"msle"}, ["1 of 4 targets of the test part is below 0, which msle takes for 0"]),
        ({"mse", "mae"}, []),
    ],
)
def test_targets_that_a_metric_cannot_judge_are_counted(names, told):
    y = np.array([0.0, -5.0, 0.0, 2.0])

    remarks = [*map(in_words, remarks_on_metrics(y, "test", PRICES, names))]

    assert [remark.startswith(start) for remark, start in zip(remarks, told, strict=True)] == (
        [True] * len(told)
    )
    assert list(remarks_on_metrics(y[:1], "test", YES, names)) == []
