"""Who is told what happens during a run."""

from __future__ import annotations

from collections.abc import Mapping

from kx.base.remark import Remark


class Watcher:
    """Is told what happens during a run. This one says nothing; the terminal's says it to you.

    Several fits may go on at the same time, each under a name of its own; the watcher is called
    from one thread.
    """

    def stage(self, text: str | Remark) -> None:
        """A new stage of the run begins, for example "reading imdb"."""

    def warn(self, title: Remark, text: Remark) -> None:
        """Something deserves attention but does not stop the run."""

    def download(self, name: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` bytes of the file ``name`` have arrived."""

    def counted(self, what: str | Remark, done: int, total: int) -> None:
        """``done`` of ``total`` pieces of a work that is no fit, such as pictures, are done."""

    def fits_planned(self, count: int) -> None:
        """The strategy will carry out ``count`` fits; a refit is not among them."""

    def fit_started(self, name: str, epochs: int, steps: int) -> None:
        """A training of up to ``epochs`` epochs of ``steps`` batches each begins."""

    def batch_ended(self, name: str, step: int) -> None:
        """Batch ``step`` of the epoch of the fit ``name``, counted from 1, is done."""

    def epoch_ended(self, name: str, epoch: int, metrics: Mapping[str, float]) -> None:
        """Epoch ``epoch`` of the fit, counted from 1, is done; ``metrics`` as in the history."""

    def fit_ended(self, name: str) -> None:
        """The training is over, well or badly."""
