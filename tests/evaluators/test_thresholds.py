"""Thresholds, by hand and against trying all of them."""

import numpy as np
import pytest
import sklearn.metrics as oracle

from kx.evaluators.thresholds import DECIDED, Aimed, chosen, decisions, sweep
from kx.models.heads import METRICS

YES = np.array([False, False, True, False, True])
SAID = np.array([0.1, 0.2, 0.3, 0.4, 0.8])


def drawn(seed, rows=60):
    draws = np.random.default_rng(seed)
    yes = draws.random(rows) < 0.2
    return yes, draws.normal(0.3 + 0.3 * yes, 0.2).clip(0, 1).round(2)


def best(rule):
    return chosen(sweep(YES, SAID), rule)


def test_every_threshold_that_tells_rows_apart_is_tried():
    found = sweep(YES, SAID)

    assert found.thresholds.tolist() == pytest.approx([0.05, 0.15, 0.25, 0.35, 0.6, 0.9])
    assert found.hits.tolist() == [2, 2, 2, 1, 1, 0]
    assert found.alarms.tolist() == [3, 2, 1, 1, 0, 0]
    assert (found.yes, found.no) == (2, 3)


@pytest.mark.parametrize(
    ("rule", "threshold"),
    [
        (Aimed("f1"), 0.25),  # 4 / 5; above 0.6 it is 2 / 3
        (Aimed("balanced_accuracy"), 0.25),  # (1 + 2 / 3) / 2
        (Aimed("mcc"), 0.25),  # 4 / 6 against 3 / sqrt(24)
        (Aimed("cost", (1, 1)), 0.6),  # one miss, as dear as one alarm, but nearer to one half
        (Aimed("cost", (1, 10)), 0.25),
        (Aimed("cost", (10, 1)), 0.6),
        (Aimed("least_recall", least=0.5), 0.6),
        (Aimed("least_recall", least=0.51), 0.25),
    ],
)
def test_the_best_threshold_follows_from_the_aim(rule, threshold):
    assert best(rule) == pytest.approx(threshold)


SCORES = {
    "f1": lambda y, said: oracle.f1_score(y, said, zero_division=0.0),
    "balanced_accuracy": oracle.balanced_accuracy_score,
    "mcc": oracle.matthews_corrcoef,
    "cost": lambda y, said: -(2.0 * (said & ~y).sum() + 7.0 * (~said & y).sum()),
}


@pytest.mark.parametrize("aim", SCORES)
@pytest.mark.parametrize("seed", range(5))
def test_no_other_threshold_is_better(aim, seed):
    yes, said = drawn(seed)

    at = chosen(sweep(yes, said), Aimed(aim, (2.0, 7.0)))

    found = SCORES[aim](yes, said > at)
    assert all(SCORES[aim](yes, said > other) <= found + 1e-9 for other in [-1, *np.unique(said)])


@pytest.mark.parametrize("least", [0.3, 0.8, 1.0])
def test_the_least_recall_is_kept_with_as_few_alarms_as_can_be(least):
    yes, said = drawn(1)

    at = chosen(sweep(yes, said), Aimed("least_recall", least=least))

    assert oracle.recall_score(yes, said > at) >= least
    stricter = [
        other
        for other in [-1, *np.unique(said)]
        if ((said > other) & ~yes).sum() < ((said > at) & ~yes).sum()
    ]
    assert all(oracle.recall_score(yes, said > other) < least for other in stricter)


@pytest.mark.parametrize("said", [[0.0, 0.0, 0.3, 1.0], [0.0] * 4, [1.0] * 4, [0.0, 1.0] * 2])
def test_what_comes_of_a_threshold_is_what_is_decided_by_it(said):
    said, yes = np.array(said, np.float32)[:, None], np.array([True, False, True, True])

    found = sweep(yes, said[:, 0])

    for at, hits, alarms in zip(found.thresholds, found.hits, found.alarms, strict=True):
        decided = decisions(said, (float(at),))[:, 0] > 0
        assert (hits, alarms) == ((decided & yes).sum(), (decided & ~yes).sum())


def test_a_recall_that_no_threshold_has_is_come_as_near_to_as_can_be():
    yes, said = np.array([True, True, True, False]), np.array([0.0, 0.2, 0.9, 0.0])

    assert chosen(sweep(yes, said), Aimed("least_recall", least=0.9)) == pytest.approx(0.1)


def test_of_several_best_ones_it_is_the_nearest_to_one_half():
    yes, said = np.array([False, True]), np.array([0.5, 0.9])

    assert chosen(sweep(yes, said), Aimed("f1")) == pytest.approx(0.7)
    assert chosen(sweep(np.array([False, False]), said), Aimed("f1")) == pytest.approx(0.7)


def test_decisions_are_exact_at_a_threshold_of_their_own():
    said = np.array([[0.2, 0.9], [0.3, 0.7]], "float32")

    assert decisions(said, (0.25, 0.8)).tolist() == [[0, 1], [1, 0]]
    assert decisions(said, (float(np.float32(0.3)), 0.5)).tolist() == [[0, 1], [0, 1]]


def test_what_a_threshold_decides_are_known_metrics():
    assert set(METRICS) >= DECIDED
