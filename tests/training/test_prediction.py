"""Predictions: a row gets the same bits wherever it lies, and whatever lies beside it."""

import numpy as np
import pytest

from kx.contracts import DatasetInfo, Split
from kx.predicting.prediction import outputs
from kx.training import prediction
from kx.training.feed import Resident
from kx.training.prediction import FEW, MANY, Predictor, rows_at_once
from tests.parts import cnn, conv1d, mlp, rnn

pytestmark = pytest.mark.slow

WINES = DatasetInfo("wines", "multiclass", (13,), ("a", "b", "c"))
WIDE = DatasetInfo("wide", "binary", (2_000,))
DIGITS = DatasetInfo("digits", "multiclass", (12, 12, 1), tuple("0123456789"))
PHOTOS = DatasetInfo("photos", "binary", (96, 96, 3))
NEWS = DatasetInfo("news", "binary", (20,), vocabulary=50)

NETWORKS = {
    "table": (mlp, WINES, {"units": (64, 64)}),
    "wide table": (mlp, WIDE, {"units": (16,)}),
    "pictures": (cnn, DIGITS, {"filters": (16, 32), "units": (32,)}),
    "photographs": (cnn, PHOTOS, {"filters": (64, 8), "units": (16,)}),
    "words, recurrent": (rnn, NEWS, {"units": (16,), "embedding_dim": 16}),
    "words, convolved": (conv1d, NEWS, {"filters": (16,), "kernel_size": 3, "embedding_dim": 16}),
}


def examples(info, count):
    draws = np.random.default_rng(4)
    if info.vocabulary:
        return draws.integers(1, info.vocabulary, (count, *info.input_shape)).astype("int32")
    return draws.normal(size=(count, *info.input_shape)).astype("float32")


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    """A network, and 300 examples for it; of large pictures only 10."""
    import keras

    build, info, options = NETWORKS[request.param]
    keras.utils.set_random_seed(1)
    return build(info, **options), examples(info, 10 if info is PHOTOS else 300)


def test_rows_get_the_same_bits_alone_and_among_others_in_any_order(network):
    model, x = network
    order = np.random.default_rng(0).permutation(len(x))

    together = outputs(model, x)
    shuffled = outputs(model, x[order])
    alone = np.concatenate([outputs(model, x[[row]]) for row in range(7)])

    np.testing.assert_array_equal(shuffled, together[order])
    np.testing.assert_array_equal(alone, together[:7])


def test_what_a_run_predicts_is_what_the_network_says(network):
    model, x = network
    data = Resident(Split(x, np.zeros(len(x), "float32")))
    rows = np.array([5, 1, 1, len(x) - 1])

    found = Predictor(model, data).predict(data, rows)

    np.testing.assert_allclose(found, model(x[rows], training=False), atol=1e-5)
    np.testing.assert_array_equal(found, outputs(model, x[rows]))
    assert Predictor(model, data).predict(data, rows[:0]).shape == (0, *found.shape[1:])


def test_how_many_rows_are_predicted_at_once_depends_on_the_network_alone():
    sizes = {name: rows_at_once(build(info, **options))
             for name, (build, info, options) in NETWORKS.items()}  # fmt: skip

    assert sizes == dict.fromkeys(NETWORKS, MANY) | {
        "photographs": FEW,
        "words, recurrent": 2 * MANY,  # in halves
    }


def test_several_calls_say_what_one_says(network, monkeypatch):
    model, x = network
    once = outputs(model, x)

    monkeypatch.setattr(prediction, "STEPS_PER_CALL", 1)

    np.testing.assert_array_equal(outputs(model, x), once)
