import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_matrix

from kx.data.arrays import duplicates
from kx.data.arrays.duplicates import all_alike, count_shared, row_hashes

DTYPES = ("uint8", "bool", "int16", "int64", ">i4", "float16", "float32", "float64", "U3")


def sparse(entries, indices, indptr, width=4):
    """A CSR matrix stored exactly so, in an odd order, twice in one place or with zeros."""
    return csr_matrix((np.array(entries, "float32"), indices, indptr), (len(indptr) - 1, width))


def agrees(hashes, x):
    """Whether rows have one hash where, and only where, they are equal."""
    rows = x.reshape(len(x), -1)
    equal = (rows[:, None] == rows[None]).all(axis=2)
    return ((hashes[:, None] == hashes[None]) == equal).all()


@given(
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: hnp.arrays(
            dtype,
            hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=6),
            elements=st.sampled_from(["", "a", "ab"]) if dtype == "U3" else st.integers(0, 1),
        )
    )
)
def test_rows_have_one_hash_where_and_only_where_they_are_equal(x):
    hashes = row_hashes(x)

    assert hashes.shape == (len(x),)
    assert hashes.dtype == np.uint64
    assert agrees(hashes, x)


@given(hnp.arrays("float32", (6, 3), elements=st.sampled_from([0.0, 1.0, -1.0])))
def test_sparse_rows_have_one_hash_where_and_only_where_they_are_equal(x):
    assert agrees(row_hashes(csr_matrix(x)), x)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_bit_of_every_value_counts(dtype):
    bits = 8 * np.dtype(dtype).itemsize
    words = np.zeros((3 * bits + 3, 3), f"u{bits // 8}")
    rows = np.arange(3 * bits)
    words[rows, rows // bits] = np.uint64(1) << (rows % bits).astype(np.uint64)
    # The signs of two values at once.
    words[-3:] = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]], words.dtype) << (bits - 1)
    values = (words ^ np.full(3, 1.0, dtype).view(words.dtype)).view(dtype)

    assert len(np.unique(row_hashes(values))) == len(words)
    assert len(np.unique(row_hashes(csr_matrix(values)))) == len(words)


def similar_rows(count):
    rows = np.zeros((count, 9), "uint8")
    numbers = np.arange(count)
    rows[:, 2], rows[:, 5], rows[:, 8] = numbers % 256, numbers // 256 % 256, numbers // 65536
    return rows


def random_rows(count):
    return np.random.default_rng(0).integers(0, 256, (count, 9), "uint8")


@pytest.mark.parametrize("rows", [similar_rows, random_rows])
def test_no_two_of_many_rows_collide(rows):
    hashes = row_hashes(rows(400_000))  # 32 bits would let about 19 pairs collide

    assert len(np.unique(hashes)) == 400_000


def test_hashes_do_not_depend_on_where_a_row_stands_or_how_it_is_stored(monkeypatch):
    x = np.random.default_rng(0).normal(size=(50, 7))
    whole = row_hashes(x)

    np.testing.assert_array_equal(row_hashes(x[::-3]), whole[::-3])
    np.testing.assert_array_equal(row_hashes(np.asfortranarray(x)), whole)
    monkeypatch.setattr(duplicates, "CHUNK_BYTES", 100)
    np.testing.assert_array_equal(row_hashes(x), whole)


def test_zero_and_minus_zero_are_equal_and_so_are_gaps():
    x = np.array([[0.0, np.nan], [-0.0, np.nan]])

    assert len(np.unique(row_hashes(x))) == 1


@pytest.mark.parametrize(
    "stored",
    [
        sparse([2, 1], [3, 0], [0, 2]),
        sparse([1, 2, 0], [0, 3, 1], [0, 3]),
        sparse([1, -0.0, 2], [0, 1, 3], [0, 3]),
        sparse([0.5, 2, 0.5], [0, 3, 0], [0, 3]),
    ],
    ids=["order", "zero", "minus zero", "twice"],
)
def test_how_a_sparse_row_is_stored_makes_no_difference(stored):
    before = stored.data.copy()

    assert row_hashes(stored) == row_hashes(csr_matrix(np.array([[1, 0, 0, 2]], "float32")))
    np.testing.assert_array_equal(stored.data, before)


def test_empty_sparse_rows_are_equal_to_each_other_only():
    hashes = row_hashes(sparse([1], [2], [0, 0, 1, 1]))

    assert hashes[0] == hashes[2] != hashes[1]


def test_a_value_counts_where_it_stands():
    hashes = row_hashes(sparse([1, 2, 2, 1], [0, 1, 0, 1], [0, 2, 4]))

    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (0,)])
def test_nothing_has_hashes_too(shape):
    assert len(set(row_hashes(np.zeros(shape)).tolist())) == min(1, shape[0])


def test_rows_of_objects_are_refused():
    lists = np.array([[1], [1, 2]], dtype=object)

    with pytest.raises(TypeError, match="Python objects"):
        row_hashes(lists)


@pytest.mark.parametrize(
    ("validation", "train", "shared"),
    [
        ([[1], [2], [3]], [[2], [4]], 1),
        ([[2], [2], [3]], [[2], [2], [2]], 2),  # two rows of the first occur in the second
        ([[1]], [[2]], 0),
        ([[1]], np.zeros((0, 1), int), 0),
    ],
)
def test_rows_of_the_first_that_occur_in_the_second_are_counted(validation, train, shared):
    hashes = row_hashes(np.array(validation)), row_hashes(np.array(train))

    assert count_shared(*hashes) == shared


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_rows_are_all_alike_or_not(form):
    same = np.full((40, 3), 2.5, "float32")
    last = same.copy()
    last[39, 2] = 0

    assert all_alike(form(same))
    assert not all_alike(form(last))
    assert not all_alike(form(same[:1]))
