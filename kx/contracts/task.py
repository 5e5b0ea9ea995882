"""What there is to learn of data, and what follows from it."""

from __future__ import annotations

from typing import Literal

Task = Literal[
    "binary", "multiclass", "ordered", "multilabel", "regression", "unit_regression", "counts",
    "quantiles", "multi_regression",
]  # fmt: skip
"""``ordered``: one of several classes that rise, the lowest first; ``unit_regression``: a number
between 0 and 1; ``counts``: a whole number from 0 on; ``quantiles``: numbers that given shares
of a target stay below; ``multi_regression``: several numbers, each in a unit of its own."""

NUMBERS: frozenset[str] = frozenset(
    {"regression", "unit_regression", "counts", "quantiles", "multi_regression"}
)
"""Tasks whose targets are numbers."""

IN_UNITS: frozenset[str] = frozenset({"regression", "counts", "quantiles", "multi_regression"})
"""Of these, those whose targets may be of any size, and so are scaled for training."""

ONE_CLASS: frozenset[str] = frozenset({"binary", "multiclass", "ordered"})
"""Tasks whose examples are of exactly one class each."""

MANY_CLASSES: frozenset[str] = frozenset({"multiclass", "ordered"})
"""Of these, those whose networks give a probability for each class; they add up to 1."""
