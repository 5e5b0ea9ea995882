from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kx.contracts import Split
from kx.training.environment import seed_everything
from kx.training.feed import Batching, Pieces, Resident, Streamed, batches
from kx.training.orders import orders as program_orders
from tests.training.trained import REVIEWS, examples

pytestmark = pytest.mark.slow

SOURCES = {"fit": Resident, "streamed": Streamed}
ENGINES = (*SOURCES, "resident", "xla")
ROWS = np.arange(50, dtype="int32")


def orders(engine, batching, epochs=3):
    """The rows in the order in which the engine takes them, epoch by epoch."""
    rows = np.arange(batching.examples)
    if engine == "xla":
        return program_orders(batching, 0, epochs, 60)[:, :50].tolist()
    if engine in SOURCES:
        source = SOURCES[engine](Split(rows, rows))
        steps = [y.numpy() for _, y in batches(source, batching, epochs)]
    else:
        pieces = Pieces(batching, 3)
        steps = [row for epoch in range(epochs) for piece in pieces.epoch(epoch) for row in piece]
    assert len(steps) == batching.steps * epochs
    assert {len(step) for step in steps} <= {batching.batch_size, 50 % batching.batch_size}
    return np.concatenate(steps).reshape(epochs, -1).tolist()


def test_no_thread_tunes_what_is_fed_to_keras():
    # Such a thread sleeps, and the end of a fit waits until it wakes: for up to 2.5 s.
    dataset = batches(Resident(Split(ROWS, ROWS)), Batching(ROWS, 16, True, 1), 2)
    assert dataset.options().autotune.enabled is False
    assert dataset.cardinality() >= 2


@pytest.mark.parametrize("engine", ENGINES)
def test_each_epoch_has_another_order_of_all_rows(engine):
    first, second, third = orders(engine, Batching(ROWS, 8, shuffle=True, seed=4))

    assert sorted(first) == sorted(second) == sorted(third) == list(range(50))
    assert len({tuple(order) for order in (first, second, third, range(50))}) == 4


@pytest.mark.parametrize("shuffle", [True, False])
def test_all_engines_take_the_rows_in_the_same_order(shuffle):
    batching = Batching(ROWS, 8, shuffle, seed=4)

    first, *others = (orders(engine, batching) for engine in ENGINES)

    assert all(order == first for order in others)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_order_depends_on_the_seed_alone(engine):
    batching = Batching(ROWS, 8, shuffle=True, seed=4)
    before = orders(engine, batching)
    seed_everything(123)

    assert orders(engine, batching) == before
    assert orders(engine, replace(batching, seed=5)) != before


@pytest.mark.parametrize("engine", ENGINES)
def test_unshuffled_rows_keep_their_order(engine):
    batching = Batching(ROWS, 8, shuffle=False, seed=4)

    assert orders(engine, batching, epochs=2) == [list(range(50))] * 2


@pytest.mark.parametrize("chunks", [1, 2, 5, 100])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 23, 50])
def test_every_row_of_an_epoch_is_dealt_once(count, chunks):
    batching = Batching(np.arange(count), 8, shuffle=True, seed=4)

    pieces = Pieces(batching, chunks)

    assert pieces.count <= min(chunks, count // 8) + (count % 8 > 0)
    for epoch in (pieces.epoch(0), pieces.epoch(1)):
        assert len(epoch) == pieces.count
        dealt = np.concatenate([piece.ravel() for piece in epoch])
        assert sorted(dealt.tolist()) == list(range(count))
        assert sum(len(piece) for piece in epoch) == batching.steps


@pytest.mark.parametrize("kind", ["dense", "streamed", "sparse"])
@pytest.mark.parametrize("weighted", [True, False])
def test_a_batch_has_the_rows_that_were_asked_for(kind, weighted):
    import tensorflow as tf

    split = replace(examples(REVIEWS, 9), weights=np.arange(9, dtype="float32"))
    kept = replace(split, x=csr_matrix(split.x)) if kind == "sparse" else split
    source = Streamed(kept) if kind == "streamed" else Resident(kept)

    x, y, *weights = source.batch(tf.constant([7, 0, 3]), weighted=weighted)

    x = tf.sparse.to_dense(x) if kind == "sparse" else x
    np.testing.assert_array_equal(x, split.x[[7, 0, 3]])
    np.testing.assert_array_equal(y, split.y[[7, 0, 3]])
    assert [list(map(int, part)) for part in weights] == ([[7, 0, 3]] if weighted else [])
