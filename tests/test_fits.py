"""What came of the fits of a run is a value: what follows makes a new one, and changes none."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from kx.base.remark import Remark
from kx.contracts import DatasetInfo, Proposal
from kx.evaluators.linear_models import LinearFit
from kx.models.heads import suited_head
from kx.running.asked_fits import Draw, draws, named_seeds
from kx.running.fit_facts import new_rates
from kx.running.fits import Fits
from kx.running.guesses import Guesses
from kx.running.judging import mean_baselines

FIRST = Guesses({"median": np.array([[1.0], [2.0]])}, Remark.of("text", text="too large"))
SPLITS = (("one", 0), ("other", 2))
SECOND = Guesses({"median": np.array([[3.0]]), "linear": np.array([[4.0]])})


def test_what_was_known_stays_as_it_was_when_more_comes():
    before = Fits(guessed=(FIRST,))
    after = replace(before, guessed=(*before.guessed, SECOND))

    assert before.guesses["median"].tolist() == [[1.0], [2.0]]
    assert after.guesses["median"].tolist() == [[1.0], [2.0], [3.0]]
    with pytest.raises(FrozenInstanceError):
        before.seconds = 1.0


def test_a_baseline_that_one_split_is_too_large_for_is_left_out():
    fit = LinearFit((1.0,), 3, 40, True)
    later = replace(SECOND, linear=[fit])

    assert list(Fits(guessed=(later, FIRST)).guesses) == ["median"]
    assert Fits(guessed=(later, FIRST)).linear == []
    assert Fits(guessed=(later,)).linear == [fit]
    assert Fits().guesses == {}


@pytest.mark.slow
def test_baselines_are_judged_split_by_split_as_the_network_is():
    # In each split nothing tells the two targets apart; of all rows, the split does: R² 0.96.
    y = np.array([0.0, 2.0, 10.0, 12.0])
    proposals = [Proposal(name, np.array([]), np.arange(4)[at : at + 2]) for name, at in SPLITS]
    guessed = [Guesses({"linear": np.full((2, 1), each, np.float32)}) for each in (1.0, 11.0)]
    info = DatasetInfo("places", "regression", (1,))
    head = replace(suited_head(info), metrics=("r2", "mae"))

    found = mean_baselines(y, Fits(proposals=proposals, guessed=tuple(guessed)), info, head)

    assert found["r2"]["linear"] == pytest.approx(0)
    assert found["mae"]["linear"] == pytest.approx(1)


def test_a_missing_baseline_is_told_though_a_later_split_has_it():
    assert Fits(guessed=(FIRST, SECOND)).baseline_note == FIRST.note
    assert Fits(guessed=(SECOND,)).baseline_note is None


def test_fits_of_several_seeds_are_named_after_these_and_draw_for_one_purpose():
    assert draws("fold-1", [7]) == [Draw("fold-1", "fold-1", 7)]
    assert draws("fold-1", [7, 9]) == [
        Draw("fold-1-seed-1", "fold-1", 7),
        Draw("fold-1-seed-2", "fold-1", 9),
    ]
    assert (named_seeds([7]), named_seeds([7, 9])) == ({}, {"seed 1": 7, "seed 2": 9})


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((), ()),
        ((0.1,), ((1, 0.1),)),
        ((0.1, 0.1, 0.01, 0.1), ((1, 0.1), (3, 0.01), (4, 0.1))),
    ],
)
def test_rates_are_told_from_the_epoch_on_in_which_they_are_new(rates, expected):
    assert new_rates(rates) == expected
