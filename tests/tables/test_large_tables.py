"""Tables whose prepared rows are many: these are made batch by batch, and are the same."""

import numpy as np
import pytest

from kx.contracts import ColumnForm, Split
from kx.data.tables.encoded_rows import BLOCK, EncodedRows, are_made_late
from kx.data.tables.encoding import fit_table

FORMS = (
    ColumnForm("a", "number", gaps=True),
    ColumnForm("b", "category", ("x", "y", "z"), gaps=True),
    ColumnForm("c", "date"),
)


@pytest.fixture
def raw():
    rng = np.random.default_rng(1)
    count = BLOCK + 123
    x = np.column_stack(
        [rng.normal(size=count), rng.integers(-1, 3, count), rng.integers(0, 9000, count)]
    ).astype(np.float64)
    x[rng.random(count) < 0.1, 0] = np.nan
    x[rng.random(count) < 0.1, 1] = np.nan
    return x


@pytest.fixture
def made_late(monkeypatch):
    """Whatever is prepared counts as large."""
    monkeypatch.setattr("kx.data.tables.encoding.KEPT_BYTES", 0)


@pytest.mark.parametrize(
    "at",
    [
        slice(None),
        slice(3, BLOCK + 50, 7),
        5,
        np.array([7, 2, 2, BLOCK + 100]),
        (slice(None), slice(0, 0)),
        (np.arange(40), slice(2, 4)),
        (np.arange(BLOCK + 123) % 3 == 0, slice(None)),
    ],
    ids=str,
)
def test_rows_that_are_made_late_are_those_that_are_kept(at, raw, monkeypatch):
    preparation = fit_table(raw, FORMS, "standardize", "indicator")
    kept = preparation.apply(raw)
    monkeypatch.setattr("kx.data.tables.encoding.KEPT_BYTES", 0)

    late = preparation.apply(raw)

    assert are_made_late(late) and not are_made_late(kept)
    assert (late.shape, late.dtype, late.nbytes) == (kept.shape, kept.dtype, kept.nbytes)
    np.testing.assert_array_equal(late[at], kept[at])


def test_a_gap_is_refused_before_any_row_is_made(raw, made_late):
    whole = ColumnForm("a", "number")
    preparation = fit_table(np.nan_to_num(raw[:, :1]), (whole,), "standardize", "mean")

    with pytest.raises(Exception, match="Column a is missing, but never in training"):
        preparation.apply(raw[:, :1], "test")


@pytest.mark.slow
@pytest.mark.parametrize("size", [32, 1000, 5000])
def test_batches_are_the_same_in_the_same_order(size, raw, made_late):
    from kx.training.feed import Batching, Resident, Streamed, batches

    preparation = fit_table(raw, FORMS, "standardize", "indicator")
    late = preparation.apply(raw)
    y, weights = np.arange(len(raw), dtype=np.float32), np.ones(len(raw), np.float32)
    batching = Batching(np.arange(0, len(raw), 2, np.int32), size, shuffle=True, seed=4)

    streamed, kept = (
        list(batches(source(Split(x, y, weights)), batching, 2).as_numpy_iterator())
        for source, x in ((Streamed, late), (Resident, late[:]))
    )

    assert isinstance(late, EncodedRows)
    assert len(streamed) == len(kept) == 2 * batching.steps
    for one, other in zip(streamed, kept, strict=True):
        for mine, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, theirs)
