"""Networks, as a run saves them: of Keras's own layers, each behind its base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kx.base.curves import lower_is_better
from kx.base.storage import atomic_file, storage_errors
from kx.contracts import DatasetInfo, History
from kx.models.heads import linkless
from kx.models.links import link_of, with_link
from kx.models.members import predicting
from kx.running.bases import Base, whole
from kx.running.fits import Fits
from kx.running.work import Work
from kx.running.zip_dates import possible_dates
from kx.training.target_unit import in_unit, without_unit

if TYPE_CHECKING:
    import keras

    from kx.training.jobs import Fitted
    from kx.training.trainer import Trainer


class Fitting(Protocol):
    """What carries out the fits; see ``kx.running.fitting.Fitter``.

    Attributes:
        base: of the networks.
        fits: so far.
        trainer: has the networks.
    """

    base: Base
    fits: Fits
    trainer: Trainer

    def info(self, fitted: Fitted) -> DatasetInfo:
        """Return the form of the data that a fitted network takes."""


def keep_model(work: Work, fitter: Fitting, fitted: Fitted) -> None:
    """Save the model of one fit of the validation strategy, if the spec says so."""
    keep = work.plan.spec.validation.keep
    if keep == "none" or (keep == "best" and not _is_best(work, fitter.fits.histories, fitted)):
        return
    folder = work.folder.path / "models"
    with storage_errors(folder):
        folder.mkdir(exist_ok=True)
        for other in folder.glob("*.keras") if keep == "best" else ():
            other.unlink()
    save_model(work, fitter, fitted, folder / f"{fitted.job.name}.keras")


def save_model(work: Work, fitter: Fitting, fitted: Fitted, path: Path) -> None:
    """Save the network of a fit."""
    model = portable(work, fitter.base, fitter.trainer.model(fitted), fitter.info(fitted))
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
