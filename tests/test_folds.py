import math
import warnings
from collections import Counter

import numpy as np
import pytest
import sklearn.model_selection  # noqa: F401  # else the first test's deadline would pay for it
from hypothesis import given
from hypothesis import strategies as st

from kx.components.registry import evaluator
from kx.contracts import DatasetInfo, FitResult, Rows
from kx.evaluators.conclusion import rates_found
from kx.wording.recorded import in_words
from tests.parts import (
    group_kfold,
    kfold,
    leave_one_out,
    predefined_split,
    repeated_kfold,
    stratified_kfold,
    time_series,
)

FOLD_STRATEGIES = (
    "group_kfold",
    "kfold",
    "leave_one_out",
    "predefined_split",
    "repeated_kfold",
    "stratified_kfold",
    "time_series",
)

seeds = st.integers(0, 2**31 - 1)


def parts(strategy, rows, seed=0):
    """Return the rows that each proposal holds out, by its name."""
    rows = Rows(rows) if isinstance(rows, int) else rows
    return {p.name: p.validation.tolist() for p in strategy.propose(rows, seed)}


def classes(*labels):
    return Rows(len(labels), labels=np.array(labels))


def groups(*names):
    return Rows(len(names), groups=np.array(names))


def folded(*folds, groups=None):
    return Rows(len(folds), folds=np.array(folds), groups=groups and np.array(groups))


def info(task="multiclass", **facts):
    return DatasetInfo("words", task, (5,), classes=("a", "b", "c"), **facts)


def checked(strategy, described, **options):
    found = evaluator[strategy].component(**options).check(described)
    return [(c.key, c.fatal) for c in found]


def complained(strategy, rows):
    return [(c.key, c.fatal) for c in strategy.complaints(rows)]


def assert_divides(proposals, count):
    """Each proposal trains on what it does not hold out; each row is held out exactly once."""
    for proposal in proposals:
        both = np.concatenate([proposal.train, proposal.validation])
        assert sorted(both.tolist()) == list(range(count))
        assert len(proposal.train) > 0
        assert len(proposal.validation) > 0
    held_out = np.concatenate([proposal.validation for proposal in proposals])
    assert sorted(held_out.tolist()) == list(range(count))


# ---- K-fold


@st.composite
def counts_and_ks(draw):
    count = draw(st.integers(2, 60))
    return count, draw(st.integers(2, count) | st.just(count))


@given(counts_and_ks(), st.booleans(), seeds)
def test_every_row_is_held_out_once_in_parts_that_differ_by_at_most_one(count_and_k, shuffle, seed):
    count, k = count_and_k

    proposals = kfold(k=k, shuffle=shuffle).propose(Rows(count), seed)

    assert [proposal.name for proposal in proposals] == [f"fold-{n}" for n in range(1, k + 1)]
    assert_divides(proposals, count)
    sizes = sorted(len(proposal.validation) for proposal in proposals)
    assert sizes == [count // k] * (k - count % k) + [count // k + 1] * (count % k)


def test_without_shuffling_parts_are_runs_of_rows():
    assert parts(kfold(k=3, shuffle=False), 8) == {
        "fold-1": [0, 1, 2],
        "fold-2": [3, 4, 5],
        "fold-3": [6, 7],
    }


def test_the_seed_decides_how_rows_are_shuffled():
    first, again, other = (parts(kfold(k=4), 100, seed) for seed in (7, 7, 8))

    assert first == again != other
    assert all(len({row // 25 for row in held_out}) > 1 for held_out in first.values())


def test_a_proposal_is_the_same_whichever_way_it_is_asked_for():
    proposals = kfold(k=5).propose(Rows(12), 0)

    assert len(proposals) == 5
    listed = [(p.name, p.train.tolist(), p.validation.tolist()) for p in proposals]
    for some, expected in ((proposals[1:3], listed[1:3]), ([proposals[-1]], listed[-1:])):
        assert [(p.name, p.train.tolist(), p.validation.tolist()) for p in some] == expected
    with pytest.raises(IndexError):
        proposals[5]


# ---- Repeated K-fold


@given(counts_and_ks(), st.integers(1, 4), seeds)
def test_every_repeat_holds_out_every_row_once(count_and_k, repeats, seed):
    count, k = count_and_k

    proposals = repeated_kfold(k=k, repeats=repeats).propose(Rows(count), seed)

    assert len(proposals) == repeats * k
    for repeat in range(repeats):
        assert_divides(proposals[repeat * k : (repeat + 1) * k], count)


def test_repeats_are_named_and_shuffled_anew():
    held_out = parts(repeated_kfold(k=2, repeats=3), 40)

    assert list(held_out) == [f"repeat-{r}-fold-{f}" for r in (1, 2, 3) for f in (1, 2)]
    assert len({tuple(held_out[f"repeat-{r}-fold-1"]) for r in (1, 2, 3)}) == 3


@pytest.mark.parametrize("strategy", [repeated_kfold, stratified_kfold])
def test_a_repeat_does_not_depend_on_how_many_there_are(strategy):
    rows = classes(*[0, 1] * 15)
    two, four = (parts(strategy(k=3, repeats=n), rows, seed=5) for n in (2, 4))

    assert len(two) == 6
    assert two.items() <= four.items()


def test_the_first_repeat_is_what_kfold_does():
    once = parts(kfold(k=3), 20, seed=5)
    repeated = parts(repeated_kfold(k=3, repeats=2), 20, seed=5)

    assert list(once.values()) == list(repeated.values())[:3]


# ---- Stratified K-fold


@st.composite
def labels_and_ks(draw):
    """Labels of which at least one class has enough members, others may be tiny."""
    k = draw(st.integers(2, 6))
    labels = draw(st.lists(st.integers(0, 5), max_size=40)) + [draw(st.integers(0, 5))] * k
    return draw(st.permutations(labels)), k


@given(labels_and_ks(), st.integers(1, 2), seeds)
def test_classes_are_divided_evenly_and_without_a_warning(labels_and_k, repeats, seed):
    labels, k = labels_and_k
    strategy = stratified_kfold(k=k, repeats=repeats)
    assert not any(c.fatal for c in strategy.complaints(classes(*labels)))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        proposals = strategy.propose(classes(*labels), seed)

    assert_divides(proposals[:k], len(labels))
    for proposal in proposals:
        counts = Counter(labels[row] for row in proposal.validation)
        assert all(abs(counts[n] - labels.count(n) / k) < 1 for n in set(labels))


@pytest.mark.parametrize(
    ("repeats", "names"),
    [
        (1, ["fold-1", "fold-2"]),
        (2, ["repeat-1-fold-1", "repeat-1-fold-2", "repeat-2-fold-1", "repeat-2-fold-2"]),
    ],
)
def test_only_repeated_folds_have_a_repeat_in_their_name(repeats, names):
    assert list(parts(stratified_kfold(k=2, repeats=repeats), classes(0, 0, 1, 1))) == names


def test_each_fold_has_one_of_two_and_two_of_four():
    rows = classes(1, 0, 0, 0, 0, 1)

    for held_out in parts(stratified_kfold(k=2), rows).values():
        assert sorted(rows.labels[held_out]) == [0, 0, 1]


@pytest.mark.parametrize(
    ("labels", "k", "told"),
    [
        ([0, 0, 0, 1, 1], 3, "class 1 has 2, too few for 3 folds"),
        ([0, 0, 0, 2, 7, 7], 3, "class 2 has 1, class 7 has 2, too few"),
        ([0] * 9 + list(range(1, 9)), 2, "class 5 has 1, and 3 more are small, too few"),
    ],
)
def test_small_classes_are_a_warning_that_names_them(labels, k, told):
    (complaint,) = stratified_kfold(k=k).complaints(classes(*labels))

    assert not complaint.fatal
    assert told in in_words(complaint.message)


# ---- Groups


@st.composite
def groups_and_ks(draw):
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=40))
    names += [name for name in "ab" if name not in names]
    return names, draw(st.integers(2, len(set(names))))


@given(groups_and_ks())
def test_no_group_is_on_both_sides(names_and_k):
    names, k = names_and_k
    rows = groups(*names)

    proposals = group_kfold(k=k).propose(rows, 0)

    assert [proposal.name for proposal in proposals] == [f"fold-{n}" for n in range(1, k + 1)]
    assert_divides(proposals, len(names))
    for proposal in proposals:
        assert not set(rows.groups[proposal.train]) & set(rows.groups[proposal.validation])


def test_groups_are_dealt_out_by_size():
    # The three of b and then the three of c, d and a in the other part.
    held_out = parts(group_kfold(k=2), groups("a", "b", "b", "c", "b", "d"))

    assert sorted(held_out.values()) == [[0, 3, 5], [1, 2, 4]]


@pytest.mark.parametrize(
    "names",
    [[1.5, math.nan, math.nan, 2.5], ["Ann", "Bo", "Bo", "Cy"], [7, 3, 3, 2**40]],
    ids=["numbers with a gap", "texts", "integers"],
)
def test_groups_may_be_named_in_any_way(names):
    assert all(
        {1, 2} <= set(p) or not {1, 2} & set(p)
        for p in parts(group_kfold(k=3), groups(*names)).values()
    )


# ---- Folds of the data


def test_each_fold_of_the_data_is_held_out_once_and_rows_of_none_never():
    proposals = predefined_split().propose(folded(1, 0, -1, 1, 0, 7), 3)

    assert [(p.name, p.validation.tolist(), p.train.tolist()) for p in proposals] == [
        ("fold-1", [1, 4], [0, 2, 3, 5]),
        ("fold-2", [0, 3], [1, 2, 4, 5]),
        ("fold-3", [5], [0, 1, 2, 3, 4]),
    ]


def test_the_folds_of_the_data_are_those_of_scikit_learn():
    from sklearn.model_selection import PredefinedSplit

    folds = np.random.default_rng(0).integers(-1, 4, 60)
    ours = [(p.train.tolist(), p.validation.tolist()) for p in
            predefined_split().propose(folded(*folds), 0)]  # fmt: skip

    theirs = PredefinedSplit(folds).split()
    assert ours == [(train.tolist(), test.tolist()) for train, test in theirs]


@pytest.mark.parametrize(
    ("folds", "told"),
    [
        ((0, 1, 0, 1), "k = 2 folds given by the data"),
        ((0, 1, -1, 1), "k = 2 folds given by the data; 1 row is always trained on"),
    ],
)
def test_the_record_says_that_folds_are_those_of_the_data(folds, told):
    assert in_words(predefined_split().reason(folded(*folds))) == told


def test_a_group_that_the_folds_divide_is_told():
    (found,) = predefined_split().complaints(folded(0, 0, 1, 1, groups=["a", "b", "b", "c"]))
    whole = predefined_split().complaints(folded(0, 0, 1, 1, groups=["a", "a", "b", "c"]))

    assert in_words(found.message) == "the folds split 1 group: the scores may be too optimistic"
    assert not list(whole)


# ---- Time


@st.composite
def time_options(draw):
    """Options that fit into a number of rows, and that number."""
    k, gap = draw(st.integers(2, 6)), draw(st.integers(0, 5))
    size = draw(st.none() | st.integers(1, 5))
    left = draw(st.integers(1, 9))
    # Without a size it is count // (k + 1), so more rows than this always leave some.
    count = k * size + gap + left if size else (k + 1) * (gap + left)
    window = draw(st.sampled_from(["expanding", "rolling"]))
    train_size = draw(st.integers(1, left)) if window == "rolling" and draw(st.booleans()) else None
    options = {"k": k, "gap": gap, "validation_size": size, "train_size": train_size}
    return count, options | {"window": window}


@given(time_options())
def test_no_network_sees_what_comes_later(count_and_options):
    count, options = count_and_options
    strategy = time_series(**options)
    assert complained(strategy, Rows(count)) == []

    proposals = strategy.propose(Rows(count), 0)

    assert len(proposals) == options["k"]
    for proposal in proposals:
        assert proposal.train.max() + options["gap"] + 1 == proposal.validation.min()
        for part in (proposal.train, proposal.validation):
            assert (np.diff(part) == 1).all()
    held_out = np.concatenate([proposal.validation for proposal in proposals]).tolist()
    assert held_out == list(range(count - len(held_out), count))
    assert len(held_out) == options["k"] * (
        options["validation_size"] or count // (options["k"] + 1)
    )
    if options["window"] == "rolling":
        (size,) = {len(proposal.train) for proposal in proposals}
        assert size == options["train_size"] or options["train_size"] is None
    else:
        assert {proposal.train.min() for proposal in proposals} == {0}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # 10 = 4 + 2 + 2 + 2: the remainder is trained on.
        ({}, [([0, 1, 2, 3], [4, 5]), ([0, 1, 2, 3, 4, 5], [6, 7]), ([*range(8)], [8, 9])]),
        (
            {"window": "rolling"},
            [([0, 1, 2, 3], [4, 5]), ([2, 3, 4, 5], [6, 7]), ([4, 5, 6, 7], [8, 9])],
        ),
        (
            {"window": "rolling", "train_size": 2, "gap": 1},
            [([1, 2], [4, 5]), ([3, 4], [6, 7]), ([5, 6], [8, 9])],
        ),
        (
            {"validation_size": 1, "gap": 2},
            [([*range(5)], [7]), ([*range(6)], [8]), ([*range(7)], [9])],
        ),
    ],
    ids=["expanding", "rolling", "short and gap", "small parts and gap"],
)
def test_ten_rows_in_order_of_time_are_divided_so(options, expected):
    proposals = time_series(k=3, **options).propose(Rows(10), 0)

    assert [proposal.name for proposal in proposals] == ["fold-1", "fold-2", "fold-3"]
    assert [(p.train.tolist(), p.validation.tolist()) for p in proposals] == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, []),
        ({"shuffle": True}, ["shuffle"]),
        ({"k": 9}, []),
        ({"k": 10}, ["k"]),
        ({"gap": 1}, []),
        ({"gap": 2}, ["gap"]),
        ({"validation_size": 2}, []),
        ({"validation_size": 3}, ["validation_size"]),
        ({"validation_size": 1, "gap": 6}, ["validation_size"]),
        ({"train_size": 2}, ["train_size"]),
        ({"train_size": 2, "window": "rolling"}, []),
        ({"train_size": 3, "window": "rolling"}, ["train_size"]),
        ({"train_size": 2, "window": "rolling", "gap": 1}, ["train_size"]),
    ],
)
def test_sizes_that_leave_nothing_of_ten_rows_are_complaints(options, expected):
    options = {"k": 4} | options
    told = [(key, True) for key in expected]

    assert checked("time_series", info(train_examples=10, ordered=True), **options) == told
    if not {"shuffle", "train_size"} & set(options) or "window" in options:
        assert complained(time_series(**options), Rows(10)) == told


def test_sizes_are_not_judged_before_the_number_of_rows_is_known():
    options = {"k": 4, "gap": 10**6, "shuffle": True}

    assert checked("time_series", info(), **options) == [("shuffle", True)]


# ---- Leave one out


def test_each_row_is_left_out_once():
    proposals = leave_one_out().propose(Rows(3), 0)

    assert [(p.name, p.train.tolist(), p.validation.tolist()) for p in proposals] == [
        ("row-1", [1, 2], [0]),
        ("row-2", [0, 2], [1]),
        ("row-3", [0, 1], [2]),
    ]


def test_very_many_fits_take_no_more_memory_than_the_rows():
    proposals = leave_one_out().propose(Rows(50_000), 0)  # all at once would take 20 GB

    assert len(proposals) == 50_000
    assert proposals[49_999].train.tolist() == list(range(49_999))


# ---- Complaints


@pytest.mark.parametrize(
    ("strategy", "described", "options", "expected"),
    [
        ("kfold", {"train_examples": 4}, {"k": 4}, []),
        ("kfold", {"train_examples": 3}, {"k": 4}, [("k", True)]),
        ("kfold", {}, {"k": 10_000}, []),
        ("kfold", {"ordered": True}, {}, [("shuffle", True)]),
        ("kfold", {"ordered": True}, {"shuffle": False}, [("strategy", False)]),
        ("repeated_kfold", {"train_examples": 3}, {"k": 4}, [("k", True)]),
        ("repeated_kfold", {"ordered": True}, {}, [("strategy", True)]),
        ("stratified_kfold", {}, {}, []),
        ("stratified_kfold", {"task": "binary"}, {}, []),
        ("stratified_kfold", {"train_examples": 3}, {"k": 4}, [("k", True)]),
        ("stratified_kfold", {"ordered": True}, {}, [("strategy", True)]),
        ("stratified_kfold", {"task": "multilabel"}, {}, []),
        ("stratified_kfold", {"task": "regression"}, {}, [("strategy", True)]),
        ("stratified_kfold", {"task": "unit_regression"}, {}, [("strategy", True)]),
        ("group_kfold", {}, {}, [("strategy", True)]),
        ("group_kfold", {"groups": "patient"}, {}, []),
        ("group_kfold", {"groups": "patient", "train_examples": 3}, {"k": 4}, [("k", True)]),
        ("group_kfold", {"groups": "patient", "ordered": True}, {}, [("strategy", False)]),
        ("predefined_split", {}, {}, [("strategy", True)]),
        ("predefined_split", {"folds": "f"}, {}, []),
        ("predefined_split", {"folds": "f", "ordered": True}, {}, [("strategy", False)]),
        ("kfold", {"folds": "f"}, {}, [("strategy", False)]),
        ("holdout", {"folds": "f"}, {}, [("strategy", False)]),
        ("auto", {"folds": "f", "train_examples": 100}, {}, []),
        ("leave_one_out", {"train_examples": 1000}, {}, []),
        ("leave_one_out", {"train_examples": 1001}, {}, [("strategy", False)]),
        ("leave_one_out", {}, {}, []),
        ("leave_one_out", {"ordered": True}, {}, [("strategy", True)]),
    ],
)
def test_what_cannot_work_is_known_before_data_is_read(strategy, described, options, expected):
    assert checked(strategy, info(**described), **options) == expected


@pytest.mark.parametrize(
    ("strategy", "rows", "expected"),
    [
        (kfold(k=4), Rows(4), []),
        (kfold(k=4), Rows(3), [("k", True)]),
        (kfold(k=2), Rows(1), [("k", True)]),
        (repeated_kfold(k=4), Rows(4), []),
        (repeated_kfold(k=4), Rows(3), [("k", True)]),
        (stratified_kfold(k=2), Rows(4), [("strategy", True)]),
        (stratified_kfold(k=2), classes(0, 0, 1, 1), []),
        (stratified_kfold(k=2), classes(0, 0, 1), [("k", False)]),
        (stratified_kfold(k=3), classes(0, 0, 1, 1), [("k", True)]),
        (stratified_kfold(k=3), classes(0, 0), [("k", True)]),
        (stratified_kfold(k=2), classes(0, 1, 2), [("k", True)]),
        (group_kfold(k=2), Rows(4), [("strategy", True)]),
        (group_kfold(k=2), groups("a", "b", "b"), []),
        (group_kfold(k=3), groups("a", "b", "b"), [("k", True)]),
        (group_kfold(k=2), groups("b", "b"), [("k", True)]),
        (predefined_split(), Rows(4), [("strategy", True)]),  # no folds
        (predefined_split(), folded(-1, -1, -1), [("strategy", True)]),
        (predefined_split(), folded(0, 0, 0), [("strategy", True)]),  # nothing to train on
        (predefined_split(), folded(0, 0, -1), []),
        (predefined_split(), folded(0, 1, 2, 2), [("strategy", True)]),  # an identifier
        (predefined_split(), folded(0, 0, 1, 1, 2, -1), [("strategy", False)]),  # a fold of one row
        (predefined_split(), folded(0, 0, 1, 1), []),
        (leave_one_out(), Rows(2), []),
        (leave_one_out(), Rows(1), [("strategy", True)]),
        (time_series(k=2), Rows(3), []),
        (time_series(k=2), Rows(2), [("k", True)]),
    ],
)
def test_what_cannot_work_with_the_rows_that_came_is_known_before_a_fit(strategy, rows, expected):
    assert complained(strategy, rows) == expected


@pytest.mark.parametrize("strategy", FOLD_STRATEGIES)
def test_every_complaint_says_what_to_do(strategy):
    entry = evaluator[strategy]
    found = [
        *entry.component().check(info("regression", train_examples=1, ordered=True)),
        *entry.component().complaints(Rows(1)),
    ]

    assert found
    assert all(c.message and c.hint and not in_words(c.message).endswith(".") for c in found)


@pytest.mark.parametrize("strategy", [*FOLD_STRATEGIES, "holdout"])
def test_what_divides_groups_is_told(strategy):
    grouped = info(train_examples=100, groups="patient")

    told = [c.message.code for c in evaluator[strategy].component().check(grouped) if not c.fatal]

    keep = strategy in ("group_kfold", "predefined_split")  # which tells once it sees the rows
    assert told == ([] if keep else ["spec.groups_divided"])


# ---- Smaller data


@pytest.mark.parametrize(
    ("k", "factor", "expected"),
    [
        (4, 0.01, 4),
        (10, 0.01, 10),
        (404, 0.5, 202),
        (404, 0.01, 10),
        (404, 2.0, 404),
        (12, 0.5, 10),
    ],
)
@pytest.mark.parametrize(
    "strategy", ["kfold", "repeated_kfold", "stratified_kfold", "group_kfold", "time_series"]
)
def test_only_a_large_k_shrinks_with_the_data(strategy, k, factor, expected):
    before = evaluator[strategy].component(k=k)

    assert before.rescaled(factor) == evaluator[strategy].component(k=expected)
    assert before.k == k


@pytest.mark.parametrize("options", [{}, {"window": "rolling"}, {"gap": 2}], ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_rows_of_equal_time_are_in_one_part(seed, options):
    times = np.sort(np.random.default_rng(seed).integers(0, 12, 60)) * 0.5
    strategy, rows = time_series(k=3, **options), Rows(60, times=times)

    assert list(strategy.complaints(rows)) == []
    proposals = strategy.propose(rows, 0)
    for proposal in proposals:
        assert times[proposal.train].max() < times[proposal.validation].min()
    held = np.concatenate([proposal.validation for proposal in proposals])
    assert held.tolist() == list(range(held[0], 60))
    assert {len(p.train) for p in proposals} == {len(proposals[0].train)} or "window" not in options


def test_times_that_all_differ_change_no_fold():
    strategy = time_series(k=3, gap=1)

    plain, timed = (strategy.propose(Rows(23, times=of), 0) for of in (None, np.arange(23) / 7))

    for one, other in zip(plain, timed, strict=True):
        assert (one.train.tolist(), one.validation.tolist()) == (
            other.train.tolist(), other.validation.tolist(),
        )  # fmt: skip


@pytest.mark.parametrize("times", [[0] * 9 + [1, 2, 3], [0, 1, 2] + [3] * 9])
def test_so_many_rows_of_one_time_that_a_part_is_empty_are_told(times):
    (told,) = time_series(k=3).complaints(Rows(12, times=np.array(times)))

    assert told.key == "k"
    assert "rows of equal time stay together" in told.message


def test_sizes_of_a_time_series_shrink_with_the_data():
    before = time_series(gap=99, validation_size=1000, train_size=5, window="rolling")

    after = time_series(gap=9, validation_size=100, train_size=1, window="rolling")
    assert before.rescaled(0.1) == after


@given(time_options(), st.integers(20, 40), st.floats(0.2, 1))
def test_sizes_that_fit_into_the_data_fit_into_a_part_of_it(count_and_options, times, factor):
    count, options = count_and_options
    for key in ("gap", "validation_size", "train_size"):
        options[key] = options[key] and options[key] * times

    smaller = time_series(**options).rescaled(factor)

    few = math.ceil(count * times * factor)
    assert complained(smaller, Rows(few)) == []


# ---- Conclusion


def fit(name="fold-1", **history):
    return FitResult(name, history, best_epoch=1, seconds=1.0)


def test_the_best_epoch_is_that_of_the_mean_curve():
    # Means 0.7, 0.5, 0.6; alone, the first would choose epoch 3 and the second epoch 2.
    results = [fit(val_loss=[0.6, 0.5, 0.4]), fit(val_loss=[0.8, 0.5, 0.8])]

    conclusion = kfold(k=2).conclude(results, "val_loss")

    assert conclusion.best_epoch == conclusion.refit_epochs == 2
    assert conclusion.scores == {"loss": [0.5, 0.5]}


def test_of_accuracies_the_highest_is_best():
    results = [
        fit(val_loss=[0.1, 0.2, 0.3], val_accuracy=[0.5, 0.75, 0.7], accuracy=[1, 1, 1]),
        fit(val_loss=[0.4, 0.5, 0.6], val_accuracy=[0.5, 0.5, 0.5], accuracy=[1, 1, 1]),
    ]

    conclusion = kfold(k=2).conclude(results, "val_accuracy")

    assert conclusion.best_epoch == 2
    assert conclusion.scores == {"loss": [0.2, 0.5], "accuracy": [0.75, 0.5]}


@pytest.mark.parametrize(
    ("curve", "smooth", "skip_epochs", "expected"),
    [
        ([9, 5, 1, 5, 4, 3], 0.0, 0, 3),
        ([9, 5, 1, 5, 4, 3], 0.0, 3, 6),
        # 5, 4.6, 4.64, 4.576, 4.4184: one good epoch does not decide.
        ([9, 5, 1, 5, 4, 3], 0.9, 1, 6),
        # 2, 1.9, 2.01, 2.109: what is skipped has no part in the mean, else epoch 5 were best.
        ([90, 2, 1, 3, 3], 0.9, 1, 3),
        ([90, 2, 1, 3, 3], 0.9, 0, 5),
        ([90, 2, 1, 3, 3], 0.0, 3, 4),
        ([90, 2, 1, 3, 3], 0.0, 99, 5),
    ],
)
def test_the_mean_curve_is_smoothed_after_its_start_is_skipped(
    curve, smooth, skip_epochs, expected
):
    results = [fit(val_mae=[value + more for value in curve]) for more in (-0.5, 0.5)]

    conclusion = kfold(smooth=smooth, skip_epochs=skip_epochs).conclude(results, "val_mae")

    assert conclusion.best_epoch == expected
    assert conclusion.scores == {"mae": [curve[expected - 1] - 0.5, curve[expected - 1] + 0.5]}


def test_only_epochs_that_all_fits_reached_can_be_chosen():
    results = [fit(val_loss=[0.6, 0.5, 0.1, 0.1]), fit(val_loss=[0.6, 0.7])]

    conclusion = kfold(k=2).conclude(results, "val_loss")

    assert conclusion.best_epoch == 1
    assert conclusion.scores == {"loss": [0.6, 0.6]}


@pytest.mark.parametrize("gap", [None, math.nan, math.inf, -math.inf])
def test_an_epoch_in_which_a_fit_has_no_number_is_not_chosen_and_spoils_no_other(gap):
    results = [fit(val_loss=[0.6, gap, 0.5, 0.8]), fit(val_loss=[0.6, 0.1, 0.5, 0.8])]

    conclusion = kfold(k=2, smooth=0.5).conclude(results, "val_loss")

    assert conclusion.best_epoch == 3


@pytest.mark.parametrize(
    ("results", "monitor", "epoch", "scores"),
    [
        ([fit(loss=[0.3, 0.2], val_loss=[0.1, 0.2])], "val_auc", 2, {"loss": [0.2]}),
        # A loss is good if it is low, even if an accuracy was asked for.
        ([fit(loss=[0.3, 0.2, 0.4])], "val_accuracy", 2, {}),
        ([fit(loss=[0.3, 0.2], val_loss=[]), fit(loss=[0.3, 0.2])], "val_loss", 2, {}),
        ([fit(loss=[3.0, 2.0], val_f1=[0.9, 0.8]), fit(loss=[3.0, 2.0])], "val_f1", 2, {}),
        ([fit(val_loss=[math.nan, math.nan])], "val_loss", 2, None),
        ([fit(loss=[])], "val_loss", 1, {}),
    ],
    ids=["no such metric", "direction", "empty", "not in all", "no number", "no epoch"],
)
def test_a_curve_that_is_missing_is_replaced_by_the_loss(results, monitor, epoch, scores):
    conclusion = kfold().conclude(results, monitor)

    assert conclusion.best_epoch == epoch
    assert scores is None or conclusion.scores == scores


@pytest.mark.parametrize(("refit", "epochs"), [("best_epoch", 2), (7, 7), ("none", None)])
@pytest.mark.parametrize("strategy", FOLD_STRATEGIES)
def test_all_strategies_judge_alike(strategy, refit, epochs):
    results = [fit(val_loss=[0.1, 0.6, 0.5, 0.4]), fit(val_loss=[0.1, 0.2, 0.5, 0.8])]
    chosen = evaluator[strategy].component(refit=refit, skip_epochs=1, smooth=0.9)

    conclusion = chosen.conclude(results, "val_loss")

    assert conclusion.best_epoch == 2
    assert conclusion.refit_epochs == epochs
    assert conclusion.scores == {"loss": [0.6, 0.2]}


@pytest.mark.parametrize("strategy", FOLD_STRATEGIES)
def test_by_default_the_unsmoothed_curve_decides_for_how_long_to_refit(strategy):
    options = evaluator[strategy].options().model_dump()

    assert (options["refit"], options["smooth"], options["skip_epochs"]) == ("best_epoch", 0.0, 0)
    assert options.get("k", 4) == 4


@pytest.mark.parametrize(
    ("curves", "expected"),
    [
        ([[0.1, 0.1, 0.01]], (0.1, 0.1, 0.01)),
        ([[0.1, 0.1, 0.1]], ()),
        ([[]], ()),
        # Of three fits two have lowered it in the second epoch.
        ([[0.1, 0.01], [0.1, 0.1], [0.1, 0.01]], (0.1, 0.01)),
        # Two of four are not more than half.
        ([[0.1, 0.01, 0.01]] * 2 + [[0.1, 0.1, 0.01]] * 2, (0.1, 0.1, 0.01)),
        # Early stopping has ended the first.
        ([[0.1], [0.1, 0.01]], (0.1, 0.01)),
    ],
)
def test_the_learning_rate_falls_where_it_fell_in_more_than_half_of_the_fits(curves, expected):
    results = [FitResult("fit", {"learning_rate": curve}, 1, 0.0) for curve in curves]

    assert rates_found(results) == expected


def test_each_fold_has_its_share_of_every_label():
    tags = np.zeros((60, 3), "float32")
    tags[::2, 0], tags[::5, 1], tags[:6, 2] = 1, 1, 1
    rows = Rows(60, tags=tags, classes=("a", "b", "c"))

    proposals = stratified_kfold(k=3, repeats=2).propose(rows, 1)

    assert [p.name for p in proposals][:2] == ["repeat-1-fold-1", "repeat-1-fold-2"]
    for proposal in proposals:
        there = tags[proposal.validation].sum(axis=0)
        assert there[2] == 2  # the rarest, exactly
        assert there == pytest.approx([10, 4, 2], abs=1)
        assert sorted([*proposal.train, *proposal.validation]) == list(range(60))
    halves = [np.concatenate([p.validation for p in proposals[at : at + 3]]) for at in (0, 3)]
    assert [sorted(half) for half in halves] == [list(range(60))] * 2
    assert halves[0].tolist() != halves[1].tolist()
    (told,) = stratified_kfold(k=7).complaints(rows)
    assert not told.fatal
