"""Where a run may be stopped: whenever it says how far it is."""

from __future__ import annotations

from collections.abc import Mapping

from kx.base import signals
from kx.base.remark import Remark
from kx.contracts import Watcher


class SafePoints(Watcher):
    """Tells another watcher, and stops the run there if a signal has come.

    Batches and epochs are left out: the trainer stops there itself, and keeps the network.

    Attributes:
        trained: whether a batch was: then there is a network that could be kept.
    """

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.trained = False

    def stage(self, text: str | Remark) -> None:
        """Say it."""
        signals.check()
        self._watcher.stage(text)

    def warn(self, title: Remark, text: Remark) -> None:
        """Say it."""
        self._watcher.warn(title, text)

    def download(self, name: str, done: int, total: int | None) -> None:
        """Say it."""
        signals.check()
        self._watcher.download(name, done, total)

    def counted(self, what: str | Remark, done: int, total: int) -> None:
        """Say it."""
        signals.check()
        self._watcher.counted(what, done, total)

    def fits_planned(self, count: int) -> None:
        """Say it."""
        self._watcher.fits_planned(count)

    def fit_started(self, name: str, epochs: int, steps: int) -> None:
        """Say it."""
        signals.check()
        self._watcher.fit_started(name, epochs, steps)

    def batch_ended(self, name: str, step: int) -> None:
        """Say it."""
        self.trained = True
        self._watcher.batch_ended(name, step)

    def epoch_ended(self, name: str, epoch: int, metrics: Mapping[str, float]) -> None:
        """Say it."""
        self.trained = True
        self._watcher.epoch_ended(name, epoch, metrics)

    def fit_ended(self, name: str) -> None:
        """Say it."""
        self._watcher.fit_ended(name)
