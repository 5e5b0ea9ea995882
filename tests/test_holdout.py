import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.contracts import DatasetInfo, FitResult
from kx.evaluators.holdout import complaints, holdout, rescaled, size_in_rows

ORDERS = ("shuffled", "first", "last")


def proposed(count, seed=0, **options):
    (proposal,) = holdout(**options).propose(np.zeros(count), seed)
    return proposal


def result(best_epoch):
    return FitResult("holdout", {"loss": [0.5]}, best_epoch, {"accuracy": 0.75}, 1.0)


@st.composite
def counts_and_sizes(draw):
    count = draw(st.integers(2, 300))
    return count, draw(st.integers(1, count - 1))


@given(counts_and_sizes(), st.sampled_from(ORDERS), st.integers(0, 2**31 - 1))
def test_both_parts_together_are_every_row_once(count_and_size, order, seed):
    count, size = count_and_size

    proposal = proposed(count, seed, size=size, order=order)

    assert len(proposal.validation) == size
    together = np.concatenate([proposal.train, proposal.validation])
    assert sorted(together.tolist()) == list(range(count))


@given(st.integers(2, 10_000), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_fraction_is_rounded_to_rows(count, size):
    rows = size_in_rows(size, count)

    assert isinstance(rows, int)
    assert abs(rows - size * count) <= 0.5


@pytest.mark.parametrize(
    ("size", "count", "expected"),
    [(0.2, 404, 81), (0.4, 25_000, 10_000), (10_000, 25_000, 10_000), (1, 2, 1)],
)
def test_a_size_is_a_count_or_a_fraction(size, count, expected):
    assert size_in_rows(size, count) == expected
    assert len(proposed(count, size=size).validation) == expected


@pytest.mark.parametrize(
    ("order", "train", "validation"),
    [("first", [3, 4, 5, 6, 7], [0, 1, 2]), ("last", [0, 1, 2, 3, 4], [5, 6, 7])],
)
def test_the_first_or_the_last_rows_are_held_out_in_their_order(order, train, validation):
    proposal = proposed(8, size=3, order=order)

    assert proposal.name == "holdout"
    assert proposal.train.tolist() == train
    assert proposal.validation.tolist() == validation


def test_the_same_seed_gives_the_same_split_and_another_seed_another():
    first, again, other = (proposed(1000, seed, size=100) for seed in (7, 7, 8))

    np.testing.assert_array_equal(first.validation, again.validation)
    np.testing.assert_array_equal(first.train, again.train)
    assert set(first.validation) != set(other.validation)


def test_a_shuffled_split_takes_its_rows_from_everywhere():
    held_out = proposed(1000, size=0.2).validation

    assert (np.bincount(held_out // 100, minlength=10) > 0).all()
    assert (np.diff(held_out) < 0).any()


@pytest.mark.parametrize(("refit", "epochs"), [("best_epoch", 4), (1, 1), (9, 9), ("none", None)])
def test_the_refit_takes_the_best_epoch_or_a_number_or_does_not_happen(refit, epochs):
    conclusion = holdout(refit=refit).conclude([result(best_epoch=4)])

    assert conclusion.best_epoch == 4
    assert conclusion.refit_epochs == epochs
    assert conclusion.scores == {"accuracy": 0.75}


def test_the_default_is_to_shuffle_a_fifth_and_to_refit():
    strategy = holdout()

    assert (strategy.size, strategy.order, strategy.refit) == (0.2, "shuffled", "best_epoch")


@pytest.mark.parametrize(
    ("size", "factor", "expected"),
    [(10_000, 0.02, 200), (10_000, 2.0, 20_000), (10, 0.01, 1), (0.2, 0.02, 0.2)],
)
def test_a_count_of_rows_follows_the_size_of_the_data_and_a_fraction_stays(size, factor, expected):
    options = {"size": size, "order": "first"}

    assert rescaled(options, factor) == {"size": expected, "order": "first"}
    assert options["size"] == size


@pytest.mark.parametrize(
    ("size", "examples", "fine"),
    [
        (1, 100, True),
        (99, 100, True),
        (100, 100, False),
        (101, 100, False),
        (0.001, 100, False),
        (0.999, 100, False),
        (0.5, 100, True),
        (101, None, True),
    ],
)
def test_an_empty_part_is_a_complaint(size, examples, fine):
    info = DatasetInfo("words", "binary", (5,), train_examples=examples)

    assert [c.key for c in complaints(info, size=size)] == ([] if fine else ["size"])
