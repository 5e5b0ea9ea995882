"""Equal examples with different targets: counts worked out by hand."""

import json

import numpy as np
import pytest

from kx.contracts import DatasetInfo
from kx.data.arrays.contradictions import remark_on_contradictions
from kx.data.arrays.duplicates import row_hashes
from kx.wording.recorded import in_words

CLASSES = DatasetInfo("shapes", "multiclass", (1,), ("a", "b", "c"))
ONE_HOT = DatasetInfo("shapes", "multiclass", (1,), ("a", "b", "c"), one_hot=True)
LABELS = DatasetInfo("shapes", "multilabel", (1,), ("a", "b", "c"))
NUMBERS = DatasetInfo("prices", "regression", (1,))


def remark(x, y, info, origins=()):
    return remark_on_contradictions(row_hashes(np.array(x)), np.array(y), info, origins)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1, 1, 2, 2], [0, 1, 0, 1], (4, "row 0", "row 1", 0.5)),  # the breaker's: all twice
        ([1, 2, 1, 3, 1], [2, 0, 2, 1, 1], (3, "row 0", "row 4", 0.8)),
        ([5, 6, 7, 6, 6, 6], [0, 1, 0, 2, 1, 0], (4, "row 1", "row 3", 4 / 6)),
        ([1, 1, 2, 2], [0, 0, 1, 1], None),  # equal, but agreed
        ([1, 2, 3, 4], [0, 1, 0, 1], None),
    ],
)
def test_equal_examples_with_different_labels_are_counted(x, y, expected):
    for targets, info in ((y, CLASSES), (np.eye(3)[y], ONE_HOT), (np.eye(3)[y], LABELS)):
        found = remark(x, targets, info)

        if expected is None:
            assert found is None
        else:
            values = found.values
            names = ("count", "first", "second", "reachable")
            assert tuple(values[name] for name in names) == pytest.approx(expected)
            assert values["examples"] == len(x)


def test_they_are_called_what_they_were_read_from():
    found = remark([1, 2, 1], [0, 1, 1], CLASSES, ("a/1.png", "b/2.png", "b/3.png"))

    assert in_words(found) == (
        "2 of 3 examples of the training part occur with different labels, such as a/1.png and "
        "b/3.png: no network can get both right, and the accuracy on them can be 66.7% at most. "
        "Check the labels"
    )


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        # Deviations from the means of equal rows: 4 times 5² = 100, of all from 10: the same.
        ([1, 1, 2, 2], [5.0, 15.0, 5.0, 15.0], (4, 0.0)),
        # Within: 4 times 1² = 4; of all, from 10: 4 times 9² to 11², 2 (81 + 121) = 404.
        ([1, 1, 2, 2], [-1.0, 1.0, 19.0, 21.0], None),
        # Half of the rows, not most.
        ([1, 1, 2, 3], [5.0, 15.0, 5.0, 15.0], None),
        ([1, 1, 2, 2], [5.0, 5.0, 15.0, 15.0], None),
    ],
)
def test_numbers_are_remarked_on_if_most_rows_contradict_each_other_widely(x, y, expected):
    found = remark(x, y, NUMBERS)

    if expected is None:
        assert found is None
    else:
        assert found.code == "targets.contradictory_numbers"
        assert (found.values["count"], found.values["reachable"]) == pytest.approx(expected)


TABLE = "text,label\n" + "".join(
    f"word{at % 7} word{at % 11} other{at},{label}\n" for at in range(60) for label in "ab"
)
SPEC = """
name: contradictory
seed: 1
dataset: {name: text_csv, path: t.csv, text: text, label: label, num_words: 100}
architecture: {name: mlp, units: [64]}
validation: {strategy: holdout, size: 0.3, refit: none}
training: {epochs: 60, batch_size: 8}
"""


@pytest.mark.slow
def test_a_run_tells_contradictory_labels_and_is_not_called_overfitted(kx, spec_file, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)

    code, out, err = kx("train", spec_file(SPEC), "--outputs", tmp_path / "outputs")

    assert code == 0, err
    assert "examples of the training part occur with different labels, such as line" in err
    (path,) = (tmp_path / "outputs").glob("*/record.json")
    found = json.loads(path.read_text())["diagnosis"]
    assert (found["kind"], found["rule"]) == ("contradictory", "labels")
    assert found["advice"] == ["check_labels"]
    assert "limited by contradictory labels" in " ".join(out.split())
