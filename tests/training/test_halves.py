"""Steps by halves: what Keras's own steps do, and chance that differs from half to half."""

import numpy as np
import pytest

from kx.training.halves import HalvedSteps, predicted

pytestmark = pytest.mark.slow

TEXTS = np.random.default_rng(0).integers(1, 20, (6, 5)).astype("int32")
Y = np.array([0, 1, 1, 0, 1, 0], "float32")
WEIGHTS = np.array([1, 2, 0, 1, 3, 0.5], "float32")


def network(dropout=0.0, **options):
    import keras

    keras.utils.set_random_seed(3)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            layers.Embedding(20, 4),
            layers.Dropout(dropout),
            layers.LSTM(3, **options),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", spread])
    model.optimizer.build(model.trainable_variables)
    model.test_on_batch(TEXTS, Y)
    model.reset_metrics()
    return model


def spread(_, outputs):
    import tensorflow as tf

    return tf.reduce_max(outputs) - tf.reduce_min(outputs)


def stepped(model, parts, *batch, steps=3):
    import tensorflow as tf

    halved = HalvedSteps(model)
    train = tf.function(lambda *batch: halved.train(batch, parts), autograph=False)
    for _ in range(steps):
        train(*map(tf.constant, batch))
    return {name: float(value) for name, value in model.get_metrics_result().items()}


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("batch", [(TEXTS, Y), (TEXTS, Y, WEIGHTS)])
def test_parts_together_learn_what_the_whole_batch_learns(parts, batch):
    regular = {"kernel_regularizer": "l2", "activity_regularizer": "l1"}
    one, other = network(**regular), network(**regular)

    found = stepped(one, parts, *batch)
    for _ in range(3):
        other.train_step(batch)

    expected = {name: float(value) for name, value in other.get_metrics_result().items()}
    assert found == pytest.approx(expected, rel=1e-5)
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_halves_together_are_judged_as_the_whole_batch_is(count):
    import tensorflow as tf

    penalties = {"kernel_regularizer": "l2", "activity_regularizer": "l1"}
    one, other = network(**penalties), network(**penalties)
    batch = TEXTS[:count], Y[:count]

    HalvedSteps(one).test(tuple(map(tf.constant, batch)))
    other.test_step(batch)

    found, expected = (
        {name: float(value) for name, value in model.get_metrics_result().items()}
        for model in (one, other)
    )
    assert found == pytest.approx(expected, rel=1e-6)


def test_chance_is_another_in_the_other_half_and_in_the_next_step():
    same = np.repeat(TEXTS[:1], 2, axis=0)
    model = network(dropout=0.5)
    state = next(v for v in model.variables if v.name == "seed_generator_state")
    before = state.numpy()

    found = stepped(model, 2, same, Y[:2], steps=1)

    assert found["spread"] > 1e-4
    assert state.numpy().tolist() == [before[0], before[1] + 1]


def test_halves_of_equal_texts_agree_without_dropout():
    same = np.repeat(TEXTS[:1], 2, axis=0)

    assert stepped(network(), 2, same, Y[:2], steps=1)["spread"] < 1e-6


@pytest.mark.parametrize("count", [1, 2, 5])
def test_predictions_do_not_hang_on_how_a_batch_is_halved(count):
    model = network()

    found = predicted(model, TEXTS[:count]).numpy()

    np.testing.assert_allclose(found, model(TEXTS[:count]).numpy(), atol=1e-6)
