"""What came of the fits of a run, as far as it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kx.base.remark import Remark
from kx.contracts import Conclusion, FitResult, History, Proposal
from kx.runs.record_parts import FitRecord, FrozenFacts, VocabularyFacts

if TYPE_CHECKING:
    import numpy as np

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


@dataclass(slots=True, eq=False)
class Fits:
    """The fits of a run; the fitter adds to it until all are carried out.

    Attributes:
        proposals: the splits.
        seeds: one for each time that every split is trained on.
        outcomes: of each fit: all seeds of the first split, then of the second, …
        guesses: name of a baseline -> what it says of the validation rows of each split.
        finals: the fits whose networks are the result of the run, one per seed; may be empty.
        conclusion: of the strategy; None until all fits are carried out.
        drawn: purpose -> seed, of all that was drawn.
        histories: of each fit, refits included, by its name.
        records: of each fit, refits included.
        duplicates: part -> number of its rows that occur, identical, in the training part too.
        validation_reason: how the rows were split, and why, if the strategy chose that itself.
        as_given: whether the rows for validation are just those that the dataset gives for it;
            None: it is not known yet.
        seconds: wall clock, of all fits together.
        refit_epochs: None without a refit.
        refit_rates: pairs of the epoch from which on and the learning rate.
        linear: how each linear model among the baselines was fitted.
        baseline_note: why one is missing.
        parameters: of the network, its base included.
        engine: label of the engine; empty until one is chosen.
        engine_reason: why that one.
    """

    proposals: Sequence[Proposal] = ()
    seeds: Sequence[int] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    guesses: dict[str, list[np.ndarray]] = field(default_factory=dict)
    finals: list[Fitted] = field(default_factory=list)
    conclusion: Conclusion | None = None
    drawn: dict[str, int] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    records: list[FitRecord] = field(default_factory=list)
    duplicates: dict[str, int] = field(default_factory=dict)
    validation_reason: Remark | None = None
    as_given: bool | None = None
    seconds: float = 0.0
    refit_epochs: int | None = None
    refit_rates: list[tuple[int, float]] = field(default_factory=list)
    vocabulary: VocabularyFacts | None = None
    frozen: FrozenFacts | None = None
    linear: list[LinearFit] = field(default_factory=list)
    baseline_note: Remark | None = None
    parameters: int = 0
    engine: str = ""
    engine_reason: Remark | None = None

    @property
    def results(self) -> list[FitResult]:
        """Of each fit that was proposed."""
        return [outcome.result for outcome in self.outcomes]

    @property
    def is_at_hand(self) -> bool:
        """Whether each fit's predictions are those of the epoch that was chosen."""
        kept = {outcome.kept for outcome in self.outcomes}
        return self.conclusion is not None and kept == {self.conclusion.best_epoch}
