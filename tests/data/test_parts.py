import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.contracts import Split
from kx.data.arrays.splitting import divided, held_out, keras_halves, labelled


def test_labels_are_integers_or_rows():
    y = np.array([2, 0], dtype=np.uint8)

    assert labelled(y, 3, "integer").tolist() == [2, 0]
    assert labelled(y, 3, "one_hot").tolist() == [[0, 0, 1], [1, 0, 0]]
    assert labelled(y, 3, "integer").dtype == np.int32
    assert labelled(y, 3, "one_hot").dtype == np.float32


@pytest.mark.parametrize(
    ("examples", "fraction", "count"),
    [(10, 0.2, 2), (178, 0.2, 36), (10, 0.001, 1), (10, 0.999, 9), (2, 0.5, 1)],
)
def test_both_parts_get_at_least_one_example(examples, fraction, count):
    assert held_out(examples, fraction) == count


@given(
    counts=st.lists(st.integers(1, 60), min_size=1, max_size=4),
    fraction=st.floats(0.01, 0.99),
)
def test_division_keeps_every_example_once_and_the_shares_of_the_classes(counts, fraction):
    y = np.repeat(np.arange(len(counts)), counts)
    if len(y) < 2:
        return

    train, test = divided(Split(np.arange(len(y)), y), fraction, y)

    assert sorted([*train.x, *test.x]) == list(range(len(y)))
    assert len(test) == held_out(len(y), fraction)
    for part in (train, test):
        assert (y[part.x] == part.y).all()
    for label, count in enumerate(counts):
        # Evenly spaced picks miss the exact share by less than one example.
        assert abs((test.y == label).sum() - count * len(test) / len(y)) < 1


def test_division_is_the_same_at_each_call_and_mixes_the_classes():
    y = np.repeat([0, 1], 50)
    data = Split(np.arange(100), y)

    (train, test), (again, _) = divided(data, 0.2, y), divided(data, 0.2, y)

    assert (train.x == again.x).all()
    assert 0 < train.y[:20].sum() < 20
    assert test.y.sum() == 10


def test_halves_keep_rows_and_targets_together():
    train, test = keras_halves(np.arange(6), 10 * np.arange(6))

    assert (len(train), len(test)) == (4, 2)  # 4.8, rounded down
    assert sorted([*train.x, *test.x]) == list(range(6))
    assert (train.y == 10 * train.x).all()
