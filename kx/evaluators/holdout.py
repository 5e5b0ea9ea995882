"""Hold-out validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.contracts import Complaint, DatasetInfo, Proposal, Rows
from kx.evaluators.conclusion import Composed, Judge, Refit, SkipEpochs, Smooth
from kx.evaluators.folds import (
    later_rows_complaints,
    no_classes_complaints,
    rare_classes,
    shuffled_time_complaints,
)
from kx.registry import evaluator

if TYPE_CHECKING:
    import numpy as np

Size = Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)]
Order = Literal["shuffled", "first", "last"]


def check(
    info: DatasetInfo, *, size: float, order: Order, stratify: bool, **_: Any
) -> Iterator[Complaint]:
    """Yield complaints about empty parts, order that must be kept, and classes to balance."""
    if info.train_examples is not None:
        yield from _size_complaints(info.train_examples, size)
    if order == "shuffled":
        hint = "use order: last, or strategy: time_series"
        yield from shuffled_time_complaints(info, "order", hint)
    elif order == "first":
        yield from later_rows_complaints(info)
    if stratify:
        yield from no_classes_complaints(info, "stratify", "remove it")
        if order != "shuffled":
            message = f"chooses rows by their class, but order: {order} fixes them"
            yield Complaint("stratify", message, "remove it, or use order: shuffled")


def complaints(rows: Rows, *, size: float, stratify: bool) -> Iterator[Complaint]:
    """Yield a complaint if a part would be empty; a warning if a class cannot be divided."""
    yield from _size_complaints(rows.count, size)
    if not stratify:
        return
    if rows.labels is None:
        message = "balances classes, but these examples have no single class"
        yield Complaint("stratify", message, "remove it")
    elif rare := rare_classes(rows.labels, 2):
        message = f"{rare}, too few for both parts"
        yield Complaint("stratify", message, "use more examples", fatal=False)


def _size_complaints(count: int, size: float) -> Iterator[Complaint]:
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


def split(
    rows: Rows, seed: int, *, size: float, order: Order, stratify: bool
) -> Sequence[Proposal]:
    """Hold out ``size`` rows; ``seed`` decides which, if the order is shuffled."""
    import numpy as np

    count = rows.count
    held_out = size_in_rows(size, count)
    numbers = np.arange(count)
    if order == "last":
        return [Proposal("holdout", numbers[: count - held_out], numbers[count - held_out :])]
    if order == "shuffled":
        generator = np.random.default_rng(seed)
        numbers = generator.permutation(count)
        if stratify and rows.labels is not None:
            numbers = _balanced_first(numbers, rows.labels, held_out, generator)
    return [Proposal("holdout", numbers[held_out:], numbers[:held_out])]


def _balanced_first(
    numbers: np.ndarray, labels: np.ndarray, held_out: int, generator: np.random.Generator
) -> np.ndarray:
    """Reorder (n,) mixed ``numbers`` so that the first ones have the classes' shares.

    Evenly spaced picks from rows sorted by class take from each class its share, give or take
    one. Unlike scikit-learn's, they do so for classes of one row, too.
    """
    import numpy as np

    by_class = numbers[np.argsort(labels[numbers], kind="stable")]
    start = generator.integers(len(numbers))
    picks = (np.arange(held_out) * len(numbers) + start) // held_out
    return np.concatenate(
        [
            generator.permutation(by_class[picks]),
            generator.permutation(np.delete(by_class, picks)),
        ]
    )


@evaluator("holdout", check=check, rescale=rescaled)
def holdout(
    *,
    size: Size = 0.2,
    order: Order = "shuffled",
    stratify: bool = False,
    refit: Refit = "best_epoch",
    smooth: Smooth = 0.0,
    skip_epochs: SkipEpochs = 0,
) -> Composed:
    """Hold out one part for validation, refit on everything, test once.

    Args:
        size: rows of the training part that are held out: a count, or a fraction in (0, 1).
        order: which rows: drawn at random, the `first` or the `last`. Keras's own
            `validation_split` takes the last, unshuffled.
        stratify: draw from each class its share; only with `order: shuffled`.
        refit: train again from fresh weights on training and validation part together: for the
            best epoch of the validation curve, for a number of epochs, or `none`.
        smooth: weight of the past in an exponential mean of the validation curve, in [0, 1),
            before its best epoch is looked for.
        skip_epochs: so many epochs at the start are left out of that curve.

    Source:
        Notes 1.1.2, 2.1.
    """
    return Composed(
        partial(split, size=size, order=order, stratify=stratify),
        partial(complaints, size=size, stratify=stratify),
        Judge(refit, smooth, skip_epochs),
    )
