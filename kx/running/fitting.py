"""The second stage: the fits that the validation strategy proposes, and the refit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.base import signals
from kx.base.curves import lower_is_better
from kx.base.errors import DataError
from kx.base.remark import Code, Remark
from kx.base.seeds import derive
from kx.contracts import DatasetBundle, DatasetInfo, FitResult, Proposal, Rows, Split
from kx.data.arrays.class_weights import class_labels, row_weights
from kx.data.arrays.duplicates import count_shared, row_hashes
from kx.data.arrays.target_scale import unit_of
from kx.data.preparation import fit_preparation, learns_from
from kx.data.tables import window_preparation
from kx.data.tables.encoding import fit_table
from kx.data.texts.text_columns import fit_text_columns
from kx.data.texts.vocabulary import fit_vocabulary
from kx.evaluators.conclusion import rates_found
from kx.evaluators.linear_models import libraries
from kx.planning import Plan
from kx.planning.finding import Finding
from kx.running.artefacts import write_splits
from kx.running.bases import Base
from kx.running.fits import Fits, Outcome
from kx.running.guesses import guesses
from kx.running.loading import Loaded, check_rows, check_splits, in_time, rows_to_split, tell
from kx.running.networks import keep_model
from kx.running.plugin_networks import refuse_unkept
from kx.running.vocabulary import with_unknown
from kx.running.work import SMOKE_FITS, Work
from kx.runs.record_parts import FitRecord, FrozenFacts, PhaseRecord
from kx.training.callbacks import kept_epoch
from kx.training.jobs import Hooks, Job
from kx.training.phases import TrainableParts
from kx.training.target_unit import suits
from kx.training.trainer import Trainer
from kx.wording.recorded import in_words

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation
    from kx.training.jobs import Fitted, Job
    from kx.training.trainer import Trainer


@dataclass(slots=True)
class Prepared:
    """The training part as networks see it, and what it was prepared by.

    Data that are prepared alike for every fold, such as words, are kept only once.
    """

    plan: Plan
    bundle: DatasetBundle
    _last: tuple[AnyPreparation, Split] | None = None

    def fitted(self, rows: np.ndarray) -> AnyPreparation:
        """Return the preparation that the training rows alone decide, unless it is to leak."""
        section, info = self.plan.spec.preparation, self.bundle.info
        train = self.bundle.train
        scale = info.scale if section.scale == "auto" else section.scale
        everything = section.leaky or len(rows) == len(train)
        if info.texts:
            return fit_vocabulary(train.x if everything else train.x[rows], info.texts)
        missing = info.missing if section.missing == "auto" else section.missing
        if info.series:
            wanted = np.arange(len(train)) if everything else rows
            return window_preparation.fit_windows(
                train.x, wanted, info.table, scale, missing, section.ways()
            )
        x = train.x if everything or not learns_from(train.x, scale) else train.x[rows]
        if info.table:
            texts = fit_text_columns(x, info.table)
            return fit_table(x, info.table, scale, missing, section.ways(), texts)
        return fit_preparation(x, scale, missing, names=info.features)

    def split(self, preparation: AnyPreparation, rows: np.ndarray) -> Split:
        """Return the whole training part, prepared; ``rows`` decide what is balanced."""
        if self._last is None or not self._last[0].is_same(preparation):
            x = preparation.apply(self.bundle.train.x, "training")
            self._last = (preparation, replace(self.bundle.train, x=x))
        data, how = self._last[1], self.plan.spec.training.class_weight
        if how is None:
            return data

        return replace(data, weights=row_weights(data, rows, self.bundle.info, how))


class Fitter:
    """Carries out the fits of a run.

    Attributes:
        base: of the networks.
        fits: what came of them so far.
        last: what came of the fit that ended last; None: none has.
    """

    def __init__(self, work: Work, loaded: Loaded, base: Base) -> None:

        self._work, self._loaded, self.base = work, loaded, base
        bundle = self._bundle = loaded.bundle
        self._prepared = Prepared(work.plan, bundle)
        self._preparations: dict[str, AnyPreparation] = {}
        self.fits = Fits()
        self.last: Fitted | None = None
        plan = work.plan
        self.trainer: Trainer = Trainer(
            lambda info: plan.build_model(info, base.weights),
            bundle.info,
            plan.head(bundle.info),
            work.training,
            Hooks(
                work.watcher,
                work.history.epoch,
                plan.make_callbacks,
                work.folder.path / "tensorboard",
                unscaled=loaded.facts.scale in ("none", "unit"),
            ),
            plan.spec.augmentation,
            TrainableParts(plan.network.choose, plan.network.frozen),
        )

    def preparation(self, fitted: Fitted) -> AnyPreparation:
        """Return what the data of a fit were prepared by."""
        return self._preparations[fitted.job.name]

    def info(self, fitted: Fitted) -> DatasetInfo:
        """Return the form of the data that a fitted network takes."""
        job = fitted.job
        return replace(self._bundle.info, input_shape=job.input_shape, blocks=job.blocks)

    def fit_all(self) -> Fits:
        """Carry out what the validation strategy proposes, for each seed, and refit.

        Raises:
            SpecError: if the rows cannot be split as the spec asks.
        """
        work = self._work
        rows = in_time(rows_to_split(self._bundle), self._bundle)
        strategy = work.plan.strategy(rows.count)
        check_rows(work, strategy, rows)
        self._tell_reason(strategy.reason(rows))
        proposals = strategy.propose(rows, derive(work.seed, "split"))
        proposals = proposals[:SMOKE_FITS] if work.switches.smoke else proposals
        _refuse_overlap(proposals)
        check_splits(work, self._bundle, proposals)
        self._check_test()
        write_splits(work, proposals, rows.count)
        fits = self.fits
        fits.proposals, fits.seeds = proposals, _seeds(work)
        fits.drawn |= _named_seeds(fits.seeds)
        fits.as_given = _as_given(rows, proposals)
        asked = [(proposal, at) for proposal in proposals for at in range(len(fits.seeds))]
        jobs = [self._proposed(proposal, at) for proposal, at in asked]
        refuse_unkept(work.plan, self.trainer.network(jobs[0]))
        work.watcher.fits_planned(len(jobs))
        work.history.plan([job.name for job in jobs])
        fits.duplicates = self._duplicates(proposals)
        libraries()
        started = time.monotonic()
        with closing(self.trainer.fit(jobs)) as done:  # at once, whatever happens here
            for (proposal, at), fitted in zip(asked, done, strict=True):
                self._add(fitted, proposal, is_first=at == 0)
        fits.seconds = round(time.monotonic() - started, 3)
        _tell_what_never_improved(work, self._bundle.info, fits)
        fits.conclusion = strategy.conclude(fits.results, work.plan.spec.training.monitor)
        if fits.conclusion.refit_epochs is not None:
            fits.finals = self._refit(fits.conclusion.refit_epochs, rates_found(fits.results))
        return fits

    def _tell_reason(self, reason: Remark | None) -> None:
        self.fits.validation_reason = reason
        if reason:
            self._work.watcher.stage(f"validation: {in_words(reason)}")

    def _check_test(self) -> None:
        """Find out before anything trains whether the test part can be prepared at the end."""
        everything = np.arange(len(self._bundle.train))
        self._prepared.fitted(everything).check(self._bundle.test.x, "test")

    def _add(self, fitted: Fitted, proposal: Proposal, *, is_first: bool) -> None:
        """Add what came of one fit, the first of its split or not; its data need not be kept."""
        signals.check()
        self._note(fitted, judged=True)
        fits, data, rows = self.fits, self._bundle.train, proposal.validation
        fits.vocabulary = with_unknown(fits.vocabulary, self.preparation(fitted), data, rows)
        result = FitResult(fitted.job.name, fitted.history, fitted.best_epoch, fitted.seconds)
        said, kept = self.trainer.predict(fitted, rows), kept_epoch(self._work.training, fitted)
        fits.outcomes.append(Outcome(proposal, result, said, kept))
        signals.check()
        if is_first:
            self._guess(fitted, proposal)
        keep_model(self._work, self, fitted)
        if len(fits.proposals) == 1:
            fits.finals.append(fitted)

    def _guess(self, fitted: Fitted, proposal: Proposal) -> None:
        """Let the baselines see what the network saw."""
        data, fits = fitted.job.data(), self.fits
        asked = (data.x, proposal.validation)
        found = guesses(data, proposal.train, asked, self._bundle.info, len(fits.proposals))
        for name, values in found.said.items():
            fits.guesses.setdefault(name, []).append(values)
        fits.linear += found.linear
        fits.baseline_note = found.note or fits.baseline_note

    def _refit(self, epochs: int, rates: tuple[float, ...]) -> list[Fitted]:
        """Train fresh weights on training and validation part together, for each seed."""
        work, seeds = self._work, self.fits.seeds
        _tell_what_a_refit_lacks(work)
        everything, nothing = np.arange(len(self._bundle.train)), np.arange(0)
        epochs = work.epochs(epochs)
        names = [_named("refit", seed, len(seeds)) for seed in range(len(seeds))]
        jobs = [
            replace(
                self._job(name, "refit", everything, nothing, epochs, seed), learning_rates=rates
            )
            for name, seed in zip(names, seeds, strict=True)
        ]
        finals = list(self.trainer.fit(jobs))
        done = min(len(fitted.history["loss"]) for fitted in finals)
        self.fits.refit_epochs = done
        if done < epochs:
            work.warn("title.spec", Remark.of("spec.refit_ended", done=done, epochs=epochs))
        self.fits.refit_rates = [
            (epoch, rate) for epoch, rate in enumerate(rates[:done], 1) if _is_new(rates, epoch)
        ]
        for fitted in finals:
            self._note(fitted, judged=False)
        return finals

    def _proposed(self, proposal: Proposal, number: int) -> Job:
        seeds = self.fits.seeds
        name = _named(proposal.name, number, len(seeds))
        epochs = self._work.epochs(self._work.plan.spec.training.epochs)
        train, validation = proposal.train, proposal.validation
        return self._job(name, proposal.name, train, validation, epochs, seeds[number])

    def _job(
        self,
        name: str,
        purpose: str,
        train: np.ndarray,
        validation: np.ndarray,
        epochs: int,
        seed: int,
    ) -> Job:
        """Describe one fit, every draw decided by its seed and its purpose."""
        drawn = ["weights", "shuffle"]
        drawn += ["augmentation"] if self._work.plan.spec.augmentation else []
        seeds = {what: derive(seed, what, purpose) for what in drawn}
        self.fits.drawn |= {f"{what} {name}": value for what, value in seeds.items()}
        preparation = self._prepared.fitted(train)
        self._preparations[name] = preparation
        return Job(
            name,
            preparation.input_shape(self._bundle.info.input_shape),
            lambda: self._prepared.split(preparation, train),
            train.astype("int32"),
            validation.astype("int32"),
            epochs,
            seeds["weights"],
            seeds["shuffle"],
            guarded=bool(len(validation)),
            augmentation_seed=seeds.get("augmentation", 0),
            words=getattr(preparation, "words", ()) if self._work.plan.network.has_base else (),
            blocks=preparation.blocks,
            classes=self._classes(train),
            **self._unit(train),
        )

    def _classes(self, rows: np.ndarray) -> np.ndarray | None:
        """Return the class of each of the rows, if classes are to be equally frequent."""
        if self._work.plan.spec.training.sampling is None:
            return None
        return class_labels(self._bundle.train.y[rows], self._bundle.info)

    def _unit(self, rows: np.ndarray) -> dict[str, Any]:
        """Return the job's fields on the unit of its targets; none if they stay as they are."""
        if not self._loaded.scales_targets:
            return {}
        y = self._bundle.train.y
        info = self._bundle.info
        unit = unit_of(y if self._work.plan.spec.preparation.leaky else y[rows], info)
        loss = self._work.plan.head(info).loss
        return {"unit": unit, "loss_unit": unit.of_loss(loss)}

    def _note(self, fitted: Fitted, *, judged: bool) -> None:
        fits, history = self.fits, fitted.history
        self.base.tell_coverage(self._work)
        fits.histories[fitted.job.name] = history
        self.last = fitted
        features = self._loaded.features
        below = features.parameters if features else 0
        fits.parameters = below + self.trainer.parameters(fitted)
        if engine := self.trainer.engine:
            fits.engine, fits.engine_reason = engine.label, engine.reason
        fits.records.append(
            FitRecord(
                name=fitted.job.name,
                epochs=len(history["loss"]),
                best_epoch=fitted.best_epoch if judged else None,
                seconds=round(fitted.seconds, 3),
                scores={metric: values[-1] for metric, values in history.items()},
                phases=_phases(fitted),
            )
        )
        if proofs := [note for note in fitted.phases if note.frozen]:
            # What the last of them froze, no earlier one may have trained.
            least = min(proofs, key=lambda note: note.frozen)
            fits.frozen = FrozenFacts(weights=least.frozen, before=least.before, after=least.after)

    def _duplicates(self, proposals: Sequence[Proposal]) -> dict[str, int]:
        """Count rows that a part shares with the training part: they tell nothing new."""
        train, test = row_hashes(self._bundle.train.x), row_hashes(self._bundle.test.x)
        return {
            "validation": sum(count_shared(train[p.validation], train[p.train]) for p in proposals),
            "test": count_shared(test, train),
        }


def _as_given(rows: Rows, proposals: Sequence[Proposal]) -> bool:
    """Whether just those rows are held out that the dataset gives for validation."""
    last = np.arange(rows.count - rows.given, rows.count)
    return bool(rows.given) and all(
        np.array_equal(np.sort(proposal.validation), last) for proposal in proposals
    )


def _phases(fitted: Fitted) -> tuple[PhaseRecord, ...]:
    """Return what the record says of the phases of a fit; nothing if there is nothing to tell."""
    if len(fitted.phases) < 2 and not any(note.frozen for note in fitted.phases):
        return ()
    return tuple(PhaseRecord(**asdict(note)) for note in fitted.phases)


def with_unit(work: Work, loaded: Loaded, base: Base) -> Loaded:
    """Leave the targets as they are where a plugin's network cannot say them in another unit.

    Raises:
        SpecError: if the spec asks for it all the same.
    """
    plan = work.plan
    if not loaded.scales_targets or plan.architecture.entry.is_built_in:
        return loaded
    info = loaded.bundle.info
    if suits(plan.build_model(info, base.weights), info.task):
        return loaded
    fatal = plan.spec.preparation.target == "standardize"
    remark = Remark.of("spec.targets_unscaled", name=plan.architecture.entry.name)
    hint = Remark.of("spec.targets_unscaled_hint")
    tell(work, [Finding(("preparation", "target"), remark, hint, fatal=fatal)])
    return replace(loaded, facts=replace(loaded.facts, target_scale="none"))


def _tell_what_a_refit_lacks(work: Work) -> None:
    """Warn of callbacks that watch a validation part; the learning rates that they set are kept."""
    plan = work.plan
    for choice, made in zip(plan.callbacks, plan.make_callbacks(), strict=True):
        monitor = str(getattr(made, "monitor", ""))
        if monitor.startswith("val_"):
            callback = choice.entry.name
            work.warn("title.spec", Remark.of("spec.watched", callback=callback, monitor=monitor))


def _tell_what_never_improved(work: Work, info: DatasetInfo, fits: Fits) -> None:
    """Warn of callbacks that wait for more than a loss of numbers ever had to lose."""
    training = work.plan.spec.training
    waiting = {
        "early_stopping": training.early_stopping,
        "reduce_lr_on_plateau": training.reduce_lr_on_plateau,
    }
    for name, callback in waiting.items():
        monitor = (callback and callback.monitor) or training.monitor
        first = [result.history[monitor][0] for result in fits.results if monitor in result.history]
        if not (callback and first and info.numbers and lower_is_better(monitor)):
            continue
        if max(first) <= callback.min_delta:
            code: Code = "spec.never_improved"
            values: dict[str, float] = {"first": max(first), "delta": callback.min_delta}
            work.warn("title.spec", Remark.of(code, callback=name, monitor=monitor, **values))


def _is_new(rates: Sequence[float], epoch: int) -> bool:
    """Whether the learning rate of an epoch, counted from 1, is another than that before it."""
    return epoch == 1 or rates[epoch - 1] != rates[epoch - 2]


def _seeds(work: Work) -> list[int]:
    """Return the spec's seed, and one derived from it for each further repetition."""
    more = range(2, work.plan.spec.seeds + 1)
    return [work.seed, *(derive(work.seed, "repetition", str(number)) for number in more)]


def _named_seeds(seeds: Sequence[int]) -> dict[str, int]:
    """Return what the record calls the seeds of repetitions, if there are several."""
    several = len(seeds) > 1
    return {f"seed {number}": seed for number, seed in enumerate(seeds, 1) if several}


def _named(purpose: str, number: int, seeds: int) -> str:
    return purpose if seeds == 1 else f"{purpose}-seed-{number + 1}"


def _refuse_overlap(proposals: Sequence[Proposal]) -> None:

    for proposal in proposals:
        if np.intersect1d(proposal.train, proposal.validation).size:
            raise DataError(f"{proposal.name}: training and validation part overlap")
