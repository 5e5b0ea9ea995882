"""The second stage: the fits that the validation strategy proposes, and the refit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from kx.base import signals
from kx.base.remark import Remark
from kx.contracts import FitResult, Proposal, Rows, Strategy
from kx.evaluators.conclusion import rates_found
from kx.evaluators.linear_models import libraries
from kx.running.artefacts import write_splits
from kx.running.asked_fits import AskedFits, draws, named_draws, named_seeds, repetitions
from kx.running.fit_facts import fit_record, frozen_facts, new_rates
from kx.running.fit_remarks import tell_what_a_refit_lacks, tell_what_never_improved
from kx.running.fits import Fits, Outcome
from kx.running.guesses import guesses
from kx.running.loading import Loaded
from kx.running.networks import Networks
from kx.running.plugin_networks import refuse_unkept
from kx.running.splitting import (
    are_as_given,
    check_rows,
    count_duplicates,
    proposed,
    rows_to_split,
    why_so,
)
from kx.running.vocabulary import with_unknown
from kx.running.work import Work
from kx.training.callbacks import kept_epoch

if TYPE_CHECKING:
    from kx.training.jobs import Fitted, Job


class Fitter:
    """Carries out the fits of a run.

    Attributes:
        networks: of the run.
        fits: what came of them so far; a new value after each of them.
        last: what came of the fit that ended last; None: none has.
    """

    def __init__(self, work: Work, loaded: Loaded, networks: Networks) -> None:
        self._work, self._loaded, self.networks = work, loaded, networks
        self._asked = AskedFits(work, loaded)
        self.fits = Fits()
        self.last: Fitted | None = None

    def fit_all(self) -> Fits:
        """Carry out what the validation strategy proposes, for each seed, and refit.

        Raises:
            SpecError: if the rows cannot be split as the spec asks.
        """
        bundle = self._loaded.bundle
        rows = rows_to_split(bundle)
        strategy = self._work.plan.strategy(rows.count)
        self._split(strategy, rows)
        asked = self._described()
        self.fits = replace(self.fits, duplicates=count_duplicates(bundle, self.fits.proposals))
        self._fit(asked)
        self._conclude(strategy)
        return self.fits

    def _split(self, strategy: Strategy, rows: Rows) -> None:
        """Let the strategy propose splits, and see that they are good for something."""
        work, bundle = self._work, self._loaded.bundle
        check_rows(work, strategy, rows)
        self.fits = replace(self.fits, validation_reason=why_so(work, strategy, rows))
        proposals = proposed(work, bundle, strategy, rows)
        self._asked.check_test()
        write_splits(work, proposals, rows.count)
        seeds, as_given = repetitions(work), are_as_given(rows, proposals)
        self.fits = replace(
            self.fits,
            proposals=proposals,
            seeds=seeds,
            drawn=named_seeds(seeds),
            as_given=as_given,
        )

    def _described(self) -> list[tuple[Proposal, Job]]:
        """Return the fits of all splits and seeds, and tell whoever waits for them."""
        fits, work = self.fits, self._work
        drawn = [(of, draw) for of in fits.proposals for draw in draws(of.name, fits.seeds)]
        asked = [(of, self._asked.proposed(of, draw)) for of, draw in drawn]
        jobs = [job for _, job in asked]
        self._add_drawn(named_draws(work, (draw for _, draw in drawn)))
        refuse_unkept(work.plan, self.networks.trainer.network(jobs[0]))
        work.watcher.fits_planned(len(jobs))
        work.history.plan([job.name for job in jobs])
        return asked

    def _add_drawn(self, seeds: dict[str, int]) -> None:
        preparations = dict(self._asked.preparations)
        self.fits = replace(
            self.fits, drawn={**self.fits.drawn, **seeds}, preparations=preparations
        )

    def _fit(self, asked: Sequence[tuple[Proposal, Job]]) -> None:
        """Carry out the fits of all splits and seeds."""
        jobs = [job for _, job in asked]
        libraries()
        started = time.monotonic()
        with closing(self.networks.trainer.fit(jobs)) as done:  # at once, whatever happens here
            for (proposal, _), fitted in zip(asked, done, strict=True):
                self._add(fitted, proposal)
        self.fits = replace(self.fits, seconds=round(time.monotonic() - started, 3))

    def _add(self, fitted: Fitted, proposal: Proposal) -> None:
        """Add what came of one fit; its data need not be kept."""
        signals.check()
        before = self.fits.outcomes
        self._note(fitted, judged=True)
        self._add_outcome(fitted, proposal)
        signals.check()
        if not before or before[-1].proposal is not proposal:  # the first seed of a split
            self._guess(fitted, proposal)
        self.networks.keep(fitted, self.fits.histories)
        if not before and self._loaded.bundle.info.table:
            self.fits = replace(self.fits, first=fitted)
        if len(self.fits.proposals) == 1:
            self.fits = replace(self.fits, finals=(*self.fits.finals, fitted))

    def _add_outcome(self, fitted: Fitted, proposal: Proposal) -> None:
        """Add what the network of a fit says of its validation rows."""
        fits, rows = self.fits, proposal.validation
        preparation, data = fits.preparation(fitted), self._loaded.bundle.train
        vocabulary = with_unknown(fits.vocabulary, preparation, data, rows)
        self.fits = fits = replace(fits, vocabulary=vocabulary)
        result = FitResult(fitted.job.name, fitted.history, fitted.best_epoch, fitted.seconds)
        said = self.networks.trainer.predict(fitted, rows)
        outcome = Outcome(proposal, result, said, kept_epoch(self._work.training, fitted))
        self.fits = replace(fits, outcomes=(*fits.outcomes, outcome))

    def _guess(self, fitted: Fitted, proposal: Proposal) -> None:
        """Let the baselines see what the network saw."""
        data, fits, info = fitted.job.data(), self.fits, self._loaded.bundle.info
        asked = (data.x, proposal.validation)
        found = guesses(data, proposal.train, asked, info, len(fits.proposals))
        self.fits = replace(fits, guessed=(*fits.guessed, found))

    def _conclude(self, strategy: Strategy) -> None:
        """Let the strategy choose the best epoch, and refit if it says so."""
        work, fits = self._work, self.fits
        tell_what_never_improved(work, self._loaded.bundle.info, fits)
        conclusion = strategy.conclude(fits.results, work.plan.spec.training.monitor)
        self.fits = replace(fits, conclusion=conclusion)
        if conclusion.refit_epochs is not None:
            self._refit(conclusion.refit_epochs, rates_found(fits.results))

    def _refit(self, epochs: int, rates: tuple[float, ...]) -> None:
        """Train fresh weights on training and validation part together, for each seed."""
        work, epochs = self._work, self._work.epochs(epochs)
        tell_what_a_refit_lacks(work)
        asked = draws("refit", self.fits.seeds)
        jobs = [self._asked.refit(draw, epochs, rates) for draw in asked]
        self._add_drawn(named_draws(work, asked))
        finals = tuple(self.networks.trainer.fit(jobs))
        done = min(len(fitted.history["loss"]) for fitted in finals)
        if done < epochs:
            work.warn("title.spec", Remark.of("spec.refit_ended", done=done, epochs=epochs))
        for fitted in finals:
            self._note(fitted, judged=False)
        self.fits = replace(
            self.fits, finals=finals, refit_epochs=done, refit_rates=new_rates(rates[:done])
        )

    def _note(self, fitted: Fitted, *, judged: bool) -> None:
        """Add what the record says of a fit; ``judged``: on validation rows."""
        fits, self.last = self.fits, fitted
        self.networks.base.tell_coverage(self._work)
        self.fits = replace(
            fits,
            histories={**fits.histories, fitted.job.name: fitted.history},
            records=(*fits.records, fit_record(fitted, judged=judged)),
            parameters=self.networks.parameters(fitted, self._loaded.features),
            engine=self.networks.trainer.engine,
            frozen=frozen_facts(fitted) or fits.frozen,
        )
