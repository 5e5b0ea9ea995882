"""What came of the fits of a run, as far as it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kx.base.remark import Remark
from kx.contracts import Conclusion, FitResult, History, Proposal
from kx.running.guesses import Guesses
from kx.runs.record_parts import FitRecord, FrozenFacts, VocabularyFacts
from kx.training.engine import Engine

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation
    from kx.evaluators.linear_models import LinearFit
    from kx.training.jobs import Fitted


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of one fit that the validation strategy proposed.

    Attributes:
        proposal: the split that it was trained on and validated with.
        predictions: for its validation rows: (n, outputs).
        kept: the epoch, counted from 1, whose weights predicted; 0: of none.
    """

    proposal: Proposal
    result: FitResult
    predictions: np.ndarray
    kept: int


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """What came of the fits of a run: after each of them, a new value says how far it has come.

    Attributes:
        proposals: the splits.
        seeds: one for each time that every split is trained on.
        outcomes: of each fit: all seeds of the first split, then of the second, …
        guessed: what the baselines say of the validation rows of each split.
        first: the fit of the first split and seed, of a table; None of other data.
        finals: the fits whose networks are the result of the run, one per seed; may be empty.
        conclusion: of the strategy; None until all fits are carried out.
        drawn: purpose -> seed, of all that was drawn.
        preparations: name of a fit -> what its data are prepared by.
        histories: of each fit, refits included, by its name.
        records: of each fit, refits included.
        duplicates: part -> number of its rows that occur, identical, in the training part too.
        validation_reason: how the rows were split, and why, if the strategy chose that itself.
        as_given: whether the rows for validation are just those that the dataset gives for it;
            None: it is not known yet.
        seconds: wall clock, of all fits together.
        refit_epochs: None without a refit.
        refit_rates: pairs of the epoch from which on and the learning rate.
        parameters: of the network, its base included.
        engine: None until one is chosen.
    """

    proposals: Sequence[Proposal] = ()
    seeds: Sequence[int] = ()
    outcomes: tuple[Outcome, ...] = ()
    guessed: tuple[Guesses, ...] = ()
    first: Fitted | None = None
    finals: tuple[Fitted, ...] = ()
    conclusion: Conclusion | None = None
    drawn: Mapping[str, int] = field(default_factory=dict)
    preparations: Mapping[str, AnyPreparation] = field(default_factory=dict)
    histories: Mapping[str, History] = field(default_factory=dict)
    records: tuple[FitRecord, ...] = ()
    duplicates: Mapping[str, int] = field(default_factory=dict)
    validation_reason: Remark | None = None
    as_given: bool | None = None
    seconds: float = 0.0
    refit_epochs: int | None = None
    refit_rates: tuple[tuple[int, float], ...] = ()
    vocabulary: VocabularyFacts | None = None
    frozen: FrozenFacts | None = None
    parameters: int = 0
    engine: Engine | None = None

    @property
    def results(self) -> list[FitResult]:
        """Of each fit that was proposed."""
        return [outcome.result for outcome in self.outcomes]

    @property
    def is_at_hand(self) -> bool:
        """Whether each fit's predictions are those of the epoch that was chosen."""
        kept = {outcome.kept for outcome in self.outcomes}
        return self.conclusion is not None and kept == {self.conclusion.best_epoch}

    @property
    def guessing(self) -> list[str]:
        """The baselines that were asked in every split: some learn from few rows only."""
        first, *others = [each.said for each in self.guessed] or [{}]
        return [name for name in first if all(name in said for said in others)]

    @property
    def guesses(self) -> dict[str, np.ndarray]:
        """What each baseline says of the validation rows of all splits: name -> (n, outputs)."""
        parts = {name: [each.said[name] for each in self.guessed] for name in self.guessing}
        return {name: np.concatenate(of) for name, of in parts.items()}

    @property
    def linear(self) -> list[LinearFit]:
        """How each linear model among the baselines was fitted."""
        fits = [fit for each in self.guessed for fit in each.linear]
        return fits if "linear" in self.guessing else []

    @property
    def baseline_note(self) -> Remark | None:
        """Why a baseline is missing; None if none is."""
        return next((each.note for each in reversed(self.guessed) if each.note), None)

    def preparation(self, fitted: Fitted) -> AnyPreparation:
        """Return what the data of a fit were prepared by."""
        return self.preparations[fitted.job.name]
