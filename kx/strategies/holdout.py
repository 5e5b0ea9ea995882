"""Hold-out validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Proposal, Rows
from kx.evaluators.conclusion import Composed, Judge, Refit
from kx.evaluators.folds import (
    later_rows_complaints,
    mixed_complaints,
    no_classes_complaints,
    rare_classes,
    shuffled_time_complaints,
)

if TYPE_CHECKING:
    import numpy as np

Size = Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)]
HeldOut = Size | Literal["auto"]
Repeats = Annotated[int, Field(ge=1, le=1000)]
Order = Literal["shuffled", "first", "last"]

USUAL = 0.2
"""Share of the rows that is held out where nobody says otherwise."""


def check(
    info: DatasetInfo,
    *,
    size: float | Literal["auto"],
    train_size: float | None,
    order: Order,
    stratify: bool,
    repeats: int,
    refit: Refit,
    **_: Any,
) -> Iterator[Complaint]:
    """Yield complaints about empty parts, order that must be kept, and what contradicts itself."""
    given = info.validation_examples
    if info.train_examples is not None:
        yield from _size_complaints(info.train_examples, wanted(size, given), train_size)
    if order == "shuffled":
        hint = "use order: last, or strategy: time_series"
        yield from shuffled_time_complaints(info, "order", hint)
    elif order == "first":
        yield from later_rows_complaints(info)
    if stratify:
        yield from no_classes_complaints(info, "stratify", "remove it")
    if given and size == "auto":
        yield from _given_complaints(info, train_size, order, stratify, repeats)
    elif order != "shuffled":
        yield from _fixed_complaints(order, stratify, repeats)
    if given and not _is_given(info, size, order):
        yield from mixed_complaints(info, "size", "leave it out to validate with exactly these")
    if train_size is not None and refit != "none":
        message = "would train again on all rows, but train_size wants a network of few"
        yield Complaint("refit", message, "use refit: none")


def wanted(size: float | Literal["auto"], given: int) -> float:
    """Return how many rows are held out, or which share, if the dataset has ``given`` ones."""
    return (given or USUAL) if size == "auto" else size


def _is_given(info: DatasetInfo, size: float | Literal["auto"], order: Order) -> bool:
    """Whether exactly the rows are held out that the dataset has for validation."""
    if size == "auto":
        return True
    total = info.train_examples or 0
    return order == "last" and size_in_rows(size, total) == info.validation_examples


def _given_complaints(
    info: DatasetInfo, train_size: float | None, order: Order, stratify: bool, repeats: int
) -> Iterator[Complaint]:
    """Yield complaints about choosing rows where the dataset has its own for validation."""
    whose = f"{info.name} has its own {info.validation_examples:,} rows for validation"
    hint = "remove it, or say by size how many rows are to be drawn from all instead"
    if order == "first":
        yield Complaint("order", f"first: {whose}", hint)
    if stratify and train_size is None:
        yield Complaint("stratify", f"chooses rows by their class, but {whose}", hint)
    if repeats > 1 and (train_size is None or order != "shuffled"):
        yield Complaint("repeats", f"draws the rows anew each time, but {whose}", hint)


def _fixed_complaints(order: Order, stratify: bool, repeats: int) -> Iterator[Complaint]:
    """Yield complaints about choosing rows that the order fixes."""
    if stratify:
        message = f"chooses rows by their class, but order: {order} fixes them"
        yield Complaint("stratify", message, "remove it, or use order: shuffled")
    if repeats > 1:
        message = f"draws the rows anew each time, but order: {order} fixes them"
        yield Complaint("repeats", message, "remove it, or use order: shuffled")


def complaints(
    rows: Rows, *, size: float | Literal["auto"], train_size: float | None, stratify: bool
) -> Iterator[Complaint]:
    """Yield a complaint if a part would be empty; a warning if a class cannot be divided."""
    yield from _size_complaints(rows.count, wanted(size, rows.given), train_size)
    if not stratify:
        return
    if rows.labels is None:
        message = "balances classes, but these examples have no single class"
        yield Complaint("stratify", message, "remove it")
    elif rare := rare_classes(rows.labels, 2, rows.classes):
        message = f"{rare}, too few for both parts"
        yield Complaint("stratify", message, "use more examples", fatal=False)


def _size_complaints(count: int, size: float, train_size: float | None) -> Iterator[Complaint]:
    held_out = size_in_rows(size, count)
    if not 0 < held_out < count:
        text = f"holds out {held_out:,} of {count:,} training examples"
        least = "there must be two examples, at least"
        hint = f"use 1 to {count - 1:,}, or a fraction between 0 and 1" if count > 1 else least
        yield Complaint("size", text, hint)
        return
    left, trained = count - held_out, size_in_rows(train_size or 0, count)
    if train_size is not None and not 0 < trained <= left:
        text = f"asks for {trained:,} rows of the {left:,} that are left beside those held out"
        yield Complaint("train_size", text, f"use 1 to {left:,}")


def size_in_rows(size: float, count: int) -> int:
    """Return ``size`` as a number of rows of ``count``; fractions are rounded."""
    return size if isinstance(size, int) else round(size * count)


def rescaled(options: dict[str, Any], factor: float) -> dict[str, Any]:
    """Make counts of rows ``factor`` times as large, but at least 1."""
    # Only one of the two is rounded up: together they may be all rows, and no more.
    rounded: dict[str, Callable[[float], int]] = {"size": round, "train_size": int}
    counts = {key: options.get(key) for key in rounded}
    scaled = {
        key: max(1, rounded[key](value * factor))
        for key, value in counts.items()
        if isinstance(value, int)
    }
    return options | scaled


def split(
    rows: Rows,
    seed: int,
    *,
    size: float | Literal["auto"],
    train_size: float | None,
    order: Order,
    stratify: bool,
    repeats: int,
) -> Sequence[Proposal]:
    """Hold out ``size`` rows, ``repeats`` times; more of them do not change the first ones.

    ``seed`` decides which rows, if the order is shuffled; those beside them are trained on. With
    ``auto``, rows that the dataset has for validation are held out, and only what is trained on
    is drawn.
    """
    import numpy as np

    held_out = size_in_rows(wanted(size, rows.given), rows.count)
    left = rows.count - held_out
    trained = left if train_size is None else size_in_rows(train_size, rows.count)
    given = size == "auto" and rows.given > 0
    if order == "last" or (given and trained == left):
        numbers = np.arange(rows.count)
        return [Proposal("holdout", numbers[left - trained : left], numbers[left:])]
    if given:
        return list(_beside_given(rows, seed, left, trained, stratify=stratify, repeats=repeats))
    sizes = [held_out] if trained == left else [held_out, trained]
    found = []
    for number in range(repeats):
        numbers = np.arange(rows.count)
        if order == "shuffled":
            generator = np.random.default_rng((seed, number) if number else seed)
            numbers = _drawn(numbers, rows.labels if stratify else None, sizes, generator)
        found.append(
            Proposal(_named(number, repeats), numbers[held_out:][:trained], numbers[:held_out])
        )
    return found


def _beside_given(
    rows: Rows, seed: int, left: int, trained: int, *, stratify: bool, repeats: int
) -> Iterator[Proposal]:
    """Draw ``trained`` of the first ``left`` rows, ``repeats`` times; the others stay held out."""
    import numpy as np

    validation = np.arange(left, rows.count)
    labels = rows.labels if stratify else None
    for number in range(repeats):
        generator = np.random.default_rng((seed, number) if number else seed)
        train = _drawn(np.arange(left), labels, [trained], generator)[:trained]
        yield Proposal(_named(number, repeats), train, validation)


def _named(number: int, repeats: int) -> str:
    return "holdout" if repeats == 1 else f"holdout-{number + 1}"


def _drawn(
    numbers: np.ndarray,
    labels: np.ndarray | None,
    sizes: Sequence[int],
    generator: np.random.Generator,
) -> np.ndarray:
    """Mix (n,) ``numbers``; with ``labels``, parts of ``sizes`` at the start share all classes."""
    numbers = generator.permutation(numbers)
    if labels is None:
        return numbers
    start = 0
    for size in sizes:
        numbers[start:] = _balanced_first(numbers[start:], labels, size, generator)
        start += size
    return numbers


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
    size: HeldOut = "auto",
    train_size: Size | None = None,
    order: Order = "shuffled",
    stratify: bool = False,
    repeats: Repeats = 1,
    judge: Judge,
) -> Composed:
    """Hold out one part for validation, refit on everything, test once.

    Args:
        size: rows of the training part that are held out: a count, or a fraction in (0, 1); by
            default, `auto`, those that the dataset itself has for validation, or else 0.2.
        train_size: rows that are trained on, beside those held out: a count, or a fraction of the
            training part; by default all others. It needs `refit: none`.
        order: which rows: drawn at random, the `first` or the `last`. Keras's own
            `validation_split` takes the last, unshuffled.
        stratify: draw from each class its share, for both parts; only with `order: shuffled`.
        repeats: how often rows are drawn anew, with a fit for each draw: the scores are then
            means, with their spread; only with `order: shuffled`.
        refit: train again from fresh weights on training and validation part together: for the
            best epoch of the validation curve, for a number of epochs, or `none`.
        smooth: weight of the past in an exponential mean of the validation curve, in [0, 1),
            before its best epoch is looked for.
        judge: how the fit is judged.

    Source:
        Notes 1.1.2, 2.1; 4.1 for 200 rows to train on.
    """
    sizes: dict[str, Any] = {"size": size, "train_size": train_size, "stratify": stratify}
    return Composed(
        partial(split, order=order, repeats=repeats, **sizes),
        partial(complaints, **sizes),
        judge,
    )
