from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kx.components.registry import evaluator
from kx.contracts import DatasetInfo, FitResult, Rows
from kx.strategies.holdout import size_in_rows
from kx.wording.recorded import in_words
from tests.parts import holdout

ORDERS = ("shuffled", "first", "last")


def proposed(count, seed=0, labels=None, **options):
    (proposal,) = holdout(**options).propose(Rows(count, labels), seed)
    return proposal


def result(losses):
    history = {"loss": [0.5] * len(losses), "val_loss": losses, "val_accuracy": [0.75] * 6}
    return FitResult("holdout", history, 1, 1.0)


def checked(info, **options):
    return [(c.key, c.fatal) for c in holdout(**options).check(info)]


@st.composite
def counts_and_sizes(draw):
    count = draw(st.integers(2, 300))
    return count, draw(st.integers(1, count - 1))


@given(counts_and_sizes(), st.sampled_from(ORDERS), st.integers(0, 2**31 - 1), st.booleans())
def test_both_parts_together_are_every_row_once(count_and_size, order, seed, stratify):
    count, size = count_and_size
    labels = np.arange(count) // 7

    proposal = proposed(count, seed, labels, size=size, order=order, stratify=stratify)

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


def test_of_a_single_row_no_size_is_advised():
    info = DatasetInfo("toy", "binary", (4,), train_examples=1)

    (complaint,) = holdout().check(info)

    assert complaint.hint == "there must be at least two examples"


def test_a_shuffled_split_holds_out_the_first_rows_of_a_permutation():
    mixed = np.random.default_rng(7).permutation(10).tolist()

    proposal = proposed(10, seed=7, size=3)

    assert proposal.validation.tolist() == mixed[:3]
    assert proposal.train.tolist() == mixed[3:]


@pytest.mark.parametrize("stratify", [False, True])
def test_the_same_seed_gives_the_same_split_and_another_seed_another(stratify):
    labels = np.arange(1000) % 3
    first, again, other = (
        proposed(1000, seed, labels, size=100, stratify=stratify) for seed in (7, 7, 8)
    )

    np.testing.assert_array_equal(first.validation, again.validation)
    np.testing.assert_array_equal(first.train, again.train)
    assert set(first.validation) != set(other.validation)


@pytest.mark.parametrize("stratify", [False, True])
def test_a_shuffled_split_takes_its_rows_from_everywhere(stratify):
    proposal = proposed(1000, labels=np.arange(1000) // 500, size=0.2, stratify=stratify)

    for part in (proposal.validation, proposal.train):
        assert (np.bincount(part // 100, minlength=10) > 0).all()
        assert (np.diff(part) < 0).any()
        assert (np.diff(part // 500) < 0).any(), "sorted by class"


@given(st.lists(st.integers(0, 5), min_size=2, max_size=80), st.data())
def test_each_class_gives_its_share_to_a_stratified_split_give_or_take_one(labels, data):
    size = data.draw(st.integers(1, len(labels) - 1))

    proposal = proposed(
        len(labels), data.draw(st.integers(0, 99)), np.array(labels), size=size, stratify=True
    )

    held_out = [labels[row] for row in proposal.validation]
    for number in set(labels):
        share = labels.count(number) * size / len(labels)
        assert abs(held_out.count(number) - share) < 1


@pytest.mark.parametrize(("refit", "epochs"), [("best_epoch", 4), (1, 1), (9, 9), ("none", None)])
def test_the_refit_takes_the_best_epoch_or_a_number_or_does_not_happen(refit, epochs):
    losses = [0.9, 0.8, 0.7, 0.1, 0.5, 0.6]

    conclusion = holdout(refit=refit).conclude([result(losses)], "val_loss")

    assert conclusion.best_epoch == 4
    assert conclusion.refit_epochs == epochs
    assert conclusion.scores == {"loss": [0.1], "accuracy": [0.75]}


def test_several_seeds_of_one_split_are_judged_by_their_mean():
    # Means: 0.5, 0.5, 0.4, 0.6, 0.6, 0.6; the second alone would choose epoch 2.
    first, second = [0.4, 0.9, 0.3, 0.6, 0.6, 0.6], [0.6, 0.1, 0.5, 0.6, 0.6, 0.6]

    conclusion = holdout().conclude([result(first), result(second)], "val_loss")

    assert conclusion.best_epoch == 3
    assert conclusion.scores["loss"] == [0.3, 0.5]


def test_epochs_can_be_skipped_and_the_curve_smoothed():
    losses = [0.1, 0.8, 0.4, 0.7, 0.5, 0.6]

    assert holdout(skip_epochs=1).conclude([result(losses)], "val_loss").best_epoch == 3
    # From 0.8 on, half of each: 0.8, 0.6, 0.65, 0.575, 0.5875.
    assert holdout(skip_epochs=1, smooth=0.5).conclude([result(losses)], "val_loss").best_epoch == 5


def test_the_default_is_to_shuffle_a_fifth_and_to_refit():
    assert evaluator["holdout"].options().model_dump() == {
        "size": "auto",
        "train_size": None,
        "order": "shuffled",
        "stratify": False,
        "repeats": 1,
        "refit": "best_epoch",
        "smooth": 0.0,
        "skip_epochs": 0,
    }


@pytest.mark.parametrize(
    ("size", "factor", "expected"),
    [(10_000, 0.02, 200), (10_000, 2.0, 20_000), (10, 0.01, 1), (0.2, 0.02, 0.2)],
)
def test_a_count_of_rows_follows_the_size_of_the_data_and_a_fraction_stays(size, factor, expected):
    before = holdout(size=size, order="first")

    assert before.rescaled(factor) == holdout(size=expected, order="first")
    assert before.size == size


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
    expected = [] if fine else [("size", True)]

    assert checked(info, size=size) == expected
    if examples:
        found = holdout(size=size).complaints(Rows(examples))
        assert [(c.key, c.fatal) for c in found] == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [("shuffled", [("order", True)]), ("first", [("strategy", False)]), ("last", [])],
)
def test_rows_in_order_of_time_are_held_out_at_the_end(order, expected):
    info = DatasetInfo("weather", "regression", (5,), ordered=True)

    assert checked(info, order=order) == expected


@pytest.mark.parametrize(
    ("task", "order", "fine"),
    [
        ("binary", "shuffled", True),
        ("multiclass", "shuffled", True),
        ("multiclass", "last", False),
        ("multilabel", "shuffled", True),
        ("regression", "shuffled", False),
    ],
)
def test_only_classes_in_a_shuffled_order_can_be_stratified(task, order, fine):
    info = DatasetInfo("words", task, (5,), classes=("a", "b"))

    found = checked(info, order=order, stratify=True)

    assert found == ([] if fine else [("stratify", True)])


@pytest.mark.parametrize(
    ("labels", "stratify", "expected"),
    [
        ([0, 0, 1, 1], True, []),
        (None, False, []),
        (None, True, [("stratify", True)]),
        ([0, 0, 0, 1], True, [("stratify", False)]),
        ([0, 0, 0, 1], False, []),
    ],
)
def test_classes_of_one_row_are_a_warning_and_none_at_all_a_complaint(labels, stratify, expected):
    rows = Rows(4, None if labels is None else np.array(labels))

    found = list(holdout(size=2, stratify=stratify).complaints(rows))

    assert [(c.key, c.fatal) for c in found] == expected
    assert all("class 1 has 1," in in_words(c.message) for c in found if not c.fatal)


def test_a_class_of_one_row_is_called_by_its_name():
    rows = Rows(4, np.array([0, 0, 0, 1]), classes=("cat", "dog"))

    (found,) = holdout(size=2, stratify=True).complaints(rows)

    assert in_words(found.message) == "class dog has 1, too few for both parts"


@pytest.mark.parametrize(
    ("order", "train", "validation"),
    [("first", [3, 4], [0, 1, 2]), ("last", [3, 4], [5, 6, 7])],
)
def test_of_a_fixed_order_the_rows_next_to_those_held_out_are_trained_on(order, train, validation):
    proposal = proposed(8, size=3, train_size=2, order=order, refit="none")

    assert proposal.train.tolist() == train
    assert proposal.validation.tolist() == validation


def test_fewer_training_rows_are_the_first_of_the_whole_training_part_and_hold_out_the_same():
    few, whole = (proposed(100, 7, size=30, train_size=size) for size in (5, None))

    assert few.train.tolist() == whole.train[:5].tolist()
    assert few.validation.tolist() == whole.validation.tolist()
    assert len(proposed(100, 7, size=0.3, train_size=0.05).train) == 5


def test_both_parts_of_a_stratified_split_have_the_shares_of_the_classes():
    labels = np.arange(1000) % 5 // 4  # a fifth is of class 1

    proposal = proposed(1000, labels=labels, size=100, train_size=50, stratify=True)

    assert np.bincount(labels[proposal.validation]).tolist() == [80, 20]
    assert np.bincount(labels[proposal.train]).tolist() == [40, 10]
    assert not set(proposal.train) & set(proposal.validation)


@pytest.mark.parametrize("stratify", [False, True])
def test_repeats_draw_anew_and_leave_the_first_draw_as_it_was(stratify):
    options = {"size": 30, "train_size": 20, "stratify": stratify, "refit": "none"}
    rows = Rows(100, np.arange(100) % 2)
    one, two, three = holdout(repeats=3, **options).propose(rows, 7)
    (alone,) = holdout(**options).propose(rows, 7)
    other = holdout(repeats=2, **options).propose(rows, 8)[1]

    assert [p.name for p in (one, two, three)] == ["holdout-1", "holdout-2", "holdout-3"]
    assert one.train.tolist() == alone.train.tolist()
    drawn = [frozenset(p.train.tolist()) for p in (one, two, three, other)]
    assert len(set(drawn)) == 4
    for proposal in (one, two, three):
        assert (len(proposal.train), len(proposal.validation)) == (20, 30)
        assert not set(proposal.train) & set(proposal.validation)


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"size": 90, "train_size": 11, "refit": "none"}, "train_size"),
        ({"size": 90, "train_size": 0.001, "refit": "none"}, "train_size"),
        ({"size": 90, "train_size": 10}, "refit"),
        ({"size": 90, "train_size": 10, "refit": 3}, "refit"),
        ({"size": 90, "order": "last", "repeats": 2}, "repeats"),
    ],
)
def test_what_leaves_too_few_rows_or_contradicts_itself_is_a_complaint(options, key):
    info = DatasetInfo("words", "binary", (5,), train_examples=100)

    assert checked(info, **options) == [(key, True)]


def test_nothing_is_wrong_with_all_rows_that_are_left():
    info = DatasetInfo("words", "binary", (5,), train_examples=100)

    assert checked(info, size=90, train_size=10, repeats=5, refit="none") == []


@given(st.integers(2, 300), st.integers(2, 900), st.data())
def test_scaled_counts_ask_for_no_more_rows_than_there_are(count, scaled, data):
    size = data.draw(st.integers(1, count - 1))
    sizes = {"size": size, "train_size": count - size}
    assume(min(sizes.values()) * scaled >= count)  # of both, at least one row remains

    smaller = holdout(**sizes).rescaled(scaled / count)

    assert smaller.size + smaller.train_size <= scaled


# Data with rows of their own for validation.

GIVEN = DatasetInfo("mine", "binary", (4,), train_examples=10, validation_examples=3)


def beside(count=10, seed=0, given=3, **options):
    return holdout(**options).propose(Rows(count, np.arange(count) % 2, given=given), seed)


def test_rows_that_the_data_have_for_validation_are_held_out():
    (proposal,) = beside()

    assert proposal.train.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert proposal.validation.tolist() == [7, 8, 9]
    assert checked(GIVEN) == []
    assert [c.fatal for c in holdout().complaints(Rows(10, given=3))] == []


def test_a_size_draws_from_all_rows_all_the_same_and_is_warned_of():
    (proposal,) = beside(size=3, seed=7)

    assert proposal.validation.tolist() == proposed(10, seed=7, size=3).validation.tolist()
    assert checked(GIVEN, size=3) == [("size", False)]
    assert checked(GIVEN, size=0.2) == [("size", False)]


@pytest.mark.parametrize("size", [3, 0.3])
def test_a_size_that_comes_to_the_same_rows_is_nothing_to_be_warned_of(size):
    assert checked(GIVEN, size=size, order="last") == []
    assert checked(GIVEN, size=size, order="first") == [("size", False)]


def test_of_the_other_rows_few_may_be_drawn_as_often_as_wanted():
    options = {"train_size": 4, "refit": "none", "repeats": 3}
    proposals = beside(**options)
    again = beside(**options)

    assert [p.name for p in proposals] == ["holdout-1", "holdout-2", "holdout-3"]
    assert [p.train.tolist() for p in proposals] == [p.train.tolist() for p in again]
    assert len({tuple(p.train) for p in proposals}) == 3
    for proposal in proposals:
        assert len(set(proposal.train.tolist()) - {7, 8, 9}) == 4
        assert proposal.validation.tolist() == [7, 8, 9]
    assert checked(GIVEN, **options) == []


def test_few_of_the_other_rows_have_the_shares_of_the_classes():
    (proposal,) = beside(100, given=20, train_size=10, stratify=True, refit="none")

    assert np.bincount(proposal.train % 2).tolist() == [5, 5]
    assert proposal.train.max() < 80


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"order": "first"}, "order"),
        ({"stratify": True}, "stratify"),
        ({"repeats": 2}, "repeats"),
        ({"train_size": 8, "refit": "none"}, "train_size"),
    ],
)
def test_what_would_choose_other_rows_is_a_complaint(options, key):
    assert checked(GIVEN, **options) == [(key, True)]


@pytest.mark.parametrize(
    "name",
    ["kfold", "repeated_kfold", "stratified_kfold", "group_kfold", "leave_one_out", "time_series"],
)
def test_other_strategies_mix_these_rows_with_the_others_and_warn_of_it(name):
    info = replace(GIVEN, groups="patient" if name == "group_kfold" else "")

    found = [c for c in evaluator[name].component().check(info) if not c.fatal]

    assert [in_words(c.message).partition(" with ")[0] for c in found] == [
        "mixes the 3 rows that mine has for validation"
    ]


def test_rows_with_several_labels_are_held_out_with_their_share_of_each():
    tags = np.zeros((40, 2), "float32")
    tags[:4, 0], tags[::2, 1] = 1, 1

    (proposal,) = holdout(size=0.25, stratify=True).propose(Rows(40, tags=tags), 0)

    held_out = tags[proposal.validation].sum(axis=0)
    assert held_out[0] == 1  # the rarest, exactly
    assert held_out[1] == pytest.approx(5, abs=1)
