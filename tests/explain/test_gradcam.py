"""Grad-CAM of networks whose maps can be worked out by hand."""

import numpy as np
import pytest

from kx.base.errors import KxError, UsageError
from kx.explain.gradcam import overlaid, weighed

PICTURE = np.array([[[0.0], [1.0]], [[2.0], [4.0]]])


@pytest.mark.parametrize(
    ("gradients", "heat"),
    [
        ([1.0, 0.0], [[0, 0.25], [0.5, 1]]),  # channel 0 alone, divided by its 4
        ([0.0, 3.0], [[1, 0.75], [0.5, 0]]),  # channel 1 alone
        ([-1.0, 0.0], [[0, 0], [0, 0]]),  # all speaks against it
        ([0.0, 0.0], [[0, 0], [0, 0]]),
        ([1.0, -1.0], [[0, 0], [0, 1]]),  # x - (4 - x) = 2x - 4: -4, -2, 0, 4
    ],
)
def test_channels_are_weighed_by_their_gradients(gradients, heat):
    rising = PICTURE[..., 0]
    channels = np.stack([rising, np.array([[4.0, 3.0], [2.0, 0.0]])], axis=-1)
    if gradients == [1.0, -1.0]:
        channels[..., 1] = 4 - rising

    with np.errstate(all="raise"):
        found = weighed(channels, np.broadcast_to(np.array(gradients), (2, 2, 2)))

    assert found.tolist() == heat


def test_broken_weights_are_told():
    with pytest.raises(KxError, match="not finite"):
        weighed(np.ones((2, 2, 1)), np.full((2, 2, 1), np.nan))


def test_the_overlay_is_rgb_and_does_not_run_over():
    white, black = np.full((2, 2, 3), 255, "uint8"), np.zeros((2, 2, 1), "uint8")

    assert overlaid(white, np.ones((1, 1))).min() == 255
    # The end of the colours is dark red: (0.5, 0, 0), of which 0.4 are taken.
    assert overlaid(black, np.ones((1, 1)))[0, 0].tolist() == [51, 0, 0]


def network(head, kernel, name="network"):
    """Channels x and -x, their means, and a dense layer with ``kernel``."""
    import keras

    layers = [
        keras.Input((2, 2, 1)),
        keras.layers.Conv2D(2, 1, name="conv"),
        keras.layers.GlobalAveragePooling2D(keepdims=True),
        keras.layers.Flatten(),
        *head,
    ]
    built = keras.Sequential(layers, name=name)
    built.get_layer("conv").set_weights([np.array([[[[1.0, -1.0]]]]), np.zeros(2)])
    dense = next(layer for layer in built.layers if isinstance(layer, keras.layers.Dense))
    dense.set_weights([np.array(kernel), np.zeros(dense.units)])
    return built


def mapped(built, target=None, layer=None):
    from kx.explain.gradcam import grad_cam
    from kx.explain.layers import unfolded

    return grad_cam(unfolded(built), PICTURE, target, layer)


RISING = [[0, 0.25], [0.5, 1]]


@pytest.mark.slow
@pytest.mark.parametrize("tail", ["inside", "Activation", "Softmax"])
def test_softmax_is_left_out_wherever_it_stands(tail):
    import keras

    inside = keras.layers.Dense(2, activation="softmax" if tail == "inside" else None)
    behind = {
        "inside": [],
        "Activation": [keras.layers.Activation("softmax")],
        "Softmax": [keras.layers.Softmax()],
    }[tail]
    # A sure network: behind the softmax the gradients are 0 in float32.
    built = network([inside, *behind], [[1000.0, -1000.0], [0.0, 0.0]])

    sure, other = mapped(built), mapped(built, 1)

    assert (sure.layer, sure.target, sure.predicted) == ("conv", 0, 0)
    assert sure.heat.tolist() == RISING
    assert sure.outputs.tolist() == [1, 0]
    assert not other.heat.any()
    assert (sure.is_empty, other.is_empty) == (False, True)


@pytest.mark.slow
def test_both_answers_of_a_sigmoid_are_mapped():
    import keras

    built = network([keras.layers.Dense(1, activation="sigmoid")], [[100.0], [0.0]])

    yes, no = mapped(built, 1), mapped(built, 0)

    assert (yes.predicted, yes.outputs.tolist()) == (1, [0, 1])
    assert yes.heat.tolist() == RISING
    # Minus 100 on channel x: it speaks against class 0 everywhere, and -x has no weight.
    assert not no.heat.any()
    against = network([keras.layers.Dense(1, activation="sigmoid")], [[-100.0], [0.0]])
    assert mapped(against, 0).heat.tolist() == RISING


@pytest.mark.slow
def test_where_there_is_no_way_behind_the_softmax_the_probability_counts():
    import keras

    class Own(keras.layers.Layer):
        activation = staticmethod(keras.activations.softmax)

        def call(self, inputs):
            return keras.ops.softmax(inputs)

    built = network([keras.layers.Dense(2), Own()], [[1.0, 0.0], [0.0, 0.0]])

    assert mapped(built, 0).heat == pytest.approx(np.array(RISING))
    assert not mapped(built, 1).heat.any()


@pytest.mark.slow
def test_a_network_without_weights_is_mapped():
    import keras

    pooled = [keras.layers.AveragePooling2D(1), keras.layers.Flatten(), keras.layers.Softmax()]

    # Class 3 is the last pixel, and its gradient: the one channel has a weight of 1/4.
    assert mapped(keras.Sequential([keras.Input((2, 2, 1)), *pooled]), 3).heat.tolist() == RISING


@pytest.mark.slow
def test_a_predicted_number_has_a_map_but_no_class():
    import keras

    built = network([keras.layers.Dense(1)], [[2.0], [0.0]])

    assert mapped(built).heat.tolist() == RISING
    assert mapped(built).predicted is None
    with pytest.raises(UsageError, match="predicts a number"):
        mapped(built, 0)


@pytest.mark.slow
def test_what_cannot_be_mapped_is_refused():
    import keras

    built = network([keras.layers.Dense(2, activation="softmax")], [[1.0, 0.0], [0.0, 0.0]])
    headless = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Conv2D(2, 1)])

    with pytest.raises(UsageError, match="no class 2: they are numbered 0 to 1"):
        mapped(built, 2)
    with pytest.raises(UsageError, match="Known: conv, global_average"):
        mapped(built, 0, "convv")
    with pytest.raises(UsageError, match="ends in no classes"):
        mapped(headless)


@pytest.mark.slow
@pytest.mark.parametrize("outer", ["sequential", "functional"])
def test_a_frozen_application_inside_of_another_network_is_mapped(outer):
    import keras

    from kx.explain.gradcam import grad_cam
    from kx.explain.layers import unfolded

    options = {"alpha": 0.25, "weights": None, "include_top": False, "input_shape": (64, 64, 3)}
    base = keras.applications.MobileNet(**options)
    base.trainable = False
    pool, dense = keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(1, activation="sigmoid")
    if outer == "sequential":
        built = keras.Sequential([keras.Input((64, 64, 3)), base, pool, dense])
    else:
        picture = keras.Input((64, 64, 3))
        built = keras.Model(picture, dense(pool(base(picture, training=False))))
    picture = np.random.default_rng(0).random((64, 64, 3)) * 2 - 1

    maps = [grad_cam(unfolded(built), picture, target) for target in (0, 1)]

    assert {found.layer for found in maps} == {f"{base.name}/conv_pw_13_relu"}
    assert all(found.heat.shape == (2, 2) for found in maps)
    assert all(0 <= found.heat.min() <= found.heat.max() <= 1 for found in maps)
    assert max(found.heat.max() for found in maps) == 1  # what speaks not for one does for other


@pytest.mark.slow
def test_a_share_behind_a_sigmoid_is_a_number_and_no_class():
    import keras

    from kx.explain.gradcam import grad_cam
    from kx.explain.layers import unfolded

    built = network([keras.layers.Dense(1, activation="sigmoid")], [[2.0], [0.0]])

    found = grad_cam(unfolded(built), PICTURE, is_number=True)

    assert (found.target, found.predicted) == (None, None)
    assert len(found.outputs) == 1
    assert found.heat.tolist() == RISING
