"""The fits that a run asks for: every draw is decided by a seed and by its purpose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kx.base.seeds import derive
from kx.contracts import Proposal
from kx.data.arrays.class_weights import class_labels
from kx.data.arrays.target_scale import Unit, unit_of
from kx.running.loading import Loaded
from kx.running.preparing import Prepared
from kx.running.work import Work
from kx.training.jobs import Job

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation


@dataclass(frozen=True, slots=True)
class Draw:
    """What decides the draws of a fit.

    Attributes:
        name: of the fit, as in the history.
        purpose: what the fit is for: with several seeds, it is the same for all of these.
        seed: of the repetition.
    """

    name: str
    purpose: str
    seed: int


def repetitions(work: Work) -> list[int]:
    """Return the spec's seed, and one derived from it for each further repetition."""
    more = range(2, work.plan.spec.seeds + 1)
    return [work.seed, *(derive(work.seed, "repetition", str(number)) for number in more)]


def named_seeds(seeds: Sequence[int]) -> dict[str, int]:
    """Return what the record calls the seeds of repetitions, if there are several."""
    several = len(seeds) > 1
    return {f"seed {number}": seed for number, seed in enumerate(seeds, 1) if several}


def drawn_seeds(work: Work, draw: Draw) -> dict[str, int]:
    """Return kind of draw -> its seed."""
    kinds = ["weights", "shuffle"]
    kinds += ["augmentation"] if work.plan.spec.augmentation else []
    return {kind: derive(draw.seed, kind, draw.purpose) for kind in kinds}


def named_draws(work: Work, draws: Iterable[Draw]) -> dict[str, int]:
    """Return what the record calls the seeds of all draws of fits."""
    seeds = ((draw.name, drawn_seeds(work, draw)) for draw in draws)
    return {f"{kind} {name}": seed for name, of in seeds for kind, seed in of.items()}


def draws(purpose: str, seeds: Sequence[int]) -> list[Draw]:
    """Return what decides the draws of the fits for one purpose: one for each seed."""
    if len(seeds) == 1:
        return [Draw(purpose, purpose, seeds[0])]
    return [Draw(f"{purpose}-seed-{at}", purpose, seed) for at, seed in enumerate(seeds, 1)]


class AskedFits:
    """Describes the fits of a run, and keeps what that needs.

    Attributes:
        preparations: name of a fit -> what its data are prepared by.
    """

    def __init__(self, work: Work, loaded: Loaded) -> None:
        self._work, self._loaded = work, loaded
        self._bundle = loaded.bundle
        self._prepared = Prepared(work.plan, loaded.bundle)
        self.preparations: dict[str, AnyPreparation] = {}

    def proposed(self, proposal: Proposal, draw: Draw) -> Job:
        """Describe a fit of the validation strategy."""
        epochs = self._work.epochs(self._work.plan.spec.training.epochs)
        return self._job(draw, proposal.train, proposal.validation, epochs)

    def refit(self, draw: Draw, epochs: int, rates: tuple[float, ...]) -> Job:
        """Describe a fit on all rows of the training part, with a learning rate for each epoch."""
        return self._job(draw, self._everything, np.arange(0), epochs, rates)

    def check_test(self) -> None:
        """Find out before anything trains whether the test part can be prepared at the end.

        Raises:
            DataError: if it cannot.
        """
        self._prepared.fitted(self._everything).check(self._bundle.test.x, "test")

    @property
    def _everything(self) -> np.ndarray:
        return np.arange(len(self._bundle.train))

    def _job(
        self,
        draw: Draw,
        train: np.ndarray,
        validation: np.ndarray,
        epochs: int,
        rates: tuple[float, ...] = (),
    ) -> Job:
        seeds, preparation = drawn_seeds(self._work, draw), self._prepared.fitted(train)
        self.preparations[draw.name] = preparation
        unit = self._unit(train)
        return Job(
            draw.name,
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
            learning_rates=rates,
            unit=unit,
            loss_unit=unit.of_loss(self._work.plan.head(self._bundle.info).loss) if unit else 1.0,
            classes=self._classes(train),
        )

    def _classes(self, rows: np.ndarray) -> np.ndarray | None:
        """Return the class of each of the rows, if classes are to be equally frequent."""
        if self._work.plan.spec.training.sampling is None:
            return None
        return class_labels(self._bundle.train.y[rows], self._bundle.info)

    def _unit(self, rows: np.ndarray) -> Unit | None:
        """Return the unit of the targets that a fit learns; None if they stay as they are."""
        if not self._loaded.scales_targets:
            return None
        y, leaky = self._bundle.train.y, self._work.plan.spec.preparation.leaky
        return unit_of(y if leaky else y[rows], self._bundle.info)
