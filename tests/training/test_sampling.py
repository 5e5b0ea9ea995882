"""Epochs in which classes are equally frequent."""

from dataclasses import replace

import numpy as np
import pytest

from kx.training.feed import Batching, Pieces
from kx.training.orders import orders
from kx.training.sampling import BalancedRows
from tests.training.trained import REVIEWS, Trained, examples

ROWS = np.arange(100, 160, dtype="int32")
CLASSES = np.repeat([0, 1, 2], [50, 7, 3])


def drawn(epoch, **changes):
    return BalancedRows(
        **({"rows": ROWS, "classes": CLASSES, "seed": 5, "shuffle": True} | changes)
    ).epoch(epoch)


def counts(rows):
    return np.bincount(rows - 100, minlength=60)


@pytest.mark.parametrize("epoch", range(4))
def test_an_epoch_has_as_many_rows_as_before_and_as_many_of_each_class(epoch):
    rows = drawn(epoch)

    assert rows.dtype == np.int32
    assert np.bincount(CLASSES[rows - 100]).tolist() == [20, 20, 20]


def test_rows_of_rare_classes_come_about_equally_often_and_those_of_frequent_ones_once():
    found = counts(drawn(0))

    assert set(found[CLASSES == 0]) == {0, 1}
    assert set(found[CLASSES == 1]) == {2, 3}  # 20 of 7 rows
    assert set(found[CLASSES == 2]) == {6, 7}  # 20 of 3 rows


def test_later_epochs_show_other_rows_until_all_were_seen():
    seen = sum(counts(drawn(epoch)) for epoch in range(20))

    assert not np.array_equal(np.sort(drawn(0)), np.sort(drawn(1)))
    assert seen.min() > 0


def test_who_has_a_row_more_takes_turns():
    few = {"rows": ROWS[:8], "classes": np.array([0, 0, 0, 0, 0, 0, 1, 2])}  # 8 / 3: 3, 3, 2

    found = [np.bincount(few["classes"][drawn(epoch, **few) - 100]).tolist() for epoch in range(3)]

    assert sorted(found) == [[2, 3, 3], [3, 2, 3], [3, 3, 2]]


def test_draws_hang_on_seed_and_epoch_alone():
    assert np.array_equal(drawn(3), drawn(3))
    assert not np.array_equal(drawn(3), drawn(3, seed=6))


def test_without_shuffling_rows_keep_their_order():
    assert (np.diff(drawn(0, shuffle=False)) >= 0).all()
    assert (np.diff(drawn(0)) < 0).any()


@pytest.mark.slow
def test_all_engines_are_given_the_same_rows():
    import tensorflow as tf

    batching = Batching(ROWS, 8, True, 5, first=2, classes=CLASSES)

    expected = drawn(3)
    assert np.array_equal(batching.order(tf.constant(1)).numpy(), expected)
    assert np.array_equal(orders(batching, 1, 1, 70)[0, :60], expected)
    pieces = Pieces(batching, 2).epoch(1)
    assert np.array_equal(np.concatenate([piece.ravel() for piece in pieces]), expected)
    assert not np.array_equal(replace(batching, classes=None).order(tf.constant(1)), expected)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["resident", "xla"])
def test_a_fast_engine_learns_what_plain_keras_learns_of_balanced_rows(engine):
    data = examples(REVIEWS, 50)
    classes = (data.x[:, 0] > 1).astype(int)
    plain, fast, again, even = (
        Trained(REVIEWS, each, train=data, classes=of, optimizer={"name": "adam"})
        for each, of in (("fit", classes), (engine, classes), (engine, classes), (engine, None))
    )

    assert fast.history["loss"] == pytest.approx(plain.history["loss"], abs=1e-4)
    assert fast.history["val_loss"] == pytest.approx(plain.history["val_loss"], abs=1e-4)
    assert np.array_equal(fast.predictions, again.predictions)
    assert not np.allclose(fast.predictions, even.predictions, atol=1e-4)
