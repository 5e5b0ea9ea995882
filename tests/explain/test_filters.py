"""Patterns that filters respond to."""

import numpy as np
import pytest

from kx.base.errors import KxError, UsageError
from kx.explain.filters import Ascent, patterns, shown


def test_patterns_are_shown_with_equal_contrast_and_flat_ones_grey():
    tiles = np.zeros((2, 2, 2, 1), "float32")
    tiles[0, 0] = 1e6  # half of the pixels: one deviation above and below the mean

    found = shown(tiles)

    assert found[0, 0, 0, 0] == round(0.75 * 255)
    assert found[0, 1, 0, 0] == round(0.25 * 255)
    assert set(found[1].ravel()) == {128}


def graph(kernels, activation="relu", size=12, bias=0.0):
    """A convolution of 2 x 2 pixels with one filter per kernel, and a head."""
    import keras

    from kx.explain.layers import unfolded

    conv = keras.layers.Conv2D(len(kernels), 2, activation=activation, name="conv")
    layers = [keras.Input((size, size, 1)), conv, keras.layers.Flatten(), keras.layers.Dense(2)]
    network = keras.Sequential(layers, name="network")
    conv.set_weights(
        [np.stack(kernels, axis=-1)[:, :, None, :].astype("float32"), np.full(len(kernels), bias)]
    )
    return unfolded(network)


EDGE = [[1.0, -1.0], [1.0, -1.0]]
LEVEL = [[1.0, 1.0], [-1.0, -1.0]]
DEAD = [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.slow
def test_the_mean_activation_rises_and_what_cannot_respond_is_silent():
    found = patterns(graph([EDGE, LEVEL, DEAD]), "conv", Ascent(size=16, steps=30))

    rising = found.activations
    assert found.filters == 3
    assert found.pictures.shape == (3, 16, 16, 1)
    assert rising.shape == (3, 31)
    assert (np.diff(rising[:2]) > 0).all()
    assert (rising[:2, -1] > 3 * rising[:2, 0]).all()
    assert found.silent == (2,)


@pytest.mark.slow
def test_one_step_is_worked_out_by_hand():
    """A sum over all pixels has the same slope everywhere: each pixel rises by one step."""
    network = graph([[[1.0, 1.0], [1.0, 1.0]]], "linear")
    found = patterns(network, "conv", Ascent(size=3, steps=1, low=0, high=1))

    # Slopes of the mean over 2 x 2 outputs: corners 1, edges 2, centre 4, all / 4.
    slopes = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4
    risen = slopes / (np.sqrt((slopes**2).mean()) + 1e-5) / 255
    assert np.diff(found.activations[0]) == pytest.approx((slopes * risen).sum(), rel=1e-3)


@pytest.mark.slow
def test_a_pattern_does_not_depend_on_the_others(monkeypatch):
    """Nor on how many are found in one batch, the last of which is filled up."""
    network = graph([LEVEL, EDGE, LEVEL])
    together = patterns(network, "conv", Ascent(size=16, steps=5))
    monkeypatch.setattr("kx.explain.filters.CHUNK", 2)

    chunked = patterns(network, "conv", Ascent(size=16, steps=5))

    assert np.allclose(chunked.activations, together.activations, rtol=1e-5)
    assert chunked.pictures.shape == together.pictures.shape
    assert patterns(network, "conv", Ascent(size=16, steps=5), 1).pictures.shape[0] == 1


@pytest.mark.slow
def test_the_range_of_the_network_does_not_matter():
    wide = patterns(graph([EDGE]), "conv", Ascent(size=16, steps=5))
    small = patterns(graph([EDGE]), "conv", Ascent(size=16, steps=5, low=0, high=1))

    assert small.activations * 255 == pytest.approx(wide.activations, rel=1e-2)


@pytest.mark.slow
def test_what_gives_no_pattern_is_told():
    with pytest.raises(UsageError, match="conv cannot work on pictures of 1 x 1 pixels"):
        patterns(graph([EDGE]), "conv", Ascent(size=1))
    with pytest.raises(KxError, match="not finite"):
        patterns(graph([EDGE], "linear", bias=np.nan), "conv", Ascent(size=4, steps=2))


@pytest.mark.real_data
@pytest.mark.slow
def test_filters_and_activations_of_a_real_mobilenet(kx, real_data_dir, tmp_path):
    import json

    common = ["MobileNet", "--base-option", "alpha=0.25", "--output", tmp_path, "--json"]
    elephant = real_data_dir / "creative_commons_elephant.jpg"

    code, out, err = kx("explain", "filters", *common, "--layer", "conv_pw_3", "--steps", "20")
    assert code == 0, err
    rows = np.array(json.loads(out)["activations"])
    assert rows.shape == (32, 2)
    assert np.median(rows[:, 1] - rows[:, 0]) > 1

    code, out, err = kx("explain", "activations", *common, "--image", elephant, "--layers", "3")
    layers = json.loads(out)["layers"]
    assert code == 0, err
    assert [layer["layer"] for layer in layers] == ["conv1", "conv1_bn", "conv1_relu"]
    assert all(layer["channels"] == 8 for layer in layers)
    assert len(list(tmp_path.glob("*.png"))) == 4
