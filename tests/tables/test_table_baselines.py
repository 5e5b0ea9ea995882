"""What baselines learn of rows whose categories are indices."""

import numpy as np
import pytest

from kx.contracts import Block, DatasetInfo, Split
from kx.evaluators.spread import readable, spread
from kx.evaluators.trees import (
    BATCH,
    LEAST_ROWS,
    LEAST_WORK,
    MODEL_WORK,
    MOST_WORK,
    trees_rows,
    trees_say,
)
from kx.running.guesses import guesses
from kx.wording.recorded import in_words

BLOCKS = (
    Block("km", "numbers", 0, 1),
    Block("town", "index", 1, 1, size=3),
    Block("title", "words", 2, 2, size=9),
    Block("new", "flags", 4, 1),
)
TOWNS = 40


def test_an_index_has_a_column_for_each_value():
    rows = np.array([[0.5, 2, 1], [1.5, 0, 0]], "float32")
    blocks = (BLOCKS[0], BLOCKS[1], Block("new", "flags", 2, 1))

    np.testing.assert_array_equal(
        spread(rows, blocks).toarray(), [[0.5, 1, 0, 0, 1], [1.5, 0, 1, 0, 0]]
    )


def test_words_in_their_order_are_left_out_and_marks_of_gaps_kept():
    rows = np.array([[0.5, 2, 7, 8, 1, 9]], "float32")

    found, blocks = readable(rows, BLOCKS)

    np.testing.assert_array_equal(found, [[0.5, 2, 1, 9]])
    assert [(block.name, block.start) for block in blocks] == [("km", 0), ("town", 1), ("new", 2)]


def test_rows_of_numbers_stay_as_they_are():
    rows = np.eye(3, dtype="float32")

    assert spread(rows, ()) is rows
    assert readable(rows, ())[0] is rows


def test_linear_models_and_trees_tell_the_values_of_a_category_apart():
    draws = np.random.default_rng(0)
    towns = draws.integers(TOWNS, size=1200)
    prices = draws.normal(size=TOWNS)[towns].astype("float32")
    info = DatasetInfo("t", "regression", (1,), blocks=(Block("town", "index", 0, 1, size=TOWNS),))
    data = Split(towns[:, None].astype("float32"), prices)
    asked = (data.x, np.arange(800, 1200))

    said = guesses(data, np.arange(800), asked, info, 1).said

    errors = {name: np.abs(of[:, 0] - prices[800:]).mean() for name, of in said.items()}
    assert errors["linear"] < 0.1 > errors["trees"]
    assert errors["mean"] > 0.5


@pytest.mark.parametrize("task", ["regression", "multilabel"])
def test_of_nothing_but_pictures_the_constants_are_guessed(task):
    labels, many = ("a", "b") if task == "multilabel" else (), (40, 2)
    info = DatasetInfo("t", task, (4,), labels, blocks=(Block("photo", "picture", 0, 4),))
    y = np.arange(40.0) if task == "regression" else np.random.default_rng(0).integers(2, size=many)
    data = Split(np.ones((40, 4), "float32"), y.astype("float32"))

    found = guesses(data, np.arange(30), (data.x, np.arange(30, 40)), info, 1)

    assert found.said
    assert not {"linear", "trees"} & set(found.said)
    assert "pictures" in in_words(found.note)


@pytest.mark.parametrize(
    ("info", "grown"),
    [
        (DatasetInfo("plain", "regression", (2,)), True),
        (DatasetInfo("shares", "unit_regression", (2,)), True),
        (DatasetInfo("labels", "multilabel", (2,), ("a", "b")), True),
        (DatasetInfo("words", "binary", (2,), vocabulary=9), False),
        (DatasetInfo("picture", "binary", (2, 1, 1)), False),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_trees_are_grown_on_rows_of_numbers(info, grown):
    train = Split(np.zeros((40, *info.input_shape), "float32"), np.zeros(40))

    assert trees_rows(train, info, 1, 40) == (40 if grown else 0)


def test_many_small_fits_are_too_much_work_for_trees():
    info = DatasetInfo("plain", "regression", (2,))
    train = Split(np.zeros((30, 2), "float32"), np.zeros(30))

    assert trees_rows(train, info, MOST_WORK // LEAST_WORK, 30)
    assert not trees_rows(train, info, MOST_WORK // LEAST_WORK + 1, 30)


def test_of_many_rows_trees_learn_from_as_many_as_take_seconds():
    info = DatasetInfo("plain", "regression", (10,))
    train = Split(np.zeros((1, 10), "float32"), np.zeros(1))

    assert trees_rows(train, info, 1, MOST_WORK // 10) == MOST_WORK // 10
    assert trees_rows(train, info, 1, MOST_WORK) == MOST_WORK // 10
    assert trees_rows(train, info, 4, MOST_WORK) == MOST_WORK // 40
    wide = Split(np.zeros((1, MOST_WORK // LEAST_ROWS + 1), "float32"), np.zeros(1))
    assert trees_rows(wide, info, 1, MOST_WORK) == 0


def test_what_trees_leave_out_is_told():
    info = DatasetInfo("plain", "regression", (1_000,))
    data = Split(np.zeros((6_000, 1_000), "float32"), np.arange(6_000.0))

    found = guesses(data, np.arange(6_000), (data.x, np.arange(2)), info, 1)

    assert found.note.values == {"used": 5_000, "rows": 6_000}
    assert found.said["trees"].shape == (2, 1)


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_trees_say_of_many_rows_at_once_what_they_say_of_some(task):
    info = DatasetInfo("plain", task, (1,), ("no", "yes") if task == "binary" else ())
    x = np.linspace(-1, 1, 2 * BATCH + 7, dtype="float32")[:, None]
    known = Split(x[::100], (x[::100, 0] > 0.3).astype("float32"))

    said = trees_say(known, x, info)

    assert len(said) == len(x)
    np.testing.assert_array_equal(
        said[BATCH - 3 : BATCH + 3], trees_say(known, x[BATCH - 3 : BATCH + 3], info)
    )


def test_hundreds_of_labels_are_too_much_work_for_trees():
    labels = tuple(f"l{at:03}" for at in range(MOST_WORK // MODEL_WORK + 1))
    train = Split(np.zeros((30, 2), "float32"), np.zeros(30))

    assert trees_rows(train, DatasetInfo("t", "multilabel", (2,), labels[1:]), 1, 30)
    assert not trees_rows(train, DatasetInfo("t", "multilabel", (2,), labels), 1, 30)


def test_each_label_has_trees_of_its_own():
    x = np.linspace(-1, 1, 200, dtype="float32")[:, None]
    y = np.column_stack([x[:, 0] > 0, np.abs(x[:, 0]) > 0.5, np.zeros(200)]).astype("float32")
    info = DatasetInfo("t", "multilabel", (1,), ("big", "far", "never"))

    said = trees_say(Split(x, y), np.array([[-0.9], [0.1], [0.9]], "float32"), info)

    np.testing.assert_array_equal(said > 0.5, [[0, 1, 0], [1, 0, 0], [1, 1, 0]])
    np.testing.assert_array_equal(said[:, 2], 0)


def test_trees_say_no_share_below_0_or_above_1():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (300, 2)).astype("float32")
    y = np.clip(3 * x[:, 0] + x[:, 1] + rng.normal(0, 0.3, 300), 0, 1).astype("float32")
    info = DatasetInfo("t", "unit_regression", (2,))
    data = Split(x, y)

    said = trees_say(data, x, info)
    free = trees_say(data, x, DatasetInfo("t", "regression", (2,)))

    assert free.min() < 0 and free.max() > 1
    np.testing.assert_array_equal(said, free.clip(0, 1))
    assert said.shape == (300, 1)
