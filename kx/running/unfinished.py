"""What is kept of a run that is stopped: the network as it was, under a name that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.base.errors import KxError
from kx.running.artefacts import keep_preparation
from kx.running.work import Work, first_line
from kx.runs.reader import PARTIAL
from kx.runs.record_parts import PartialNetwork
from kx.wording.remarks import network_of
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.running.fitting import Fitter
    from kx.training.jobs import Fitted


def keep_unfinished(work: Work, fitter: Fitter) -> PartialNetwork | None:
    """Keep the network of the fit that was going on, if there is one and none is kept yet."""
    if work.folder.model_path.exists():
        return None
    try:
        return _keep(work, fitter)
    except (KxError, OSError, ValueError) as error:
        work.warn("title.network", first_line(error))
        return None


def _keep(work: Work, fitter: Fitter) -> PartialNetwork | None:
    """Write the network of the unfinished fit or, between two, that of the one before."""
    unfinished, last = fitter.networks.trainer.unfinished(), fitter.last
    if unfinished:
        _write(work, fitter, unfinished.fitted)
        return _described(unfinished.fitted, unfinished.epoch, unfinished.choice)
    if last:
        _write(work, fitter, last)
        return _described(last, len(last.history["loss"]), "last")
    return None


def _write(work: Work, fitter: Fitter, fitted: Fitted) -> None:
    fitter.networks.save(fitted, work.folder.path / PARTIAL)
    keep_preparation(work.folder.path, fitter.fits.preparation(fitted))


def _described(fitted: Fitted, epoch: int, choice: str) -> PartialNetwork:
    epochs = fitted.job.epochs + fitted.job.first
    return PartialNetwork(
        file=PARTIAL, fit=fitted.job.name, epochs=epochs, epoch=epoch, choice=choice
    )


def what_is_kept(work: Work, partial: PartialNetwork | None) -> str:
    """Return a clause on what is left of a run that was stopped."""
    epochs = sum(max(map(len, curves.values())) for curves in work.history.fits.values())
    parts = [f"{epochs:,} epoch{'s' if epochs != 1 else ''}"] if epochs else []
    if work.folder.model_path.exists():
        parts.append("the trained network (model.keras)")
    elif partial:
        parts.append(network_of(partial, Words()))
    if not parts:
        return "Nothing had been trained yet; its record is kept"
    return f"Kept: {' and '.join(parts)}"
