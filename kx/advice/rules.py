"""The rules by which a run is diagnosed, tried in their order, and the limits that they name.

The words are below ``[diagnosis]`` in ``kx/wording/texts``; ``kx.wording.diagnosis_words`` fills
them in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from kx.advice.loss_statistics import SHORT

Kind = Literal[
    "diverged", "too_short", "no_better_than_baseline", "overfits", "underfits", "noisy",
    "unfinished", "well_fitted", "contradictory",
]  # fmt: skip

KINDS: tuple[str, ...] = get_args(Kind)

RISE = 0.10
"""So much above its lowest point the validation loss must end, to have risen."""

FALL = 0.05
"""So much the validation loss must still fall in the last quarter, to be still falling."""

GAP = 0.5
"""So far below the validation loss the training loss must be, to be far from it."""

CLOSE = 0.2
"""The two losses are close where the gap is smaller than this."""

NOISE = 0.05
"""From so much chance in each epoch on, relative to the lowest loss, a curve is noisy."""

MATTERS = 0.01
"""Of what was won over a constant guess: a smaller change of the loss does not matter."""

LITTLE = 0.10
"""Of the loss of a constant guess: who wins less has learned little."""

UNREACHABLE = 0.1
"""Of the training rows: if labels contradict each other on so many, they are what is wrong."""

BY_HEART = 0.9
"""A training loss so far below the validation loss has nothing left to learn from its rows."""

SETTLED = 0.01
"""A validation loss that fell by less in the last quarter, and is at its best, hardly falls."""

CONSTANT = ("majority", "prior", "mean", "median", "quantiles")
"""Baselines that look at no feature."""

NAIVE = ("last", "seasonal", "drift")
"""Baselines of forecasts that look at nothing but the past of the target, and learn nothing."""

SIMPLE = (*CONSTANT, *NAIVE)
"""Baselines that a network must beat before anything else is said for it."""

SURE = 3.0
"""Standard errors that a change must exceed to be more than noise."""

OF_WON = ("lost", "fall_of_won", "noise_of_won", "gap_of_won")
"""Numbers that are shares of what was won over a constant guess."""

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of diagnosis.

    Attributes:
        holds: whether the numbers say so. All of those of the curves are there if ``late``.
        late: whether it needs a course of ``SHORT`` epochs.
    """

    kind: Kind
    name: str
    holds: Callable[[Numbers], bool]
    late: bool = True


def _rises(n: Numbers) -> bool:
    return n["rise"] >= RISE and n["lost"] >= MATTERS and n["rise"] >= SURE * n["uncertainty"]


def _still_falls(n: Numbers) -> bool:
    sure = n["before"] - n["end"] >= SURE * n["standard_error"] and n["since_best"] < 1 / 4
    sure = sure and not n["stopped"] and n["gap"] < BY_HEART
    return sure and n["fall"] >= FALL and n["fall_of_won"] >= MATTERS and n["rise"] < FALL


def _overfits(n: Numbers) -> bool:
    return _rises(n) and n["training_fall"] > 0


def _falls_apart(n: Numbers) -> bool:
    enough = n["gap_of_won"] >= 2 * MATTERS and n["training_fall"] >= 0.2
    return n["gap"] >= GAP and enough


def _guesses(n: Numbers) -> bool:
    return n.get("margin", 1) <= 0


def _contradicts(n: Numbers) -> bool:
    """Whether labels that contradict each other are why a network overfits or guesses."""
    return n.get("reachable", 1) <= 1 - UNREACHABLE and (
        _guesses(n) or _overfits(n) or _falls_apart(n)
    )


def _best_is_last(n: Numbers) -> bool:
    """Whether the epochs ran out at the best one: fits that stopped early have had enough."""
    return n["since_best"] == 0 and not n.get("stopped", 0)


def ends_at_its_best(n: Numbers) -> bool:
    """Whether more epochs would have helped: the last is the best, and the loss still falls."""
    late = "fall" in n and "since_best" in n
    return late and _best_is_last(n) and n["fall"] >= SETTLED


def guesses_better(n: Numbers) -> bool:
    """Whether no epoch has a validation loss below that of a constant guess."""
    return n.get("excess", -1.0) >= 0


def linear_is_better(n: Numbers) -> bool:
    """Whether the linear model has the better score, be it by chance."""
    return n.get("linear_lead", -1.0) > 0


def linear_is_as_good(n: Numbers) -> bool:
    """Whether the network does not beat the linear model."""
    return n.get("linear_lead", -1.0) >= 0


def trees_are_as_good(n: Numbers) -> bool:
    """Whether the network does not beat boosted trees."""
    return n.get("trees_lead", -1.0) >= 0


RULES: tuple[Rule, ...] = (
    Rule("diverged", "not_finite", lambda n: bool(n["not_finite"]), late=False),
    Rule("diverged", "loss_rose", lambda n: n.get("training_growth", 1) >= 1.5, late=False),
    Rule("too_short", "few_epochs", lambda n: n["judged"] < SHORT or bool(n["smoke"]), late=False),
    Rule("contradictory", "labels", _contradicts),
    Rule("no_better_than_baseline", "chance", _guesses),
    Rule("overfits", "rise", _overfits),
    Rule("underfits", "still_falling", _still_falls),
    Rule("noisy", "unsteady", lambda n: _rises(n)),
    Rule("noisy", "noise", lambda n: n["noise"] >= NOISE and n["noise_of_won"] >= MATTERS),
    Rule("overfits", "gap", _falls_apart),
    Rule("no_better_than_baseline", "loss_of_guess", guesses_better),
    Rule("underfits", "weak", lambda n: n["gap"] < CLOSE and n.get("behind_linear", 0) > 0),
    Rule("underfits", "little", lambda n: n["gap"] < CLOSE and n.get("won", 1) < LITTLE),
    Rule("unfinished", "last_is_best", ends_at_its_best),
    Rule("no_better_than_baseline", "linear_better", linear_is_better),
    Rule("well_fitted", "settled", _best_is_last),
    Rule("well_fitted", "calm", lambda n: True),
)
"""Tried in this order; the first that holds is the diagnosis."""
