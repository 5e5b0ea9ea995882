"""How numbers of a table are scaled and their gaps filled, each column in its own way."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from kx.base.errors import DataError, SpecError
from kx.contracts import ColumnForm
from kx.data.files.sources import SourceFiles
from kx.data.preparation import preparation_from
from kx.data.tables.encoding import fit_table
from kx.planning.making import make_plan
from tests.parts import loaded

NAN = np.nan
KM = ColumnForm("km", "number", gaps=True)
DAY = ColumnForm("day", "date", gaps=True)
COLUMNS = (
    KM,
    ColumnForm("make", "category", ("a", "b")),
    DAY,
    ColumnForm("n", "number"),
)


def prepared(values, scale, missing="error", **own):
    x = np.array(values, float)[:, None]
    return fit_table(x, (KM,), scale, missing, own).apply(x)[:, 0]


def test_robust_scaling_is_by_the_quartiles():
    # Quartiles of 0, 1, 2, 3, 1000: 1, 2 and 3.
    np.testing.assert_allclose(prepared([0, 1, 2, 3, 1000], "robust"), [-1, -0.5, 0, 0.5, 499])


def test_where_the_quartiles_are_one_robust_scaling_is_by_mean_and_deviation():
    values = [0.0] * 7 + [8.0]

    np.testing.assert_allclose(prepared(values, "robust"), (np.array(values) - 1) / np.std(values))


def test_logarithms_keep_the_sign_and_are_standardized():
    values = np.expm1([0.0, 1.0, 2.0, 3.0])
    signed = np.array([*values, -values[3]])
    logs = np.array([0.0, 1, 2, 3, -3])

    np.testing.assert_allclose(prepared(signed, "log"), (logs - 0.6) / np.std(logs), atol=1e-6)


def test_quantiles_are_those_of_a_normal_distribution():
    found = prepared([1, 10, 100, 1_000, 10_000], "quantile")

    np.testing.assert_allclose(found[1:4], norm.ppf([0.25, 0.5, 0.75]), atol=1e-6)
    assert found[0] == -found[4] < -5


@pytest.mark.parametrize("scale", ["standardize", "robust", "quantile", "log", "unit"])
def test_a_number_that_never_varies_becomes_0(scale):
    assert not prepared([7.0, 7.0, 7.0], scale).any()


@pytest.mark.parametrize(
    ("scale", "missing", "filled"),
    [
        ("none", "zero", 0.0), ("none", "mean", 4.0), ("none", "median", 3.0),
        ("unit", "mean", 3 / 7), ("unit", "median", 2 / 7), ("unit", "zero", 0.0),
        ("standardize", "mean", 0.0), ("robust", "median", 0.0), ("none", "indicator", 4.0),
    ],
)  # fmt: skip
def test_gaps_become_what_is_asked_for(scale, missing, filled):
    # Of 1, 3 and 8 the mean is 4, the median 3; from the least to the greatest it is 7.
    assert prepared([1, 3, 8, NAN], scale, missing)[3] == pytest.approx(filled)


def test_columns_may_be_prepared_each_in_its_own_way():
    x = np.array([[1, 0, 10, 5], [3, 1, 20, 6], [8, 0, NAN, 7], [NAN, 1, 40, 9.0]])
    own = {"km": {"scale": "unit", "missing": "median"}, "n": {"scale": "none"}}

    preparation = fit_table(x, COLUMNS, "standardize", "indicator", own)
    found = preparation.apply(x)

    np.testing.assert_allclose(found[:, 0], [0, 2 / 7, 1, 2 / 7])
    np.testing.assert_array_equal(found[:, -2], [5, 6, 7, 9])
    np.testing.assert_array_equal(found[:, -1], [0, 0, 1, 0])  # whether the day is missing
    assert found.shape == (4, *preparation.input_shape((1 + 3 + 5 + 1,)))
    again = preparation_from(preparation.arrays(), preparation.settings())
    np.testing.assert_array_equal(again.apply(x), found)
    assert again.is_same(preparation)
    assert not again.is_same(fit_table(x, COLUMNS, "standardize", "indicator"))


def test_a_logarithm_of_all_numbers_leaves_days_alone():
    x = np.array([[1, 0, 10, 5], [3, 1, 20, 6], [8, 0, 60, 7.0]])

    by_log, plain = (fit_table(x, COLUMNS, scale, "mean") for scale in ("log", "standardize"))

    np.testing.assert_array_equal(by_log.apply(x)[:, 4:9], plain.apply(x)[:, 4:9])
    assert (by_log.apply(x)[:, 0] != plain.apply(x)[:, 0]).any()


def test_what_is_missing_may_be_an_error_in_one_column_alone():
    x = np.array([[1, 0, 10, 5], [NAN, 1, 20, 6.0]])

    with pytest.raises(DataError, match="Column km is missing in row 1 of the training part"):
        fit_table(x, COLUMNS, "standardize", "mean", {"km": {"missing": "error"}})


SCALES = ("standardize", "robust", "quantile", "log", "unit", "none")
numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3)) | st.just(NAN)


@settings(max_examples=30, deadline=None)
@given(st.lists(numbers, min_size=4, max_size=20), st.sampled_from(SCALES), st.randoms())
def test_a_row_is_prepared_alike_alone_and_among_others(values, scale, chance):
    missing = chance.choice(["zero", "mean", "median", "indicator"])
    x = np.array(values)[:, None]
    preparation = fit_table(x, (KM,), scale, missing)
    order = chance.sample(range(len(x)), len(x))

    together = preparation.apply(x[order])

    for row, at in zip(together, order, strict=True):
        np.testing.assert_array_equal(preparation.apply(x[[at]])[0], row)
    assert np.isfinite(together).all()


SPEC = """\
name: t
dataset: {{name: {dataset}}}
architecture: {{name: mlp}}
preparation: {preparation}
"""
TABLE = "table, path: t.csv, target: y, task: regression"


@pytest.mark.parametrize(
    ("dataset", "preparation", "words"),
    [
        (TABLE, "{columns: {kn: log}}", "nothing is learned from a column 'kn'; did you mean 'km'"),
        (TABLE, "{columns: {make: log}}", "make is category: only numbers and dates are scaled"),
        (TABLE, "{columns: {day: log}}", "day is a date: a day has no logarithm"),
        (TABLE, "{columns: {km: lot}}", "preparation.columns.km"),
        (TABLE, "{columns: {km: {scall: log}}}", "scall"),
        ("boston", "{scale: robust}", "robust is for the dataset table, not for boston"),
        ("boston", "{missing: median}", "median is for the dataset table, not for boston"),
        ("boston", "{columns: {CRIM: log}}", "is for the dataset table"),
    ],
)
def test_what_cannot_be_prepared_so_is_refused(tmp_path, dataset, preparation, words):
    rows = "".join(
        f"{at * 1.5},{'ab'[at % 2]},2024-01-{at % 28 + 1:02},{at}.5\n" for at in range(40)
    )
    (tmp_path / "t.csv").write_text("km,make,day,y\n" + rows)

    spec = tmp_path / "t.yaml"
    spec.write_text(SPEC.format(dataset=dataset, preparation=preparation))

    with pytest.raises(SpecError) as error:
        make_plan(spec)

    assert words in str(error.value)


def test_rare_values_count_as_one_by_what_the_spec_says(tmp_path):
    values = ["a"] * 9 + ["b"] * 6 + ["c"] * 3 + ["d"] * 2
    rows = "".join(f"{value},{at}.5\n" for at, value in enumerate(values))
    (tmp_path / "t.csv").write_text("v,y\n" + rows)
    options = {"path": str(tmp_path / "t.csv"), "target": "y", "task": "regression"}
    options |= {"test_fraction": 0.05}

    def levels(**more):
        return loaded("table", SourceFiles(offline=True), **options, **more).info.table[0].levels

    assert levels()[:3] == ("a", "b", "c")
    assert levels(rare=4) == ("a", "b")
    assert levels(most_levels=1) == ("a",)


WAYS = {"km": {"scale": "quantile", "missing": "median"}, "paid": {"scale": "robust"}}


@pytest.mark.parametrize("seed", range(5))
def test_what_stands_in_the_test_rows_changes_nothing_that_is_fitted(tmp_path, seed):
    """Kinds are those of the whole column; everything else is learned from the training rows."""
    chance = random.Random(seed)

    def row():
        km = "" if chance.random() < 0.1 else f"{chance.lognormvariate(0, 2):.3f}"
        day = f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        return f"{km},{chance.choice('abcdef')},{day},{chance.choice(['low', 'medium', 'high'])}"

    def fitted(rows):
        path = tmp_path / "t.csv"
        path.write_text("km,make,day,level,paid,y\n" + "".join(rows))
        options = {"path": str(path), "target": "y", "task": "regression"}
        bundle = loaded("table", SourceFiles(offline=True), **options)
        return bundle, fit_table(bundle.train.x, bundle.info.table, "log", "indicator", WAYS)

    rows = [f"{row()},{at * 1.5},{at}.5\n" for at in range(60)]
    before, first = fitted(rows)
    for line in before.origins["test"]:
        at = int(line.removeprefix("line ")) - 2
        rows[at] = f"{row()},{chance.random()},{at}.5\n"
    after, second = fitted(rows)

    assert not np.array_equal(before.test.x, after.test.x, equal_nan=True)
    assert after.info.table == before.info.table
    assert second.is_same(first)
    np.testing.assert_array_equal(second.apply(before.train.x), first.apply(before.train.x))
