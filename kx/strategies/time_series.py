"""Validation on what comes later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Proposal, Rows
from kx.evaluators.conclusion import Composed, Judge
from kx.evaluators.folds import K, fewer_folds, fold_names, mixed_complaints

Window = Literal["expanding", "rolling"]
Gap = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


def check(
    info: DatasetInfo, *, shuffle: bool, window: Window, train_size: int | None, **options: Any
) -> Iterator[Complaint]:
    """Yield complaints about shuffling, contradictions, and sizes that leave nothing."""
    yield from mixed_complaints(info)
    if shuffle:
        message = "a network would be trained on rows that are later than its validation"
        yield Complaint("shuffle", message, "remove it, or use strategy: kfold")
    if train_size is not None and window == "expanding":
        message = "an expanding window grows with every fold"
        yield Complaint("train_size", message, "remove it, or use window: rolling")
    elif info.train_examples is not None:
        sizes = {key: options[key] for key in ("k", "gap", "validation_size")}
        yield from complaints(Rows(info.train_examples), train_size=train_size, **sizes)


def complaints(
    rows: Rows, *, k: int, gap: int, validation_size: int | None, train_size: int | None
) -> Iterator[Complaint]:
    """Yield a complaint if a part would be empty, or not as long as it should be."""
    count = rows.count
    if count <= k:
        hint = f"use 2 to {count - 1:,}" if count > 2 else "three examples are the least"
        message = f"{k:,} folds, and rows before them, do not fit into {count:,} training examples"
        yield Complaint("k", message, hint)
        return
    held_out, left = first_fold(count, k, gap, validation_size)
    if left < 1:
        message = (
            f"{k:,} parts of {held_out:,} and a gap of {gap:,} rows leave nothing "
            f"of {count:,} training examples to train on"
        )
        key = "gap" if validation_size is None else "validation_size"
        yield Complaint(key, message, "make one of them smaller, or k")
    elif train_size is not None and train_size > left:
        message = f"only {left:,} rows come before the first gap and part"
        yield Complaint("train_size", message, f"use 1 to {left:,}")


def first_fold(count: int, k: int, gap: int, validation_size: int | None) -> tuple[int, int]:
    """Return how many rows each fold validates on, and how many the first can train on."""
    held_out = count // (k + 1) if validation_size is None else validation_size
    return held_out, count - k * held_out - gap


def rescaled(options: dict[str, Any], factor: float) -> dict[str, Any]:
    """Make all counts of rows ``factor`` times as large, rounded down, but at least 1."""
    sizes = {
        key: max(1, int(options[key] * factor))
        for key in ("gap", "validation_size", "train_size")
        if options[key]
    }
    return fewer_folds(options, factor) | sizes


def split(
    rows: Rows,
    seed: int,
    *,
    k: int,
    window: Window,
    gap: int,
    validation_size: int | None,
    train_size: int | None,
) -> Sequence[Proposal]:
    """Validate on the last ``k`` parts, each after what it was trained on; nothing is drawn."""
    import numpy as np
    from sklearn.model_selection import TimeSeriesSplit

    held_out, left = first_fold(rows.count, k, gap, validation_size)
    most = (train_size or left) if window == "rolling" else None
    splitter = TimeSeriesSplit(k, max_train_size=most, test_size=held_out, gap=gap)
    splits = splitter.split(np.empty(rows.count))
    return [Proposal(name, *parts) for name, parts in zip(fold_names(k), splits, strict=True)]


@evaluator("time_series", check=check, rescale=rescaled)
def time_series(
    *,
    k: K = 4,
    window: Window = "expanding",
    gap: Gap = 0,
    validation_size: Count | None = None,
    train_size: Count | None = None,
    shuffle: bool = False,
    judge: Judge,
) -> Composed:
    """Train on what came first, validate on what came later, part by part.

    Args:
        k: number of parts, and of fits; the parts are the last rows, in their order.
        window: train on all rows before a part (`expanding`), or on equally many (`rolling`).
        gap: rows left out between training and validation, such as those that a forecast spans.
        validation_size: rows in each part; by default all rows divided by k + 1.
        train_size: rows in a `rolling` window; by default as many as the first fold can have.
        shuffle: rows in order of time must not be mixed: `true` is refused.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2: no shuffling for time series (temporal leak).
    """
    sizes: dict[str, Any] = {"validation_size": validation_size, "train_size": train_size}
    return Composed(
        partial(split, k=k, gap=gap, window=window, **sizes),
        partial(complaints, k=k, gap=gap, **sizes),
        judge,
    )
