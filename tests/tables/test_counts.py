"""Whole numbers that say how often something happened: from a column to the baselines."""

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import mean_poisson_deviance

from kx.base.errors import DataError
from kx.contracts import DatasetInfo, Split
from kx.data.arrays.target_checks import check_labels
from kx.data.arrays.target_scale import fit_unit, why_scaled
from kx.data.files.sources import SourceFiles
from kx.data.tables.targets import TargetOptions
from kx.datasets.table import OwnTable
from kx.evaluators.amounts import poisson_deviances
from kx.evaluators.baselines import baseline_predictions
from kx.evaluators.statistics import once, whole
from kx.evaluators.trees import trees_say
from kx.models.heads import Measure, suited_head
from kx.training.objectives import make_metric

VISITS = DatasetInfo("visits", "counts", (2,))


def loaded(tmp_path, cells, task="counts"):
    path = tmp_path / "t.csv"
    path.write_text("a,visits\n" + "".join(f"{at}.5,{cell}\n" for at, cell in enumerate(cells)))
    return OwnTable(path=str(path), target="visits", labels=TargetOptions(task)).load(SourceFiles())


def visits(rows=200, seed=0):
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(rows, 2)).astype("float32")
    return Split(x, draws.poisson(np.exp(1 + 0.7 * x[:, 0])).astype("float32"))


def test_a_column_of_counts_is_read_as_numbers(tmp_path):
    bundle = loaded(tmp_path, [0, 3, "12", "1.0", "2e1", 1])

    assert (bundle.info.task, bundle.info.outputs, bundle.info.target) == ("counts", 1, "visits")
    assert sorted([*bundle.train.y, *bundle.test.y]) == [0, 1, 1, 3, 12, 20]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([0, -3, 2, 1], r"1 value is not a whole number of 0 or more \(line 3: '-3'\)"),
        ([0, 3, 2.5, "many"], r"2 values are .* \(line 4: '2.5', line 5: 'many'\)"),
        ([4, 4, "4.0", 4], "the same number in every row"),
    ],
)
def test_what_cannot_be_a_count_is_refused_by_line(tmp_path, cells, words):
    with pytest.raises(DataError, match=words):
        loaded(tmp_path, cells)


def test_many_whole_numbers_are_asked_about_with_counts_among_the_answers(tmp_path):
    with pytest.raises(DataError, match=r"Set dataset\.task: regression, counts or classes"):
        loaded(tmp_path, range(30), "auto")
    with pytest.raises(DataError, match=r"Set dataset\.task: regression, or classes"):
        loaded(tmp_path, range(-3, 27), "auto")


def test_a_dataset_of_counts_is_held_to_whole_numbers():
    with pytest.raises(DataError, match=r"row 1 of the test part is 0.5, but .* a whole number"):
        check_labels(np.array([1.0, 0.5]), "test", VISITS)


def test_networks_of_counts_begin_at_the_mean_count():
    unit = fit_unit(np.array([0.0, 2.0, 4.0]), "counts")

    assert (unit.mean, unit.deviation) == (0.0, 2.0)
    assert unit.of_loss("poisson") == 2.0
    assert why_scaled(np.array([0.0, 2.0]), "counts").code == "scaled.rate"


def test_the_deviance_is_that_of_scikit_learn_and_infinite_for_a_rate_of_nothing():
    y, rates = np.array([0.0, 1.0, 7.0]), np.array([0.3, 2.0, 5.5])

    assert poisson_deviances(y, rates).mean() == pytest.approx(mean_poisson_deviance(y, rates))
    assert poisson_deviances(np.array([0.0, 2.0]), np.array([0.0, 0.0])).tolist() == [0, np.inf]


def test_the_baselines_are_a_constant_rate_and_a_poisson_regression():
    train, asked = visits(), visits(40, seed=1)

    said = baseline_predictions(train, asked.x, VISITS, linear=True)

    assert said["mean"][:, 0] == pytest.approx(np.full(40, train.y.mean()))
    oracle = PoissonRegressor(alpha=0, max_iter=1000).fit(train.x, train.y).predict(asked.x)
    assert said["linear"][:, 0] == pytest.approx(oracle, rel=0.1)
    judged = {k: poisson_deviances(asked.y, v[:, 0]).mean() for k, v in said.items()}
    assert judged["linear"] < 0.7 * judged["mean"]


@pytest.mark.parametrize("said", ["linear", "trees"])
def test_a_part_of_nothing_but_zeros_has_baselines_too(said):
    train = Split(visits().x, np.zeros(200, "float32"))
    found = (
        trees_say(train, train.x[:3], VISITS)
        if said == "trees"
        else baseline_predictions(train, train.x[:3], VISITS, linear=True)["linear"]
    )

    assert found == pytest.approx(np.zeros((3, 1)), abs=1e-6)


def test_trees_are_grown_for_rates():
    train = visits()

    said = trees_say(train, train.x, VISITS)

    assert said.shape == (200, 1)
    assert said.min() > 0


def test_the_head_of_counts_says_rates_by_the_poisson_loss():
    head = suited_head(VISITS)

    assert (head.activation, head.loss) == ("exponential", "poisson")


@pytest.mark.slow
def test_batches_tell_the_deviance_of_the_whole_part():
    train = visits()
    said = np.exp(train.x[:, :1])
    metric = make_metric("poisson_deviance", Measure("poisson_deviance"), VISITS)

    for rows in np.array_split(np.arange(200), 7):
        metric.update_state(train.y[rows, None], said[rows])

    oracle = mean_poisson_deviance(train.y, said[:, 0])
    assert once(whole("poisson_deviance", train.y, said, VISITS), 200) == pytest.approx(oracle)
    assert float(metric.result()) == pytest.approx(oracle, rel=1e-4)
