"""What came of the fits of a run is a value: what follows makes a new one, and changes none."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from kx.base.remark import Remark
from kx.running.asked_fits import Draw, draws, named_seeds
from kx.running.fit_facts import new_rates
from kx.running.fits import Fits
from kx.running.guesses import Guesses

FIRST = Guesses({"median": np.array([[1.0], [2.0]])}, Remark.of("text", text="too large"))
SECOND = Guesses({"median": np.array([[3.0]]), "linear": np.array([[4.0]])})


def test_what_was_known_stays_as_it_was_when_more_comes():
    before = Fits(guessed=(FIRST,))
    after = replace(before, guessed=(*before.guessed, SECOND))

    assert before.guesses["median"].tolist() == [[1.0], [2.0]]
    assert {name: of.tolist() for name, of in after.guesses.items()} == {
        "median": [[1.0], [2.0], [3.0]],
        "linear": [[4.0]],
    }
    with pytest.raises(FrozenInstanceError):
        before.seconds = 1.0


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
