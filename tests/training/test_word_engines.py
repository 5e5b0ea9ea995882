"""Networks on words: every engine, and batches of texts of like length."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from kx.base.remark import Remark
from kx.contracts import DatasetInfo, Split
from kx.training.buckets import Buckets, best_edges
from kx.training.engine import Machine, choose, forward_operations, time_steps
from kx.training.feed import Batching, Resident
from tests.parts import conv1d, embedding_mlp, rnn
from tests.training.test_engines import same_results
from tests.training.trained import Trained, job, together, trainer_for

pytestmark = pytest.mark.slow

NEWS = DatasetInfo("news", "binary", (10,), vocabulary=30)


def texts(count, seed=0, width=10, lengths=(4, 10)):
    """Texts of two lengths, zeros in front; what they are about hangs on their words."""
    draws = np.random.default_rng(seed)
    x = draws.integers(1, 30, (count, width)).astype("int32")
    for row, length in zip(x, draws.choice(lengths, count), strict=True):
        row[: width - length] = 0
    return Split(x, (x.sum(axis=1) > 15 * (x > 0).sum(axis=1)).astype("float32"))


def trained(build, engine, options, count=48, **changes):
    parts = texts(count), texts(20, seed=1)
    return Trained(
        NEWS, engine, *parts, build=build, options={"embedding_dim": 4, **options}, **changes
    )


SMALL = {"units": (3,)}
MASKED = SMALL | {"masking": True}


@pytest.mark.parametrize(
    ("build", "options", "engine", "batching", "count"),
    [
        # in batches of 8: with 50 texts the last batch has 2
        (rnn, SMALL, "halves", "fixed", 50),
        (rnn, SMALL | {"cell": "gru", "bidirectional": True}, "halves", "fixed", 48),
        (rnn, MASKED | {"cell": "simple"}, "halves", "bucketed", 48),
        (rnn, MASKED, "resident", "bucketed", 50),
        (embedding_mlp, {"pooling": "average", "masking": True}, "resident", "fixed", 50),
        (conv1d, {"filters": (3, 2), "kernel_size": 2, "pool_size": 2}, "resident", "fixed", 50),
    ],
)
def test_a_fast_engine_learns_from_words_what_plain_keras_learns(
    build, options, engine, batching, count
):
    one, other = (
        trained(build, name, options, count, batching=batching) for name in (engine, "fit")
    )

    same_results(one, other)
    assert len(set(one.history["loss"])) == 3


def test_compiled_steps_serve_every_fit_and_give_the_same_bits_again():
    options = MASKED | {"dropout": 0.2, "recurrent_dropout": 0.2, "embedding_dropout": 0.2}
    data = together(texts(48), texts(20, seed=1))
    trainer = trainer_for(NEWS, "halves", rnn, options, batching="bucketed")
    one = job(NEWS, data, range(48), range(48, 68), name="one")
    other = job(NEWS, data, range(40), range(48, 68), weights=6, name="other")

    first, between, again = trainer.fit([one, other, replace(one, name="again")])

    assert first.history == again.history != between.history
    for ours, theirs in zip(first.values, again.values, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_bucketed_network_says_of_a_text_what_it_says_of_it_alone():
    found = trained(rnn, "resident", MASKED, batching="bucketed")

    alone = found.model(found.validation.x).numpy()

    np.testing.assert_allclose(found.predictions, alone, atol=1e-6)


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_the_lengths_are_those_that_need_the_least_padding(most):
    def columns(edges):
        return sum(min(edge for edge in edges if edge >= length) for length in lengths)

    lengths = np.random.default_rng(most).integers(1, 10, 12)
    every = [(*few, 9) for count in range(most) for few in combinations(range(1, 9), count)]

    edges = best_edges(lengths, 9, most)

    assert edges[-1] == 9
    assert len(edges) <= most
    assert columns(edges) == min(map(columns, every))


def test_texts_are_measured_from_their_first_word():
    x = np.array([[0, 0, 7, 0], [5, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 3]], "int32")

    buckets = Buckets.of(x, 2)

    assert buckets.lengths.tolist() == [2, 4, 1, 2]
    assert buckets.edges.tolist() == [2, 4]  # 10 columns; with 1 and 4 there were 13
    assert buckets.numbers.tolist() == [0, 1, 0, 0]


def test_a_batch_is_cut_to_the_length_of_its_longest_text():
    x = np.array([[0, 0, 7, 0], [5, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 3]], "int32")
    data = Resident(Split(x, np.zeros(4, "float32")), Buckets.of(x, 2))

    assert data.batch([0, 3])[0].numpy().tolist() == [[7, 0], [1, 3]]
    assert data.batch([2])[0].numpy().tolist() == [[0, 0]]
    assert data.batch([3, 1])[0].numpy().tolist() == [[0, 0, 1, 3], [5, 0, 0, 0]]


def test_texts_that_are_padded_behind_lose_what_is_behind():
    x = np.array([[5, 0, 0, 0], [5, 6, 0, 0], [0, 0, 0, 0], [5, 6, 7, 8]], "int32")
    data = Resident(Split(x, np.zeros(4, "float32")), Buckets.of(x, 3))

    assert data.buckets.lengths.tolist() == [1, 2, 1, 4]
    assert data.buckets.edges.tolist() == [1, 2, 4]
    assert data.batch([0, 2])[0].numpy().tolist() == [[5], [0]]
    assert data.batch([0, 1])[0].numpy().tolist() == [[5, 0], [5, 6]]
    assert data.batch([0, 3])[0].numpy().tolist() == [[5, 0, 0, 0], [5, 6, 7, 8]]


def test_every_text_comes_once_in_an_epoch_with_others_of_its_length():
    x = texts(50, width=30, lengths=range(1, 31)).x
    buckets = Buckets.of(x, 4)
    rows = np.arange(50, dtype="int32")
    batching = Batching(rows, 8, True, 7, buckets=buckets)

    first, again, second = (batching.order(epoch).numpy() for epoch in (0, 0, 1))

    assert first.tolist() == again.tolist() != second.tolist()
    assert sorted(first) == sorted(second) == rows.tolist()
    numbers = [buckets.numbers[first[at : at + 8]] for at in range(0, 48, 8)]
    # four lengths in six batches: at most three have two lengths, and no order is theirs
    assert sum(len(set(batch)) > 1 for batch in numbers) <= 3
    assert [max(batch) for batch in numbers] != sorted(max(batch) for batch in numbers)
    assert batching.steps == 7


def test_validation_goes_by_length_unshuffled():
    x = texts(50, width=30, lengths=range(1, 31)).x
    buckets = Buckets.of(x, 4)

    order = Batching(np.arange(50, dtype="int32"), 8, False, 0, buckets=buckets).order(0).numpy()

    numbers = buckets.numbers[order]
    assert numbers.tolist() == sorted(numbers)


@pytest.mark.parametrize(
    ("options", "steps", "kind"),
    [
        ({}, 1_000_000, "halves"),
        ({"cell": "gru", "bidirectional": True}, 1_000_000, "halves"),
        ({}, 10, "resident"),
        ({"units": (900,), "embedding_dim": 4096}, 1_000_000, "resident"),
    ],
)
def test_auto_compiles_recurrent_steps_that_repay_it(options, steps, kind):
    trainer = trainer_for(NEWS, "fit")
    model = rnn(NEWS, **options)

    assert choose(trainer._training, model, texts(50), steps, Machine(1e9)).kind == kind


def test_on_a_gpu_recurrent_layers_are_left_to_its_own_kernels():
    training = trainer_for(NEWS, "fit")._training
    machine = Machine(1e9, gpu=True)

    found = choose(training, rnn(NEWS, **SMALL), texts(50), 10**6, machine)

    assert (found.kind, found.reason) == ("resident", Remark.of("engine.gpu"))


def test_a_network_that_looks_at_batches_as_a_whole_is_not_cut_in_halves():
    import keras

    training = trainer_for(NEWS, "fit")._training
    plain = rnn(NEWS, **SMALL)
    normal = keras.Sequential([plain, keras.layers.BatchNormalization()])

    kinds = [choose(training, m, texts(50), 10**6, Machine(1e9)) for m in (plain, normal)]

    assert [engine.kind for engine in kinds] == ["halves", "resident"]
    assert kinds[1].reason == Remark.of("engine.layer", kind="BatchNormalization")


@pytest.mark.parametrize("name", ["train_step", "test_step", "compute_loss"])
def test_a_network_with_a_step_of_its_own_is_not_cut_in_halves(name):
    import keras

    plain = rnn(NEWS, **SMALL)
    kind = type("Own", (keras.Model,), {name: lambda self, *args, **options: None})
    own = kind(plain.inputs, plain.outputs)

    found = choose(trainer_for(NEWS, "fit")._training, own, texts(50), 10**6, Machine(1e9))

    assert (found.kind, found.reason) == ("resident", Remark.of("engine.own_step", what=name))


def test_operations_are_counted_word_by_word():
    model = rnn(NEWS, embedding_dim=4, units=(3,))

    assert time_steps(model) == 10
    # 10 steps of an LSTM with 4 x (4 + 3 + 1) x 3 weights, 4 weights of the output layer
    assert forward_operations(model) == 2 * (10 * 96 + 4)
