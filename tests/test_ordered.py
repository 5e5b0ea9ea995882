"""Classes in an order: what networks, baselines and tables make of it."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from kx.base.errors import DataError
from kx.contracts import DatasetInfo, Split
from kx.data.files.sources import SourceFiles
from kx.data.tables.targets import TargetOptions
from kx.datasets.table import OwnTable
from kx.evaluators.baselines import baseline_predictions
from kx.evaluators.statistics import once, whole
from kx.models.heads import Measure, linkless, output_layer, suited_head
from kx.models.links import LINKS, link_of, ranks, with_link
from kx.training.objectives import make_metric

RANKED = ("rank_error", "weighted_kappa")
SIZES = DatasetInfo("sizes", "ordered", (4,), ("small", "medium", "large"))


def loaded(tmp_path, cells, **options):
    path = tmp_path / "t.csv"
    path.write_text("a,size\n" + "".join(f"{at}.5,{cell}\n" for at, cell in enumerate(cells)))
    return OwnTable(path=str(path), target="size", labels=TargetOptions(**options)).load(
        SourceFiles()
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("numbers", "chances"),
    [
        ([0, 0], [1 / 2, 1 / 4, 1 / 4]),
        ([np.log(3), 0], [1 / 4, 3 / 8, 3 / 8]),
        ([np.log(3), -np.log(2)], [1 / 4, 1 / 2, 1 / 4]),
        ([200, -200], [0, 1, 0]),
        ([-200, 200], [1, 0, 0]),
    ],
)
def test_each_number_decides_whether_it_goes_on_to_the_next_class(numbers, chances):
    import keras

    found = np.asarray(ranks(keras.ops.convert_to_tensor([numbers], "float32")))

    assert found[0] == pytest.approx(chances, abs=1e-6)


@pytest.mark.slow
def test_the_probabilities_of_any_numbers_add_up_to_1():
    numbers = np.random.default_rng(0).normal(scale=30, size=(500, 6)).astype("float32")

    found = np.asarray(ranks(numbers))

    assert found.min() >= 0
    assert found.sum(axis=1) == pytest.approx(np.ones(500), abs=1e-5)


def network(info=SIZES):
    import keras

    return keras.Sequential([keras.Input((4,)), output_layer(info)])


@pytest.mark.slow
def test_the_last_layer_has_a_unit_less_than_classes():
    made = network()

    assert made.output_shape == (None, 3)
    assert made.count_params() == (4 + 1) * 2


@pytest.mark.slow
def test_no_gradient_is_lost_where_a_network_is_sure_and_wrong():
    made = network()
    made.set_weights([np.zeros((4, 2)), np.full(2, -50)])  # sure of the first class
    made.compile("sgd", suited_head(SIZES).loss)

    loss = made.evaluate(np.zeros((1, 4)), np.array([2]), verbose=0)

    assert loss == pytest.approx(100)  # -2 log sigmoid(-50); rounded probabilities give 16.1


@pytest.mark.slow
@pytest.mark.parametrize("link", LINKS)
def test_a_saved_link_is_of_keras_alone_and_says_the_same(link, tmp_path):
    import keras

    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    whole = with_link(made, link)
    path = tmp_path / "model.keras"
    whole.save(path)
    x = np.random.default_rng(0).normal(size=(9, 4)).astype("float32")

    again = keras.saving.load_model(path, custom_objects={})

    assert "kx" not in str(whole.get_config())
    assert np.array_equal(again.predict(x, verbose=0), whole.predict(x, verbose=0))
    assert with_link(made, "") is made


@pytest.mark.slow
def test_a_network_without_its_link_has_the_same_weights():
    made, bare = network(), network(linkless(SIZES))

    assert [link_of(made), link_of(bare)] == ["ranks", ""]
    bare.set_weights(made.get_weights())
    x = np.random.default_rng(0).normal(size=(9, 4)).astype("float32")
    said = with_link(bare, "ranks").predict(x, verbose=0)
    assert np.array_equal(said, made.predict(x, verbose=0))


@pytest.mark.slow
def test_a_layer_with_a_link_can_be_saved_and_loaded(tmp_path):
    import keras

    made = network()
    made.save(tmp_path / "m.keras")

    again = keras.saving.load_model(tmp_path / "m.keras")

    x = np.ones((2, 4), "float32")
    assert np.array_equal(again.predict(x, verbose=0), made.predict(x, verbose=0))


def test_the_baselines_know_the_middle_class():
    y = np.array([0] * 4 + [1] * 3 + [2] * 3)

    said = baseline_predictions(Split(np.zeros((10, 4)), y), np.zeros((1, 4)), SIZES, linear=False)

    assert {name: row[0].tolist() for name, row in said.items()} == {
        "majority": [1, 0, 0],
        "median": [0, 1, 0],
        "prior": pytest.approx([0.4, 0.3, 0.3]),
    }


def test_classes_stand_in_the_order_of_the_spec(tmp_path):
    cells = ["large", "small", "medium", "small", "large", "medium"]

    bundle = loaded(tmp_path, cells, order=("small", "medium", "large"))

    assert (bundle.info.task, bundle.info.classes) == ("ordered", ("small", "medium", "large"))
    assert sorted([*bundle.train.y, *bundle.test.y]) == [0, 0, 1, 1, 2, 2]


def test_numbers_have_an_order_of_their_own(tmp_path):
    bundle = loaded(tmp_path, [10, 9, 2, 10, 9, 2], task="ordered")

    assert bundle.info.classes == ("2", "9", "10")


@pytest.mark.parametrize(
    ("cells", "options", "words"),
    [
        (["low", "mid", "top"], {"task": "ordered"}, r"line 2: 'low', .*\. Set dataset\.order: \["),
        ([1, 2, "lots"], {"task": "ordered"}, r"line 4: 'lots'\)\. Set dataset\.order"),
        (["a", "b", "c"], {"order": ("a", "b", "d")}, r"does not list line 4: 'c'\."),
        (["a", "b", "c"], {"order": ("a", "b", "c", "a")}, "lists a class twice: a, b, c, a"),
        (["a", "b"], {"task": "classes", "order": ("a", "b", "c")}, "is for dataset.task: ordered"),
        ([1, 2, 1], {"task": "ordered"}, r"has 2 classes: an order needs at least three"),
    ],
)
def test_what_has_no_order_is_refused(tmp_path, cells, options, words):
    with pytest.raises(DataError, match=words):
        loaded(tmp_path, cells, **options)


def answered(rows=60):
    draws = np.random.default_rng(0)
    return draws.integers(0, 3, rows), draws.dirichlet(np.ones(3), rows).astype("float32")


def test_ranks_are_judged_as_scikit_learn_judges_them():
    y, said = answered()

    found = {name: once(whole(name, y, said, SIZES), len(y)) for name in RANKED}

    assert found["rank_error"] == pytest.approx(np.abs(said.argmax(axis=1) - y).mean())
    oracle = cohen_kappa_score(y, said.argmax(axis=1), weights="quadratic")
    assert found["weighted_kappa"] == pytest.approx(oracle)


def test_answers_that_are_all_the_same_class_have_no_kappa():
    one = np.tile([1.0, 0, 0], (4, 1))

    assert np.isnan(once(whole("weighted_kappa", np.zeros(4, int), one, SIZES), 4))


@pytest.mark.slow
@pytest.mark.parametrize("name", RANKED)
def test_batches_tell_of_ranks_what_the_whole_part_does(name):
    y, said = answered()
    metric = make_metric(name, Measure(name), SIZES)

    for rows in np.array_split(np.arange(len(y)), 7):
        metric.update_state(y[rows], said[rows])

    assert float(metric.result()) == pytest.approx(once(whole(name, y, said, SIZES), 60), abs=1e-5)
