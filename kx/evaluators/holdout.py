"""Hold-out validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.contracts import Complaint, Conclusion, DatasetInfo, FitResult, Proposal
from kx.registry import evaluator

if TYPE_CHECKING:
    import numpy as np

Size = Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)]
Order = Literal["shuffled", "first", "last"]
Refit = Annotated[int, Field(ge=1, le=100_000)] | Literal["best_epoch", "none"]


def complaints(info: DatasetInfo, *, size: float, **_: Any) -> Iterator[Complaint]:
    """Yield a complaint if the validation part, or what remains, would be empty."""
    count = info.train_examples
    if count is None:
        return
    held_out = size_in_rows(size, count)
    if not 0 < held_out < count:
        text = f"holds out {held_out:,} of {count:,} training examples"
        yield Complaint("size", text, f"use 1 to {count - 1:,}, or a fraction between 0 and 1")


def size_in_rows(size: float, count: int) -> int:
    """Return ``size`` as a number of rows of ``count``; fractions are rounded."""
    return size if isinstance(size, int) else round(size * count)


def rescaled(options: dict[str, Any], factor: float) -> dict[str, Any]:
    """Make a count of rows ``factor`` times as large, but at least 1."""
    size = options["size"]
    return options | ({"size": max(1, round(size * factor))} if isinstance(size, int) else {})


@dataclass(frozen=True, slots=True)
class Holdout:
    """One split, one fit."""

    size: float
    order: Order
    refit: int | Literal["best_epoch", "none"]

    def propose(self, y: np.ndarray, seed: int) -> Sequence[Proposal]:
        """Hold out ``size`` rows; ``seed`` decides which, if the order is shuffled."""
        import numpy as np

        count = len(y)
        held_out = size_in_rows(self.size, count)
        rows = np.arange(count)
        if self.order == "shuffled":
            rows = np.random.default_rng(seed).permutation(count)
        if self.order == "last":
            train, validation = rows[: count - held_out], rows[count - held_out :]
        else:
            train, validation = rows[held_out:], rows[:held_out]
        return [Proposal("holdout", train, validation)]

    def conclude(self, results: Sequence[FitResult]) -> Conclusion:
        """Take the best epoch of the only fit for the refit, if there is to be one."""
        (result,) = results
        epochs = result.best_epoch if self.refit == "best_epoch" else self.refit
        return Conclusion(
            best_epoch=result.best_epoch,
            refit_epochs=None if epochs == "none" else epochs,
            scores=result.scores,
        )


@evaluator("holdout", check=complaints, rescale=rescaled)
def holdout(*, size: Size = 0.2, order: Order = "shuffled", refit: Refit = "best_epoch") -> Holdout:
    """Hold out one part for validation, refit on everything, test once.

    Args:
        size: rows of the training part that are held out: a count, or a fraction in (0, 1).
        order: which rows: drawn at random, the `first` or the `last`. Keras's own
            `validation_split` takes the last, unshuffled.
        refit: train again from fresh weights on training and validation part together: for the
            best epoch of the validation curve, for a number of epochs, or `none`.

    Source:
        Notes 1.1.2, 2.1.
    """
    return Holdout(size, order, refit)
