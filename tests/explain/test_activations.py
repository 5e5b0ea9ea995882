import numpy as np
import pytest

from kx.explain.activations import displayed


def test_a_channel_is_shown_with_mean_128_and_deviation_64():
    # Mean 1, deviation 1: -1 becomes 64, +1 becomes 192.
    (channel,) = displayed(np.array([[[0.0], [2.0]], [[2.0], [0.0]]]))

    assert channel.tolist() == [[64, 192], [192, 64]]


@pytest.mark.parametrize("value", [0.0, 0.1, -3.0, 1e30, np.nan, np.inf])
def test_a_constant_channel_is_dark_and_no_nan(value):
    with np.errstate(all="raise"):
        shown = displayed(np.full((3, 3, 2), value, "float32"))

    assert shown.tolist() == np.zeros((2, 3, 3)).tolist()


def test_an_outlier_is_clipped():
    channel = np.zeros((10, 10, 1))
    channel[0, 0] = 1.0  # 9.9 deviations above the mean

    shown = displayed(channel)

    assert shown.max() == 255
    assert shown.min() == 121  # 128 - 64 * 0.01 / 0.0995


@pytest.mark.slow
def test_activations_of_known_weights():
    import keras

    from kx.explain.activations import activations
    from kx.explain.layers import unfolded

    network = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Conv2D(3, 1, name="conv")])
    network.layers[0].set_weights([np.array([[[[1.0, -1.0, 0.0]]]]), np.array([0.0, 0.0, 5.0])])
    graph = unfolded(network)

    (found,) = activations(graph, graph.pictures(), np.array([[[0.0], [2.0]], [[2.0], [0.0]]]))

    assert found.layer == "conv"
    assert found.channels[0].tolist() == [[64, 192], [192, 64]]
    assert found.channels[1].tolist() == [[192, 64], [64, 192]]
    assert found.constant == (2,)
