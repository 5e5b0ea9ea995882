"""What is kept of a run that is stopped: the network as it was, under a name that says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kx.base.errors import Interrupted, KxError
from kx.predicting.kept_run import PARTIAL, told_epoch
from kx.running.keeping import keep_preparation, save_model
from kx.running.work import Work, first_line

if TYPE_CHECKING:
    from kx.running.fitting import Fitter
    from kx.training.jobs import Fitted


@contextmanager
def keeping_unfinished(work: Work, fitter: Fitter) -> Iterator[None]:
    """Keep the network of the fit that was going on if the block is interrupted."""
    try:
        yield
    except Interrupted:
        if not work.folder.model_path.exists():
            try:
                _keep(work, fitter)
            except (KxError, OSError, ValueError) as error:
                work.warn("The network could not be kept", first_line(error))
        raise


def _keep(work: Work, fitter: Fitter) -> None:
    """Write the network of the unfinished fit or, between two, that of the one before."""
    unfinished = fitter.trainer.unfinished()
    if unfinished:
        _write(work, fitter, unfinished.fitted)
        epoch, choice = unfinished.epoch, unfinished.choice
        _tell(work, unfinished.fitted, epoch=epoch, choice=choice)
    elif fitter.last:
        _write(work, fitter, fitter.last)
        _tell(work, fitter.last, epoch=len(fitter.last.history["loss"]), choice="last")


def _write(work: Work, fitter: Fitter, fitted: Fitted) -> None:
    save_model(work, fitter, fitted, work.folder.path / PARTIAL)
    keep_preparation(work.folder.path, fitter.preparation(fitted))


def _tell(work: Work, fitted: Fitted, **how: Any) -> None:
    work.facts["partial"] = {
        "file": PARTIAL,
        "fit": fitted.job.name,
        "epochs": fitted.job.epochs + fitted.job.first,
        **how,
    }


def what_is_kept(work: Work) -> str:
    """Return a clause on what is left of a run that was stopped."""
    epochs = sum(max(map(len, curves.values())) for curves in work.history.fits.values())
    parts = [f"{epochs:,} epoch{'s' if epochs != 1 else ''}"] if epochs else []
    if work.folder.model_path.exists():
        parts.append("the trained network (model.keras)")
    elif partial := work.facts.get("partial"):
        parts.append(f"the network of {partial['fit']}, {told_epoch(partial)} ({PARTIAL})")
    if not parts:
        return "Nothing had been trained yet; its record is kept"
    return f"Kept: {' and '.join(parts)}"
