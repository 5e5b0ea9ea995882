"""Networks that read a table column by column, and ensembles of them in one."""

import zipfile
from dataclasses import replace

import numpy as np
import pytest

from kx.contracts import Block, DatasetInfo, Split
from kx.models.members import predicting
from kx.training.environment import seed_everything, start_tensorflow
from tests.parts import faults, tabm, tabular
from tests.training.trained import HOUSES, TAGS, WIRE_ROWS, WIRES, Trained, examples

pytestmark = pytest.mark.slow

BLOCKS = (
    Block("km", "numbers", 0, 1),
    Block("make", "one_hot", 1, 3),
    Block("town", "index", 4, 1, size=11),
    Block("size", "flags", 5, 2),
    Block("shop", "index", 7, 1, size=4),
)
CARS = DatasetInfo("cars", "regression", (8,), blocks=BLOCKS)
MODELS = [(tabular, {"units": (4,)}), (tabm, {"units": (4,), "members": 3})]


@pytest.fixture(scope="session", autouse=True)
def tensorflow():
    start_tensorflow(deterministic=True)


def cars(count, seed=0):
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(count, 8)).astype("float32")
    x[:, 4], x[:, 7] = draws.integers(11, size=count), draws.integers(4, size=count)
    return Split(x, (x[:, 0] + (x[:, 4] > 5) - x[:, 7]).astype("float32"))


def drawn(build, info, **options):
    seed_everything(3)
    return build(info, **options)


def test_a_number_has_waves_and_each_category_its_embedding():
    model = tabular(CARS, units=(7,), number_dim=4, category_dim=5)

    waves = 16 + 16 + 16 * 3 + 3
    joined = 1 + 3 + (3 + 2) + 2 * 5
    assert model.count_params() == waves + (11 + 4) * 5 + (joined * 7 + 7) + (7 + 1)


def test_members_share_all_but_vectors_and_their_heads():
    model = tabm(CARS, units=(7, 6), members=3, category_dim=5)

    joined = 1 + (3 + 2) + 2 * 5
    first, second = joined * 7 + 3 * (joined + 7 + 7), 7 * 6 + 3 * (7 + 6 + 6)
    assert model.count_params() == 15 * 5 + first + second + 3 * (6 + 1)


def test_without_blocks_all_columns_are_numbers():
    plain = tabular(HOUSES, units=(7,), number_dim=2)

    assert plain.count_params() == 5 * (16 + 16 + 16 + 1) + 10 * 7 + 7 + 8


def test_a_number_far_out_is_drawn_in_and_one_in_the_middle_hardly():
    import keras

    model = tabular(DatasetInfo("t", "regression", (1,)), units=(), numbers="plain")
    weights = [np.ones((1, 1), "float32"), np.zeros(1, "float32")]
    model.set_weights(weights)

    said = keras.ops.convert_to_numpy(model(np.array([[1e9], [-1e9], [0.1], [3.0]], "float32")))

    # x / sqrt(1 + (x / 3)^2)
    np.testing.assert_allclose(said[:, 0], [3, -3, 0.09994, 3 / np.sqrt(2)], rtol=1e-4)


@pytest.mark.parametrize(("build", "options"), MODELS)
def test_a_value_that_no_training_row_has_says_nothing(build, options):
    row = cars(1).x
    other = row.copy()
    row[:, 4], other[:, 4] = 2, 9
    model = drawn(build, CARS, **options)

    np.testing.assert_array_equal(model(row), model(other))


@pytest.mark.parametrize("weighted", [False, True])
def test_the_loss_is_the_mean_of_the_members_and_metrics_are_of_their_mean(weighted):
    import keras

    model = drawn(tabm, WIRES, units=(4,), members=3, dropout=0.0)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
    part = examples(WIRES, 10)
    weights = np.linspace(0.5, 2, 10, dtype="float32") if weighted else None
    members = keras.ops.convert_to_numpy(model(part.x, training=True))

    loss = model.compute_loss(part.x, part.y, members, weights)

    assert members.shape == (10, 3, 6)
    chances = members[np.arange(10), :, part.y]
    by_row = -np.log(chances).mean(axis=1)
    assert float(loss) == pytest.approx(float((by_row * (weights if weighted else 1)).mean()))
    metrics = model.compute_metrics(part.x, part.y, members, None)
    mean = members.mean(axis=1)
    np.testing.assert_allclose(model(part.x), mean, atol=1e-6)
    right = float((mean.argmax(axis=1) == part.y).mean())
    assert float(metrics["sparse_categorical_accuracy"]) == pytest.approx(right)


@pytest.mark.parametrize(
    ("info", "build", "options"),
    [
        *((CARS, build, {**options, "dropout": 0.0}) for build, options in MODELS),
        *((info, tabm, {**MODELS[1][1], "dropout": 0.0}) for info in (WIRE_ROWS, TAGS)),
    ],
)
@pytest.mark.parametrize("engine", ["resident", "xla"])
def test_a_fast_engine_learns_what_plain_keras_learns(engine, info, build, options):
    parts = {}
    if info is CARS:
        parts = {"train": cars(50), "validation": cars(20, seed=1)}
    one, other = (
        Trained(info, name, build=build, options=options, optimizer={"name": "adamw"}, **parts)
        for name in (engine, "fit")
    )

    for name, values in one.history.items():
        assert values == pytest.approx(other.history[name], rel=1e-4), name
    np.testing.assert_allclose(one.predictions, other.predictions, rtol=1e-3, atol=1e-5)
    assert one.history["loss"][-1] < one.history["loss"][0]


@pytest.mark.parametrize(("build", "options"), MODELS)
def test_the_saved_network_is_of_kerass_own_layers_and_predicts_the_same(tmp_path, build, options):
    import keras

    model = drawn(build, CARS, **options)
    weights = [np.random.default_rng(1).normal(size=w.shape) for w in model.get_weights()]
    model.set_weights(weights)
    path = tmp_path / "m.keras"

    predicting(model).save(path)

    assert "kx" not in zipfile.ZipFile(path).read("config.json").decode()
    rows = cars(30).x
    np.testing.assert_allclose(keras.saving.load_model(path)(rows), model(rows), atol=1e-5)


@pytest.mark.parametrize(
    "info",
    [
        DatasetInfo("grades", "ordered", (5,), ("low", "middle", "high")),
        DatasetInfo("ranges", "quantiles", (5,), quantiles=(0.1, 0.5, 0.9)),
    ],
    ids=lambda info: info.task,
)
def test_members_answer_in_a_way_that_cannot_contradict_itself(tmp_path, info):
    import keras

    model = drawn(tabm, info, units=(4,), members=3)
    rows = np.random.default_rng(0).normal(size=(30, 5)).astype("float32")

    said = np.array(model(rows))

    assert said.shape == (30, 3)
    if info.task == "ordered":
        np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)
    else:
        assert (np.diff(said, axis=1) >= 0).all()
    predicting(model).save(tmp_path / "m.keras")
    np.testing.assert_allclose(keras.saving.load_model(tmp_path / "m.keras")(rows), said, atol=1e-5)


@pytest.mark.parametrize(("build", "options"), MODELS)
def test_a_row_alone_is_answered_as_among_others(build, options):
    done = Trained(
        CARS, "xla", build=build, options=options, train=cars(50), validation=cars(20, seed=1)
    )

    alone = [done.trainer.predict_on(done.fitted, done.validation.x[[at]]) for at in range(20)]

    np.testing.assert_array_equal(np.concatenate(alone), done.predictions)


@pytest.mark.parametrize(("build", "options"), MODELS)
def test_texts_and_pictures_have_encoders(build, options):
    blocks = (
        Block("price", "numbers", 0, 1),
        Block("title", "words", 1, 6, size=50),
        Block("tags", "bag", 7, 4),
        Block("photo", "picture", 11, 48, shape=(4, 4, 3)),
    )
    info = DatasetInfo("shop", "binary", (59,), ("no", "yes"), blocks=blocks)
    rows = np.random.default_rng(0).random((5, 59)).astype("float32")
    rows[:, 1:7] = np.arange(30).reshape(5, 6)
    model = drawn(build, info, **options)
    before = np.array(model(rows))

    for place in (0, 3, 8, 30):
        changed = rows.copy()
        changed[:, place] = 7
        assert not np.array_equal(model(changed), before), place
    assert before.shape == (5, 1)


@pytest.mark.parametrize("name", ["tabular", "tabm"])
def test_words_in_order_and_bags_of_words_are_no_table(name):
    words = DatasetInfo("words", "binary", (12,), vocabulary=100)

    assert [fault.fatal for fault in faults(name, words)] == [True]
    assert [fault.fatal for fault in faults(name, replace(HOUSES, sparse=True))] == [True]
