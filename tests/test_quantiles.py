"""Quantiles of a number: losses, outputs that cannot cross, baselines, and what is told of them."""

import numpy as np
import pytest
from sklearn.linear_model import QuantileRegressor
from sklearn.metrics import mean_pinball_loss

from kx.base.errors import DataError
from kx.contracts import DatasetInfo, Split
from kx.data.arrays.target_scale import Unit
from kx.data.files.sources import SourceFiles
from kx.data.tables.targets import TargetOptions
from kx.datasets.table import OwnTable
from kx.evaluators.amounts import inside, pinballs
from kx.evaluators.baselines import baseline_predictions
from kx.evaluators.scores import wilson, with_intervals
from kx.evaluators.statistics import once, whole
from kx.evaluators.trees import trees_say
from kx.models.head_complaints import head_complaints
from kx.models.heads import Head, Measure, output_layer, suited_head
from kx.models.links import rising
from kx.training.judge import measure
from kx.training.objectives import make_metric
from kx.training.target_unit import begun_in, in_unit, with_unit, without_unit

PRICES = DatasetInfo("prices", "quantiles", (2,), quantiles=(0.1, 0.5, 0.9))


def loaded(tmp_path, **options):
    path = tmp_path / "t.csv"
    path.write_text("a,price\n" + "".join(f"{at % 5}.5,{at * at}.5\n" for at in range(12)))
    table = OwnTable(path=str(path), target="price", labels=TargetOptions(**options))
    return table.load(SourceFiles())


def prices(rows=300, seed=0):
    """Prices that are the more spread the higher they are."""
    draws = np.random.default_rng(seed)
    x = draws.uniform(0, 1, (rows, 2)).astype("float32")
    noise = draws.normal(size=rows)
    return Split(x, (1000 * x[:, 0] + 200 * (1 + x[:, 0]) * noise).astype("float32"))


def test_what_is_too_low_costs_the_share_and_what_is_too_high_the_rest():
    y, said = np.array([10.0, 10.0]), np.array([[8.0, 9.0, 14.0], [11.0, 11.0, 11.0]])

    found = pinballs(y, said, PRICES.quantiles)

    assert found == pytest.approx(np.array([[0.2, 0.5, 0.4], [0.9, 0.5, 0.1]]))
    for at, share in enumerate(PRICES.quantiles):
        oracle = mean_pinball_loss(y, said[:, at], alpha=share)
        assert found[:, at].mean() == pytest.approx(oracle)
    assert inside(y, said).tolist() == [True, False]


def test_coverage_has_the_interval_of_a_share():
    y, said = np.arange(20.0), np.tile([2.0, 9.0, 17.0], (20, 1))

    score = with_intervals({"coverage": 0.8}, y, said, PRICES, 0)["coverage"]

    assert once(whole("coverage", y, said, PRICES), 20) == pytest.approx(0.8)
    assert (score.low, score.high) == pytest.approx(wilson(16, 20))


def test_the_baselines_are_the_quantiles_of_the_training_rows_and_lines():
    train, asked = prices(), prices(50, seed=1)

    said = baseline_predictions(train, asked.x, PRICES, linear=True)

    assert {*said} == {"quantiles", "linear"}
    assert said["quantiles"][0] == pytest.approx(np.quantile(train.y, (0.1, 0.5, 0.9)), rel=1e-6)
    for at, share in enumerate(PRICES.quantiles):
        lines = QuantileRegressor(quantile=share, alpha=0).fit(train.x, train.y)
        assert said["linear"][:, at] == pytest.approx(lines.predict(asked.x), abs=60)
    losses = {name: pinballs(asked.y, each, PRICES.quantiles).mean() for name, each in said.items()}
    assert losses["linear"] < 0.85 * losses["quantiles"]


def test_the_quantiles_of_trees_and_lines_do_not_cross():
    few = prices(40)
    far = np.random.default_rng(2).normal(scale=9, size=(200, 2)).astype("float32")

    trees = trees_say(few, far, PRICES)
    lines = baseline_predictions(few, far, PRICES, linear=True)["linear"]

    assert trees.shape == lines.shape == (200, 3)
    assert (np.diff(trees) >= 0).all()
    assert (np.diff(lines) >= 0).all()


@pytest.mark.slow
def test_outputs_never_fall_whatever_the_numbers_are():
    import keras

    numbers = np.random.default_rng(0).normal(scale=40, size=(500, 5)).astype("float32")

    found = np.asarray(rising(keras.ops.convert_to_tensor(numbers)))

    assert (np.diff(found) >= 0).all()
    assert np.array_equal(found[:, 0], numbers[:, 0])
    assert np.asarray(rising(np.zeros((1, 3), "float32")))[0] == pytest.approx(
        [0, np.log(2), 2 * np.log(2)]
    )


@pytest.mark.slow
def test_each_quantile_is_brought_back_to_the_unit_of_the_targets():
    import keras

    bare = keras.Sequential([keras.Input((2,)), output_layer(PRICES)])
    scaled, unit = with_unit(bare), Unit(5000.0, 300.0)
    for variable, value in zip(
        scaled.variables, begun_in(scaled, scaled.get_weights(), unit), strict=True
    ):
        variable.assign(value)
    x = np.random.default_rng(0).normal(size=(9, 2)).astype("float32")

    said = scaled.predict(x, verbose=0)

    assert said == pytest.approx(5000 + 300 * bare.predict(x, verbose=0), rel=1e-6)
    inner, found = without_unit(scaled)
    assert found == unit
    assert np.array_equal(in_unit(inner, unit).predict(x, verbose=0), said)


@pytest.mark.slow
def test_batches_tell_of_quantiles_what_the_whole_part_does():
    train = prices()
    said = np.sort(np.random.default_rng(1).normal(500, 400, (300, 3)), axis=1).astype("float32")

    found = measure(train.y, said, PRICES, suited_head(PRICES))

    assert found["loss"] == pytest.approx(found["pinball"], rel=1e-5)
    for name in ("pinball", "coverage"):
        metric = make_metric(name, Measure(name), PRICES)
        for rows in np.array_split(np.arange(300), 7):
            metric.update_state(train.y[rows], said[rows])
        assert float(metric.result()) == pytest.approx(found[name], rel=1e-5)


def test_a_column_is_learned_by_the_quantiles_that_are_asked_for(tmp_path):
    usual, stated = loaded(tmp_path, task="quantiles"), (0.05, 0.95)

    assert (usual.info.quantiles, usual.info.outputs) == ((0.1, 0.5, 0.9), 3)
    asked = loaded(tmp_path, task="quantiles", quantiles=stated).info
    assert (asked.task, asked.quantiles, asked.target) == ("quantiles", stated, "price")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"task": "quantiles", "quantiles": (0.5, 0.1)}, r"must rise.*got \[0\.5, 0\.1\]"),
        ({"task": "quantiles", "quantiles": (0.5, 0.5)}, "must rise"),
        ({"task": "regression", "quantiles": (0.5,)}, r"is for dataset\.task: quantiles, not reg"),
    ],
)
def test_quantiles_that_cannot_be_are_refused(tmp_path, options, words):
    with pytest.raises(DataError, match=words):
        loaded(tmp_path, **options)


@pytest.mark.parametrize(
    ("info", "head", "words"),
    [
        (PRICES, Head("rising", "mse", ("pinball",)), "pinball is for quantiles"),
        (
            PRICES,
            Head("rising", "pinball", ("mae",)),
            "mae does not judge 3 quantiles; use pinball",
        ),
        (PRICES, Head("linear", "pinball", ("pinball",)), "end in rising, not in linear"),
        (
            DatasetInfo("cars", "regression", (2,)),
            Head("linear", "pinball", ("mae",)),
            "the task is regression; use mse",
        ),
        (
            DatasetInfo("cars", "regression", (2,)),
            Head("linear", "mse", ("coverage",)),
            "coverage is for targets of dataset.task: quantiles",
        ),
    ],
)
def test_what_does_not_belong_to_quantiles_is_refused(info, head, words):
    (found,) = head_complaints(info, head)

    assert found.fatal
    assert words in f"{found.message}; {found.hint}"


def test_one_quantile_has_no_rows_between():
    assert suited_head(DatasetInfo("p", "quantiles", (2,), quantiles=(0.9,))).metrics == (
        "pinball",
    )
