"""The second stage: the fits that the validation strategy proposes, and the refit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kx.base import signals
from kx.base.errors import DataError
from kx.base.seeds import derive
from kx.contracts import Conclusion, DatasetBundle, DatasetInfo, FitResult, Proposal, Rows, Split
from kx.planning import Plan
from kx.planning.finding import Finding
from kx.planning.strangers import is_built_in
from kx.running.bases import note_coverage
from kx.running.keeping import keep_model, write_splits
from kx.running.loading import check_rows, check_splits, rows_to_split, tell
from kx.running.plugin_networks import refuse_unkept
from kx.running.vocabulary import note_vocabulary
from kx.running.work import SMOKE_FITS, Work

if TYPE_CHECKING:
    import numpy as np

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
        from kx.data.preparation import fit_preparation, learns_from
        from kx.data.texts.vocabulary import fit_vocabulary

        section, info = self.plan.spec.preparation, self.bundle.info
        train = self.bundle.train
        scale = info.scale if section.scale == "auto" else section.scale
        everything = section.leaky or len(rows) == len(train)
        if info.texts:
            return fit_vocabulary(train.x if everything else train.x[rows], info.texts)
        x = train.x if everything or not learns_from(train.x, scale) else train.x[rows]
        return fit_preparation(x, scale, section.missing, names=info.features)

    def split(self, preparation: AnyPreparation, rows: np.ndarray) -> Split:
        """Return the whole training part, prepared; ``rows`` decide what is balanced."""
        if self._last is None or not self._last[0].is_same(preparation):
            x = preparation.apply(self.bundle.train.x, "training")
            self._last = (preparation, replace(self.bundle.train, x=x))
        data, how = self._last[1], self.plan.spec.training.class_weight
        if how is None:
            return data
        from kx.data.arrays.class_weights import row_weights

        return replace(data, weights=row_weights(data, rows, self.bundle.info, how))


@dataclass(slots=True)
class Validation:
    """What the fits of the validation strategy brought.

    Attributes:
        proposals: the splits.
        seeds: one for each time that every split is trained on.
        results: of each fit: all seeds of the first split, then of the second, …
        predictions: of each fit, for its validation rows: (n, outputs).
        kept: of each fit, the epoch, counted from 1, whose weights predicted; 0: of none.
        guesses: name of a baseline -> what it says of the validation rows of each split.
        finals: the fits whose networks are the result of the run, one per seed; may be empty.
    """

    proposals: Sequence[Proposal]
    seeds: Sequence[int]
    results: list[FitResult] = field(default_factory=list)
    predictions: list[np.ndarray] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    guesses: dict[str, list[np.ndarray]] = field(default_factory=dict)
    finals: list[Fitted] = field(default_factory=list)
    conclusion: Conclusion | None = None

    @property
    def rows(self) -> list[np.ndarray]:
        """The validation rows of each fit."""
        seeds = len(self.seeds)
        return [self.proposals[at // seeds].validation for at in range(len(self.results))]

    @property
    def is_at_hand(self) -> bool:
        """Whether each fit's predictions are those of the epoch that was chosen."""
        return self.conclusion is not None and set(self.kept) == {self.conclusion.best_epoch}


class Fitter:
    """Carries out the fits of a run.

    Attributes:
        last: what came of the fit that ended last; None: none has.
    """

    def __init__(self, work: Work, bundle: DatasetBundle) -> None:
        from kx.training.jobs import Hooks
        from kx.training.phases import TrainableParts
        from kx.training.trainer import Trainer

        self._work, self._bundle = work, bundle
        _check_unit(work, bundle.info)
        self._prepared = Prepared(work.plan, bundle)
        self._preparations: dict[str, AnyPreparation] = {}
        self.last: Fitted | None = None
        plan = work.plan
        self.trainer: Trainer = Trainer(
            lambda info: plan.build_model(info, work.weights),
            bundle.info,
            plan.head(bundle.info),
            work.training,
            Hooks(
                work.watcher,
                work.history.epoch,
                plan.make_callbacks,
                work.folder.path / "tensorboard",
                unscaled=work.facts["dataset"]["scale"] in ("none", "unit"),
            ),
            plan.spec.augmentation,
            TrainableParts(plan.choose_trainable, plan.frozen_variables),
        )

    def preparation(self, fitted: Fitted) -> AnyPreparation:
        """Return what the data of a fit were prepared by."""
        return self._preparations[fitted.job.name]

    def info(self, fitted: Fitted) -> DatasetInfo:
        """Return the form of the data that a fitted network takes."""
        return replace(self._bundle.info, input_shape=fitted.job.input_shape)

    def validate(self) -> Validation:
        """Carry out what the validation strategy proposes, for each seed.

        Raises:
            SpecError: if the rows cannot be split as the spec asks.
        """
        from kx.evaluators.baselines import libraries
        from kx.evaluators.conclusion import rates_found

        work = self._work
        rows = rows_to_split(self._bundle)
        strategy = work.plan.strategy(rows.count)
        check_rows(work, strategy, rows)
        proposals = strategy.propose(rows, derive(work.seed, "split"))
        proposals = proposals[:SMOKE_FITS] if work.switches.smoke else proposals
        _refuse_overlap(proposals)
        check_splits(work, self._bundle, proposals)
        self._check_test()
        _note_given(work, rows, proposals)
        write_splits(work, proposals, rows.count)
        found = Validation(proposals, _seeds(work))
        jobs = [self._proposed(p, s) for p in proposals for s in range(len(found.seeds))]
        refuse_unkept(work.plan, self.trainer.network(jobs[0]))
        work.watcher.fits_planned(len(jobs))
        work.history.plan([job.name for job in jobs])
        self._count_duplicates(proposals)
        libraries()
        started = time.monotonic()
        with closing(self.trainer.fit(jobs)) as fits:  # at once, whatever happens here
            for position, fitted in enumerate(fits):
                self._add(found, fitted, *divmod(position, len(found.seeds)))
        work.facts["fit_seconds"] = round(time.monotonic() - started, 3)
        found.conclusion = strategy.conclude(found.results, work.plan.spec.training.monitor)
        if found.conclusion.refit_epochs is not None:
            rates = rates_found(found.results)
            found.finals = self._refit(found.seeds, found.conclusion.refit_epochs, rates)
        return found

    def _check_test(self) -> None:
        """Find out before anything trains whether the test part can be prepared at the end."""
        import numpy as np

        everything = np.arange(len(self._bundle.train))
        self._prepared.fitted(everything).check(self._bundle.test.x, "test")

    def _add(self, found: Validation, fitted: Fitted, split: int, seed: int) -> None:
        """Take down what came of one fit; its data need not be kept."""
        from kx.training.callbacks import kept_epoch

        proposal = found.proposals[split]
        signals.check()
        self._note(fitted, judged=True)
        result = FitResult(fitted.job.name, fitted.history, fitted.best_epoch, fitted.seconds)
        found.results.append(result)
        note_vocabulary(
            self._work, self.preparation(fitted), self._bundle.train, proposal.validation
        )
        found.kept.append(kept_epoch(self._work.training, fitted))
        found.predictions.append(self.trainer.predict(fitted, proposal.validation))
        signals.check()
        if seed == 0:
            self._guess(found, fitted, proposal)
        keep_model(self._work, self, fitted)
        if len(found.proposals) == 1:
            found.finals.append(fitted)

    def _guess(self, found: Validation, fitted: Fitted, proposal: Proposal) -> None:
        """Let the baselines see what the network saw."""
        from kx.running.judging import guesses

        data = fitted.job.data()
        asked = (data.x, proposal.validation)
        info, count = self._bundle.info, len(found.proposals)
        said = guesses(self._work, data, proposal.train, asked, info, count)
        for name, values in said.items():
            found.guesses.setdefault(name, []).append(values)

    def _refit(self, seeds: Sequence[int], epochs: int, rates: tuple[float, ...]) -> list[Fitted]:
        """Train fresh weights on training and validation part together, for each seed."""
        import numpy as np

        work = self._work
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
        work.facts["refit_epochs"] = done
        if done < epochs:
            text = f"a callback ended the refit after {done:,} of {epochs:,} epochs"
            work.warn("Check the spec", text)
        work.facts["refit_rates"] = [
            [epoch, rate] for epoch, rate in enumerate(rates[:done], 1) if _is_new(rates, epoch)
        ]
        for fitted in finals:
            self._note(fitted, judged=False)
        return finals

    def _proposed(self, proposal: Proposal, number: int) -> Job:
        seeds = _seeds(self._work)
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
        from kx.training.jobs import Job

        drawn = ["weights", "shuffle"]
        drawn += ["augmentation"] if self._work.plan.spec.augmentation else []
        seeds = {what: derive(seed, what, purpose) for what in drawn}
        self._work.facts.setdefault("seeds", {}).update(
            {f"{what} {name}": value for what, value in seeds.items()}
        )
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
            words=getattr(preparation, "words", ()) if self._work.plan.transfer else (),
            **self._unit(train),
        )

    def _unit(self, rows: np.ndarray) -> dict[str, Any]:
        """Return the job's fields on the unit of its targets; none if they stay as they are."""
        from kx.data.arrays.target_scale import fit_unit

        if self._work.facts["dataset"].get("target_scale") != "standardize":
            return {}
        y = self._bundle.train.y
        unit = fit_unit(y if self._work.plan.spec.preparation.leaky else y[rows])
        loss = self._work.plan.head(self._bundle.info).loss
        return {"unit": unit, "loss_unit": unit.of_loss(loss)}

    def _note(self, fitted: Fitted, *, judged: bool) -> None:
        facts, history = self._work.facts, fitted.history
        note_coverage(self._work)
        self._work.histories[fitted.job.name] = history
        self.last = fitted
        behind = facts.get("features", {}).get("parameters", 0)
        facts["parameters"] = behind + self.trainer.parameters(fitted)
        engine = self.trainer.engine
        if engine:
            facts |= {"engine": engine.label, "engine_reason": engine.reason}
        facts.setdefault("fits", []).append(
            {
                "name": fitted.job.name,
                "epochs": len(history["loss"]),
                "best_epoch": fitted.best_epoch if judged else None,
                "seconds": round(fitted.seconds, 3),
                "scores": {metric: values[-1] for metric, values in history.items()},
                **_phases(fitted),
            }
        )
        if proofs := [note for note in fitted.phases if note.frozen]:
            # What the last of them froze, no earlier one may have trained.
            least = min(proofs, key=lambda note: note.frozen)
            proof = {"weights": least.frozen, "before": least.before, "after": least.after}
            facts["frozen"] = proof

    def _count_duplicates(self, proposals: Sequence[Proposal]) -> None:
        """Count rows that a part shares with the training part: they tell nothing new."""
        from kx.data.arrays.duplicates import count_shared, row_hashes

        train, test = row_hashes(self._bundle.train.x), row_hashes(self._bundle.test.x)
        self._work.facts["duplicates"] = {
            "validation": sum(count_shared(train[p.validation], train[p.train]) for p in proposals),
            "test": count_shared(test, train),
        }


def _note_given(work: Work, rows: Rows, proposals: Sequence[Proposal]) -> None:
    """Take down whether just those rows are held out that the dataset has for validation."""
    import numpy as np

    last = np.arange(rows.count - rows.given, rows.count)
    as_given = bool(rows.given) and all(
        np.array_equal(np.sort(proposal.validation), last) for proposal in proposals
    )
    work.facts["dataset"]["validation_as_given"] = as_given


def _phases(fitted: Fitted) -> dict[str, Any]:
    """Return what the record says of the phases of a fit; nothing if there is nothing to tell."""
    if len(fitted.phases) < 2 and not any(note.frozen for note in fitted.phases):
        return {}
    return {"phases": [asdict(note) for note in fitted.phases]}


def _check_unit(work: Work, info: DatasetInfo) -> None:
    """Leave the targets as they are where a plugin's network cannot say them in another unit.

    Raises:
        SpecError: if the spec asks for it all the same.
    """
    from kx.training.target_unit import suits

    plan, data = work.plan, work.facts["dataset"]
    if data.get("target_scale") != "standardize" or is_built_in(plan.architecture.entry):
        return
    if suits(plan.build_model(info, work.weights)):
        return
    fatal = plan.spec.preparation.target == "standardize"
    text = f"{plan.architecture.entry.name} has a train_step or a last layer of its own, so its "
    text += "targets cannot be scaled"
    tell(work, [Finding(("preparation", "target"), text, "use none", fatal=fatal)])
    data["target_scale"] = "none"


def _tell_what_a_refit_lacks(work: Work) -> None:
    """Warn of callbacks that watch a validation part; the learning rates that they set are kept."""
    plan = work.plan
    for choice, made in zip(plan.callbacks, plan.make_callbacks(), strict=True):
        monitor = str(getattr(made, "monitor", ""))
        if monitor.startswith("val_"):
            work.warn(
                "Check the spec",
                f"training.callbacks.{choice.entry.name}: it watches {monitor}, which a refit does "
                "not have; of what it did, only the learning rates are repeated there",
            )


def _is_new(rates: Sequence[float], epoch: int) -> bool:
    """Whether the learning rate of an epoch, counted from 1, is another than that before it."""
    return epoch == 1 or rates[epoch - 1] != rates[epoch - 2]


def _seeds(work: Work) -> list[int]:
    """Return the spec's seed, and one derived from it for each further repetition."""
    more = range(2, work.plan.spec.seeds + 1)
    seeds = [work.seed, *(derive(work.seed, "repetition", str(number)) for number in more)]
    if len(seeds) > 1:
        names = {f"seed {number}": seed for number, seed in enumerate(seeds, 1)}
        work.facts.setdefault("seeds", {}).update(names)
    return seeds


def _named(purpose: str, number: int, seeds: int) -> str:
    return purpose if seeds == 1 else f"{purpose}-seed-{number + 1}"


def _refuse_overlap(proposals: Sequence[Proposal]) -> None:
    import numpy as np

    for proposal in proposals:
        if np.intersect1d(proposal.train, proposal.validation).size:
            raise DataError(f"{proposal.name}: training and validation part overlap")
