"""What the record says of single fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from kx.runs.record_parts import FitRecord, FrozenFacts, PhaseRecord

if TYPE_CHECKING:
    from kx.training.jobs import Fitted


def fit_record(fitted: Fitted, *, judged: bool) -> FitRecord:
    """Return what the record says of a fit; ``judged``: on validation rows."""
    return FitRecord(
        name=fitted.job.name,
        epochs=len(fitted.history["loss"]),
        best_epoch=fitted.best_epoch if judged else None,
        seconds=round(fitted.seconds, 3),
        scores={metric: values[-1] for metric, values in fitted.history.items()},
        phases=_phases(fitted),
    )


def _phases(fitted: Fitted) -> tuple[PhaseRecord, ...]:
    """Return what the record says of the phases of a fit; nothing if there is nothing to tell."""
    if len(fitted.phases) < 2 and not any(note.frozen for note in fitted.phases):
        return ()
    return tuple(PhaseRecord(**asdict(note)) for note in fitted.phases)


def frozen_facts(fitted: Fitted) -> FrozenFacts | None:
    """Return what proves that a part stayed frozen; None if none was to."""
    proofs = [note for note in fitted.phases if note.frozen]
    if not proofs:
        return None
    # What the last of them froze, no earlier one may have trained.
    least = min(proofs, key=lambda note: note.frozen)
    return FrozenFacts(weights=least.frozen, before=least.before, after=least.after)


def new_rates(rates: Sequence[float]) -> tuple[tuple[int, float], ...]:
    """Return the epochs, counted from 1, from which on the learning rate is another, and it."""
    before = (None, *rates)
    pairs = enumerate(zip(before, rates, strict=False), 1)
    return tuple((epoch, rate) for epoch, (last, rate) in pairs if rate != last)
