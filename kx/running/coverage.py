"""What the splits of a run cannot teach, or cannot judge: their targets tell before training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from kx.base.remark import Remark, some_of
from kx.contracts import Complaint, DatasetInfo, Proposal
from kx.data.arrays.target_checks import counts, named_rows, varies

SOME = 3
"""So many splits are named in a sentence; of the others, their number."""

FEW = 5
"""Of fewer rows, chance alone explains that they are of one kind."""

UNDEFINED = frozenset({"auc", "pr_auc", "r2"})
"""Metrics that compare targets which differ."""

Look = Callable[[str, "np.ndarray", "np.ndarray", DatasetInfo], Remark | None]
"""Says of a split, by the targets that it trains on and those that it validates, what is wrong."""


def coverage_complaints(
    y: np.ndarray, proposals: Sequence[Proposal], info: DatasetInfo
) -> Iterator[Complaint]:
    """Yield what is wrong with splits: if there is nothing to learn it is fatal, else a warning.

    Args:
        y: targets of the whole training part.
        proposals: the splits.
        info: the form of the data.

    Yields:
        Complaints with keys of the spec's ``validation`` section.
    """
    regression, mix = info.numbers, Remark.of("splits.mix")
    looks: dict[Look, Remark] = (
        {_apart: Remark.of("splits.mix_numbers")}
        if regression
        else {_untrained: mix, _one_sided: mix}
    )
    found: dict[Look, list[Remark]] = {look: [] for look in (_unlearnable, *looks)}
    for proposal in proposals:
        parts = y[proposal.train], y[proposal.validation]
        for look, told in found.items():
            if remark := look(proposal.name, *parts, info):
                told.append(remark)
    for look, told in found.items():
        if told:
            fatal = look is _unlearnable
            alone = Remark.of("splits.different") if regression else mix
            yield Complaint("strategy", _some(told), looks.get(look, alone), fatal)
    if not regression:
        yield from _never_validated(y, proposals, info)


def undefined_metrics(
    parts: Sequence[tuple[str | Remark, np.ndarray]], metrics: Sequence[str], info: DatasetInfo
) -> Iterator[Complaint]:
    """Yield metrics that compare what differs, where a part holds nothing that does.

    Args:
        parts: names and targets of what is judged.
        metrics: of the run.
        info: the form of the data.

    Yields:
        Complaints with keys of the spec's ``training`` section.
    """
    hint = Remark.of("splits.other_metric")
    for metric in UNDEFINED & set(metrics):
        if told := [name for name, y in parts if not _defined(y, info)]:
            remark = Remark.of("splits.undefined", metric=metric, parts=_some(told))
            yield Complaint("metrics", remark, hint)
        elif info.task == "multilabel" and (told := [n for n, y in parts if _constant_labels(y)]):
            remark = Remark.of("splits.counted_as_0", metric=metric, parts=_some(told))
            yield Complaint("metrics", remark, hint, fatal=False)


def _defined(y: np.ndarray, info: DatasetInfo) -> bool:
    """Whether targets vary; of several numbers, each of them."""
    return not _constant_labels(y) if info.task == "multi_regression" else varies(y)


def _constant_labels(y: np.ndarray) -> bool:
    return bool((y == y[:1]).all(axis=0).any())


def _unlearnable(split: str, train: np.ndarray, _: np.ndarray, info: DatasetInfo) -> Remark | None:
    if len(train) < 2 or varies(train):
        return None
    if info.numbers:
        return Remark.of("splits.one_number", split=split, number=str(train[0]))
    return Remark.of("splits.one_class", split=split, names=_classes(train, info))


def _untrained(
    split: str, train: np.ndarray, validation: np.ndarray, info: DatasetInfo
) -> Remark | None:
    held_out = counts(validation, info)
    missing = named_rows(held_out, (counts(train, info) == 0) & (held_out > 0), info)
    return Remark.of("splits.untrained", split=split, names=missing) if missing else None


def _one_sided(
    split: str, train: np.ndarray, validation: np.ndarray, info: DatasetInfo
) -> Remark | None:
    """Find rows of one class; where the class is new to the split, more is told already."""
    one = len(validation) >= FEW and not varies(validation) and info.task != "multilabel"
    known = one and counts(train, info)[counts(validation, info).argmax()] > 0
    names = _classes(validation, info)
    return Remark.of("splits.one_sided", split=split, names=names) if known else None


def _apart(split: str, train: np.ndarray, validation: np.ndarray, _: DatasetInfo) -> Remark | None:
    """Find numbers of which none is like those trained on, as in rows that are sorted by them."""
    if min(len(train), len(validation)) < FEW or train.ndim > 1:
        return None
    low, high = map(float, np.quantile(validation, (0.1, 0.9)))
    if ((train >= low) & (train <= high)).any():
        return None
    return Remark.of("splits.apart", split=split, low=low, high=high)


def _never_validated(
    y: np.ndarray, proposals: Sequence[Proposal], info: DatasetInfo
) -> Iterator[Complaint]:
    validated = sum(counts(y[proposal.validation], info) for proposal in proposals)
    whole = counts(y, info)
    if missing := named_rows(whole, (whole > 0) & (validated == 0), info):
        remark = Remark.of("splits.unvalidated", names=missing)
        yield Complaint("strategy", remark, Remark.of("splits.mix"), fatal=False)


def _classes(y: np.ndarray, info: DatasetInfo) -> Remark | None:
    numbers = counts(y, info)
    return named_rows(numbers, numbers > 0, info)


def _some(told: Sequence[str | Remark]) -> Remark:
    return some_of(told, SOME, "list.clauses_more", "list.clauses")
