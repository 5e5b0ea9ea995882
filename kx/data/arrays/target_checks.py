"""What targets must be like, and what can be known to be unlearnable of them before training."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.base.remark import Remark, some_of
from kx.contracts import DatasetInfo

if TYPE_CHECKING:
    import numpy as np

NAMED = 5
"""So many classes are named in a sentence; of the others, their number."""

SMALLEST_DEVIATION, LARGEST_DEVIATION = 1e-15, 1e15
"""Of targets: the squares of others are nearly beyond 32-bit numbers, 1e-38 to 3e38."""

FEW = 10
"""Rows: among fewer, one that decides a score is no surprise."""

DECIDES = 0.9
"""Share of the squared deviations from the median from which on one row decides a score."""


def check_targets(y: np.ndarray, part: str) -> None:
    """Make sure that every target is a finite number.

    Raises:
        DataError: naming the first row that is not, counted from 0 within ``part``.
    """
    import numpy as np

    if y.dtype.kind == "f":
        for bad, what in ((np.isnan(y), "missing"), (np.isinf(y), "infinite")):
            if bad.any():
                row = int(np.argwhere(bad)[0][0])
                raise DataError(
                    f"The target in row {row} of the {part} part is {what}. Remove the row, or "
                    "correct the number: nothing can be learned from it."
                )


def check_labels(y: np.ndarray, part: str, info: DatasetInfo) -> None:
    """Make sure that every target, a finite number, is one that the task knows.

    Raises:
        DataError: naming the first row that is not, counted from 0 within ``part``.
    """
    bad, wanted = _unknown(y, info)
    if bad is not None and bad.any():
        row = int(bad.reshape(len(y), -1).any(axis=1).argmax())
        raise DataError(
            f"The target in row {row} of the {part} part is {y[row]}, but a target of {info.name} "
            f"({info.task}) is {wanted}. Correct the labels, or choose another task."
        )


def _unknown(y: np.ndarray, info: DatasetInfo) -> tuple[np.ndarray | None, str]:
    """Return which targets cannot be, and what they should be."""
    if info.task == "unit_regression":
        return (y < 0) | (y > 1), "a number from 0 to 1"
    if info.task == "counts":
        return (y != y.round()) | (y < 0), "a whole number from 0 on"
    if info.task == "multilabel":
        return (y != 0) & (y != 1), "0 or 1 for each label"
    if info.many_classes and info.one_hot:
        ones, zeros = (y == 1).sum(axis=1), (y == 0).sum(axis=1)
        return (ones != 1) | (zeros != y.shape[1] - 1), "one 1 among zeros"
    if info.one_class:
        last = 1 if info.task == "binary" else info.outputs - 1
        return (y != y.round()) | (y < 0) | (y > last), f"a whole number from 0 to {last}"
    return None, ""


def refuse_unlearnable(y: np.ndarray, info: DatasetInfo) -> None:
    """Make sure that the targets of the training part are not all the same.

    Raises:
        DataError: if they are: any network that says so is perfect.
    """
    if len(y) and not varies(y):
        single = info.one_class
        what = f"of class {_class_of(y, info)!r}" if single else f"{y[0]}"
        raise DataError(
            f"All {len(y):,} targets of the training part of {info.name} are {what}: there is "
            "nothing to learn. Look for what is missing from the data."
        )


def refuse_unscalable(y: np.ndarray, info: DatasetInfo) -> None:
    """Make sure that losses of the targets of a regression stay within 32-bit numbers.

    Raises:
        DataError: if the squares of their deviations do not.
    """
    if not info.in_units or not len(y):
        return
    each = y.reshape(len(y), -1).astype("float64").std(axis=0).tolist()
    wrong = [size for size in each if not SMALLEST_DEVIATION <= size <= LARGEST_DEVIATION]
    for deviation in wrong[:1]:
        raise DataError(
            f"The targets of the training part of {info.name} have a standard deviation of "
            f"{deviation:.3g}, but 32-bit numbers hold losses only for {SMALLEST_DEVIATION:g} to "
            f"{LARGEST_DEVIATION:g}. Give the targets in another unit."
        )


def remarks_on_metrics(
    y: np.ndarray, part: str, info: DatasetInfo, names: Collection[str]
) -> Iterator[Remark]:
    """Yield which targets of a part a loss or metric cannot judge.

    Args:
        y: the targets of ``part``.
        part: ``train`` or ``test``.
        info: the form of the data.
        names: of the loss and the metrics.
    """
    if not info.numbers:
        return
    zeros, negative = int((y == 0).sum()), int((y < 0).sum())
    if "mape" in names and zeros:
        yield Remark.of("targets.mape", zeros=zeros, targets=y.size, part=part)
    if "msle" in names and negative:
        yield Remark.of("targets.msle", negative=negative, targets=y.size, part=part)


def _class_of(y: np.ndarray, info: DatasetInfo) -> str:
    return class_names(info)[int(counts(y[:1], info).argmax())]


def varies(y: np.ndarray) -> bool:
    """Whether the targets (n,) or (n, outputs) are not all the same."""
    return bool((y != y[:1]).any())


def counts(y: np.ndarray, info: DatasetInfo) -> np.ndarray:
    """Return how many rows each class has, or for how many each label is true: (classes,)."""
    import numpy as np

    if y.ndim > 1:
        return np.asarray(y.sum(axis=0).astype(int))
    found: np.ndarray = np.bincount(y.astype(int), minlength=len(class_names(info)))
    return found


def class_names(info: DatasetInfo) -> Sequence[str]:
    """Return what the classes are called, in the order of their labels."""
    return info.classes or ("0", "1")


def remarks_on_parts(train: np.ndarray, test: np.ndarray, info: DatasetInfo) -> Iterator[Remark]:
    """Yield what the targets of a dataset's two parts cannot teach, or cannot test.

    Args:
        train: targets of the training part, which vary.
        test: those of the test part.
        info: the form of the data.
    """
    if info.numbers:
        if len(test) > 1 and not varies(test):
            yield Remark.of("targets.test_alike", targets=len(test), target=str(test[0]))
        return
    here, there = counts(train, info), counts(test, info)
    kind = Remark.of("targets.label" if info.task == "multilabel" else "targets.class")
    if untrained := named_rows(there, (here == 0) & (there > 0), info):
        yield Remark.of("targets.untrained", kind=kind, names=untrained)
    if untested := named_rows(here, (here > 0) & (there == 0), info):
        yield Remark.of("targets.untested", kind=kind, names=untested)
    if nowhere := named_rows(here, (here == 0) & (there == 0), info):
        yield Remark.of("targets.nowhere", kind=kind, names=nowhere)
    if info.task == "multilabel" and (always := named_rows(here, here == len(train), info)):
        yield Remark.of("targets.always", names=always)


def remarks_on_outliers(y: np.ndarray, part: str, info: DatasetInfo) -> Iterator[Remark]:
    """Yield which single row decides every score of squares of a part, for each output.

    Args:
        y: the targets (n,) or (n, outputs) of ``part``; only those of a regression are looked at.
        part: ``train`` or ``test``.
        info: the form of the data.
    """
    import numpy as np

    if not info.in_units or info.task == "quantiles" or len(y) < FEW:
        return
    for column in y.reshape(len(y), -1).T.astype(float):
        middle = float(np.median(column))
        distances = np.abs(column - middle)
        row = int(distances.argmax())
        # Relative to the largest: the squares of huge targets have no room in a float.
        squares = (distances / (distances[row] or 1.0)) ** 2
        if squares[row] > DECIDES * squares.sum():
            yield Remark.of(
                "targets.outlier",
                row=row,
                part=part,
                target=float(column[row]),
                median=middle,
                share=float(squares[row] / squares.sum()),
            )


def named_rows(numbers: np.ndarray, chosen: np.ndarray, info: DatasetInfo) -> Remark | None:
    """Return the ``chosen`` classes with their numbers of rows; None if none is chosen."""
    import numpy as np

    names = class_names(info)
    told = [
        Remark.of("targets.rows", name=str(names[at]), count=int(numbers[at]))
        for at in np.flatnonzero(chosen).tolist()
    ]
    return some_of(told, NAMED, "list.comma_more") if told else None
