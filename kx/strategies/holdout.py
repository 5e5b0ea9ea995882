"""Hold-out validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.base.remark import Remark
from kx.base.text import counted
from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Proposal, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    Repeats,
    divided_groups_complaints,
    later_rows_complaints,
    mixed_complaints,
    no_classes_complaints,
    rare_strata,
    shuffled_time_complaints,
    strata_of,
    unused_folds_complaints,
)

if TYPE_CHECKING:
    import numpy as np

Size = Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)]

USUAL = 0.2
"""Share of the rows that is held out where nobody says otherwise."""


@evaluator("holdout")
class Holdout(JudgedStrategy):
    """Hold out one part for validation, refit on everything, test once.

    Args:
        size: rows of the training part that are held out: a count, or a fraction in (0, 1); by
            default, `auto`, those that the dataset itself has for validation, or else 0.2.
        train_size: rows that are trained on, beside those held out: a count, or a fraction of the
            training part; by default all others. It needs `refit: none`.
        order: which rows: drawn at random, the `first` or the `last`. Keras's own
            `validation_split` takes the last, unshuffled.
        stratify: draw from each class, or label, its share, for both parts; only with
            `order: shuffled`.
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

    size: Size | Literal["auto"] = "auto"
    train_size: Size | None = None
    order: Literal["shuffled", "first", "last"] = "shuffled"
    stratify: bool = False
    repeats: Repeats = 1
    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield complaints about empty parts, order that must be kept, and contradictions."""
        yield from unused_folds_complaints(info)
        given = info.validation_examples
        yield from divided_groups_complaints(info)
        if info.train_examples is not None:
            yield from self._size_complaints(info.train_examples, given)
        if self.order == "shuffled":
            hint = "use order: last, or strategy: time_series"
            yield from shuffled_time_complaints(info, "order", hint)
        elif self.order == "first":
            yield from later_rows_complaints(info)
        if self.stratify:
            yield from no_classes_complaints(info, "stratify", "remove it")
        if given and self.size == "auto":
            yield from self._given_complaints(info)
        elif self.order != "shuffled":
            yield from self._fixed_complaints()
        if given and not self._holds_out_given(info):
            given_alone = Remark.of("spec.validation_size_hint")
            yield from mixed_complaints(info, "size", given_alone)
        if self.train_size is not None and self.judge.refit != "none":
            message = "would train again on all rows, but train_size asks for few"
            yield Complaint("refit", message, "use refit: none")

    def _holds_out_given(self, info: DatasetInfo) -> bool:
        """Whether exactly the rows are held out that the dataset has for validation."""
        if self.size == "auto":
            return True
        total = info.train_examples or 0
        return self.order == "last" and size_in_rows(self.size, total) == info.validation_examples

    def _given_complaints(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield complaints about choosing rows where the dataset has its own for validation."""
        rows = counted(info.validation_examples, "row", "rows")
        whose = f"{info.name} has its own {rows} for validation"
        hint = "remove it, or set size to draw that many from all rows instead"
        if self.order == "first":
            yield Complaint("order", f"first: {whose}", hint)
        if self.stratify and self.train_size is None:
            yield Complaint("stratify", f"chooses rows by their class, but {whose}", hint)
        if self.repeats > 1 and (self.train_size is None or self.order != "shuffled"):
            yield Complaint("repeats", f"draws the rows anew each time, but {whose}", hint)

    def _fixed_complaints(self) -> Iterator[Complaint]:
        """Yield complaints about choosing rows that the order fixes."""
        fixed = f"but order: {self.order} fixes them"
        if self.stratify:
            message = f"chooses rows by their class, {fixed}"
            yield Complaint("stratify", message, "remove it, or use order: shuffled")
        if self.repeats > 1:
            message = f"draws the rows anew each time, {fixed}"
            yield Complaint("repeats", message, "remove it, or use order: shuffled")

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield a complaint if a part would be empty; a warning if a class cannot be divided."""
        yield from self._size_complaints(rows.count, rows.given)
        if not self.stratify:
            return
        if strata_of(rows) is None:
            message = "balances classes, but these examples have none"
            yield Complaint("stratify", message, "remove it")
        elif rare := rare_strata(rows, 2):
            remark = Remark.of("splits.rare_both", classes=rare)
            yield Complaint("stratify", remark, Remark.of("splits.rare_both_hint"), fatal=False)

    def _size_complaints(self, count: int, given: int) -> Iterator[Complaint]:
        held_out = self._held_out(count, given)
        if not 0 < held_out < count:
            text = f"holds out {held_out:,} of {count:,} training examples"
            least = "there must be at least two examples"
            hint = f"use 1 to {count - 1:,}, or a fraction between 0 and 1" if count > 1 else least
            yield Complaint("size", text, hint)
            return
        left, trained = count - held_out, size_in_rows(self.train_size or 0, count)
        if self.train_size is not None and not 0 < trained <= left:
            wanted = counted(trained, "row", "rows")
            text = f"asks for {wanted} of the {left:,} that are left beside those held out"
            yield Complaint("train_size", text, f"use 1 to {left:,}")

    def _held_out(self, count: int, given: int) -> int:
        """Return how many of ``count`` rows are held out, if the dataset has ``given`` ones."""
        return size_in_rows((given or USUAL) if self.size == "auto" else self.size, count)

    def propose(self, rows: Rows, seed: int) -> Sequence[Proposal]:
        """Hold out ``size`` rows, ``repeats`` times; more of them do not change the first ones.

        ``seed`` decides which rows, if the order is shuffled; those beside them are trained on.
        With ``auto``, rows that the dataset has for validation are held out, and only what is
        trained on is drawn.
        """
        import numpy as np

        held_out = self._held_out(rows.count, rows.given)
        left = rows.count - held_out
        trained = left if self.train_size is None else size_in_rows(self.train_size, rows.count)
        given = self.size == "auto" and rows.given > 0
        if self.order == "last" or (given and trained == left):
            numbers = np.arange(rows.count)
            return [Proposal("holdout", numbers[left - trained : left], numbers[left:])]
        if given:
            return list(self._beside_given(rows, seed, left, trained))
        sizes = [held_out] if trained == left else [held_out, trained]
        return list(self._from_all(rows, seed, sizes, trained))

    def _from_all(
        self, rows: Rows, seed: int, sizes: Sequence[int], trained: int
    ) -> Iterator[Proposal]:
        """Hold out the first ``sizes[0]`` rows, drawn or in their order; train on those behind."""
        import numpy as np

        for number in range(self.repeats):
            numbers = np.arange(rows.count)
            if self.order == "shuffled":
                labels = strata_of(rows) if self.stratify else None
                numbers = drawn(numbers, labels, sizes, _generator(seed, number))
            train, validation = numbers[sizes[0] :][:trained], numbers[: sizes[0]]
            yield Proposal(self._named(number), train, validation)

    def _beside_given(self, rows: Rows, seed: int, left: int, trained: int) -> Iterator[Proposal]:
        """Draw ``trained`` of the first ``left`` rows; the others stay held out."""
        import numpy as np

        validation = np.arange(left, rows.count)
        labels = strata_of(rows) if self.stratify else None
        for number in range(self.repeats):
            generator = _generator(seed, number)
            train = drawn(np.arange(left), labels, [trained], generator)[:trained]
            yield Proposal(self._named(number), train, validation)

    def _named(self, number: int) -> str:
        return "holdout" if self.repeats == 1 else f"holdout-{number + 1}"

    def rescaled(self, factor: float) -> Holdout:
        """Make counts of rows ``factor`` times as large, but at least 1."""
        sizes: dict[str, Any] = {}
        # Only one of the two is rounded up: together they may be all rows, and no more.
        if isinstance(self.size, int):
            sizes["size"] = max(1, round(self.size * factor))
        if isinstance(self.train_size, int):
            sizes["train_size"] = max(1, int(self.train_size * factor))
        return replace(self, **sizes)


def size_in_rows(size: float, count: int) -> int:
    """Return ``size`` as a number of rows of ``count``; fractions are rounded."""
    return size if isinstance(size, int) else round(size * count)


def _generator(seed: int, number: int) -> np.random.Generator:
    """Return the chance of a repeat; the first is that of a single draw."""
    import numpy as np

    return np.random.default_rng((seed, number) if number else seed)


def drawn(
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
