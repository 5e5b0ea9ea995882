"""Networks with networks inside."""

import numpy as np
import pytest

from kx.base.errors import UsageError
from kx.explain.layers import unfolded

pytestmark = pytest.mark.slow


def base(name="base"):
    """A model to be put into another one; its layers have names that the other has as well."""
    import keras

    picture = keras.Input((8, 8, 3))
    seen = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(picture)
    pooled = keras.layers.MaxPooling2D(2, name="pool")(seen)
    return keras.Model(picture, pooled, name=name)


def in_sequential():
    import keras

    layers = [keras.Input((8, 8, 3)), keras.layers.Rescaling(1 / 255, name="rescaling"), base()]
    layers += [keras.layers.Conv2D(5, 2, name="conv"), keras.layers.Flatten()]
    return keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")], name="outer")


def in_functional():
    import keras

    picture = keras.Input((8, 8, 3))
    inner = keras.Sequential([keras.Input((8, 8, 3)), base()], name="middle")
    left, right = inner(picture, training=False), base("other")(picture)
    joined = keras.layers.Conv2D(5, 2, name="conv")(keras.layers.Add(name="add")([left, right]))
    pooled = keras.layers.GlobalAveragePooling2D()(joined)
    return keras.Model(picture, keras.layers.Dense(1, activation="sigmoid")(pooled), name="outer")


@pytest.mark.parametrize("build", [in_sequential, in_functional])
def test_an_unfolded_network_computes_the_same(build):
    network, pictures = build(), np.random.default_rng(0).random((3, 8, 8, 3), "float32")

    done = unfolded(network).run(pictures)

    assert np.allclose(done[-1].output, network(pictures), atol=1e-6)


@pytest.mark.parametrize(
    ("build", "names"),
    [
        (in_sequential, ["rescaling", "base/conv", "base/pool", "conv"]),
        (
            in_functional,
            [
                "middle/base/conv",
                "other/conv",
                "middle/base/pool",
                "other/pool",
                "add",
                "conv",
            ],
        ),
    ],
)
def test_layers_of_inner_models_are_found(build, names):
    graph = unfolded(build())

    assert sorted(step.name for step in graph.pictures()) == sorted(names)
    assert graph.find(names[1]).layer.filters == 4
    assert graph.find("conv").layer.filters == 5  # the outer one: its full name


def test_the_inner_layer_computes_as_it_does_alone():
    network, pictures = in_sequential(), np.full((1, 8, 8, 3), 255, "float32")
    graph = unfolded(network)

    done = graph.run(pictures, graph.find("base/conv"))

    inner = network.get_layer("base").get_layer("conv")
    assert done[-1].name == "base/conv"
    assert np.allclose(done[-1].output, inner(pictures / 255), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pol", "did you mean 'base/pool'|Known: base/conv, base/pool, conv, rescaling"),
        ("flatten", "puts out no pictures"),
    ],
)
def test_an_unknown_layer_is_told_with_those_there_are(name, words):
    network = in_sequential()
    network.layers[3].name = "flatten"

    with pytest.raises(UsageError, match=words):
        unfolded(network).find(name)


def test_a_name_of_two_inner_layers_must_be_full():
    with pytest.raises(UsageError, match="middle/base/pool or other/pool"):
        unfolded(in_functional()).find("pool")


def test_a_network_without_pictures_is_refused():
    import keras

    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="mlp")

    with pytest.raises(UsageError, match="no layer of mlp puts out pictures"):
        unfolded(network).pictures()


def test_what_cannot_be_looked_into_is_refused():
    import keras

    class Own(keras.Model):
        def call(self, inputs):
            return inputs

    one, other = keras.Input((2,)), keras.Input((2,))
    with pytest.raises(UsageError, match="is a Own, which cannot be looked into"):
        unfolded(Own())
    with pytest.raises(UsageError, match="has 2 inputs"):
        unfolded(keras.Model([one, other], one + other))
