import io
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from kx.base.errors import DataError
from kx.data.arrays.target_checks import check_targets
from kx.data.preparation import Preparation, fit_preparation, learns_from

NAN, INF = math.nan, math.inf

TABLE = np.array([[0.0, 5.0], [2.0, 5.0]])
LATER = np.array([[4.0, 6.0]])


@pytest.mark.parametrize(
    ("scale", "train", "later"),
    [
        ("standardize", [[-1, 0], [1, 0]], [[3, 1]]),
        ("unit", [[0, 0], [1, 0]], [[2, 1]]),
        ("none", [[0, 5], [2, 5]], [[4, 6]]),
    ],
)
def test_tables_are_prepared_by_the_training_part(scale, train, later):
    preparation = fit_preparation(TABLE, scale)

    assert preparation.apply(TABLE).tolist() == train
    assert preparation.apply(LATER).tolist() == later
    assert preparation.apply(LATER).dtype == np.float32
    assert preparation.input_shape((2,)) == (2,)


def test_a_constant_column_becomes_zero_in_spite_of_rounding():
    x = np.full((3, 1), 0.1)
    assert x.std(axis=0)[0] > 0  # the trap: it should be 0

    for scale in ("standardize", "unit"):
        assert fit_preparation(x, scale).apply(x).tolist() == [[0.0]] * 3


def test_numbers_too_small_to_have_a_deviation_do_no_harm():
    x = np.array([[0.0], [1e-262]])

    assert fit_preparation(x, "standardize").apply(x).tolist() == [[0], [0]]


def test_bytes_are_divided_by_255_whatever_occurs():
    pictures = np.array([10, 51], dtype=np.uint8).reshape(1, 1, 2, 1)

    prepared = fit_preparation(pictures, "unit").apply(np.full((1, 1, 2, 1), 255, np.uint8))

    assert prepared.ravel().tolist() == [1, 1]
    assert prepared.dtype == np.float32


def test_other_pictures_have_one_range_for_all_pixels():
    pictures = np.array([[0.0, 4.0], [16.0, 8.0]]).reshape(2, 1, 2, 1)

    assert fit_preparation(pictures, "unit").apply(pictures).ravel().tolist() == [0, 0.25, 1, 0.5]


def test_word_indices_and_sparse_features_stay_as_they_are():
    words, sparse = np.array([[0, 3]], dtype=np.int32), csr_matrix([[0.0, 1.0]])

    assert fit_preparation(words, "none").apply(words).dtype == np.int32
    prepared = fit_preparation(sparse, "none").apply(sparse)
    assert (prepared.format, prepared.dtype, prepared.nnz) == ("csr", np.float32, 1)
    for x, what in ((words, "Word indices"), (sparse, "Sparse features")):
        with pytest.raises(DataError, match=f"{what} stay .* must be none, not unit"):
            fit_preparation(x, "unit")


# Column 0: mean of 1 and 3 is 2, deviation 1. Column 1: mean 6, variance (4 + 0 + 4) / 3.
GAPS = np.array([[1.0, 4.0], [NAN, 6.0], [3.0, 8.0]])


def test_bytes_that_are_not_to_be_scaled_stay_as_they_are_without_a_copy():
    pictures = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)

    preparation = fit_preparation(pictures, "none")

    assert preparation.apply(pictures) is pictures
    assert not learns_from(pictures, "none")
    assert learns_from(pictures, "unit")
    preparation.check(pictures, "test")


@pytest.mark.parametrize(
    ("scale", "missing", "rows"),
    [
        ("none", "zero", [[1, 4], [0, 6], [3, 8]]),
        ("none", "mean", [[1, 4], [2, 6], [3, 8]]),
        ("none", "indicator", [[1, 4, 0], [2, 6, 1], [3, 8, 0]]),
        ("unit", "zero", [[0, 0], [0, 0.5], [1, 1]]),
        ("unit", "mean", [[0, 0], [0.5, 0.5], [1, 1]]),
        ("unit", "indicator", [[0, 0, 0], [0.5, 0.5, 1], [1, 1, 0]]),
    ],
)
def test_gaps_are_filled_in_prepared_units(scale, missing, rows):
    preparation = fit_preparation(GAPS, scale, missing)

    assert preparation.apply(GAPS).tolist() == rows
    assert preparation.input_shape((2,)) == (len(rows[0]),)


def test_gaps_count_in_no_statistic():
    preparation = fit_preparation(GAPS, "standardize", "mean")

    assert preparation.shift.tolist() == [2, 6]
    assert preparation.divisor.tolist() == [1, pytest.approx(math.sqrt(8 / 3))]
    assert preparation.apply(GAPS)[1].tolist() == [0, 0]


@pytest.mark.parametrize("missing", ["error", "zero", "mean", "indicator"])
def test_a_gap_that_training_never_had_is_an_error(missing):
    train = GAPS if missing != "error" else TABLE
    preparation = fit_preparation(train, "none", missing, names=("AGE", "TAX"))

    with pytest.raises(DataError, match=r"Column 1 \(TAX\) is missing.* in row 1 of the test part"):
        preparation.apply(np.array([[1.0, 1.0], [1.0, NAN]]), "test")


@pytest.mark.parametrize(
    ("x", "missing", "words"),
    [
        ([[1.0], [NAN]], "error", "Column 0 is missing in row 1 of the training part"),
        ([[1.0], [INF]], "mean", "Column 0 is infinite in row 1 of the training part"),
        ([[1.0, NAN], [2.0, NAN]], "mean", "Column 1 is missing in every row"),
        ([[[1.0, NAN]]], "error", r"Column \(0, 1\) is missing in row 0"),
        ([[[1.0, 2.0]], [[NAN, 1.0]]], "indicator", "works for tables only"),
    ],
)
def test_what_cannot_be_learned_from_is_told_with_its_place(x, missing, words):
    with pytest.raises(DataError, match=words):
        fit_preparation(np.array(x), "standardize", missing)


def test_infinite_numbers_later_are_errors_in_sparse_features_too():
    with pytest.raises(DataError, match="is infinite in row 0"):
        fit_preparation(TABLE, "none", "mean").apply(np.array([[INF, 0.0]]))
    with pytest.raises(DataError, match="missing or infinite"):
        fit_preparation(csr_matrix(TABLE), "none").apply(csr_matrix([[NAN, 0.0]]))


def test_targets_must_be_numbers():
    check_targets(np.array([1.0, 2.0]), "training")
    check_targets(np.array([1, 2]), "training")
    for bad, what in ((NAN, "missing"), (INF, "infinite")):
        with pytest.raises(DataError, match=f"row 1 of the test part is {what}"):
            check_targets(np.array([1.0, bad]), "test")


def test_a_kept_preparation_does_the_same():
    preparation = fit_preparation(GAPS, "standardize", "indicator", names=("a", "b"))
    stream = io.BytesIO()
    np.savez(stream, **preparation.arrays())
    stream.seek(0)
    settings = json.loads(json.dumps(preparation.settings()))

    again = Preparation.from_arrays(np.load(stream), settings)

    assert again.apply(GAPS).tolist() == preparation.apply(GAPS).tolist()
    assert (again.scale, again.missing, again.names) == ("standardize", "indicator", ("a", "b"))


def tables(rows):
    eighths = st.integers(-8_000, 8_000).map(lambda number: number / 8)
    return arrays(np.float64, (rows, 2), elements=eighths)


@given(train=tables(5), later=tables(3), scale=st.sampled_from(["standardize", "unit", "none"]))
def test_later_rows_change_neither_each_other_nor_the_statistics(train, later, scale):
    preparation = fit_preparation(train, scale)
    before = preparation.arrays()["shift"].copy(), preparation.arrays()["divisor"].copy()

    together = preparation.apply(later)

    one_by_one = [preparation.apply(later[row : row + 1])[0] for row in range(3)]
    assert together.tolist() == np.array(one_by_one).tolist()
    assert (preparation.shift == before[0]).all()
    assert (preparation.divisor == before[1]).all()
    if scale == "standardize":
        assert (
            preparation.shift.tolist()
            == np.where(np.ptp(train, axis=0) == 0, train[0], train.mean(axis=0)).tolist()
        )
