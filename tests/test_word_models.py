"""Networks on words, and Keras's recurrent layers beside the formulas of the notes."""

import numpy as np
import pytest

from kx.contracts import DatasetInfo
from kx.data.files.sources import SourceFiles
from kx.data.files.weight_files import SourceWeights
from kx.training.environment import seed_everything, start_tensorflow
from tests.parts import conv1d, embedding_mlp, faults, rnn

pytestmark = pytest.mark.slow

TWENTY = DatasetInfo("imdb", "binary", (20,), vocabulary=10_000)
REVIEWS = DatasetInfo("imdb", "binary", (500,), vocabulary=10_000)
NEWS = DatasetInfo("news", "multiclass", (12,), tuple("abc"), vocabulary=50)


@pytest.fixture(scope="session", autouse=True)
def tensorflow():
    start_tensorflow(deterministic=True)


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def words(count=7, length=12, seed=0):
    """Lists of 3 to ``length`` words, zeros in front."""
    draws = np.random.default_rng(seed)
    x = draws.integers(1, 50, (count, length)).astype("int32")
    for row, missing in zip(x, draws.integers(0, length - 2, count), strict=True):
        row[:missing] = 0
    return x


EMBEDDED = 10_000 * 32
LSTM, GRU, SIMPLE = 4 * (64 + 1) * 32, 3 * (64 + 2) * 32, (64 + 1) * 32  # GRU: two biases


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (lambda: embedding_mlp(TWENTY), 10_000 * 8 + 20 * 8 + 1),
        (lambda: embedding_mlp(TWENTY, pooling="max", units=(16,)), 80_000 + 9 * 16 + 17),
        (lambda: rnn(REVIEWS), EMBEDDED + LSTM + 33),
        (lambda: rnn(REVIEWS, cell="gru"), EMBEDDED + GRU + 33),
        (lambda: rnn(REVIEWS, cell="simple"), EMBEDDED + SIMPLE + 33),
        (lambda: rnn(REVIEWS, bidirectional=True), EMBEDDED + 2 * LSTM + 65),
        (lambda: rnn(REVIEWS, units=(32, 32), cell="simple"), EMBEDDED + 2 * SIMPLE + 33),
        (lambda: conv1d(REVIEWS), EMBEDDED + 2 * (7 * 32 + 1) * 32 + 33),
    ],
)
def test_networks_on_words_have_the_weights_that_their_layers_add_up_to(model, expected):
    assert model().count_params() == expected


@pytest.mark.parametrize(
    ("build", "options", "expected"),
    [
        (embedding_mlp, {"units": (4,), "dropout": 0.2},
         ["Embedding", "SpatialDropout1D", "Flatten", "Dense", "Dropout", "Dense"]),
        (rnn, {"units": (4, 3)}, ["Embedding", "SpatialDropout1D", "LSTM", "LSTM", "Dense"]),
        (rnn, {"bidirectional": True}, ["Embedding", "SpatialDropout1D", "Bidirectional", "Dense"]),
        (conv1d, {"kernel_size": 2, "pool_size": 2, "dropout": 0.5, "units": (3,)},
         ["Embedding", "SpatialDropout1D", "Conv1D", "MaxPooling1D", "Conv1D",
          "GlobalMaxPooling1D", "Dropout", "Dense", "Dropout", "Dense"]),
    ],
)  # fmt: skip
def test_networks_on_words_are_keras_layers(build, options, expected):
    model = build(NEWS, **options, embedding_dropout=0.1)

    assert kinds(model) == expected
    assert (model.layers[-1].units, model.layers[-1].activation.__name__) == (3, "softmax")


def test_dropout_of_recurrent_layers_is_handed_on_to_every_one_of_them():
    model = rnn(NEWS, units=(4, 3), dropout=0.25, recurrent_dropout=0.5, cell="gru")

    assert [(g.dropout, g.recurrent_dropout) for g in model.layers[1:3]] == [(0.25, 0.5)] * 2


@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_with_masking_the_padding_makes_no_difference(cell, bidirectional):
    seed_everything(1)
    model = rnn(NEWS, cell=cell, units=(5, 4), bidirectional=bidirectional, masking=True)
    x = words()[:, 3:]

    said = model(np.pad(x, ((0, 0), (3, 0)))).numpy()

    np.testing.assert_allclose(said, model(x).numpy(), atol=1e-6)


def test_without_masking_the_padding_is_read_as_a_word():
    seed_everything(1)
    model = rnn(NEWS, units=(5,))
    x = words()[:, 3:]

    said = model(np.pad(x, ((0, 0), (3, 0)))).numpy()

    assert np.abs(said - model(x).numpy()).max() > 1e-4


def test_a_masked_average_is_that_of_the_words_there_are():
    seed_everything(1)
    model = embedding_mlp(NEWS, pooling="average", masking=True)
    embedding, pooling = model.layers[0], model.layers[1]
    x = words()

    rows = embedding(x).numpy()
    averages = pooling(embedding(x), mask=embedding.compute_mask(x)).numpy()

    for row, numbers, average in zip(x, rows, averages, strict=True):
        np.testing.assert_allclose(average, numbers[row > 0].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({"pooling": "flatten", "masking": True}, ["masking"]),
        ({"pooling": "max", "masking": True}, ["masking"]),
        ({"pooling": "average", "masking": True}, []),
    ],
)
def test_masking_without_effect_is_a_warning(options, keys):
    here = SourceWeights(SourceFiles())

    found = list(faults("embedding_mlp", NEWS, here, **options))

    assert [(complaint.key, complaint.fatal) for complaint in found] == [(k, False) for k in keys]


@pytest.mark.parametrize("build", [embedding_mlp, rnn, conv1d])
def test_a_saved_network_on_words_says_the_same(tmp_path, build):
    import keras

    seed_everything(1)
    options = {conv1d: {"kernel_size": 2, "pool_size": 2}, rnn: {"bidirectional": True}}
    model = build(NEWS, **options.get(build, {}))
    before = model(words()).numpy()

    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")

    np.testing.assert_array_equal(loaded(words()).numpy(), before)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def drawn(shape, seed):
    return np.random.default_rng(seed).normal(0, 0.4, shape)


def test_a_simple_recurrent_layer_is_the_recurrence_of_the_notes():
    import keras

    # the notes' sizes: 100 steps of 32 features, 64 units (S-44)
    inputs, w, u, b = drawn((100, 32), 1), drawn((64, 32), 2), drawn((64, 64), 3), drawn(64, 4)
    u /= 4  # so that a rounding error does not grow from step to step
    state, successive = np.zeros(64), []
    for x in inputs:
        state = np.tanh(w @ x + u @ state + b)
        successive.append(state)

    layer = keras.layers.SimpleRNN(64, return_sequences=True)
    layer.build((None, 100, 32))
    layer.set_weights([w.T, u.T, b])

    np.testing.assert_allclose(layer(inputs[None].astype("float32"))[0], successive, atol=1e-5)


def notes_lstm(inputs, parts, peephole):
    """The LSTM of the notes (S-46): gates i, f and k, carry c, output with ``Vo . c``.

    Args:
        inputs: (steps, features).
        parts: of i, f, k and o: W (features, units), U (units, units) and b (units,).
        peephole: Vo (units, units): how the output gate sees the carry.
    """
    (wi, ui, bi), (wf, uf, bf), (wk, uk, bk), (wo, uo, bo) = parts
    state, carry = np.zeros(len(ui)), np.zeros(len(ui))
    for x in inputs:
        i = sigmoid(state @ ui + x @ wi + bi)
        f = sigmoid(state @ uf + x @ wf + bf)
        k = np.tanh(state @ uk + x @ wk + bk)
        carry = i * k + carry * f
        o = sigmoid(state @ uo + x @ wo + carry @ peephole + bo)
        state = o * np.tanh(carry)
    return state


def test_keras_lstm_is_that_of_the_notes_without_its_peephole():
    import keras

    units, features = 8, 5
    inputs = drawn((40, features), 1)
    parts = [
        (drawn((features, units), 4 * g), drawn((units, units), 4 * g + 1), drawn(units, 4 * g + 2))
        for g in range(4)
    ]
    layer = keras.layers.LSTM(units)
    layer.build((None, 40, features))
    layer.set_weights([np.concatenate(kind, axis=-1) for kind in zip(*parts, strict=True)])

    said = layer(inputs[None].astype("float32"))[0]

    np.testing.assert_allclose(said, notes_lstm(inputs, parts, np.zeros((8, 8))), atol=1e-5)
    # the notes' output gate sees the carry; Keras's does not: that is all that differs
    assert np.abs(said - notes_lstm(inputs, parts, drawn((8, 8), 99))).max() > 0.05
