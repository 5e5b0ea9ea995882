"""Networks, as a run saves them: of Keras's own layers, each behind its base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.curves import lower_is_better
from kx.base.storage import atomic_file, storage_errors
from kx.contracts import DatasetBundle, DatasetInfo, History
from kx.models.heads import linkless
from kx.models.links import link_of, with_link
from kx.models.members import predicting
from kx.running.bases import Base, whole
from kx.running.loading import Loaded
from kx.running.work import Work
from kx.running.zip_dates import possible_dates
from kx.runs.record_parts import FeatureFacts
from kx.training.jobs import Hooks
from kx.training.phases import TrainableParts
from kx.training.target_unit import in_unit, without_unit
from kx.training.trainer import Trainer

if TYPE_CHECKING:
    import keras

    from kx.training.jobs import Fitted


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """The networks of a run: what trains them, asks them and saves them.

    Attributes:
        base: of the networks.
    """

    work: Work
    bundle: DatasetBundle
    base: Base
    trainer: Trainer

    @classmethod
    def of(cls, work: Work, loaded: Loaded, base: Base) -> Networks:
        """Return the networks of a run; none is built yet."""
        plan, bundle = work.plan, loaded.bundle
        trainer = Trainer(
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
        return cls(work, bundle, base, trainer)

    def parameters(self, fitted: Fitted, features: FeatureFacts | None) -> int:
        """Return how many weights a network has, with those of the base that made its features."""
        return (features.parameters if features else 0) + self.trainer.parameters(fitted)

    def keep(self, fitted: Fitted, histories: Mapping[str, History]) -> None:
        """Save the network of one fit of the validation strategy, if the spec says so.

        Args:
            fitted: what came of the fit.
            histories: of all fits so far, this one included.
        """
        keep = self.work.plan.spec.validation.keep
        if keep == "none" or (keep == "best" and not _is_best(self.work, histories, fitted)):
            return
        folder = self.work.folder.path / "models"
        with storage_errors(folder):
            folder.mkdir(exist_ok=True)
            for other in folder.glob("*.keras") if keep == "best" else ():
                other.unlink()
        self.save(fitted, folder / f"{fitted.job.name}.keras")

    def save(self, fitted: Fitted, path: Path) -> None:
        """Save the network of a fit."""
        job = fitted.job
        info = replace(self.bundle.info, input_shape=job.input_shape, blocks=job.blocks)
        model = portable(self.work, self.base, self.trainer.model(fitted), info)
        with atomic_file(path) as part, possible_dates():
            model.save(part)


def _is_best(work: Work, histories: Mapping[str, History], fitted: Fitted) -> bool:
    """Whether no fit so far had a better value of the monitored metric."""
    values = {name: _best_value(work, history) for name, history in histories.items()}
    best = (min if lower_is_better(work.plan.spec.training.monitor) else max)(values.values())
    return values[fitted.job.name] == best


def _best_value(work: Work, history: History) -> float:
    monitor = work.plan.spec.training.monitor
    values = history.get(monitor) or history["loss"]
    return min(values) if lower_is_better(monitor) else max(values)


def portable(work: Work, base: Base, model: keras.Model, info: DatasetInfo) -> keras.Model:
    """Return a model of Keras's own layers alone, which loads where kx is not installed.

    A network for sparse input has a layer of kx, and so has one that ends in a link: its twin for
    dense rows, with the link behind it, has the same weights. One that was fitted on features is
    put behind the base that made them. One that was trained on scaled targets says them in their
    unit.
    """
    bare, unit = without_unit(model)
    made = _portable(work, base, bare, info)
    return in_unit(made, unit) if unit else made


def _portable(work: Work, base: Base, model: keras.Model, info: DatasetInfo) -> keras.Model:
    link = link_of(model)
    form = linkless(info) if link else info
    if info.extracted_from is not None:
        return with_link(whole(work, base, model, form), link)
    if not info.sparse and not link:
        return predicting(model)
    twin = work.plan.build_model(replace(form, sparse=False), base.weights)
    twin.set_weights(model.get_weights())
    return with_link(twin, link)
