"""Curves in one line of text: how a validation went, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from kx.base.curves import mean_curve
from kx.runs.history import Curves

BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", "_.-=+*#@"
"""From the least to the greatest value; the plain ones where a terminal knows only ASCII."""

GAP = " "
"""Where there was no finite number."""

GLANCE = 60
"""At most so many points of a curve stand in a record: more than a line of text can show."""


def sparkline(values: Sequence[float | None], width: int, *, ascii_only: bool = False) -> str:
    """Return a character for each of ``values``, or for the mean of some where there are many.

    Args:
        values: one per epoch; None where there was no number.
        width: at most so many characters.
        ascii_only: whether nothing but ASCII can be shown.
    """
    marks = PLAIN if ascii_only else BLOCKS
    points = _thinned(values, width)
    known = [point for point in points if point is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    steps = len(marks) - 1
    return "".join(
        GAP if point is None else marks[round((point - low) / span * steps) if span else 0]
        for point in points
    )


def _thinned(values: Sequence[float | None], width: int) -> list[float | None]:
    count = min(len(values), width)
    bounds = [at * len(values) // count for at in range(count + 1)] if count else []
    parts = [values[start:end] for start, end in pairwise(bounds)]
    known = [[value for value in part if value is not None] for part in parts]
    return [fmean(part) if part else None for part in known]


def glance(fits: Mapping[str, Curves]) -> list[float | None]:
    """Return what a record keeps of the curves of its fits, so that lists need not read them all.

    It is the mean of their validation losses, in at most 60 steps and five digits.
    """
    steps = _thinned(main_curve(fits), GLANCE)
    return [None if value is None else float(f"{value:.5g}") for value in steps]


def validation_curves(fits: Mapping[str, Curves]) -> Curves:
    """Return the curves of the validation part: of several fits, their means; the loss first."""
    return {name: _mean(name, fits) for name in _judged_names(fits)}


def main_curve(fits: Mapping[str, Curves]) -> Sequence[float | None]:
    """Return the loss of the validation part, epoch by epoch, or nothing without one."""
    name = next(iter(_judged_names(fits)), None)
    return () if name is None else _mean(name, fits)


def _judged_names(fits: Mapping[str, Curves]) -> list[str]:
    """Return the names of the curves of the first fit with a validation part."""
    known = ([name for name in fit if name.startswith("val_")] for fit in fits.values())
    return sorted(next(filter(None, known), []), key=lambda name: name != "val_loss")


def _mean(name: str, fits: Mapping[str, Curves]) -> list[float | None]:
    return mean_curve([fit[name] for fit in fits.values() if name in fit])
