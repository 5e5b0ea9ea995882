"""Which of two classes is the one that is looked for."""

from __future__ import annotations

from kx.data.tables.several_labels import answer
from kx.data.tables.targets import LabelCounts, in_order
from kx.evaluators.unasked import LARGE

RARE = 1 - LARGE
"""The largest share of a class that is looked for because it is rare."""


def likely_positive(labels: LabelCounts) -> str:
    """Return the class that a spec should name as positive; empty: the second by name is as good.

    Of yes and no that is yes, whatever language they are in; otherwise the rare one of two.
    """
    if len(labels.counts) != 2:
        return ""
    answers = {answer(label): label for label in labels.counts}
    yes = answers[1.0] if answers.keys() == {0.0, 1.0} else ""
    rare = min(labels.counts, key=labels.counts.__getitem__)
    chosen = yes or (rare if is_rare(labels, rare) else "")
    plain = chosen == in_order(labels.counts)[1] and not is_rare(labels, chosen)
    return "" if plain else chosen


def is_rare(labels: LabelCounts, label: str) -> bool:
    """Whether few of the rows are of a class."""
    return labels.counts[label] <= RARE * labels.rows


def why_positive(labels: LabelCounts, positive: str) -> str:
    """Return what a spec says beside the positive class: why it is that, and what for."""
    share = labels.counts[positive] / labels.rows
    why = f"the rarer class ({share:.0%})" if is_rare(labels, positive) else "says yes"
    return f"{why}: precision, recall, F1 and PR AUC are of it"
