"""What the K-fold strategies share: their proposals, and what can be wrong with rows and k."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, overload

from pydantic import Field

from kx.base.remark import Remark, some_of
from kx.base.text import counted
from kx.contracts import Complaint, DatasetInfo, Proposal, Rows
from kx.data.arrays.splitting import strata

if TYPE_CHECKING:
    import numpy as np

K = Annotated[int, Field(ge=2, le=10_000)]
Repeats = Annotated[int, Field(ge=1, le=1000)]

FEW_FOLDS = 10
"""A k up to this says nothing about the number of rows."""

NAMED_CLASSES = 5
"""So many classes are named in a complaint; of the others, their number."""

HOLDOUT_DOES = Remark.of("spec.validation_mixed_hint")


@dataclass(frozen=True, slots=True, eq=False)
class Folds(Sequence[Proposal]):
    """Proposals that each hold out one part of the rows, and train on all the others.

    Each is made when it is asked for: 10,000 at once, of 60,000 rows, would take 5 GB.

    Attributes:
        names: of the proposals.
        parts: for each, the indices of the rows that it holds out.
        total: how many rows there are.
    """

    names: Sequence[str]
    parts: Sequence[np.ndarray]
    total: int

    def __len__(self) -> int:
        return len(self.parts)

    @overload
    def __getitem__(self, index: int) -> Proposal: ...
    @overload
    def __getitem__(self, index: slice) -> Folds: ...
    def __getitem__(self, index: int | slice) -> Proposal | Folds:
        """Return the proposal at ``index``, or several that are not made yet."""
        import numpy as np

        if isinstance(index, slice):
            return Folds(self.names[index], self.parts[index], self.total)
        part = self.parts[index]
        return Proposal(self.names[index], np.delete(np.arange(self.total), part), part)


def folds(splits: Iterable[tuple[Any, np.ndarray]], names: Sequence[str], total: int) -> Folds:
    """Return what a splitter of scikit-learn yields, pairs (rest, held out), as proposals."""
    return Folds(names, [part for _, part in splits], total)


def fold_names(k: int) -> list[str]:
    """Return ``fold-1`` to ``fold-k``."""
    return [f"fold-{fold}" for fold in range(1, k + 1)]


def repeated_names(k: int, repeats: int) -> list[str]:
    """Return ``repeat-1-fold-1``, ``repeat-1-fold-2`` and so on, repeat by repeat."""
    return [f"repeat-{repeat}-{fold}" for repeat in range(1, repeats + 1) for fold in fold_names(k)]


def fewer_folds(k: int, factor: float) -> int:
    """Let a large ``k``, such as one fold per row, shrink with the data; ten folds remain ten."""
    return min(k, max(FEW_FOLDS, int(k * factor)))


def count_complaints(count: int | None, k: int) -> Iterator[Complaint]:
    """Complain if there are fewer rows than folds; ``count`` is None if it is not yet known."""
    if count is not None and count < k:
        hint = f"use 2 to {count:,}" if count >= 2 else "it takes at least two examples"
        examples = counted(count, "training example", "training examples")
        yield Complaint("k", f"asks for {k:,} folds of {examples}", hint)


def shuffled_time_complaints(
    info: DatasetInfo, key: str, hint: str = "use strategy: time_series"
) -> Iterator[Complaint]:
    """Complain if rows in order of time are to be mixed."""
    if info.ordered:
        message = f"trains on rows of {info.name} that are later than its validation rows"
        yield Complaint(key, f"{message}: the scores would be too good", hint)


def later_rows_complaints(info: DatasetInfo) -> Iterator[Complaint]:
    """Warn if rows in order of time, though not mixed, are trained on before earlier ones."""
    if info.ordered:
        remark = Remark.of("spec.later_rows", name=info.name)
        yield Complaint("strategy", remark, Remark.of("spec.later_rows_hint"), fatal=False)


def mixed_complaints(
    info: DatasetInfo,
    key: str = "strategy",
    hint: Remark = HOLDOUT_DOES,
) -> Iterator[Complaint]:
    """Warn if rows that the dataset has for validation are mixed with the others."""
    if info.validation_examples:
        rows = info.validation_examples
        message = Remark.of("spec.validation_mixed", rows=rows, name=info.name)
        yield Complaint(key, message, hint, fatal=False)


def divided_groups_complaints(info: DatasetInfo) -> Iterator[Complaint]:
    """Warn if what belongs together may be trained on and validated with."""
    if info.groups:
        message = Remark.of("spec.groups_divided", groups=info.groups)
        yield Complaint("strategy", message, Remark.of("spec.groups_divided_hint"), fatal=False)


def unused_folds_complaints(info: DatasetInfo) -> Iterator[Complaint]:
    """Warn if the dataset brings folds along, and others are drawn."""
    if info.folds:
        message = Remark.of("spec.folds_unused", folds=info.folds)
        yield Complaint("strategy", message, Remark.of("spec.folds_unused_hint"), fatal=False)


def no_classes_complaints(info: DatasetInfo, key: str, hint: str) -> Iterator[Complaint]:
    """Complain if examples have neither a class each, nor labels."""
    if info.numbers:
        message = f"balances classes, but {info.name} ({info.task}) has none"
        yield Complaint(key, message, hint)


def strata_of(rows: Rows) -> np.ndarray | None:
    """Return (n,) numbers of which each part is to have its share; None: there are none.

    These are the classes, or, where a row may have several labels, the sets of these.
    """
    return rows.labels if rows.tags is None else strata(rows.tags)


def rare_strata(rows: Rows, least: int) -> Remark | None:
    """Name the classes or labels with fewer rows than ``least``; None if there are none."""
    import numpy as np

    labels = rows.labels if rows.tags is None else np.nonzero(rows.tags)[1]
    return None if labels is None else rare_classes(labels, least, rows.classes)


def dealt(rows: Rows, k: int, repeats: int, seed: int) -> Iterator[np.ndarray]:
    """Yield ``k`` parts of rows that may have several labels, ``repeats`` times.

    Rows are sorted by their labels, those with the rarest one first, and dealt out like cards:
    each part has its share of the rarest labels, and about that of the others.
    """
    import numpy as np

    assert rows.tags is not None  # noqa: S101 - for the type checker
    for repeat in range(repeats):
        order = np.random.default_rng((seed, repeat)).permutation(rows.count)
        order = order[np.argsort(strata(rows.tags)[order], kind="stable")]
        yield from (np.sort(order[part::k]) for part in range(k))


def rare_classes(labels: np.ndarray, least: int, names: Sequence[str] = ()) -> Remark | None:
    """Name the classes in ``labels`` with fewer members than ``least``; None if there are none.

    Args:
        labels: (n,) integers.
        least: members of a class that is not rare.
        names: of the classes, in the order of the labels; without any, they are told by number.
    """
    import numpy as np

    numbers, counts = np.unique(labels, return_counts=True)
    called = [names[n] if n < len(names) else n for n in numbers]
    rare = [
        Remark.of("splits.rare_class", name=str(name), rows=int(count))
        for name, count in zip(called, counts, strict=True)
        if count < least
    ]
    return some_of(rare, NAMED_CLASSES, "splits.rare_more") if rare else None
