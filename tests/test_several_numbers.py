"""Several numbers at once: each in its own unit, from the columns to the scores."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from kx.base.errors import DataError
from kx.contracts import DatasetInfo, Proposal, Split
from kx.data.arrays.splitting import divided, strata
from kx.data.arrays.target_checks import refuse_unscalable
from kx.data.arrays.target_scale import Unit, fit_unit, why_scaled
from kx.data.files.sources import SourceFiles
from kx.data.tables.targets import TargetOptions
from kx.datasets.table import OwnTable
from kx.evaluators.baselines import baseline_predictions
from kx.evaluators.scores import exact, with_intervals
from kx.evaluators.trees import trees_say
from kx.models.heads import output_layer, suited_head
from kx.running.coverage import coverage_complaints, undefined_metrics
from kx.training.judge import measure
from kx.training.target_unit import begun_in, in_unit, with_unit, without_unit

HOMES = DatasetInfo(
    "homes", "multi_regression", (2,), targets=("price", "size"), deviations=(1000.0, 0.5)
)


def loaded(tmp_path, rows, task="regression"):
    path = tmp_path / "t.csv"
    path.write_text(
        "a,price,size\n" + "".join(f"{at % 3}.5,{row}\n" for at, row in enumerate(rows))
    )
    table = OwnTable(path=str(path), target=("price", "size"), labels=TargetOptions(task=task))
    return table.load(SourceFiles())


def homes(rows=200, seed=0):
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(rows, 2)).astype("float32")
    price = 5000 + 1000 * x[:, 0] + draws.normal(scale=200, size=rows)
    size = 3 - 0.5 * x[:, 1] + draws.normal(scale=0.1, size=rows)
    return Split(x, np.column_stack([price, size]).astype("float32"))


def test_columns_of_numbers_are_targets_side_by_side(tmp_path):
    bundle = loaded(tmp_path, ["100,1.5", "300,2.5", "200,0.5", "500,1", "400,2"])

    info = bundle.info
    assert (info.task, info.targets, info.outputs) == ("multi_regression", ("price", "size"), 2)
    y = np.concatenate([bundle.train.y, bundle.test.y])
    assert sorted(y.tolist()) == [[100, 1.5], [200, 0.5], [300, 2.5], [400, 2], [500, 1]]


@pytest.mark.parametrize(
    ("rows", "task", "words"),
    [
        (["1,2", "2,many", "3,4"], "regression", r"column size: .* \(line 3: 'many'\)"),
        (["1,2", "2,2", "3,2"], "regression", "column size has the same number in every row"),
        (["1,2", "2,3", "3,4"], "counts", "lists 2 columns, but dataset.task: counts predicts one"),
    ],
)
def test_a_column_that_is_no_number_is_refused(tmp_path, rows, task, words):
    with pytest.raises(DataError, match=words):
        loaded(tmp_path, rows, task)


def test_each_number_has_its_own_unit():
    unit = fit_unit(np.array([[0.0, 10.0], [4.0, 30.0]]), "multi_regression")

    assert unit == Unit((2.0, 20.0), (2.0, 10.0))
    assert unit.of_loss("mse") == 1
    assert why_scaled(np.zeros((2, 2)), "multi_regression").code == "scaled.several"


def test_one_number_beyond_32_bits_is_refused():
    y = np.array([[1.0, 1e-20], [2.0, 3e-20]])

    with pytest.raises(DataError, match="standard deviation of 1e-20"):
        refuse_unscalable(y, HOMES)


def test_both_parts_get_their_share_of_low_and_high_numbers():
    data = homes()

    train, test = divided(data, 0.25, strata(data.y))

    apart = (train.y.mean(axis=0) - test.y.mean(axis=0)) / data.y.std(axis=0)
    assert apart.sum() == pytest.approx(0, abs=0.05)


def test_the_baselines_learn_each_number():
    train, asked = homes(), homes(30, seed=1)

    said = baseline_predictions(train, asked.x, HOMES, linear=True)
    said["trees"] = trees_say(train, asked.x, HOMES)

    assert said["mean"][0] == pytest.approx(train.y.mean(axis=0), rel=1e-5)
    assert said["median"][0] == pytest.approx(np.median(train.y, axis=0), rel=1e-5)
    oracle = LinearRegression().fit(train.x, train.y).predict(asked.x)
    assert said["linear"] == pytest.approx(oracle, rel=0.01)
    for name in ("linear", "trees"):
        assert said[name].shape == (30, 2)
        assert (np.abs(said[name] - asked.y).mean(axis=0) < asked.y.std(axis=0) / 2).all()


def test_r2_is_the_mean_over_the_numbers_and_has_an_interval():
    data = homes()
    said = data.y + np.random.default_rng(3).normal(scale=(300, 0.2), size=data.y.shape)

    value = exact("r2", data.y, said, HOMES)
    score = with_intervals({"r2": value}, data.y, said, HOMES, 0)["r2"]

    assert value == pytest.approx(r2_score(data.y, said))
    assert score.low < value < score.high
    assert score.high - score.low < 0.1


def test_splits_are_looked_at_without_taking_one_number_for_another():
    y = homes(40).y
    y[20:, 1] = 7

    halves = [Proposal("half", np.arange(20), np.arange(20, 40))]

    assert list(coverage_complaints(homes(40).y, halves, HOMES)) == []
    (found,) = undefined_metrics([("half", y[20:])], ["r2"], HOMES)
    assert found.fatal


@pytest.mark.slow
def test_losses_are_told_in_deviations_and_numbers_in_their_units():
    y, said = np.array([[0.0, 0.0]]), np.array([[1000.0, 1.0]], "float32")

    found = measure(y, said, HOMES, suited_head(HOMES))

    assert found["loss"] == pytest.approx((1 + 4) / 2)  # 1 and 2 deviations, squared


@pytest.mark.slow
def test_each_output_is_brought_back_to_its_unit():
    import keras

    bare = keras.Sequential([keras.Input((2,)), output_layer(HOMES)])
    scaled, unit = with_unit(bare), Unit((5000.0, 3.0), (1000.0, 0.5))
    for variable, value in zip(
        scaled.variables, begun_in(scaled, scaled.get_weights(), unit), strict=True
    ):
        variable.assign(value)
    x = homes(9).x

    said = scaled.predict(x, verbose=0)

    expected = np.array([5000, 3]) + np.array([1000, 0.5]) * bare.predict(x, verbose=0)
    assert said == pytest.approx(expected, rel=1e-5)
    inner, found = without_unit(scaled)
    assert found == unit
    assert in_unit(inner, unit).predict(x, verbose=0) == pytest.approx(said, rel=1e-6)
