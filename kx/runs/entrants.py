"""Runs that were carried out together, as they are set side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kx.base.curves import mean_curve
from kx.base.errors import KxError
from kx.runs.reader import Run
from kx.runs.record import Record


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of the runs.

    Attributes:
        label: what it is called among them.
        changes: dotted key of the spec -> its value here, where it is another than in the first.
        run: None if it failed.
        error: what ended it then.
    """

    label: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    run: Run | None = None
    error: KxError | None = None

    @property
    def record(self) -> Record | None:
        """Of the run; None if it failed."""
        return self.run.record if self.run else None

    def curve(self, metric: str = "val_loss") -> Sequence[float | None]:
        """Return the mean curve of its fits, as far as all came."""
        if self.run is None:
            return ()
        fits = self.run.history.values()
        return mean_curve([fit[metric] for fit in fits if metric in fit])
