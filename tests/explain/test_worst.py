"""What is told of the worst predictions of pictures, whatever the task is."""

from pathlib import Path

import numpy as np
import pytest

from kx.explain.subjects import JudgedPictures
from kx.explain.worst import worst_of
from kx.wording.recorded import in_words


def judged(task, y, predictions, classes=()):
    y, predictions = np.array(y), np.array(predictions)
    x = np.zeros((len(y), 2, 2, 1), "uint8")
    return JudgedPictures(Path(), "run", classes, False, y, predictions, x, task=task)


def test_labels_are_counted_as_missed_or_wrongly_found():
    y, said = [[1, 0], [1, 1], [0, 0]], [[0.75, 0.25], [0.25, 0.75], [0.25, 0.875]]

    found = worst_of(judged("multilabel", y, said, ("red", "big")), 1)

    assert list(map(in_words, found.said)) == [
        "2 of 3 have a wrong label",
        "red: missed 1, wrongly predicted 0",
        "big: missed 0, wrongly predicted 1",
    ]
    assert found.captions == [(2, ("true: no label", "predicted: big (0.8750)"))]
    assert (found.facts["wrong"], len(found.facts["mistakes"])) == (2, 1)


@pytest.mark.parametrize(
    ("task", "said"),
    [("regression", [[1.5], [0.0]]), ("quantiles", [[-9, 1.5, 2], [-9, 0, 4]])],
)
def test_numbers_are_farthest_off_by_the_middle_of_what_is_said(task, said):
    found = worst_of(judged(task, [1.0, 2.0], said), 9)

    (said,) = found.said
    assert in_words(said) == "2 pictures; the worst prediction is off by 2.0000"
    assert [row for row, _ in found.captions] == [1, 0]
    assert found.captions[0][1] == ("true: 2.0000", "predicted: 0.0000")
    assert "wrong" not in found.facts
