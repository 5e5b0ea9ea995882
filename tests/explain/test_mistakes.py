import numpy as np
import pytest

from kx.explain.mistakes import (
    Confusion,
    LabelErrors,
    LabelMistake,
    Mistake,
    NumberMistake,
    confusions,
    farthest_off,
    label_errors,
    worst_labels,
    worst_mistakes,
)

# Right, wrong, wrong and sure, wrong as the second was.
Y = np.array([0, 1, 2, 1])
SHARES = np.array([[0.8, 0.1, 0.1], [0.5, 0.4, 0.1], [0.9, 0.05, 0.05], [0.6, 0.3, 0.1]])


@pytest.mark.parametrize("y", [Y, np.eye(3, dtype="float32")[Y]], ids=["numbers", "one-hot"])
def test_the_mistakes_with_the_greatest_loss_come_first(y):
    assert worst_mistakes(y, SHARES, 2) == [
        Mistake(2, true=2, predicted=0, probability=0.9, true_probability=0.05),
        Mistake(3, true=1, predicted=0, probability=0.6, true_probability=0.3),
    ]
    assert [mistake.row for mistake in worst_mistakes(y, SHARES, 99)] == [2, 3, 1]
    assert confusions(y, SHARES) == [Confusion(1, 0, 2), Confusion(2, 0, 1)]


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_yes_or_no_has_two_classes(shape):
    y, predictions = np.array([1.0, 0.0, 0.0]), np.array([0.25, 0.75, 0.1]).reshape(shape)

    assert worst_mistakes(y, predictions, 9) == [
        Mistake(0, true=1, predicted=0, probability=0.75, true_probability=0.25),
        Mistake(1, true=0, predicted=1, probability=0.75, true_probability=0.25),
    ]


def test_without_a_mistake_there_is_nothing():
    assert worst_mistakes(np.array([0]), SHARES[:1], 9) == []
    assert confusions(np.array([0]), SHARES[:1]) == []


def test_labels_are_missed_or_wrongly_found_and_the_surest_mistakes_come_first():
    y = np.array([[1, 0], [1, 1], [0, 0], [0, 1]], "float32")
    said = np.array([[0.75, 0.25], [0.5, 0.75], [0.875, 0.25], [0.25, 0.75]])

    assert worst_labels(y, said, 9) == [
        LabelMistake(2, (), (0,), (0.875, 0.25)),
        LabelMistake(1, (0, 1), (1,), (0.5, 0.75)),
    ]
    assert [each.row for each in worst_labels(y, said, 1)] == [2]
    assert label_errors(y, said) == [LabelErrors(0, missed=1, wrongly_found=1)]


def test_numbers_that_are_farthest_off_come_first():
    found = farthest_off(np.array([1.0, 2.0, 3.0]), np.array([[1.5], [0.0], [3.0]]), 2)

    assert found == [NumberMistake(1, 2.0, 0.0), NumberMistake(0, 1.0, 1.5)]
