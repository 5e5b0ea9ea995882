"""Sizes of convolutions, worked out by hand and held against Keras."""

import itertools

import pytest

from kx.explain.arithmetic import Window


@pytest.mark.parametrize(
    ("window", "outputs", "text"),
    [
        (Window(28, 3), 26, "floor((28 + 0 - 3) / 1) + 1 = 26"),
        (Window(11, 2, 2), 5, "floor((11 + 0 - 2) / 2) + 1 = 5"),  # 4.5 + 1: the floor counts
        (Window(28, 3, padding="same"), 28, "floor((28 + 2 - 3) / 1) + 1 = 28"),
        (Window(224, 3, 2, padding="same"), 112, "floor((224 + 1 - 3) / 2) + 1 = 112"),
        (Window(7, 3, dilation=2), 3, "floor((7 + 0 - 5) / 1) + 1 = 3"),
        (Window(4, 1, 3, padding="same"), 2, "floor((4 + 0 - 1) / 3) + 1 = 2"),
        (Window(5, 3, padding="causal"), 5, "floor((5 + 2 - 3) / 1) + 1 = 5"),
    ],
)
def test_the_formula_with_its_numbers(window, outputs, text):
    assert (window.outputs, str(window)) == (outputs, text)


@pytest.mark.slow
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_formula_is_what_keras_does(padding):
    import keras

    wrong = []
    for n, f, s, d in itertools.product((5, 6, 7, 12, 28), (1, 2, 3, 5), (1, 2, 3), (1, 2)):
        window = Window(n, f, s, d, padding)
        if window.reach > n or (s > 1 and d > 1):  # nothing is left; Keras allows only one of both
            continue
        layer = keras.layers.Conv2D(1, f, strides=s, padding=padding, dilation_rate=d)
        pool = keras.layers.MaxPooling2D(f, strides=s, padding=padding)
        sizes = {layer.compute_output_shape((1, n, n, 1))[1]}
        if d == 1:
            sizes.add(pool.compute_output_shape((1, n, n, 1))[1])
        if sizes != {window.outputs}:
            wrong.append((n, f, s, d, sizes, window.outputs))
    assert wrong == []


@pytest.mark.slow
def test_the_notes_network_for_mnist_sees_18_pixels_at_the_end():
    from kx.contracts import DatasetInfo
    from kx.explain.arithmetic import accounts
    from kx.explain.layers import unfolded
    from tests.parts import cnn

    info = DatasetInfo("mnist", "multiclass", (28, 28, 1), tuple("0123456789"))

    found = accounts(unfolded(cnn(info)))

    # Each layer adds (f - 1) jumps: 1+2, 3+1, 4+2*2, 8+1*2, 10+2*4; pooling doubles the jump.
    assert [account.sight.field[0] for account in found] == [3, 4, 8, 10, 18]
    assert [account.sight.jump[0] for account in found] == [1, 2, 2, 4, 4]
    assert [account.shape[0] for account in found] == [26, 13, 11, 5, 3]
    assert str(found[3].windows[0]) == "floor((11 + 0 - 2) / 2) + 1 = 5"


@pytest.mark.slow
def test_where_branches_meet_the_wider_view_counts_and_what_is_unknown_stays_so():
    import keras

    from kx.explain.arithmetic import accounts
    from kx.explain.layers import unfolded

    picture = keras.Input((9, 9, 1))
    narrow = keras.layers.Conv2D(2, 1, padding="same", name="narrow")(picture)
    wide = keras.layers.Conv2D(2, (5, 3), padding="same", name="wide")(picture)
    both = keras.layers.Add(name="both")([narrow, wide])
    turned = keras.layers.Permute((2, 1, 3), name="turned")(both)
    network = keras.Model(picture, keras.layers.Conv2D(1, 3, name="last")(turned))

    found = {account.layer: account for account in accounts(unfolded(network))}

    assert found["both"].sight.field == (5, 3)
    assert found["turned"].sight is None
    assert found["last"].sight is None
    assert found["last"].as_dict()["arithmetic"] == ["floor((9 + 0 - 3) / 1) + 1 = 7"] * 2
