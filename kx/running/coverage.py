"""What the splits of a run cannot teach, or cannot judge: their targets tell before training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from kx.contracts import Complaint, DatasetInfo, Proposal
from kx.data.arrays.target_checks import counts, is_regression, named_counts, varies

if TYPE_CHECKING:
    import numpy as np

SOME = 3
"""So many splits are named in a sentence; of the others, their number."""

FEW = 5
"""Of fewer rows, chance alone explains that they are of one kind."""

MIX = "mix the rows (shuffle), give each part its share of the classes (stratify), or add rows"

UNDEFINED = frozenset({"auc", "r2"})
"""Metrics that compare targets which differ."""

MIX_NUMBERS = "mix the rows (shuffle), unless later ones are to be told from earlier ones"

DIFFERENT = "add rows with other targets"

Look = Callable[["np.ndarray", "np.ndarray", DatasetInfo], str]
"""Says of the targets that a split trains on and of those that it validates what is wrong."""


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
    regression = is_regression(info)
    looks: dict[Look, str] = (
        {_apart: MIX_NUMBERS} if regression else {_untrained: MIX, _one_sided: MIX}
    )
    found: dict[Look, list[str]] = {look: [] for look in (_unlearnable, *looks)}
    for proposal in proposals:
        parts = y[proposal.train], y[proposal.validation]
        for look, told in found.items():
            if text := look(*parts, info):
                told.append(f"{proposal.name} {text}")
    for look, told in found.items():
        if told:
            fatal = look is _unlearnable
            alone = DIFFERENT if regression else MIX
            yield Complaint("strategy", _some(told), looks.get(look, alone), fatal)
    if not regression:
        yield from _never_validated(y, proposals, info)


def undefined_metrics(
    parts: Sequence[tuple[str, np.ndarray]], metrics: Sequence[str], info: DatasetInfo
) -> Iterator[Complaint]:
    """Yield metrics that compare what differs, where a part holds nothing that does.

    Args:
        parts: names and targets of what is judged.
        metrics: of the run.
        info: the form of the data.

    Yields:
        Complaints with keys of the spec's ``training`` section.
    """
    for metric in UNDEFINED & set(metrics):
        if told := [name for name, y in parts if not varies(y)]:
            text = f"{metric} is not defined where all targets are the same: {_some(told)}"
            yield Complaint("metrics", text, "use another metric, or larger parts")
        elif info.task == "multilabel" and (told := [n for n, y in parts if _constant_labels(y)]):
            text = f"{metric} counts labels that are always true or never as 0: {_some(told)}"
            yield Complaint("metrics", text, "use another metric, or larger parts", fatal=False)


def _constant_labels(y: np.ndarray) -> bool:
    return bool((y == y[:1]).all(axis=0).any())


def _unlearnable(train: np.ndarray, _: np.ndarray, info: DatasetInfo) -> str:
    if len(train) < 2 or varies(train):
        return ""
    kind = f"number {train[0]}" if is_regression(info) else _classes(train, info)
    return f"trains on {kind} alone, so there is nothing to learn"


def _untrained(train: np.ndarray, validation: np.ndarray, info: DatasetInfo) -> str:
    held_out = counts(validation, info)
    missing = named_counts(held_out, (counts(train, info) == 0) & (held_out > 0), info)
    return f"validates {missing} without training on any" if missing else ""


def _one_sided(train: np.ndarray, validation: np.ndarray, info: DatasetInfo) -> str:
    """Find rows of one class; where the class is new to the split, more is told already."""
    one = len(validation) >= FEW and not varies(validation) and info.task != "multilabel"
    known = one and counts(train, info)[counts(validation, info).argmax()] > 0
    return f"validates {_classes(validation, info)} alone" if known else ""


def _apart(train: np.ndarray, validation: np.ndarray, _: DatasetInfo) -> str:
    """Find numbers of which none is like those trained on, as in rows that are sorted by them."""
    import numpy as np

    if min(len(train), len(validation)) < FEW:
        return ""
    low, high = np.quantile(validation, (0.1, 0.9))
    if ((train >= low) & (train <= high)).any():
        return ""
    return f"validates numbers from {low:g} to {high:g} without training on any like them"


def _never_validated(
    y: np.ndarray, proposals: Sequence[Proposal], info: DatasetInfo
) -> Iterator[Complaint]:
    validated = sum(counts(y[proposal.validation], info) for proposal in proposals)
    whole = counts(y, info)
    if missing := named_counts(whole, (whole > 0) & (validated == 0), info):
        text = f"no split validates {missing}: the scores say nothing of it"
        yield Complaint("strategy", text, MIX, fatal=False)


def _classes(y: np.ndarray, info: DatasetInfo) -> str:
    numbers = counts(y, info)
    return named_counts(numbers, numbers > 0, info)


def _some(told: Sequence[str]) -> str:
    more = [f"and {len(told) - SOME} more"] if len(told) > SOME else []
    return "; ".join([*told[:SOME], *more])
