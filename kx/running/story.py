"""How far a run has come: what its stages have returned, and the record that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kx.base.remark import Remark
from kx.running.bases import Base
from kx.running.fits import Fits
from kx.running.fitting import Fitter
from kx.running.guesses import linear_facts
from kx.running.judging import Judged, Tested
from kx.running.loading import Loaded
from kx.running.work import Work
from kx.runs.record import Record, Status
from kx.runs.record_parts import (
    DataFacts,
    ImportanceFacts,
    PartialNetwork,
    SubgroupFacts,
    ThresholdFacts,
)
from kx.runs.record_scores import ExpectationRecord


@dataclass(slots=True)
class Story:
    """What each stage of a run has returned; only the runner adds to it.

    A record can be made of it at any time, by another thread too: what is not there yet is missing.

    Attributes:
        begun: the record as it was when the run began.
        fitter: knows how far the fits have come.
        importance: of the columns of a table; None: not worked out.
        subgroups: scores by level of its columns; None: likewise.
        test_looks: which look at the test part this run takes; 0: none yet.
        partial: of a run that was stopped, the network that is kept.
        error: what ended the run, if it ended badly.
    """

    begun: Record
    work: Work
    loaded: Loaded | None = None
    base: Base = field(default_factory=Base)
    fitter: Fitter | None = None
    judged: Judged | None = None
    importance: ImportanceFacts | None = None
    subgroups: SubgroupFacts | None = None
    test_looks: int = 0
    tested: Tested | None = None
    expectations: list[ExpectationRecord] = field(default_factory=list)
    partial: PartialNetwork | None = None
    error: Remark | None = None

    @property
    def fits(self) -> Fits:
        """As far as they have come."""
        return self.fitter.fits if self.fitter else Fits()

    def record(self, status: Status) -> Record:
        """Return the record of the run as far as it has come."""
        fits, judged, tested = self.fits, self.judged, self.tested
        known = self._with_fits(self._begun(status), fits, tested)
        return self._with_scores(known, fits, judged, tested) if judged else known

    def _begun(self, status: Status) -> Record:
        """Return the record as the run began, with all that neither fits nor scores tell."""
        return replace(
            self.begun,
            status=status,
            base=self.base.facts,
            embeddings=self.base.coverage,
            features=self.loaded.features if self.loaded else None,
            dataset=self._data(),
            expectations=self.expectations,
            importance=self.importance,
            subgroups=self.subgroups,
            test_looks=self.test_looks,
            warnings=list(self.work.warnings),
            partial=self.partial,
            error=self.error,
        )

    def _with_fits(self, record: Record, fits: Fits, tested: Tested | None) -> Record:
        return replace(
            record,
            seeds={**record.seeds, **fits.drawn},
            fits=list(fits.records),
            frozen=fits.frozen,
            vocabulary=tested.vocabulary if tested else fits.vocabulary,
            parameters=fits.parameters,
            engine=fits.engine.label if fits.engine else "",
            engine_reason=fits.engine.reason if fits.engine else None,
            fit_seconds=fits.seconds,
            refit_epochs=fits.refit_epochs,
            refit_rates=list(fits.refit_rates),
            duplicates=dict(fits.duplicates),
            linear=linear_facts([*fits.linear, *(tested.linear if tested else ())]),
            validation_reason=fits.validation_reason,
            baseline_note=(tested.baseline_note if tested else None) or fits.baseline_note,
        )

    def _with_scores(
        self, record: Record, fits: Fits, judged: Judged, tested: Tested | None
    ) -> Record:
        parts: dict[str, Judged | Tested] = {"validation": judged}
        if tested:
            parts["test"] = tested
        return replace(
            record,
            scores={part: of.scores for part, of in parts.items()},
            baselines={part: of.baselines for part, of in parts.items()},
            fold_scores={name: list(of) for name, of in judged.fold_scores.items()},
            streamed=judged.streamed,
            of_kept=judged.of_kept,
            threshold=_threshold(judged, tested),
            steps={part: of.steps for part, of in parts.items() if of.steps},
            best_epoch=judged.best_epoch,
            seeds_count=len(fits.seeds),
            leaky=self.work.plan.spec.preparation.leaky,
        )

    def _data(self) -> DataFacts:
        if not self.loaded:
            return self.begun.dataset
        return replace(self.loaded.facts, validation_as_given=self.fits.as_given)


def _threshold(judged: Judged, tested: Tested | None) -> ThresholdFacts | None:
    """Return the thresholds, with what the test part says at one half."""
    if judged.threshold is None or tested is None:
        return judged.threshold
    return replace(judged.threshold, at_half=tested.at_half)
