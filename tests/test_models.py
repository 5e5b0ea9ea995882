import numpy as np
import pytest

from kx.architectures.cnn import Convolutional
from kx.contracts import DatasetInfo
from kx.models.layers import dense
from kx.training.environment import seed_everything, start_tensorflow
from tests.parts import cnn, faults, linear, mlp

pytestmark = pytest.mark.slow

DIGITS = tuple("0123456789")
IMDB = DatasetInfo("imdb", "binary", (10_000,))
REUTERS = DatasetInfo("reuters", "multiclass", (10_000,), tuple(map(str, range(46))))
MNIST = DatasetInfo("mnist", "multiclass", (28, 28, 1), DIGITS)
ANIMALS = DatasetInfo("cats_dogs", "binary", (150, 150, 3))
HOUSES = DatasetInfo("houses", "regression", (5,))
WORDS = DatasetInfo("words", "binary", (12,), sparse=True)


@pytest.fixture(scope="session", autouse=True)
def tensorflow():
    start_tensorflow(deterministic=True)


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def few_words(rows=20):
    """Mostly zeros, with one row that has nothing else."""
    from scipy.sparse import csr_matrix

    draws = np.random.default_rng(1)
    x = draws.normal(size=(rows, 12)) * (draws.random((rows, 12)) < 0.2)
    x[3] = 0
    return csr_matrix(x.astype("float32"))


@pytest.mark.parametrize(
    ("info", "units", "expected"),
    [
        (IMDB, (16, 16), 10_000 * 16 + 16 + 16 * 16 + 16 + 16 + 1),
        (REUTERS, (64, 64), 10_000 * 64 + 64 + 64 * 64 + 64 + 64 * 46 + 46),
        (MNIST, (512,), 784 * 512 + 512 + 512 * 10 + 10),
        (HOUSES, (), 5 + 1),
    ],
    ids=["imdb", "reuters", "mnist", "no hidden layer"],
)
def test_a_perceptron_has_a_weight_per_connection_and_a_bias_per_unit(info, units, expected):
    assert mlp(info, units=units).count_params() == expected


def test_batch_normalisation_takes_the_place_of_the_bias():
    model = mlp(HOUSES, units=(7,), batch_norm=True)

    # gamma, beta, moving mean and moving variance for each of the 7 units
    assert model.count_params() == 5 * 7 + 4 * 7 + 7 + 1


def test_a_linear_model_has_a_weight_per_input_and_class():
    assert linear(MNIST).count_params() == 784 * 10 + 10
    assert linear(IMDB).count_params() == 10_001


def test_the_default_cnn_is_the_notes_network_for_mnist():
    assert cnn(MNIST).count_params() == 93_322


def test_the_notes_network_for_cats_and_dogs_has_their_number_of_parameters():
    model = cnn(ANIMALS, filters=(32, 64, 128, 128), pooling="all", units=(512,))

    assert model.count_params() == 3_453_121


@pytest.mark.parametrize(
    ("l1", "l2", "kind"),
    [(0.01, 0.0, "L1"), (0.0, 0.02, "L2"), (0.01, 0.02, "L1L2")],
)
@pytest.mark.parametrize(
    ("build", "info", "options", "penalised"),
    [
        (mlp, HOUSES, {"units": (4, 3)}, 2),
        (mlp, HOUSES, {"units": (4,), "batch_norm": True}, 1),
        (linear, HOUSES, {}, 1),
        (cnn, MNIST, {"filters": (2, 3), "units": (4,)}, 3),
        (cnn, MNIST, {"filters": (2,), "units": (), "batch_norm": True}, 1),
    ],
    ids=["mlp", "mlp normalised", "linear", "cnn", "cnn normalised"],
)
def test_a_penalty_is_in_the_layers_and_in_the_loss(build, info, options, penalised, l1, l2, kind):
    model = build(info, **options, l1=l1, l2=l2)

    found = [layer for layer in model.layers if getattr(layer, "kernel_regularizer", None)]
    weights = [np.asarray(layer.kernel) for layer in found]
    expected = sum(l1 * np.abs(w).sum() + l2 * (w**2).sum() for w in weights)
    assert {type(layer.kernel_regularizer).__name__ for layer in found} == {kind}
    assert len(found) == len(model.losses) == penalised
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)


def test_without_a_penalty_the_loss_gets_nothing_added():
    assert mlp(HOUSES).losses == linear(HOUSES).losses == cnn(MNIST).losses == []


def test_the_default_perceptron_is_dense_layers_alone():
    assert kinds(mlp(HOUSES)) == ["Dense"] * 3


def test_dropout_stands_behind_each_hidden_layer():
    model = mlp(HOUSES, units=(4, 3), dropout=0.25)

    assert kinds(model) == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]
    assert [layer.rate for layer in model.layers if hasattr(layer, "rate")] == [0.25, 0.25]


def test_normalisation_stands_between_a_layer_and_its_activation():
    model = mlp(HOUSES, units=(4,), activation="tanh", batch_norm=True, dropout=0.5)

    assert kinds(model) == ["Dense", "BatchNormalization", "Activation", "Dropout", "Dense"]
    first, _, activation, _, last = model.layers
    assert (first.activation.__name__, first.use_bias) == ("linear", False)
    assert activation.activation.__name__ == "tanh"
    assert last.use_bias


def test_a_cnn_drops_the_flattened_features_and_normalises_each_convolution():
    model = cnn(MNIST, filters=(2, 3), units=(4,), batch_norm=True, dropout=0.5)

    convolution = ["Conv2D", "BatchNormalization", "Activation"]
    hidden = ["Dense", "BatchNormalization", "Activation", "Dropout"]
    assert kinds(model) == [
        *convolution, "MaxPooling2D", *convolution, "Flatten", "Dropout", *hidden, "Dense",
    ]  # fmt: skip


@pytest.mark.parametrize(("place", "count"), [("all", 3), ("flatten", 1)])
def test_dropout_may_stand_behind_the_flattened_features_alone(place, count):
    model = cnn(MNIST, filters=(2, 3), units=(4, 5), dropout=0.5, dropout_at=place)

    found = kinds(model)
    assert found.count("Dropout") == count
    assert found[found.index("Flatten") + 1] == "Dropout"


@pytest.mark.parametrize("build", [mlp, linear, cnn])
@pytest.mark.parametrize(
    ("task", "classes", "units", "activation"),
    [
        ("binary", ("no", "yes"), 1, "sigmoid"),
        ("multiclass", ("a", "b", "c"), 3, "softmax"),
        ("multilabel", ("a", "b", "c"), 3, "sigmoid"),
        ("regression", (), 1, "linear"),
        ("unit_regression", (), 1, "sigmoid"),
    ],
)
def test_the_last_layer_suits_the_task(build, task, classes, units, activation):
    info = DatasetInfo("pictures", task, (8, 8, 1), classes)
    options = {"filters": (2,)} if build is cnn else {}

    last = build(info, **options).layers[-1]

    assert (last.units, last.activation.__name__) == (units, activation)


def test_the_last_activation_can_be_overridden():
    info = DatasetInfo("houses", "regression", (5,), output_activation="sigmoid")

    assert mlp(info).layers[-1].activation.__name__ == "sigmoid"


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("activation", ["linear", "relu", "softmax"])
def test_a_sparse_layer_gives_what_keras_gives_on_the_dense_matrix(activation, bias):
    import keras
    import tensorflow as tf

    x = few_words().toarray()
    seed_everything(3)
    layer = dense(4, activation, use_bias=bias, sparse=True)
    reference = keras.layers.Dense(4, activation, use_bias=bias)
    layer.build((None, 12))
    reference.build((None, 12))
    layer.set_weights([w + 0.5 for w in layer.get_weights()])
    reference.set_weights(layer.get_weights())

    outputs = layer(tf.sparse.from_dense(x))

    assert type(layer) is not type(reference)
    np.testing.assert_allclose(outputs, reference(x), atol=1e-6)
    np.testing.assert_allclose(layer(tf.constant(x)), reference(x), atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"units": ()}, {"batch_norm": True, "l2": 0.1}])
def test_a_model_with_sparse_input_predicts_the_same_after_saving(tmp_path, options):
    import keras

    seed_everything(3)
    model = mlp(WORDS, **options)
    before = model.predict(few_words(), verbose=0)

    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")

    assert kinds(loaded) == kinds(model)
    assert kinds(model)[0] == "SparseDense"
    np.testing.assert_array_equal(loaded.predict(few_words(), verbose=0), before)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("pooling", ["between", "all", "none"])
@pytest.mark.parametrize("kernel_size", [1, 3, 4])
@pytest.mark.parametrize("pool_size", [2, 3])
def test_the_predicted_sizes_are_those_of_keras(pool_size, kernel_size, pooling, padding):
    options = {
        "filters": (1, 1),
        "kernel_size": kernel_size,
        "padding": padding,
        "pooling": pooling,
        "pool_size": pool_size,
    }

    model = cnn(DatasetInfo("pictures", "binary", (29, 29, 1)), **options, units=())

    sizes = []
    for layer in model.layers:
        if type(layer).__name__ == "Conv2D":
            sizes.append(layer.output.shape[1])
        elif type(layer).__name__ == "MaxPooling2D":
            sizes[-1] = layer.output.shape[1]
    assert Convolutional(**options).layer_sizes(29) == sizes


@pytest.mark.parametrize(
    ("side", "keys"),
    [
        (10, []),  # 10 - 2 = 8, halved 4; 4 - 2 = 2, halved 1
        (9, ["filters"]),  # 9 - 2 = 7, halved 3; 3 - 2 = 1, halved 0
    ],
)
def test_a_picture_too_small_for_the_layers_is_a_complaint(side, keys):
    info = DatasetInfo("pictures", "binary", (side, side, 1))
    options = {"filters": (1, 1), "kernel_size": 3, "padding": "valid"}

    complaints = faults("cnn", info, **options, pooling="all", pool_size=2)

    assert [complaint.key for complaint in complaints] == keys
