"""What is known to be wrong with splits before training."""

import numpy as np
import pytest

from kx.contracts import DatasetInfo, Proposal
from kx.running.coverage import coverage_complaints, undefined_metrics
from kx.wording.recorded import in_words

KINDS = DatasetInfo("pets", "multiclass", (2,), ("cat", "dog", "owl"))
TAGS = DatasetInfo("tags", "multilabel", (2,), ("red", "big"))
PRICES = DatasetInfo("prices", "regression", (2,))

SORTED = np.repeat([0, 1, 2], 6)
RISING = np.arange(18.0)


def thirds(rows=18):
    """Three folds of rows that are not mixed."""
    parts = np.split(np.arange(rows), 3)
    return [
        Proposal(f"fold-{at}", np.setdiff1d(np.arange(rows), part), part)
        for at, part in enumerate(parts, 1)
    ]


def complaints(y, proposals, info):
    return list(coverage_complaints(np.asarray(y), proposals, info))


def test_folds_that_validate_a_class_which_they_never_trained_on_are_told():
    (found,) = complaints(SORTED, thirds(), KINDS)

    assert in_words(found.message) == (
        "fold-1 validates on 'cat' (6 rows) without training on any; fold-2 validates on 'dog' "
        "(6 rows) without training on any; fold-3 validates on 'owl' (6 rows) without "
        "training on any"
    )
    assert not found.fatal


@pytest.mark.parametrize("info", [KINDS, PRICES], ids=lambda info: info.task)
def test_of_folds_that_are_mixed_nothing_is_told(info):
    y = SORTED if info is KINDS else RISING

    assert complaints(y.reshape(3, 6).T.ravel(), thirds(), info) == []


def test_folds_whose_numbers_are_not_those_trained_on_are_told():
    (found,) = complaints(RISING, thirds(), PRICES)

    assert "fold-2 validates on targets from 6.5 to 10.5 without training on similar" in in_words(
        found.message
    )
    assert not found.fatal


def test_a_class_whose_only_row_is_held_out_is_named():
    y = np.array([0, 1] * 5 + [2])
    split = Proposal("holdout", np.arange(8), np.arange(8, 11))

    (found,) = complaints(y, [split], KINDS)

    assert in_words(found.message) == "holdout validates on 'owl' (1 row) without training on any"


def test_a_class_that_no_split_validates_is_named():
    y = np.array([0, 1] * 5 + [2])
    split = Proposal("holdout", np.arange(4, 11), np.arange(4))

    (found,) = complaints(y, [split], KINDS)

    assert in_words(found.message).startswith("no split validates on 'owl' (1 row)")


@pytest.mark.parametrize(
    ("y", "info", "told"),
    [
        ([0] * 6 + [1] * 3, KINDS, "holdout trains on 'cat' (6 rows) alone"),
        ([2.5] * 6 + [1, 2, 3], PRICES, "holdout trains on number 2.5 alone"),
        ([[1, 0]] * 6 + [[0, 1]] * 3, TAGS, "holdout trains on 'red' (6 rows) alone"),
    ],
)
def test_a_split_with_nothing_to_learn_is_refused(y, info, told):
    found = complaints(y, [Proposal("holdout", np.arange(6), np.arange(6, 9))], info)

    assert [each.fatal for each in found if told in in_words(each.message)] == [True]


def test_a_part_of_one_class_is_told_unless_it_is_tiny():
    y = np.array([0, 1] * 6 + [0] * 6)
    parts = Proposal("a", np.arange(12), np.arange(12, 18)), Proposal("b", np.arange(8), [8])

    found = complaints(y, parts, KINDS)

    assert [in_words(each.message) for each in found] == [
        "a validates on 'cat' (6 rows) alone",
        "no split validates on 'dog' (6 rows): the scores say nothing about it",
    ]


@pytest.mark.parametrize(
    ("y", "info", "metric", "fatal"),
    [
        ([1, 1, 1], KINDS, "auc", [True]),
        ([1, 0, 1], KINDS, "auc", []),
        ([7.0, 7.0], PRICES, "r2", [True]),
        ([7.0], PRICES, "r2", [True]),
        ([7.0, 7.0], PRICES, "mae", []),
        ([[1, 0], [1, 1]], TAGS, "auc", [False]),
    ],
)
def test_a_metric_that_is_not_defined_for_a_part_is_told(y, info, metric, fatal):
    found = list(undefined_metrics([("fold-1", np.array(y))], [metric], info))

    assert [each.fatal for each in found] == fatal
    assert all("fold-1" in in_words(each.message) for each in found)


OWN = """
import numpy as np
import kx

@kx.dataset("stripes")
def stripes(files: object, *, kind: str = "sorted"):
    \"\"\"Two classes, sorted; or a constant.\"\"\"
    y = np.repeat([0, 1], 200) if kind == "sorted" else np.zeros(400, int)
    x = np.stack([y, 1 - y], axis=1).astype("float32")
    info = kx.DatasetInfo("stripes", "binary", (2,), ("left", "right"))
    return kx.DatasetBundle(info, kx.Split(x, y), kx.Split(x[::40], y[::40]))
"""

SPEC = """
name: stripes
plugins: [own.py]
dataset: {name: stripes}
architecture: {name: mlp, units: [2]}
validation: {strategy: kfold, k: 2, shuffle: false, refit: none}
training: {epochs: 1, batch_size: 64}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        ((), 2, "fold-1 trains on 'right' (200 rows) alone"),
        (("--set", "dataset.kind=constant"), 3, "All 400 targets of the training part"),
        (("--set", "validation.k=4"), 0, "fold-1 validates on 'left' (100 rows) alone"),
        # The 256 rows of a smoke run are not sorted into folds like the whole.
        (("--set", "validation.k=4", "--smoke"), 0, ""),
    ],
)
def test_a_run_tells_it_before_it_trains(kx, tmp_path, own_parts, options, code, told):
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "spec.yaml").write_text(SPEC)

    ended, _, err = kx("train", tmp_path / "spec.yaml", "--outputs", tmp_path / "out", *options)

    assert ended == code, err
    assert told in err
    assert ("alone" in err) == ("alone" in told)
    assert told in err.partition("epoch 1")[0]
